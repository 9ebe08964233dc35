"""A recall is taken back when no hold needs it any more, or by hand: the loan has its old due date, and she's told."""

import re
from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from accounts.models import AuditEntry
from circulation.errors import Code, RecallRefused
from circulation.models import CirculationRule, Fee, Hold, Loan
from circulation.rules.recalls import given_back
from circulation.services.check_in import check_in
from circulation.services.check_out import check_out
from circulation.services.holds import cancel_hold, expire_shelf_hold, make_parallel, place_hold
from circulation.services.nightly.expired_holds import expire_holds
from circulation.services.nightly.hold_care import care_for_holds
from circulation.services.nightly.overdue_notices import make_overdue_notices
from circulation.services.patrons_leaving import end_membership
from circulation.services.recall import recall_loan
from circulation.services.recalls_over import take_back_recall
from circulation.services.renew import renew_loan
from circulation.services.undo import undo
from holdings.models import CalendarDay, Item
from holdings.rules.calendars import Calendar
from notices.models import Notice
from patrons.models import Block
from patrons.services.merge import merge_patrons
from tests.factories import TODAY, FeeFactory, HoldFactory, LoanFactory, RuleFactory, StaffAccountFactory
from tests.locks import locks_of

RECALLING = {"recall_by_hold": True, "recall_min_days": 1, "recall_notice_days": 4}
DUE = TODAY + timedelta(days=21)
SOON = TODAY + timedelta(days=4)  # a Monday


@pytest.fixture
def loan(library):
    """Return a loan of the only item of a title whose holds call loans back."""
    RuleFactory(values=RECALLING, branch=library.main)
    return LoanFactory(item=library.item(), patron=library.another_patron(), lending_branch=library.main, due_date=DUE)


@pytest.fixture
def place(library, now):
    """Return a function that places a hold on a loan's title, and reads the loan anew."""

    def place(loan, patron=None, **values):
        hold = place_hold(
            **{"record": loan.item.record, "pickup_branch": library.main, "staff": library.staff, "now": now},
            patron=patron or library.another_patron(),
            **values,
        )
        loan.refresh_from_db()
        return hold

    return place


@pytest.fixture
def desk(library, now):
    """Return who acts, and when: an hour after the recall."""
    return {"staff": library.staff, "now": now + timedelta(hours=1)}


def state(loan):
    loan.refresh_from_db()
    return loan.due_date, loan.recalled_at, loan.recalled_for_id, loan.due_before_recall


BACK = (DUE, None, None, None)


def test_a_cancelled_hold_gives_the_loan_its_old_due_date_and_lets_it_be_renewed(loan, place, desk, library, now):
    hold = place(loan)
    assert state(loan) == (SOON, now, hold.pk, DUE)
    Notice.objects.update(state=Notice.State.SENT)

    cancel_hold(hold=hold, **desk)

    assert state(loan) == BACK
    entry = AuditEntry.objects.get(action="circulation.take_back_recall")
    assert (entry.actor, entry.subject_id) == (library.staff, loan.item_id)
    assert entry.facts == {
        "loan_id": loan.pk,
        "patron_id": loan.patron_id,
        "hold_id": hold.pk,
        "before": {"due_date": SOON.isoformat()},
        "due_date": DUE.isoformat(),
    }
    told = Notice.objects.get(kind="RECALL_OVER")
    assert (told.patron, told.about) == (loan.patron, {"loans": [loan.pk], "due_dates": [DUE.isoformat()]})
    assert "now due 10 December 2026" in told.body
    assert renew_loan(loan=loan, staff=library.staff, now=now + timedelta(days=20)).loan.renewals == 1


def test_who_has_not_been_told_of_the_recall_is_told_nothing(loan, place, desk):
    hold = place(loan)

    cancel_hold(hold=hold, **desk)

    assert list(Notice.objects.values_list("kind", "state")) == [("RECALL", "CANCELLED")]


def test_it_stays_called_back_for_the_next_who_waits(loan, place, desk, now):
    first, second = place(loan), place(loan)
    assert loan.recalled_for_id == first.pk

    cancel_hold(hold=first, **desk)

    assert state(loan) == (SOON, now, second.pk, DUE)
    assert AuditEntry.objects.get(action="circulation.keep_recall").facts["hold_id"] == second.pk
    cancel_hold(hold=second, **desk)
    assert state(loan) == BACK


@pytest.mark.parametrize("why", ["called back another", "is the borrower's", "can't use it", "can have one on a shelf"])
def test_no_other_hold_needs_it_that(loan, place, desk, library, why):
    hold = place(loan)
    record = loan.item.record
    if why == "called back another":
        other = LoanFactory(item=library.item(record=record), lending_branch=library.main, due_date=DUE)
        second = place(loan)
        assert Loan.objects.get(pk=other.pk).recalled_for_id == second.pk
    if why == "is the borrower's":
        HoldFactory(record=record, patron=loan.patron, pickup_branch=library.main)
    if why == "can't use it":
        HoldFactory(record=record, pickup_branch=library.main, volume="2")
    if why == "can have one on a shelf":
        library.item(record=record)
        HoldFactory(record=record, pickup_branch=library.main)

    cancel_hold(hold=hold, **desk)

    assert state(loan) == BACK


def test_a_hold_that_is_filled_with_another_item_lets_it_go(loan, place, desk, library):
    hold = place(loan)
    found = library.item(record=loan.item.record)

    check_out(item=found, patron=hold.patron, branch=library.main, **desk)

    assert Hold.objects.get().state == Hold.State.FILLED
    assert state(loan) == BACK


@pytest.mark.parametrize("parallel", [False, True])
def test_undoing_the_check_out_calls_it_back_again(loan, place, desk, library, parallel):
    hold = place(loan)
    found = library.item(record=loan.item.record, status=Item.Status.IN_TRANSIT)
    if parallel:
        found = library.item()
        own = HoldFactory(record=found.record, patron=hold.patron, pickup_branch=library.main)
        make_parallel(hold_ids=[hold.pk, own.pk], **desk)
    done = check_out(item=found, patron=hold.patron, branch=library.main, **desk)
    assert state(loan) == BACK

    undo(entry=AuditEntry.objects.get(pk=done.entry_id), **desk)

    assert state(loan) == (SOON, desk["now"], hold.pk, DUE)


def test_undoing_the_check_out_of_what_stands_on_a_shelf_again_does_not(loan, place, desk, library):
    hold = place(loan)
    found = library.item(record=loan.item.record)
    done = check_out(item=found, patron=hold.patron, branch=library.main, **desk)

    undo(entry=AuditEntry.objects.get(pk=done.entry_id), **desk)

    hold.refresh_from_db()
    assert (state(loan), hold.state) == (BACK, Hold.State.QUEUED)


def test_a_hold_whose_interest_is_over_lets_it_go_by_night(loan, place, now):
    hold = place(loan, needed_by=TODAY)

    expire_holds(on=TODAY + timedelta(days=1), now=now + timedelta(days=1), counts=Counter())

    assert Hold.objects.get(pk=hold.pk).end_reason == "INTEREST_OVER"
    assert state(loan) == BACK


def test_the_night_locks_patrons_and_loans_before_all_holds_of_a_batch(loan, place, library, now):
    holds = [place(loan), HoldFactory(pickup_branch=library.main), HoldFactory(pickup_branch=library.main)]
    for hold in holds[1:]:
        item = library.item(record=hold.record, status=Item.Status.ON_HOLD_SHELF)
        Hold.objects.filter(pk=hold.pk).update(
            state="READY", trapped_item=item, shelf_number=hold.pk, ready_at=now, shelf_until=TODAY - timedelta(days=1)
        )
    Hold.objects.filter(pk__in=[holds[0].pk, holds[2].pk]).update(patron=holds[2].patron, group=uuid4())

    with locks_of() as locks:
        expire_holds(on=TODAY, now=now, counts=Counter())

    tables = [re.search(r"FROM \"?([a-z_]+)", sql)[1] for sql, _ in locks]
    assert tables[:3] == ["patrons_patron", "circulation_loan", "circulation_loan"]
    assert set(tables) == {"patrons_patron", "circulation_loan", "circulation_hold"}
    assert state(loan) == BACK


def test_a_hold_that_is_not_collected_lets_it_go(loan, place, desk, library):
    hold = place(loan)
    found = library.item(record=loan.item.record)
    Hold.objects.filter(pk=hold.pk).update(
        state="READY", trapped_item=found, shelf_number=1, ready_at=desk["now"], shelf_until=TODAY - timedelta(days=1)
    )

    assert expire_shelf_hold(hold=hold, **desk)

    assert state(loan) == BACK


def test_the_night_lets_go_what_a_return_that_is_undone_called_back_again(loan, place, desk, library, now):
    hold = place(loan)
    back = check_in(item=loan.item, branch=library.main, **desk)
    Hold.objects.filter(pk=hold.pk).update(state="CANCELLED", trapped_item=None, ended_at=now)
    undo(entry=AuditEntry.objects.get(pk=back.entry_id), **desk)
    assert state(loan)[2] == hold.pk

    for _ in range(2):
        care_for_holds(on=TODAY, now=desk["now"], counts=Counter())

    assert state(loan) == BACK
    assert AuditEntry.objects.filter(action="circulation.take_back_recall").count() == 1


def test_a_patron_who_leaves_lets_it_go(loan, place, desk):
    hold = place(loan)

    end_membership(patron=hold.patron, reason="MOVED", **desk)

    assert state(loan) == BACK


def test_a_hold_that_is_merged_away_leaves_the_recall_to_the_one_that_stays(loan, place, desk, library):
    goes, stays = library.another_patron(), library.another_patron()
    first, second = place(loan, patron=stays), place(loan, patron=goes)
    Loan.objects.filter(pk=loan.pk).update(recalled_for=second)

    merge_patrons(goes=goes, stays=stays, staff=StaffAccountFactory(supervisor=True), now=desk["now"])

    assert Hold.objects.get(pk=second.pk).end_reason == "MERGED"
    assert state(loan)[2] == first.pk


def test_the_due_date_of_a_loan_that_was_renewed_since_stays(loan, place, desk, now):
    hold = place(loan)
    later = TODAY + timedelta(days=10)
    Loan.objects.filter(pk=loan.pk).update(due_date=later, renewed_at=now + timedelta(minutes=1))

    cancel_hold(hold=hold, **desk)

    assert state(loan) == (later, None, None, None)


def test_a_day_that_has_been_closed_since_gives_way_to_the_next_open_one(loan, place, desk, library):
    hold = place(loan)
    CalendarDay.objects.create(branch=library.main, date=DUE, is_open=False, reason="Repairs")

    cancel_hold(hold=hold, **desk)

    assert state(loan)[0] == DUE + timedelta(days=1)


def test_what_she_was_late_for_is_charged_until_the_day_it_is_let_go(loan, place, library, now):
    hold = place(loan)

    cancel_hold(hold=hold, staff=library.staff, now=now + timedelta(days=5))

    assert state(loan) == BACK
    fee = Fee.objects.get(loan=loan)
    assert (fee.due_date, fee.balance > 0) == (SOON, True)
    assert fee.closed_at is not None


def test_the_night_s_recall_of_an_overdue_loan_is_taken_back_too(library, now):
    RuleFactory(values={"recall_overdue": True, "notice_steps": None}, branch=library.main)
    late = LoanFactory(item=library.item(), lending_branch=library.main, overdue=True)
    hold = HoldFactory(record=late.item.record, pickup_branch=library.main)
    make_overdue_notices(on=TODAY, now=now, counts=Counter())
    assert state(late) == (late.due_date, now, hold.pk, late.due_date)

    cancel_hold(hold=hold, staff=library.staff, now=now)

    assert state(late) == (late.due_date, None, None, None)
    assert not Notice.objects.filter(kind="RECALL_OVER").exists()


def test_staff_take_a_recall_back_and_may_call_the_loan_back_again(loan, desk, library, now):
    recall_loan(loan=loan, staff=library.staff, now=now)
    Notice.objects.update(state=Notice.State.SENT)

    assert take_back_recall(loan=loan, **desk).due_date == DUE

    assert state(loan) == BACK
    assert Notice.objects.filter(kind="RECALL_OVER").count() == 1
    with pytest.raises(RecallRefused) as refused:
        take_back_recall(loan=loan, **desk)
    assert refused.value.codes == [Code.NOT_RECALLED]
    assert recall_loan(loan=loan, **desk).due_date == SOON
    assert Notice.objects.filter(kind="RECALL").count() == 2


def test_what_staff_called_back_is_not_let_go_by_a_hold(loan, desk, library, now):
    recall_loan(loan=loan, staff=library.staff, now=now)
    hold = HoldFactory(record=loan.item.record, pickup_branch=library.main)

    cancel_hold(hold=hold, **desk)

    assert state(loan) == (SOON, now, None, DUE)


def test_a_loan_that_is_back_has_nothing_to_take_back(loan, desk):
    Loan.objects.update(returned_at=desk["now"], recalled_at=desk["now"])

    with pytest.raises(RecallRefused) as refused:
        take_back_recall(loan=loan, **desk)

    assert refused.value.codes == [Code.LOAN_ENDED]


@pytest.mark.parametrize(
    ("due", "before", "today", "expected"),
    [
        (3, 21, 1, 21),
        (3, None, 1, 3),
        (3, 2, 1, 3),
        (3, 20, 1, 21),  # a Friday that's closed
        (3, 21, 10, 21),
        (3, 21, 25, 3),
    ],
    ids=["as before", "renewed since", "never earlier", "on an open day", "late by the recall", "late by both"],
)
def test_the_day_that_is_given_back(due, before, today, expected):
    calendar = Calendar(frozenset(range(7)), {date(2026, 11, 20): False})

    def day(number):
        return date(2026, 11, number) if number else None

    assert given_back(due_date=day(due), due_before=day(before), today=day(today), calendar=calendar) == day(expected)


def test_it_ends_also_where_no_rule_says_what_being_late_costs(loan, place, library, now):
    hold = place(loan)
    for rule in CirculationRule.objects.filter(values__has_key="fee_steps"):
        del rule.values["fee_steps"]
        rule.save()
    late = now + timedelta(days=6)

    cancel_hold(hold=hold, staff=library.staff, now=late)

    assert state(loan) == BACK
    assert not Fee.objects.exists()


def test_what_is_lost_stays_claimed_whoever_gives_up_a_hold(loan, place, library, now):
    hold = place(loan)
    Item.objects.filter(pk=loan.item_id).update(status=Item.Status.LOST)
    claim = FeeFactory(patron=loan.patron, loan=loan, kind=Fee.Kind.REPLACEMENT, amount="249.00")

    cancel_hold(hold=hold, staff=library.staff, now=now + timedelta(days=15))

    claim.refresh_from_db()
    assert state(loan) == (SOON, None, None, None)
    assert (claim.balance, claim.closed_at) == (Decimal("249.00"), None)


def test_it_stops_nobody_from_borrowing_who_is_not_late_any_more(loan, place, library, now):
    CirculationRule.objects.filter(branch=library.main).update(values={**RECALLING, "suspension_days": 3})
    hold = place(loan)

    cancel_hold(hold=hold, staff=library.staff, now=now + timedelta(days=6))

    assert Block.objects.exists()
    assert not Block.objects.filter(lifted_at__isnull=True).exists()
