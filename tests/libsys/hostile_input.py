"""What nobody should send, and who sends it where: for the tests that try it on every page."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from hypothesis import strategies as st

from accounts.rules import permissions_of
from tests.isolation.pages import ANY_STAFF, ANYBODY, MACHINE, OF_A_MUNICIPALITY, OF_THE_CONSORTIUM, PATRON, Page
from tests.isolation.towns import Town
from tests.isolation.visits import browser, cookies_of, values_of, writes

VALUES = (
    "",
    " ",
    "\x00",
    "a\x00b",
    "\ufffd\u202e\u200b",
    "\x01\x1f\x7f",
    "Å" * 100_000,
    # One sign becomes several when it's folded, and fewer signs than bytes or than code points.
    "ß" * 32 + "\ufdfa" * 80,
    "👩🏽‍🚀" * 20,
    "-1",
    "0",
    "99999999999999999999",
    "9223372036854775807",
    "1.5",
    "1e400",
    "NaN",
    "٣٤",
    "²",
    "2026-02-30",
    "0001-01-01",
    "9999-12-31",
    "9999-12-31T23:59:59+23:59",
    "99999-01-01",
    "'; DROP TABLE patrons_patron; --",
    "<script>alert(1)</script>",
    "%(name)s {0} {{ x }} %s",
    "../../../etc/passwd",
    "\r\nSet-Cookie: x=1",
    "[]",
    "true",
)
# In addresses and cookies, as bytes on the wire.
RAW = ("%00", "%ff%fe", "%ed%a0%80", "%e2%80%ae", "%", "%zz", "%0d%0aX-Evil:%201", "+", "%2e%2e%2f", "%F4%90%80%80")
# Looking somebody up by her national identity number is noted, whether she's found or not.
# So is a question for the birth date, whatever the answer.
WRITTEN_ANYWAY = {
    ("desk:by_national_id", "alpha.accounts_auditentry"),
    ("desk:identify", "alpha.accounts_auditentry"),
}
_ASKED_FOR = re.compile(r"""(?:POST|GET|values|data)\.(?:get|getlist)\(\s*["']([\w-]+)["']""")
_FIELD = re.compile(r"^    (\w+) = (?:forms\.)?_?\w*(?:Field|Chosen|Colour)\(", re.MULTILINE)


def field_names() -> list[str]:
    """Return the name of every field that any screen reads, as far as the source shows it."""
    found: set[str] = set()
    for path in sorted((Path(settings.ROOT) / "web").rglob("*.py")):
        source = path.read_text()
        found |= {*_ASKED_FOR.findall(source), *_FIELD.findall(source)}
    return sorted(found)


FIELDS = field_names()
texts = st.one_of(
    st.sampled_from(VALUES),
    st.text(st.characters(codec="utf-8"), max_size=60),
    st.integers().map(str),
    st.decimals(allow_nan=True).map(str),
    st.dates().map(str),
    st.lists(st.sampled_from(VALUES), min_size=2, max_size=3),
)
forms = st.dictionaries(st.sampled_from(FIELDS), texts, min_size=1, max_size=5)


@dataclass(frozen=True)
class Door:
    """A page with somebody who may open it."""

    name: str
    page: Page
    path: str
    client: Client
    things: dict[str, Any]

    def asks(self, method: str) -> dict[str, Any]:
        """Return what's usually sent to it."""
        return values_of((self.page.sends or {}) if method == "POST" else self.page.asks, self.things)

    @property
    def methods(self) -> tuple[str, ...]:
        """How it can be opened."""
        return ("GET",) if self.page.sends is None else ("GET", "POST")


def doors(towns: tuple[Town, Town, Town]) -> list[Door]:
    """Return every page of a municipality and of the consortium, each with somebody who is let in."""
    alpha, _beta, consortium = towns
    operator = browser("localhost", **cookies_of(consortium, "OPERATOR"))
    of_consortium = {"token": "x", "branch": 1} | consortium.things
    people = {
        role: browser("alpha.localhost", **cookies_of(alpha, role))
        for role in ("ANYBODY", "PATRON", "MACHINE", "SUPERVISOR", "IT_ADMIN")
    }
    found = []
    for name, page in OF_A_MUNICIPALITY.items():
        found.append(_door(name, page, people[_role(page)], alpha.things, "libsys.urls_municipality"))
    for name, page in OF_THE_CONSORTIUM.items():
        found.append(_door(name, page, operator, of_consortium, "libsys.urls_consortium"))
    return found


def _door(name: str, page: Page, client: Client, things: dict[str, Any], url_map: str) -> Door:
    path = reverse(name, kwargs=values_of(page.at, things), urlconf=url_map)
    return Door(name, page, path, client, things)


def _role(page: Page) -> str:
    if page.who in (ANYBODY, PATRON, MACHINE):
        return {ANYBODY: "ANYBODY", PATRON: "PATRON", MACHINE: "MACHINE"}[page.who]
    is_desks = page.who == ANY_STAFF or page.who in permissions_of("SUPERVISOR")
    return "SUPERVISOR" if is_desks else "IT_ADMIN"


def problem_of(door: Door, method: str, data: Any, path: str = "", **more: Any) -> str | None:
    """Send it, take back what it did, and return what was wrong with the answer, if anything was."""
    cookies = dict(door.client.cookies)
    connection.set_schema_to_public()
    before = writes()
    with transaction.atomic():
        if "content_type" in more:
            response = door.client.generic(method, path or door.path, data, **more)
        else:
            response = getattr(door.client, method.lower())(path or door.path, data, **more)
        changed = _tables_written(before) if 400 <= response.status_code < 500 else {}
        changed = {table: is_now for table, is_now in changed.items() if (door.name, table) not in WRITTEN_ANYWAY}
        transaction.set_rollback(True)
    door.client.cookies.clear()
    door.client.cookies.update(cookies)
    was = {table: _content_of(table) for table in changed}
    trouble = _trouble_with(method, response, [table for table in changed if changed[table] != was[table]])
    return f"{method} {path or door.path} {str(data)[:200]} {more}: {trouble}" if trouble else None


def _trouble_with(method: str, response: Any, changed: list[str]) -> str:
    if response.status_code >= 500:
        return f"status {response.status_code}"
    if changed:
        return f"refused with {response.status_code}, and yet {changed} changed"
    if "\n" in response.headers.get("Location", "") or "X-Evil" in response.headers:
        return "a header was injected"
    is_page = method != "HEAD" and response.status_code != 405
    if is_page and response.status_code >= 400 and not response.getvalue().strip():
        # A scan that finds nobody logged in is answered by headers alone.
        return "" if "X-Log-In" in response.headers else f"status {response.status_code} without a word"
    return ""


def _tables_written(before: dict[str, int]) -> dict[str, str]:
    connection.set_schema_to_public()
    written = {table for table, count in writes().items() if count != before.get(table, 0)}
    return {table: _content_of(table) for table in written if not table.endswith(".django_session")}


def _content_of(table: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) FROM {table} t")
        return str(cursor.fetchone()[0])
