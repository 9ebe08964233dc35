"""Opens every page in somebody's name and notes what a page may not do."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import unquote

from django.conf import settings
from django.contrib.sessions.backends.cached_db import SessionStore
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.isolation.pages import ANYBODY, Names, Page
from tests.isolation.towns import ROLES, Town
from web.account.sessions import PATRON_COOKIE, STAFF_COOKIE
from web.kiosk.device import COOKIE as KIOSK_COOKIE

# Everybody who comes to a municipality's pages.
EVERYBODY = ("ANYBODY", "PATRON", "MACHINE", *ROLES)
_LOG_INS = ("/account/log-in", "/log-in")
# As the view pg_stat_xact_user_tables counts, without the indexes that it counts too.
_WRITES = """
    SELECT relnamespace::regnamespace || '.' || relname, written
    FROM (
        SELECT relnamespace, relname, pg_stat_get_xact_tuples_inserted(oid)
            + pg_stat_get_xact_tuples_updated(oid) + pg_stat_get_xact_tuples_deleted(oid) AS written
        FROM pg_class WHERE relkind = 'r'
        OFFSET 0
    ) AS counted
    WHERE written > 0 AND relnamespace <> 'pg_catalog'::regnamespace
"""


@dataclass(frozen=True)
class Visit:
    """One request and what came of it.

    :ivar written: the tables that were written to, whatever became of the transaction
    :ivar headers: of the answer
    """

    name: str
    method: str
    sent: tuple[str, ...]
    status: int
    location: str
    text: str
    written: frozenset[str]
    headers: dict[str, str]

    @property
    def is_sent_to_log_in(self) -> bool:
        """Whether the answer is the way to a log-in page."""
        return self.status == 302 and self.location.split("?")[0] in _LOG_INS

    @property
    def is_turned_away(self) -> bool:
        """Whether the visitor wasn't let in."""
        return self.is_sent_to_log_in or self.status == 403

    def is_let_in(self, page: Page) -> bool:
        """Return whether the page opened for the visitor, even if only to say what's wrong with her form."""
        if page.who != ANYBODY and self.is_sent_to_log_in:
            return False
        return self.status != 403 and self.status < 500 and (self.status != 404 or self.name == "rest:nothing")

    def wrote_outside(self, *allowed: str) -> list[str]:
        """Return which tables were written to that are neither allowed nor in an allowed schema."""
        return sorted(table for table in self.written if table not in allowed and table.split(".")[0] not in allowed)

    def leaks(self, secrets: set[str]) -> list[str]:
        """Return which of the words the answer holds, without those that the request itself said."""
        said = [each.lower() for each in self.sent]
        return sorted(word for word in secrets if word in self.text and not any(word in each for each in said))

    def __str__(self) -> str:
        return f"{self.method} {self.name} {self.sent} → {self.status} {self.location}"


def visits(
    client: Client, table: dict[str, Page], url_map: str, things: dict[str, Any], methods: tuple[str, ...]
) -> Iterator[tuple[Page, Visit]]:
    """Open every page of a table with the things of a municipality; what a request changes is taken back after it."""
    for name, page in table.items():
        at = values_of(page.at, things)
        path = reverse(name, kwargs=at, urlconf=url_map)
        for method in methods:
            if method == "POST" and page.sends is None:
                continue
            data = values_of((page.sends or {}) if method == "POST" else page.asks, things)
            yield page, _visit(client, name, method, path, data, (*at.values(), *data.values()))


def operators_things(alpha: Town, consortium: Town) -> dict[str, Any]:
    """Return the consortium's things and those that the pages of staff accounts name on every host."""
    return {"token": alpha.things["token"], "branch": alpha.things["branch"]} | consortium.things


def values_of(names: Names, things: dict[str, Any]) -> dict[str, Any]:
    """Return the values that a page's address or form names."""
    return {name: kind[1:] if kind.startswith("=") else things[kind] for name, kind in names.items()}


def _visit(client: Client, name: str, method: str, path: str, data: dict[str, Any], sent: tuple[Any, ...]) -> Visit:
    cookies_before = client.cookies.output(header="", sep=";")
    with taken_back() as written:
        ask: Callable[..., Any] = client.post if method == "POST" else client.get
        # A scan's answer is a fragment, which names more than the page that a plain form leads to.
        response = ask(path, data, headers={"X-Scan": "1"} if "scan" in data else None)
        cookies = " ".join(morsel.OutputString() for morsel in response.cookies.values())
        headers = " ".join(f"{key}: {value}" for key, value in response.headers.items())
        body = response.getvalue().decode(errors="replace")
    # Who logs out on one page opens the next one as before.
    client.cookies = SimpleCookie(cookies_before)
    return Visit(
        name=name,
        method=method,
        sent=tuple(str(each) for each in sent),
        status=response.status_code,
        location=response.headers.get("Location", ""),
        text=unquote(f"{headers} {cookies} {body}").lower(),
        written=frozenset(written),
        headers=dict(response.headers.items()),
    )


@contextmanager
def taken_back() -> Iterator[set[str]]:
    """Take back what happens inside, and tell at the end which tables were written to, as `schema.table`."""
    connection.set_schema_to_public()
    before = writes()
    written: set[str] = set()
    with transaction.atomic():
        yield written
        transaction.set_rollback(True)
    connection.set_schema_to_public()
    written |= {table for table, count in writes().items() if count != before.get(table, 0)}


def writes() -> dict[str, int]:
    """Return how many rows of each table this transaction has written so far, taken back or not."""
    with connection.cursor() as cursor:
        cursor.execute(_WRITES)
        return dict(cursor.fetchall())


def browser(host: str, **cookies: str) -> Client:
    """Return a browser on a host with these cookies; an error comes as the page that people would see."""
    client = Client(headers={"host": host}, raise_request_exception=False)
    for name, value in cookies.items():
        client.cookies[name] = value
    return client


def staff_session(town: Town, role: str) -> str:
    """Log a member of the town's staff in and return her session's key."""
    connection.set_tenant(town.municipality)
    client = Client()
    client.force_login(town.staff[role])
    connection.set_schema_to_public()
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def patron_session(town: Town) -> str:
    """Log the town's patron in and return her session's key."""
    from patrons.selectors import get_patron  # beside its only use

    connection.set_tenant(town.municipality)
    patron, session = get_patron(town.things["patron"]), SessionStore()
    session["patron_card"], session["patron_pin"] = town.things["card"], patron.pin[-16:]
    session["seen_at"] = int(time.time())
    session.create()
    connection.set_schema_to_public()
    return str(session.session_key)


def machine_session(town: Town) -> str:
    """Let the town's patron stand before its self-check machine and return the visit's session key."""
    connection.set_tenant(town.municipality)
    session = SessionStore()
    session["kiosk_patron"], session["kiosk_id"] = town.things["patron"], town.things["kiosk"]
    session["kiosk_since"] = timezone.now().isoformat()
    # She stands there for as long as a walk may take.
    session["kiosk_seen"] = int(time.time()) + 3600
    session.create()
    connection.set_schema_to_public()
    return str(session.session_key)


def cookies_of(town: Town, role: str) -> dict[str, str]:
    """Return the cookies that somebody of the town carries."""
    if role == "ANYBODY":
        return {}
    if role == "PATRON":
        return {PATRON_COOKIE: patron_session(town)}
    if role == "MACHINE":
        return {KIOSK_COOKIE: town.things["kiosk_token"], PATRON_COOKIE: machine_session(town)}
    return {STAFF_COOKIE: staff_session(town, role)}
