"""A loan by the hour shows by which hour it's due at the desk, and counts as late once its hour is past."""

from datetime import timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse

from circulation.models import CirculationRule, Loan
from circulation.selectors.lists import count_overdue
from tests.factories import NOW, TODAY, LoanFactory, PatronFactory
from web.ui.templatetags.ui import money_filter

UNTIL = NOW + timedelta(hours=2, minutes=7)
PAST = NOW - timedelta(minutes=7)


def clock(moment, branch):
    return moment.astimezone(ZoneInfo(branch.time_zone)).strftime("%H:%M")


@pytest.fixture
def lent(patron, item, desk_branch):
    """Return a function that lends the item until an hour of today, to Ingrid or somebody else."""

    def lend(due_at=UNTIL, **values):
        loan = {"patron": patron, "item": item, "lending_branch": desk_branch, "loaned_at": NOW - timedelta(hours=3)}
        return LoanFactory(**{**loan, "loaned_on": TODAY, "due_date": TODAY, "due_at": due_at, **values})

    return lend


@pytest.fixture
def by_the_hour(rules):
    """Let loans last four hours."""
    CirculationRule.objects.update(values={**CirculationRule.objects.get().values, "loan_days": None, "loan_hours": 4})


@pytest.mark.parametrize("page", ["desk:patron", "desk:receipt"])
@pytest.mark.parametrize("due_at", [UNTIL, None], ids=["by the hour", "by the day"])
def test_shows_the_hour_beside_the_day(librarian_client, patron, desk_branch, lent, page, due_at):
    lent(due_at)

    answer = librarian_client.get(reverse(page, args=[patron.pk])).content.decode()

    assert (f"2026\xa0{clock(UNTIL, desk_branch)}" in answer) == (due_at is not None)


@pytest.mark.parametrize(
    "address",
    ["/desk/items/{loan.item.barcode}", "/desk/records/{loan.item.record_id}", "/desk/patrons/{loan.patron_id}"],
)
def test_pages_about_the_item_and_the_patron_say_the_hour(librarian_client, desk_branch, lent, address):
    loan = lent()

    page = librarian_client.get(address.format(loan=loan)).content.decode()

    assert f"19 Nov 2026\xa0{clock(UNTIL, desk_branch)}" in page


def test_refusals_say_the_hour(librarian_client, desk_branch, lent, scan):
    loan, other = lent(), PatronFactory(card="2090000002")

    answer = scan(librarian_client, loan.item.barcode, patron=other.pk).content.decode()

    assert f"Due 19 Nov 2026\xa0{clock(UNTIL, desk_branch)}." in answer


def test_a_list_of_barcodes_says_the_hour(librarian_client, by_the_hour, patron, item, desk_branch):
    values = {"does": "check-out", "card": "2090000001", "barcodes": item.barcode, "form_id": "batch-1"}

    page = librarian_client.post("/desk/batch", values).content.decode()

    assert f"Today\xa0{clock(Loan.objects.get().due_at, desk_branch)}" in page


def test_what_was_recorded_in_an_outage_says_the_hour(librarian_client, by_the_hour, patron, item, desk_branch):
    form = {"scan_id": "out-1", "kind": "CHECK_OUT", "scan": item.barcode, "patron": patron.pk}
    form |= {"at": NOW.isoformat(), "clock": NOW.isoformat(), "branch": desk_branch.pk, "by": "lis"}

    row = librarian_client.post("/desk/outage/scans", form, headers={"X-Scan": "1"}).content.decode()

    assert f"2026\xa0{clock(Loan.objects.get().due_at, desk_branch)}" in row


@pytest.mark.parametrize(("due_at", "is_late"), [(PAST, True), (NOW, False), (UNTIL, False), (None, False)])
def test_is_late_once_its_hour_is_past(librarian_client, patron, desk_branch, lent, due_at, is_late):
    loan = lent(due_at)

    overdue = librarian_client.get("/desk/overdue").content.decode()
    hers = librarian_client.get(f"/desk/patrons/{patron.pk}").content.decode()

    assert (loan.item.barcode in overdue) == is_late
    assert count_overdue(desk_branch, now=NOW) == is_late
    assert (f"Late since {clock(PAST, desk_branch)}" in hers) == is_late


@pytest.fixture
def hours_cost(rules):
    """Return a function that lets each hour late cost 15, or what else it's told."""

    def set_values(**values):
        CirculationRule.objects.update(values={**rules.values, "fee_per_hour": "15.00", **values})

    return set_values


def test_a_return_says_by_how_many_hours_it_is_late_and_what_that_costs(librarian_client, hours_cost, lent, scan):
    hours_cost()
    late = lent(NOW - timedelta(hours=2, minutes=7))

    answer = scan(librarian_client, late.item.barcode, at="desk:check_in_scan")

    assert answer.headers["X-Scan-Kind"] == "notice"
    assert "2 hours late" in answer.content.decode()
    assert money_filter(Decimal("30.00"), "DKK") in answer.content.decode()


def test_a_return_by_the_day_says_nothing_of_hours(librarian_client, rules, lent, scan):
    late = lent(NOW - timedelta(hours=2, minutes=7))

    answer = scan(librarian_client, late.item.barcode, at="desk:check_in_scan")

    assert answer.headers["X-Scan-Kind"] == "ok"
    assert "late</span>" not in answer.content.decode()


def test_the_patron_s_page_says_how_the_hours_were_counted(librarian_client, hours_cost, patron, lent, scan):
    hours_cost(fee_grace_hours=1)
    late = lent(NOW - timedelta(hours=4, minutes=7))
    scan(librarian_client, late.item.barcode, at="desk:check_in_scan")

    page = librarian_client.get(f"/desk/patrons/{patron.pk}").content.decode()

    each = money_filter(Decimal("15.00"), "DKK")
    assert (
        f"3 × {each}, for each hour late · 4 hours late, every hour counts, 1 hour free · the municipality&#x27;s rule"
        in page
    )


def test_stops_other_loans_once_its_hour_is_past(librarian_client, rules, patron, lent, scan):
    CirculationRule.objects.update(values={**rules.values, "block_at_overdue": 1})
    lent(PAST)
    another = LoanFactory(returned=True).item

    refused = scan(librarian_client, another.barcode, patron=patron.pk)

    assert refused.headers["X-Scan-Kind"] == "stop"
    assert "Has 1 overdue loan." in refused.content.decode()
    assert Loan.objects.filter(returned_at__isnull=True).count() == 1
