"""Where items may be given back and where they go then: floating, the collection's plan, claims that are settled."""

from datetime import date, timedelta

import pytest

from accounts.models import AuditEntry
from circulation.errors import CheckInRefused, Code
from circulation.models import Loan, RotatingCollection, Transit
from circulation.rules.returns import Route, RouteFacts, accepts_return, route
from circulation.services.check_in import check_in
from circulation.services.results import GoesTo
from circulation.services.undo import undo
from tests.factories import (
    BranchFactory,
    BranchGroupFactory,
    HoldFactory,
    LoanFactory,
    RuleFactory,
    ShelvingLocationFactory,
    TransitFactory,
)

A, B, C = 1, 2, 3


def _facts(**values):
    return RouteFacts(**{"home_branch_id": A, "here_id": B, "status": "ON_LOAN", **values})


HOME, FLOATS = Route(A), Route(B, floats=True)
ROUTES = {
    "no rule": (_facts(), HOME),
    "goes home": (_facts(policy="HOME"), HOME),
    "stays anywhere": (_facts(policy="STAY"), FLOATS),
    "at home already": (_facts(policy="STAY", here_id=A), HOME),
    "stays in the group": (_facts(policy="STAY_IN_GROUP", home_group={A, B}), FLOATS),
    "goes home from outside the group": (_facts(policy="STAY_IN_GROUP", home_group={A, C}), HOME),
    "a home without a group": (_facts(policy="STAY_IN_GROUP"), HOME),
    "not where nothing is kept from elsewhere": (_facts(policy="STAY", here_takes_none=True), HOME),
    "not when somebody waits": (_facts(policy="STAY", is_wanted=True), HOME),
    "not on a journey": (_facts(policy="STAY", is_in_transit=True), HOME),
    "not at a machine": (_facts(policy="STAY", is_self_service=True), HOME),
    "not when damaged": (_facts(policy="STAY", is_damaged=True), HOME),
    "not for use in the library": (_facts(policy="STAY", status="REFERENCE_ONLY"), HOME),
    "not in process": (_facts(policy="STAY", status="IN_PROCESS"), HOME),
    "with its collection": (_facts(policy="STAY", rotation_branch_id=C), Route(C, "ROTATION")),
    "at its collection's stop": (_facts(rotation_branch_id=B), Route(B, "ROTATION")),
    "damaged leaves its collection": (_facts(rotation_branch_id=C, is_damaged=True), HOME),
}


@pytest.mark.parametrize(("facts", "expected"), ROUTES.values(), ids=ROUTES)
def test_routes(facts, expected):
    assert route(facts) == expected


@pytest.mark.parametrize(
    ("policy", "here", "accepted"),
    [
        (None, C, True),
        ("ANYWHERE", C, True),
        ("HOME", A, True),
        ("HOME", B, False),
        ("GROUP", B, True),
        ("GROUP", A, True),
        ("GROUP", C, False),
    ],
)
def test_accepts_returns(policy, here, accepted):
    assert accepts_return(policy, home_branch_id=A, here_id=here, home_group={A, B}) is accepted


@pytest.fixture
def take_back(library, now):
    """Return a function that checks in at east."""

    def take_back(item, **values):
        return check_in(item=item, staff=library.staff, **{"branch": library.east, "now": now, **values})

    return take_back


@pytest.fixture
def loan(library):
    """Return an open loan of an item of main."""
    return LoanFactory(item=library.item(), patron=library.patron, lending_branch=library.main)


@pytest.fixture
def floating(library):
    """Let books stay where they come back."""
    return RuleFactory(values={"return_policy": "STAY"}, branch=library.main)


def _places(item):
    item.refresh_from_db()
    return item.home_branch.code, item.current_branch.code, item.status


# --- Floating ---


def test_floats(take_back, library, loan, floating):
    result = take_back(loan.item)

    assert (result.goes_to, result.branch) == (GoesTo.SHELF, library.east)
    assert Code.BELONGS_HERE_NOW in [notice.code for notice in result.notices]
    assert _places(loan.item) == ("east", "east", "AVAILABLE")
    assert not Transit.objects.exists()


def test_floats_into_the_room_of_the_same_name(take_back, library, loan, floating):
    loan.item.location = ShelvingLocationFactory(branch=library.main, name="Children")
    loan.item.save()
    room = ShelvingLocationFactory(branch=library.east, name="Children")

    take_back(loan.item)

    loan.item.refresh_from_db()
    assert loan.item.location == room


def test_floats_without_a_room_when_there_is_none_of_the_name(take_back, library, loan, floating):
    loan.item.location = ShelvingLocationFactory(branch=library.main, name="Attic")
    loan.item.save()

    take_back(loan.item)

    loan.item.refresh_from_db()
    assert loan.item.location is None


def test_goes_home_from_a_machine(take_back, library, loan, floating):
    result = take_back(loan.item, is_self_service=True)

    assert (result.goes_to, result.branch) == (GoesTo.TRANSIT, library.main)
    assert _places(loan.item) == ("main", "east", "IN_TRANSIT")


def test_goes_to_a_hold_and_not_adrift(take_back, library, loan, floating):
    hold = HoldFactory(record=loan.item.record, pickup_branch=library.east)

    result = take_back(loan.item)

    assert (result.goes_to, result.hold) == (GoesTo.HOLD_SHELF, hold)
    assert _places(loan.item) == ("main", "east", "ON_HOLD_SHELF")


def test_does_not_stay_at_a_branch_that_keeps_nothing(take_back, library, loan, floating):
    RuleFactory(values={"return_policy": "HOME"}, branch=library.east)

    assert take_back(loan.item).branch == library.main


def test_undoing_lets_it_belong_where_it_did(take_back, library, loan, floating, now):
    room = loan.item.location = ShelvingLocationFactory(branch=library.main, name="Attic")
    loan.item.save()
    result = take_back(loan.item)

    undo(entry=AuditEntry.objects.get(pk=result.entry_id), staff=library.staff, now=now)

    assert _places(loan.item) == ("main", "main", "ON_LOAN")
    assert loan.item.location == room


def test_tells_the_shared_catalogue(take_back, library, loan, floating):
    from catalogue.models import HoldingsSummary  # noqa: PLC0415 - only this test looks there

    take_back(loan.item)

    summaries = HoldingsSummary.objects.filter(record=loan.item.record).values_list("branch_code", "items")
    assert list(summaries) == [("east", 1)]


# --- Where returns are accepted ---


@pytest.fixture
def only_at_home(library):
    """Let main's items come back at main only."""
    return RuleFactory(values={"returns_accepted": "HOME"}, branch=library.main)


def test_refuses_elsewhere_and_names_the_branch(take_back, library, loan, only_at_home):
    with pytest.raises(CheckInRefused) as refused:
        take_back(loan.item)

    (reason,) = refused.value.reasons
    assert (reason.code, reason.facts["branch_id"]) == (Code.RETURN_NOT_HERE, library.main.pk)
    loan.refresh_from_db()
    assert loan.returned_at is None
    assert _places(loan.item) == ("main", "main", "ON_LOAN")


def test_gives_every_reason_against_a_return(take_back, loan, only_at_home):
    with pytest.raises(CheckInRefused) as refused:
        take_back(loan.item, back_dated_to=date(2026, 12, 24))

    assert refused.value.codes == [Code.RETURN_NOT_HERE, Code.RETURN_DAY_AHEAD]


def test_sends_home_what_is_not_on_loan(take_back, library, only_at_home):
    assert take_back(library.item()).branch == library.main


def test_takes_back_within_the_group(take_back, library, loan):
    library.main.group = library.east.group = BranchGroupFactory()
    library.main.save()
    library.east.save()
    RuleFactory(values={"returns_accepted": "GROUP"}, branch=library.main)
    outside = BranchFactory()

    with pytest.raises(CheckInRefused):
        take_back(loan.item, branch=outside)
    assert take_back(loan.item).loan == loan


# --- Claims ---


def test_a_claim_is_settled_when_the_item_is_here(take_back, library, loan, now):
    Loan.objects.filter(pk=loan.pk).update(claim="RETURNED", claimed_at=now - timedelta(days=1))

    result = take_back(loan.item, branch=library.main)

    assert Code.CLAIM_SETTLED in [notice.code for notice in result.notices]
    loan.refresh_from_db()
    assert (loan.claim, loan.claimed_at, loan.patron) == ("", None, None)


def test_no_fee_for_the_days_after_the_claim(take_back, library, now):
    late = LoanFactory(item=library.item(), patron=library.patron, lending_branch=library.main, overdue=True)
    Loan.objects.filter(pk=late.pk).update(claim="RETURNED", claimed_at=now - timedelta(days=8))

    result = take_back(late.item, branch=library.main)

    # Ten days late today, but two when she said that it was back: the ladder's first step.
    assert (result.days_late, str(result.fee.balance)) == (2, "20.00")


def test_undoing_a_return_lets_the_claim_stand(take_back, library, loan, now):
    claimed_at = now - timedelta(days=1)
    Loan.objects.filter(pk=loan.pk).update(claim="RETURNED", claimed_at=claimed_at)
    result = take_back(loan.item, branch=library.main)

    undo(entry=AuditEntry.objects.get(pk=result.entry_id), staff=library.staff, now=now)

    loan.refresh_from_db()
    assert (loan.claim, loan.claimed_at, loan.patron) == ("RETURNED", claimed_at, library.patron)


# --- Rotation ---


def test_goes_to_its_collection(take_back, library, loan, now):
    third = BranchFactory()
    collection = RotatingCollection.objects.create(name="Comics")
    collection.members.create(item=loan.item)
    collection.stops.create(branch=third, position=1, sent_at=now)

    result = take_back(loan.item)

    assert (result.goes_to, result.branch) == (GoesTo.TRANSIT, third)
    assert Transit.objects.get().purpose == "ROTATION"
    assert take_back(loan.item, branch=third).goes_to == GoesTo.SHELF
    assert _places(loan.item)[1:] == (third.code, "AVAILABLE")


def test_a_journey_of_its_collection_is_received(take_back, library):
    item = library.item()
    TransitFactory(item=item, from_branch=library.main, to_branch=library.east, purpose="ROTATION")

    assert take_back(item).goes_to == GoesTo.TRANSIT
