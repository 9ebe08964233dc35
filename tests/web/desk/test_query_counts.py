"""How many statements each action of the desk may take, and that none of them counts a patron's loans one by one."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories import FeeFactory, HoldFactory, ItemFactory, LoanFactory, PatronFactory, RuleFactory

# Savepoints stand for the begin and commit that they are outside of tests.
MOST = {"check_out": 14, "refusal": 11, "check_in": 12, "renew": 11, "card": 8, "patron_page": 16}
HTMX = {"HX-Request": "true"}


@pytest.fixture
def statements() -> Callable[[Callable[[], Any]], int]:
    """Return a function that counts the statements of an action."""

    def count(action: Callable[[], Any]) -> int:
        with CaptureQueriesContext(connection) as captured:
            answer = action()
        assert answer.status_code in (200, 409)
        return len(captured)

    return count


@pytest.fixture
def busy(patron, desk_branch):
    """Return a patron with ten loans, three fees and two holds."""
    LoanFactory.create_batch(10, patron=patron, item__home_branch=desk_branch)
    FeeFactory.create_batch(3, patron=patron, branch=desk_branch)
    HoldFactory(ready=True, patron=patron, pickup_branch=desk_branch)
    HoldFactory(patron=patron, pickup_branch=desk_branch)
    return patron


@pytest.fixture
def warm(librarian_client, desk_branch, busy, scan):
    """Let the process know rules, branches and calendars, as it does after its first scans."""
    spare = ItemFactory(home_branch=desk_branch)
    scan(librarian_client, spare.barcode, patron=busy.pk)
    scan(librarian_client, spare.barcode, at="desk:check_in_scan")
    librarian_client.get(f"/desk/patrons/{busy.pk}")
    return librarian_client


def test_fixes_the_statements_of_a_check_out(item, warm, busy, scan, statements):
    assert statements(lambda: scan(warm, item.barcode, patron=busy.pk)) <= MOST["check_out"]


def test_takes_as_many_statements_for_the_twelfth_loan_as_for_the_first(
    item, desk_branch, rules, warm, busy, scan, statements
):
    nobody = PatronFactory(category=busy.category, home_branch=desk_branch)
    other = ItemFactory(home_branch=desk_branch)

    first = statements(lambda: scan(warm, other.barcode, patron=nobody.pk))
    twelfth = statements(lambda: scan(warm, item.barcode, patron=busy.pk))

    # One more for the titles of what lies ready.
    assert twelfth == first + 1


def test_fixes_the_statements_of_a_refusal(desk_branch, warm, busy, scan, statements):
    lent = LoanFactory(item=ItemFactory(home_branch=desk_branch), patron=PatronFactory(home_branch=desk_branch)).item

    assert statements(lambda: scan(warm, lent.barcode, patron=busy.pk)) <= MOST["refusal"]


def test_fixes_the_statements_of_a_check_in(desk_branch, warm, busy, scan, statements):
    lent = LoanFactory(item=ItemFactory(home_branch=desk_branch), patron=busy).item

    assert statements(lambda: scan(warm, lent.barcode, at="desk:check_in_scan")) <= MOST["check_in"]


def test_fixes_the_statements_of_a_renewal(desk_branch, warm, busy, statements):
    loan = LoanFactory(patron=busy, item=ItemFactory(home_branch=desk_branch))
    renewal = f"/desk/loans/{loan.pk}/renew"

    assert statements(lambda: warm.post(renewal, {"form_id": "form-1"}, headers=HTMX)) <= MOST["renew"]


def test_fixes_the_statements_of_a_card(warm, busy, scan, statements):
    scan(warm, "2090000001")

    assert statements(lambda: scan(warm, "2090000001", patron=busy.pk)) <= MOST["card"]


def test_fixes_the_statements_of_a_patrons_page_however_many_loans(desk_branch, warm, busy, statements):
    address = f"/desk/patrons/{busy.pk}"
    before = statements(lambda: warm.get(address))
    LoanFactory.create_batch(10, patron=busy, item__home_branch=desk_branch)
    FeeFactory.create_batch(3, patron=busy, branch=desk_branch)
    HoldFactory.create_batch(3, patron=busy, pickup_branch=desk_branch)

    after = statements(lambda: warm.get(address))

    assert after == before <= MOST["patron_page"]


def test_reads_the_names_of_branches_once_for_all_loans_that_a_branch_s_rule_stops(desk_branch, warm, busy, statements):
    RuleFactory(branch=desk_branch, values={"max_renewals": 0})
    address = f"/desk/patrons/{busy.pk}"
    page = warm.get(address).content.decode()
    before = statements(lambda: warm.get(address))
    LoanFactory.create_batch(10, patron=busy, item__home_branch=desk_branch)

    assert f"Renewed 0 of 0 times. Rule of {desk_branch.name}." in page
    assert statements(lambda: warm.get(address)) == before
