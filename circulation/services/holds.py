"""Places, moves, pauses, cancels and expires holds. What an item does about them is `check_in`'s business."""

from datetime import date, datetime, timedelta
from typing import Any

from accounts.models import StaffAccount
from catalogue.models import BibliographicRecord
from circulation.errors import Code, HoldRefused, Override
from circulation.models import Hold
from circulation.rules.holds import HoldFactsToPlace, Supply, reasons_to_refuse_hold
from circulation.rules.reasons import blocking, covered_codes, standing
from circulation.rules.resolution import Resolved
from circulation.selectors.desk_facts import patron_facts, patron_holds, read_facts
from circulation.selectors.rule_books import RuleBook, rule_book
from circulation.services import hold_states
from circulation.services.desk_actions import (
    desk_action,
    local_day,
    locked_patron,
    override_facts,
    permissions,
)
from common import audit
from holdings.models import Branch, Item
from notices.models import NoticeKind
from notices.services.outbox import make_notice
from patrons.models import Patron

_FACTS = (
    "version",
    "patron_holds",
    "open_loan_of_record",
    "supplies",
    "overdue",
    "lost",
    "owed",
    "family_owed",
    "blocks",
    "cards",
)


def place_hold(
    *,
    record: BibliographicRecord,
    patron: Patron,
    pickup_branch: Branch,
    staff: StaffAccount | None,
    now: datetime,
    item: Item | None = None,
    interest_until: date | None = None,
    override: Override | None = None,
) -> Hold:
    """Put the patron into the title's queue, to pick it up at a branch.

    :param item: when only this item of the title will do
    :param interest_until: the last day on which she wants it, if that's earlier than the rules say
    :param staff: None when she places it herself
    :raises HoldRefused: with every reason found; nothing has changed
    """
    with desk_action(HoldRefused):
        patron = locked_patron(patron, HoldRefused)
        today = local_day(now, pickup_branch)
        facts = read_facts(
            *_FACTS, record=record.pk, item=item.pk if item else None, patron=patron.pk, today=today, now=now
        )
        book = rule_book(facts["version"])
        wish = _facts_to_decide(facts, record, item, patron, pickup_branch, book, today, interest_until)
        reasons = reasons_to_refuse_hold(wish)
        if against := standing(reasons, override, permissions(staff)):
            raise HoldRefused(against)
        hold = Hold.objects.create(
            record_id=record.pk,
            item=item,
            patron=patron,
            pickup_branch=book.branches[pickup_branch.pk],
            requested_at=now,
            interest_until=_interest_until(wish),
        )
        audit.record(
            action="circulation.place_hold",
            actor=staff,
            subject=hold,
            facts={
                "record_id": record.pk,
                "item_id": hold.item_id,
                "patron_id": patron.pk,
                "pickup_branch_id": pickup_branch.pk,
                **override_facts(override, covered_codes(reasons, override)),
            },
        )
        return hold


def cancel_hold(*, hold: Hold, staff: StaffAccount | None, now: datetime, reason: str = "") -> Hold:
    """End a hold that's not wanted any more. What lies ready for it stays there until it's scanned.

    :param hold: only its key counts
    :param reason: BY_PATRON or BY_STAFF; by whoever does it, if it's empty
    :raises HoldRefused: HOLD_ENDED if it's over already
    """
    with desk_action(HoldRefused):
        hold = _lock_active(hold)
        before = hold_states.snapshot(hold)
        hold_states.cancel(hold, reason=reason or ("BY_STAFF" if staff else "BY_PATRON"), now=now)
        _record("cancel_hold", hold, staff, before=before, reason=hold.end_reason)
        return hold


def move_hold(*, hold: Hold, pickup_branch: Branch, staff: StaffAccount | None, now: datetime) -> Hold:
    """Choose another branch to pick the hold up at; the place in the queue stays.

    An item that's on its way already is sent on from wherever it's scanned next.

    :raises HoldRefused: HOLD_ENDED, PICKUP_NOT_ALLOWED, or HOLD_ON_ITS_WAY when it lies ready
    """
    with desk_action(HoldRefused):
        hold = _lock_active(hold)
        if hold.state == Hold.State.READY:
            raise HoldRefused([blocking(Code.HOLD_ON_ITS_WAY, state=hold.state)])
        facts = read_facts("version", "supplies", record=hold.record_id, item=hold.item_id)
        book = rule_book(facts["version"])
        if not _allows_pickup(hold, pickup_branch, book, facts, on=local_day(now, pickup_branch)):
            raise HoldRefused([blocking(Code.PICKUP_NOT_ALLOWED, branch_id=pickup_branch.pk)])
        before = hold.pickup_branch_id
        hold.pickup_branch = book.branches[pickup_branch.pk]
        hold.save(update_fields=["pickup_branch"])
        _record("move_hold", hold, staff, from_branch_id=before, to_branch_id=pickup_branch.pk)
        return hold


def suspend_hold(*, hold: Hold, until: date, staff: StaffAccount | None, now: datetime) -> Hold:
    """Pause a hold that's still in the queue: until that day others go past, and its place stays.

    :raises HoldRefused: HOLD_ENDED, HOLD_ON_ITS_WAY when an item is bound to it, DAY_PAST
    """
    with desk_action(HoldRefused):
        hold = _lock_active(hold)
        if hold.state != Hold.State.QUEUED:
            raise HoldRefused([blocking(Code.HOLD_ON_ITS_WAY, state=hold.state)])
        if until <= local_day(now, hold.pickup_branch):
            raise HoldRefused([blocking(Code.DAY_PAST, day=until.isoformat())])
        hold.suspended_until = until
        hold.save(update_fields=["suspended_until"])
        _record("suspend_hold", hold, staff, until=until.isoformat())
        return hold


def resume_hold(*, hold: Hold, staff: StaffAccount | None, now: datetime) -> Hold:
    """Let a paused hold take its place in the queue again.

    :raises HoldRefused: HOLD_ENDED
    """
    with desk_action(HoldRefused):
        hold = _lock_active(hold)
        if hold.suspended_until is not None:
            hold.suspended_until = None
            hold.save(update_fields=["suspended_until"])
            _record("resume_hold", hold, staff, at=now.isoformat())
        return hold


def expire_shelf_hold(*, hold: Hold, now: datetime, staff: StaffAccount | None = None) -> bool:
    """End a hold that wasn't collected in time, and tell the patron; again, it changes nothing.

    The item stays on the list of what's to be cleared from the hold shelf until it's scanned.

    :param staff: who does it at the desk; nobody by night
    :returns: whether the hold was ended now
    """
    with desk_action(HoldRefused):
        locked = hold_states.lock_hold(hold.pk)
        if locked is None or locked.state != Hold.State.READY or locked.shelf_until is None:
            return False
        branch = locked.pickup_branch
        if locked.shelf_until >= local_day(now, branch):
            return False
        before = hold_states.snapshot(locked)
        hold_states.expire(locked, reason="NOT_COLLECTED", now=now)
        make_notice(
            patron=locked.patron,
            branch=branch,
            kind=NoticeKind.HOLD_EXPIRED,
            key=f"{NoticeKind.HOLD_EXPIRED}:hold:{locked.pk}",
            context={"title": locked.record.title},
            about={"hold": locked.pk},
            now=now,
        )
        _record("expire_hold", locked, staff, before=before, reason=locked.end_reason)
        return True


def expire_interest(*, hold: Hold, now: datetime) -> bool:
    """End a hold in the queue whose patron doesn't want it any longer; again, it changes nothing.

    :returns: whether the hold was ended now
    """
    with desk_action(HoldRefused):
        locked = hold_states.lock_hold(hold.pk)
        if locked is None or locked.state != Hold.State.QUEUED or locked.interest_until is None:
            return False
        if locked.interest_until >= local_day(now, locked.pickup_branch):
            return False
        before = hold_states.snapshot(locked)
        hold_states.expire(locked, reason="INTEREST_OVER", now=now)
        _record("expire_hold", locked, None, before=before, reason=locked.end_reason)
        return True


def _lock_active(hold: Hold) -> Hold:
    locked = hold_states.lock_hold(hold.pk)
    if locked is None:
        raise HoldRefused([blocking(Code.HOLD_UNKNOWN)])
    if locked.state not in Hold.ACTIVE:
        raise HoldRefused([blocking(Code.HOLD_ENDED, state=locked.state)])
    return locked


def _record(verb: str, hold: Hold, staff: StaffAccount | None, **facts: Any) -> None:
    audit.record(action=f"circulation.{verb}", actor=staff, subject=hold, facts={"patron_id": hold.patron_id, **facts})


def _facts_to_decide(
    facts: dict[str, Any],
    record: BibliographicRecord,
    item: Item | None,
    patron: Patron,
    pickup_branch: Branch,
    book: RuleBook,
    today: date,
    interest_until: date | None,
) -> HoldFactsToPlace:
    holds = patron_holds(facts)
    same = (
        hold.hold_id
        for hold in holds
        if hold.record_id == record.pk and (item is None or hold.item_id in (None, item.pk))
    )
    return HoldFactsToPlace(
        today=today,
        record_id=record.pk,
        patron=patron_facts(patron, facts),
        patron_home_branch_id=patron.home_branch_id,
        pickup_branch_id=pickup_branch.pk,
        pickup_is_possible=_is_pickup_place(book, pickup_branch),
        rules=_rules(book, patron, pickup_branch.pk, on=today),
        supplies=_supplies(facts, book, pickup_branch.pk, patron, on=today),
        active_holds=len(holds),
        same_hold_id=next(same, None),
        own_loan_id=facts["open_loan_of_record"],
        interest_until=interest_until,
    )


def _supplies(
    facts: dict[str, Any], book: RuleBook, pickup_branch_id: int, patron: Patron, *, on: date
) -> list[Supply]:
    return [
        Supply(
            home_branch_id=home_branch_id,
            rules=_rules(book, patron, pickup_branch_id, item_type_id, home_branch_id, on=on),
        )
        for item_type_id, home_branch_id in facts["supplies"] or ()
    ]


def _rules(
    book: RuleBook,
    patron: Patron,
    pickup_branch_id: int,
    item_type_id: int | None = None,
    item_home_id: int | None = None,
    *,
    on: date,
) -> Resolved:
    return book.resolved_for_hold(
        pickup_id=pickup_branch_id,
        category_id=patron.category_id,
        patron_home_id=patron.home_branch_id,
        municipality_code=patron.municipality_code,
        item_type_id=item_type_id,
        item_home_id=item_home_id,
        on=on,
    )


def _is_pickup_place(book: RuleBook, branch: Branch) -> bool:
    known = book.branches.get(branch.pk)
    return known is not None and known.is_pickup_place and known.is_open_for_business


def _allows_pickup(hold: Hold, branch: Branch, book: RuleBook, facts: dict[str, Any], *, on: date) -> bool:
    if not _is_pickup_place(book, branch):
        return False
    return any(
        supply.allows_pickup(pickup_branch_id=branch.pk, patron_home_id=hold.patron.home_branch_id)
        for supply in _supplies(facts, book, branch.pk, hold.patron, on=on)
    )


def _interest_until(wish: HoldFactsToPlace) -> date | None:
    days = wish.rules.value("interest_days")
    by_rule = None if days is None else wish.today + timedelta(days=days)
    return min((day for day in (by_rule, wish.interest_until) if day is not None), default=None)
