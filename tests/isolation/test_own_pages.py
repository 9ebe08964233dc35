"""What comes of it when everybody opens every address of her own host: one walk each, looked at from all sides.

The tests run on one of the parallel workers, so that each walk is made once (`tests/fixtures/scheduling.py`).
"""

import json
from collections.abc import Callable

import pytest

from tests.isolation.noted import NO_CHANGE, unnoted
from tests.isolation.pages import ANYBODY, MAPS, OF_A_MUNICIPALITY, OF_THE_CONSORTIUM, Page, may
from tests.isolation.visits import EVERYBODY, Visit, browser, cookies_of, operators_things, visits
from tests.libsys.collected_lines import collected_lines
from tests.libsys.security_headers import lacking_headers

MUNICIPALITY_MAP, CONSORTIUM_MAP = MAPS
BOTH = ("GET", "POST")
Walk = tuple[list[tuple[Page, Visit]], str]


@pytest.fixture(scope="module")
def walks() -> dict[str, Walk]:
    """Keep what's been seen for the other tests; every visit is taken back, so none changes the next."""
    return {}


@pytest.fixture
def walk(towns, walks) -> Callable[[str], Walk]:
    """Return what a role sees with both methods at every address of Alpha, or of the consortium, and what's logged."""
    alpha, _beta, consortium = towns

    def walked(role: str) -> Walk:
        if role not in walks:
            with collected_lines() as lines:
                if role == "OPERATOR":
                    client = browser("localhost", **cookies_of(consortium, role))
                    where = OF_THE_CONSORTIUM, CONSORTIUM_MAP, operators_things(alpha, consortium)
                else:
                    client = browser("alpha.localhost", **cookies_of(alpha, role))
                    where = OF_A_MUNICIPALITY, MUNICIPALITY_MAP, alpha.things
                visited = list(visits(client, *where, BOTH))
            walks[role] = visited, json.dumps(lines()).lower()
        return walks[role]

    return walked


@pytest.mark.parametrize("role", EVERYBODY)
def test_a_page_opens_for_whom_it_is_meant_and_for_nobody_else(towns, walk, role):
    _alpha, beta, _consortium = towns
    visited, _log = walk(role)

    wrong = [
        str(visit)
        for page, visit in visited
        if visit.is_let_in(page) != may(role, page)
        or visit.leaks(beta.secrets)
        or visit.wrote_outside("alpha", "public")
    ]

    assert wrong == []


def test_the_walk_sees_what_it_is_looking_for(towns, walk):
    """A walk that saw nothing would find nothing either: Alpha's own staff see and write Alpha's things."""
    alpha, beta, _consortium = towns
    visited, _log = walk("SUPERVISOR")

    leaked = {word for _page, visit in visited for word in visit.leaks(alpha.secrets)}
    written = {table for _page, visit in visited for table in visit.written}

    assert len(leaked) > 15
    assert {"alpha.circulation_loan", "alpha.circulation_hold", "alpha.accounts_auditentry"} <= written
    assert not beta.secrets & alpha.secrets


def test_the_operator_reads_nothing_of_people_and_writes_in_no_municipality(towns, walk):
    alpha, beta, _consortium = towns
    visited, _log = walk("OPERATOR")
    wrong = []

    for page, visit in visited:
        leaked = visit.leaks(alpha.secrets | beta.secrets)
        if not visit.is_let_in(page) or leaked or visit.wrote_outside("public"):
            wrong.append(f"{visit} {leaked}")

    assert wrong == []


@pytest.mark.parametrize("role", ["PATRON", "MACHINE", "SUPERVISOR", "IT_ADMIN"])
def test_every_form_that_changes_something_is_noted(walk, role):
    visited, _log = walk(role)
    posted = [(page, visit) for page, visit in visited if visit.method == "POST"]

    changed = [visit for _page, visit in posted if "alpha.accounts_auditentry" in visit.written]

    assert list(unnoted(posted)) == []
    assert len(changed) >= {"PATRON": 3, "MACHINE": 2, "SUPERVISOR": 20, "IT_ADMIN": 12}[role]


def test_every_form_of_the_operators_is_noted(walk):
    visited, _log = walk("OPERATOR")
    posted = [(page, visit) for page, visit in visited if visit.method == "POST"]

    assert list(unnoted(posted)) == []
    assert sum("public.accounts_auditentry" in visit.written for _page, visit in posted) >= 4


@pytest.mark.parametrize("role", ["PATRON", "MACHINE", "SUPERVISOR", "IT_ADMIN"])
def test_looking_at_a_page_changes_nothing(walk, role):
    visited, _log = walk(role)
    looked = [visit for _page, visit in visited if visit.method == "GET"]

    changed = [
        f"{visit} {table}" for visit in looked for table in visit.written if table.split(".")[1] not in NO_CHANGE
    ]

    assert len(looked) > 100
    assert changed == []


@pytest.mark.parametrize("role", ["ANYBODY", "PATRON", "SUPERVISOR", "IT_ADMIN", "OPERATOR"])
def test_every_answer_carries_the_security_headers(walk, role):
    visited, _log = walk(role)

    lacking = {str(visit): lacking_headers(visit.headers) for _page, visit in visited if lacking_headers(visit.headers)}

    assert lacking == {}


@pytest.mark.parametrize("role", ["PATRON", "SUPERVISOR", "IT_ADMIN"])
def test_no_cache_keeps_the_pages_of_one_person(walk, role):
    visited, _log = walk(role)
    own = [visit for page, visit in visited if page.who != ANYBODY and visit.status == 200]

    assert own
    assert [str(visit) for visit in own if "no-store" not in visit.headers.get("Cache-Control", "")] == []


@pytest.mark.parametrize("role", ["PATRON", "SUPERVISOR", "IT_ADMIN"])
def test_no_page_logs_whom_it_is_about(towns, walk, role):
    alpha, _beta, _consortium = towns
    visited, log = walk(role)

    assert log.count("libsys.request") >= len(visited)
    assert [word for word in alpha.secrets if word in log] == []
