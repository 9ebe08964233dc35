"""Cases I.D1 to D4 and I.C16: renewals and check-outs that holds are against."""

import pytest

from circulation.errors import CheckOutRefused, Code, Override, RenewalRefused
from circulation.models import Hold
from circulation.selectors.loans import loans_of
from circulation.services.renew import renew_loan
from tests.factories import TODAY, HoldFactory, LoanFactory


@pytest.fixture
def loan(library):
    """Return the patron's loan of a title."""
    return LoanFactory(item=library.item(), patron=library.patron, lending_branch=library.main)


@pytest.fixture
def renewal(library, loan, now):
    """Return a function that says with which codes a renewal is refused; the patron's page says the same."""

    def renewal(**values):
        seen = [reason.code for reason in loans_of(library.patron, now=now)[0].reasons]
        codes = []
        try:
            renew_loan(loan=loan, staff=library.staff, now=now, **values)
        except RenewalRefused as refused:
            codes = refused.codes
        if not values:
            assert seen == codes
        return codes

    return renewal


def test_i_d1_somebody_waits_and_no_override_lifts_it(town, loan, renewal):
    town.wait(loan.item.record)

    assert renewal() == [Code.SOMEBODY_WAITS]
    assert Code.SOMEBODY_WAITS in renewal(override=Override([Code.SOMEBODY_WAITS], "asked nicely"))


def test_i_d2_renewable_when_another_item_can_fill_the_hold(town, library, loan, renewal):
    town.rule(renewal_despite_holds=True)
    town.wait(loan.item.record)
    library.item(record=loan.item.record)

    assert renewal() == []


def test_i_d2_not_without_the_rule(town, library, loan, renewal):
    town.wait(loan.item.record)
    library.item(record=loan.item.record)

    assert renewal() == [Code.SOMEBODY_WAITS]


@pytest.mark.parametrize("state", ["reference_only", "on_hold_shelf", "damaged", "on_shelf_holds"])
def test_i_d2_not_when_the_other_item_cannot_fill_it(town, library, loan, renewal, state):
    town.rule(renewal_despite_holds=True, **({"on_shelf_holds": "ALL_OUT"} if state == "on_shelf_holds" else {}))
    town.wait(loan.item.record)
    if state == "on_hold_shelf":
        HoldFactory(ready=True, trapped_item=library.item(record=loan.item.record), pickup_branch=library.main)
    else:
        traits = {"reference_only": {"reference_only": True}, "damaged": {"is_damaged": True}}
        library.item(record=loan.item.record, **traits.get(state, {}))

    assert renewal() == [Code.SOMEBODY_WAITS]


def test_i_d2_each_hold_needs_an_item_of_its_own(town, library, loan, renewal):
    town.rule(renewal_despite_holds=True)
    town.wait(loan.item.record)
    town.wait(loan.item.record, town.east)
    library.item(record=loan.item.record)
    assert renewal() == [Code.SOMEBODY_WAITS]

    # One that fills holds of main only, so the first must leave the other item to the second.
    library.item(record=loan.item.record, fills_own_branch_only=True)
    assert renewal() == []


def test_i_d3_a_hold_on_this_item_is_against_it_and_not_against_its_siblings(town, library, loan, renewal):
    sibling = library.item(record=loan.item.record)
    town.wait(loan.item.record, item=sibling)
    assert renewal() == []

    town.rule(renewal_despite_holds=True)
    town.wait(loan.item.record, item=loan.item)
    assert Code.SOMEBODY_WAITS in renewal()


def test_i_d4_a_paused_hold_is_not_against_it(town, loan, renewal):
    town.wait(loan.item.record, suspended_until=TODAY.replace(year=TODAY.year + 1))

    assert renewal() == []


def test_i_d4_a_hold_on_another_volume_is_not_against_it(town, loan, renewal):
    loan.item.volume = "1"
    loan.item.save()
    town.wait(loan.item.record, volume="2")
    assert renewal() == []

    town.wait(loan.item.record, volume="1")
    assert Code.SOMEBODY_WAITS in renewal()


@pytest.mark.parametrize(
    ("trait", "pickup", "code"),
    [("ready", "main", Code.ITEM_ON_HOLD), ("in_transit", "east", Code.ITEM_IN_TRANSIT)],
)
def test_i_c16_what_waits_or_travels_for_another_is_asked_about_and_goes_back_to_the_queue(
    town, library, trait, pickup, code
):
    hold = HoldFactory(**{trait: True}, trapped_item=library.item(), pickup_branch=getattr(town, pickup))

    with pytest.raises(CheckOutRefused) as refused:
        town.lend(hold.trapped_item, library.patron)
    assert code in refused.value.codes

    town.lend(hold.trapped_item, library.patron, override=Override([code], "it lay in the wrong place"))
    hold.refresh_from_db()
    assert (hold.state, hold.trapped_item) == (Hold.State.QUEUED, None)
