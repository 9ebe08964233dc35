"""What newcomers get wrong (N1 to N15), as far as no numbered case proves it: two rule books, midnight, queues."""

from datetime import timedelta

import pytest

from circulation.models import Fee, Hold
from circulation.services.check_in import check_in
from circulation.services.check_out import check_out
from circulation.services.results import GoesTo
from tests.factories import TODAY, HoldFactory, LoanFactory, RuleFactory


@pytest.mark.parametrize(
    ("whose", "days", "fee"),
    [(("ITEM_HOME", "PATRON_HOME"), 1, 3), (("PATRON_HOME", "DESK"), 3, 2), (("DESK", "ITEM_HOME"), 2, 1)],
)
def test_n3_one_scan_lends_by_one_branch_and_fills_a_hold_by_another(town, library, alpha, now, whose, days, fee):
    """An item of main's, lent at east to a patron of west's; each branch has its own days and its own fee."""
    for number, branch in enumerate((town.main, town.east, town.west), start=1):
        values = {"loan_days": number, "due_mode": "EVERY_DAY", "hold_fee": str(number), "hold_fee_when": "COLLECTED"}
        RuleFactory(branch=branch, values=values)
    type(alpha).objects.filter(pk=alpha.pk).update(
        settings={"circulation": {"rules_of_loans": whose[0], "rules_of_holds": whose[1]}}
    )
    patron = library.another_patron(home_branch=town.west)
    item = library.item()
    HoldFactory(ready=True, trapped_item=item, patron=patron, pickup_branch=town.east)

    loan = check_out(item=item, patron=patron, branch=town.east, staff=library.staff, now=now).loan

    assert (loan.due_date - loan.loaned_on).days == days
    assert Fee.objects.get().balance == fee


@pytest.mark.parametrize(("past_midnight", "late", "fees"), [(-1, 0, 0), (0, 1, 1)])
def test_n6_a_loan_ends_with_its_last_minute_by_the_clock_of_the_place(library, now, past_midnight, late, fees):
    """In winter Copenhagen's midnight is 23:00 by the world's clock."""
    loan = LoanFactory(item=library.item(), lending_branch=library.main, due_date=TODAY)
    midnight = now.replace(hour=23, minute=0)

    returned = check_in(
        item=loan.item, branch=library.main, staff=library.staff, now=midnight + timedelta(minutes=past_midnight)
    )

    assert (returned.days_late, Fee.objects.count()) == (late, fees)


def test_n15_the_hold_that_an_item_is_bound_to_comes_before_all_others(town, library):
    hold = HoldFactory(ready=True, trapped_item=library.item(), pickup_branch=town.main)
    town.wait(hold.record, town.main, priority=9)
    town.wait(hold.record, town.main, item=hold.trapped_item, priority=9)

    assert town.scan(hold.trapped_item) == hold


def test_n15_a_hold_for_this_very_item_has_its_place_in_the_queue_like_others(town, library, now):
    """Ours: asking for one item out of several is no way past those who take any; and what's planned is no lock."""
    item = library.item()
    first = town.wait(item.record)
    second = town.wait(item.record, item=item)

    assert town.scan(item) == first
    town.lend(item, first.patron)
    assert town.scan(item) == second


def test_n15_a_ready_hold_scanned_elsewhere_is_not_ready_until_it_is_back(town, library, now):
    hold = HoldFactory(ready=True, trapped_item=library.item(), pickup_branch=town.main, shelf_number=7)

    sent = check_in(item=hold.trapped_item, branch=town.west, staff=library.staff, now=now)
    hold.refresh_from_db()
    assert (sent.goes_to, hold.state, hold.shelf_number) == (GoesTo.TRANSIT, Hold.State.IN_TRANSIT, None)

    assert town.scan(hold.trapped_item) == hold
    hold.refresh_from_db()
    assert (hold.state, hold.ready_at) == (Hold.State.READY, now)
