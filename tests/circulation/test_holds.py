from datetime import timedelta

import pytest

from accounts.models import AuditEntry
from circulation.errors import Code, HoldRefused, Override
from circulation.models import CirculationRule, Hold
from circulation.services.check_in import check_in
from circulation.services.holds import (
    cancel_hold,
    expire_interest,
    expire_shelf_hold,
    move_hold,
    place_hold,
    resume_hold,
    suspend_hold,
)
from circulation.services.results import GoesTo
from holdings.models import Item
from notices.models import Notice
from tests.factories import (
    TODAY,
    BlockFactory,
    BranchFactory,
    FeeFactory,
    HoldFactory,
    ItemTypeFactory,
    LoanFactory,
    PatronFactory,
    RecordFactory,
    RuleFactory,
    StaffAccountFactory,
)


@pytest.fixture
def place(library, now):
    """Return a function that places a hold for the patron, to be picked up at main."""

    def place(record, **values):
        usual = {"patron": library.patron, "pickup_branch": library.main, "staff": library.staff, "now": now}
        return place_hold(record=record, **{**usual, **values})

    return place


def _refused(place, record, **values):
    before = Hold.objects.count()
    with pytest.raises(HoldRefused) as refused:
        place(record, **values)
    assert Hold.objects.count() == before
    assert not AuditEntry.objects.exists()
    return {reason.code: reason for reason in refused.value.reasons}


# --- Placing ---


def test_joins_the_queue(place, library, now):
    item = library.item()

    hold = place(item.record)

    assert (hold.state, hold.requested_at, hold.priority, hold.item) == (Hold.State.QUEUED, now, 0, None)
    assert (hold.patron, hold.pickup_branch) == (library.patron, library.main)
    assert hold.interest_until == TODAY + timedelta(days=180)
    assert AuditEntry.objects.get().action == "circulation.place_hold"


def test_is_kept_without_end_where_interest_is_unlimited(place, library):
    RuleFactory(values={"interest_days": None}, branch=library.main)

    assert place(library.item().record).interest_until is None


def test_takes_the_earlier_of_the_patrons_day_and_the_rules(place, library):
    wish = TODAY + timedelta(days=30)

    assert place(library.item().record, needed_by=wish).interest_until == wish
    assert place(library.item().record, needed_by=wish + timedelta(days=900)).interest_until == TODAY + timedelta(
        days=180
    )


def test_wants_one_item_only(place, library):
    item = library.item()

    assert place(item.record, item=item).item == item


def test_refuses_the_same_title_twice_d19(place, library):
    hold = HoldFactory(record=library.item().record, patron=library.patron)

    assert _refused(place, hold.record)[Code.ALREADY_HOLDS].facts == {"hold_id": hold.pk}


def test_takes_holds_for_two_items_of_a_title_but_not_one_more_for_the_title(place, library):
    one = library.item()
    other = library.item(record=one.record)
    place(one.record, item=one)
    place(one.record, item=other)
    AuditEntry.objects.all().delete()

    assert list(_refused(place, one.record)) == [Code.ALREADY_HOLDS]
    assert list(_refused(place, one.record, item=one)) == [Code.ALREADY_HOLDS]


def test_refuses_what_she_has_on_loan_d19(place, library):
    loan = LoanFactory(item=library.item(), patron=library.patron)

    assert _refused(place, loan.item.record)[Code.HAS_IT_ON_LOAN].facts == {"loan_id": loan.pk}


def test_refuses_a_title_without_an_item_that_could_come(place, library):
    record = RecordFactory()
    for trait in ("reference_only", "lost", "missing", "withdrawn"):
        library.item(record=record, **{trait: True})

    assert list(_refused(place, record)) == [Code.NO_ITEMS]


@pytest.mark.parametrize("trait", ["in_process", "on_order"])
def test_takes_a_hold_on_what_is_not_ready_yet(place, library, trait):
    assert place(library.item(**{trait: True}).record).state == Hold.State.QUEUED


def test_refuses_at_the_limit_and_a_ready_hold_counts_g4(place, library):
    RuleFactory(values={"max_holds": 2}, patron_category=library.patron.category)
    HoldFactory(patron=library.patron)
    HoldFactory(ready=True, patron=library.patron)
    HoldFactory(cancelled=True, patron=library.patron)

    reasons = _refused(place, library.item().record)
    assert (reasons[Code.HOLD_LIMIT_REACHED].facts["holds"], reasons[Code.HOLD_LIMIT_REACHED].facts["limit"]) == (2, 2)

    RuleFactory(values={"max_holds": 5}, patron_category=library.patron.category, branch=library.main)
    assert place(library.item().record).pk


def test_refuses_where_the_rules_allow_no_holds(place, library):
    film = ItemTypeFactory(code="film")
    rule = RuleFactory(values={"holds_allowed": False}, item_type=film)
    item = library.item(item_type=film)

    reasons = _refused(place, item.record)

    assert reasons[Code.HOLDS_NOT_ALLOWED].facts["origin"]["row_id"] == rule.pk


def test_takes_a_hold_when_one_type_of_the_title_allows_it(place, library):
    film = ItemTypeFactory(code="film")
    RuleFactory(values={"holds_allowed": False}, item_type=film)
    item = library.item(item_type=film)
    library.item(record=item.record)

    assert place(item.record).pk


@pytest.mark.parametrize(
    ("policy", "home", "pickup", "allowed"),
    [
        ("ANY_BRANCH", "east", "main", True),
        ("ITEM_HOME_BRANCH", "east", "main", False),
        ("ITEM_HOME_BRANCH", "main", "main", True),
        ("PATRON_HOME_BRANCH", "east", "main", True),
        ("PATRON_HOME_BRANCH", "main", "east", False),
    ],
)
def test_keeps_to_the_pick_up_policy_g8(place, library, policy, home, pickup, allowed):
    rule = CirculationRule.objects.get()
    rule.values["pickup_policy"] = policy
    rule.save()
    item = library.item(home_branch=getattr(library, home))
    branch = getattr(library, pickup)

    if allowed:
        assert place(item.record, pickup_branch=branch).pickup_branch == branch
    else:
        assert _refused(place, item.record, pickup_branch=branch)[Code.PICKUP_NOT_ALLOWED].facts == {
            "branch_id": branch.pk
        }


@pytest.mark.parametrize("trait", ["no_pickup", "closed_for_business"])
def test_refuses_a_branch_where_nothing_is_picked_up(place, library, trait):
    branch = BranchFactory(**{trait: True})

    assert list(_refused(place, library.item().record, pickup_branch=branch)) == [Code.PICKUP_NOT_ALLOWED]


def test_lists_every_reason_at_once(place, library):
    loan = LoanFactory(item=library.item(), patron=library.patron, overdue=True)
    RuleFactory(values={"max_holds": 0, "block_at_overdue": 1}, branch=library.main)
    BlockFactory(patron=library.patron)
    FeeFactory(patron=library.patron, amount="300.00")

    assert list(_refused(place, loan.item.record)) == [
        Code.HAS_IT_ON_LOAN,
        Code.PATRON_BLOCKED,
        Code.DEBT_LIMIT,
        Code.OVERDUE_LIMIT,
        Code.HOLD_LIMIT_REACHED,
    ]


def test_goes_past_a_limit_by_override(place, library):
    RuleFactory(values={"max_holds": 0}, branch=library.main)
    override = Override([Code.HOLD_LIMIT_REACHED], "For her exam")

    place(library.item().record, override=override)

    assert AuditEntry.objects.get().facts["override_reason"] == "For her exam"


def test_names_every_rule_that_is_missing(place, library):
    CirculationRule.objects.all().delete()

    with pytest.raises(HoldRefused) as refused:
        place(library.item().record)

    names = [reason.facts["name"] for reason in refused.value.reasons]
    assert sorted(names) == ["block_at_debt", "holds_allowed", "interest_days", "max_holds"]


# --- Moving, pausing, cancelling ---


def test_moves_to_another_branch_and_keeps_its_place(library, now):
    hold = HoldFactory(record=library.item().record, patron=library.patron, pickup_branch=library.main)

    moved = move_hold(hold=hold, pickup_branch=library.east, staff=None, now=now)

    hold.refresh_from_db()
    assert moved.pickup_branch == hold.pickup_branch == library.east
    assert AuditEntry.objects.get().facts["from_branch_id"] == library.main.pk


def test_sends_a_moved_item_on_from_where_it_arrives_d21(library, now):
    third = BranchFactory()
    hold = HoldFactory(in_transit=True, trapped_item=library.item(), pickup_branch=library.east)
    move_hold(hold=hold, pickup_branch=third, staff=library.staff, now=now)

    result = check_in(item=hold.trapped_item, branch=library.east, staff=library.staff, now=now)

    assert (result.goes_to, result.branch, result.hold) == (GoesTo.TRANSIT, third, hold)


def test_does_not_move_what_lies_ready_d21(library, now):
    hold = HoldFactory(ready=True, pickup_branch=library.main)

    with pytest.raises(HoldRefused) as refused:
        move_hold(hold=hold, pickup_branch=library.east, staff=library.staff, now=now)

    assert refused.value.codes == [Code.HOLD_ON_ITS_WAY]


def test_does_not_move_where_nothing_is_picked_up(library, now):
    hold = HoldFactory(record=library.item().record, pickup_branch=library.main)

    with pytest.raises(HoldRefused) as refused:
        move_hold(hold=hold, pickup_branch=BranchFactory(no_pickup=True), staff=None, now=now)

    assert refused.value.codes == [Code.PICKUP_NOT_ALLOWED]


def test_pauses_and_goes_on_in_its_old_place_g18(library, now):
    item = library.item()
    paused = HoldFactory(record=item.record, pickup_branch=library.main)
    HoldFactory(record=item.record, pickup_branch=library.main)

    suspend_hold(hold=paused, until=TODAY + timedelta(days=7), staff=None, now=now)
    assert check_in(item=item, branch=library.main, staff=library.staff, now=now).hold != paused

    resume_hold(hold=paused, staff=None, now=now)
    sibling = library.item(record=item.record)
    assert check_in(item=sibling, branch=library.main, staff=library.staff, now=now).hold == paused


def test_takes_its_place_again_on_the_day_that_was_given_g18(library, now):
    item = library.item()
    hold = HoldFactory(record=item.record, pickup_branch=library.main, suspended_until=TODAY)

    assert check_in(item=item, branch=library.main, staff=library.staff, now=now).hold == hold


def test_does_not_pause_until_a_day_that_has_passed_or_what_is_on_its_way(library, now):
    queued, ready = HoldFactory(pickup_branch=library.main), HoldFactory(ready=True, pickup_branch=library.main)

    with pytest.raises(HoldRefused) as refused:
        suspend_hold(hold=queued, until=TODAY, staff=None, now=now)
    assert refused.value.codes == [Code.DAY_PAST]
    with pytest.raises(HoldRefused) as refused:
        suspend_hold(hold=ready, until=TODAY + timedelta(days=7), staff=None, now=now)
    assert refused.value.codes == [Code.HOLD_ON_ITS_WAY]


@pytest.mark.parametrize(("by_staff", "reason"), [(True, "BY_STAFF"), (False, "BY_PATRON")])
def test_cancels_and_says_who(library, now, by_staff, reason):
    hold = HoldFactory(pickup_branch=library.main)

    cancel_hold(hold=hold, staff=StaffAccountFactory() if by_staff else None, now=now)

    hold.refresh_from_db()
    assert (hold.state, hold.end_reason, hold.ended_at) == (Hold.State.CANCELLED, reason, now)


def test_keeps_back_the_message_of_a_ready_hold_that_is_cancelled(library, now):
    item = library.item()
    hold = HoldFactory(record=item.record, pickup_branch=library.main)
    check_in(item=item, branch=library.main, staff=library.staff, now=now)
    assert Notice.objects.get().state == Notice.State.QUEUED

    cancel_hold(hold=hold, staff=None, now=now)

    assert Notice.objects.get().state == Notice.State.CANCELLED
    assert Item.objects.get(pk=item.pk).status == Item.Status.ON_HOLD_SHELF


def test_does_not_cancel_twice(library, now):
    hold = HoldFactory(cancelled=True)

    with pytest.raises(HoldRefused) as refused:
        cancel_hold(hold=hold, staff=None, now=now)

    assert refused.value.codes == [Code.HOLD_ENDED]


def test_refuses_a_hold_that_is_gone(library, now):
    with pytest.raises(HoldRefused) as refused:
        cancel_hold(hold=Hold(pk=10**9), staff=None, now=now)

    assert refused.value.codes == [Code.HOLD_UNKNOWN]


# --- Expiring ---


def test_ends_a_hold_that_was_not_collected_and_tells_the_patron_once(library, now):
    hold = HoldFactory(ready=True, pickup_branch=library.main, shelf_until=TODAY - timedelta(days=1))

    assert expire_shelf_hold(hold=hold, now=now)
    assert not expire_shelf_hold(hold=hold, now=now)

    hold.refresh_from_db()
    assert (hold.state, hold.end_reason) == (Hold.State.EXPIRED, "NOT_COLLECTED")
    assert Notice.objects.get().kind == "HOLD_EXPIRED"
    assert AuditEntry.objects.filter(action="circulation.expire_hold").count() == 1


def test_notes_who_ended_a_hold_at_the_desk_and_nobody_by_night(library, now):
    by_hand, by_night = (
        HoldFactory(ready=True, pickup_branch=library.main, shelf_until=TODAY - timedelta(days=1)) for _ in range(2)
    )
    staff = StaffAccountFactory()

    expire_shelf_hold(hold=by_hand, now=now, staff=staff)
    expire_shelf_hold(hold=by_night, now=now)

    actors = AuditEntry.objects.filter(action="circulation.expire_hold").values_list("subject_id", "actor_id")
    assert dict(actors) == {by_hand.pk: staff.pk, by_night.pk: None}


def test_leaves_a_hold_on_its_last_day(library, now):
    last_day = HoldFactory(ready=True, pickup_branch=library.main, shelf_until=TODAY)
    without_end = HoldFactory(ready=True, pickup_branch=library.main, shelf_until=None)

    assert not expire_shelf_hold(hold=last_day, now=now)
    assert not expire_shelf_hold(hold=without_end, now=now)
    assert Notice.objects.count() == 0


def test_ends_a_hold_that_nobody_wants_any_longer(library, now):
    over = HoldFactory(pickup_branch=library.main, interest_until=TODAY - timedelta(days=1))
    last_day = HoldFactory(pickup_branch=library.main, interest_until=TODAY)
    ready = HoldFactory(ready=True, pickup_branch=library.main, interest_until=TODAY - timedelta(days=1))

    assert expire_interest(hold=over, now=now)
    assert not expire_interest(hold=over, now=now)
    assert not expire_interest(hold=last_day, now=now)
    assert not expire_interest(hold=ready, now=now)

    over.refresh_from_db()
    assert (over.state, over.end_reason) == (Hold.State.EXPIRED, "INTEREST_OVER")


def test_serves_the_queue_by_priority_then_by_request(library, now):
    record = RecordFactory()
    patrons = PatronFactory.create_batch(3)
    early, late, urgent = (
        HoldFactory(record=record, patron=patron, pickup_branch=library.main, priority=priority)
        for patron, priority in zip(patrons, (0, 0, 1), strict=True)
    )

    served = [
        check_in(item=library.item(record=record), branch=library.main, staff=library.staff, now=now).hold
        for _ in range(3)
    ]

    assert served == [urgent, early, late]
