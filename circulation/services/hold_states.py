"""Moves one hold from state to state: the only place that writes a hold's state, used by the desk actions."""

from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Q

from circulation.errors import Code
from circulation.models import Hold
from circulation.rules.holds import LAST_SHELF_NUMBER, next_shelf_number
from circulation.rules.reasons import notice, notice_of_missing_rule
from circulation.rules.resolution import RuleMissing
from circulation.selectors.rule_books import RuleBook
from common.errors import Reason
from common.keyed_reads import ALL, KeyedRead
from common.plain_updates import PlainUpdate
from holdings.models import Branch, Item
from holdings.rules.calendars import NeverOpen
from notices.models import Notice, NoticeKind
from notices.services.outbox import make_notice
from notices.services.writing import COPY

_lock_hold = KeyedRead(Hold, lock=True, along={"patron": ALL})
_write_state = PlainUpdate(
    Hold, "state", "trapped_item", "shelf_number", "ready_at", "shelf_until", "ended_at", "end_reason"
)


def lock_hold(hold_id: int) -> Hold | None:
    """Lock a hold and return it with its patron, or None; after the item and the patron."""
    return _lock_hold(hold_id)


def still_waits(hold: Hold, pickup_branch_id: int, today: date) -> bool:
    """Return whether a hold is still what a plan took it for: in the queue, not paused, picked up there."""
    is_paused = hold.suspended_until is not None and hold.suspended_until > today
    return hold.state == Hold.State.QUEUED and not is_paused and hold.pickup_branch_id == pickup_branch_id


def snapshot(hold: Hold) -> dict[str, Any]:
    """Return the hold's state as the audit log keeps it, for undoing."""
    return {
        "id": hold.pk,
        "state": hold.state,
        "trapped_item_id": hold.trapped_item_id,
        "shelf_number": hold.shelf_number,
        "ready_at": hold.ready_at.isoformat() if hold.ready_at else None,
        "shelf_until": hold.shelf_until.isoformat() if hold.shelf_until else None,
    }


def restore(hold: Hold, before: dict[str, Any]) -> None:
    """Put a hold back into the state of a snapshot; its place in the queue was never taken from it.

    The number on the hold shelf comes back too, unless another hold got it meanwhile.
    """
    hold.state = before["state"]
    hold.trapped_item_id = before["trapped_item_id"]
    hold.shelf_number = _still_free(hold, before["shelf_number"]) if hold.state == Hold.State.READY else None
    hold.ready_at = datetime.fromisoformat(before["ready_at"]) if before["ready_at"] else None
    hold.shelf_until = date.fromisoformat(before["shelf_until"]) if before["shelf_until"] else None
    hold.ended_at, hold.end_reason = None, ""
    if hold.state != Hold.State.READY:
        hold.ready_at, hold.shelf_until = None, None
        withdraw_notice(hold)
    _write_state(hold)
    if hold.state == Hold.State.READY:
        # What was kept back because she had the item is due again.
        key = _notice_key(hold)
        kept_back = Notice.objects.filter(Q(key=key) | Q(key__startswith=f"{key}{COPY}"), state=Notice.State.CANCELLED)
        kept_back.update(state=Notice.State.QUEUED)


def fill(hold: Hold, item: Item, *, now: datetime) -> None:
    """End a hold because its patron has the item now, this one or another that was bound to it."""
    has_another = hold.trapped_item_id not in (None, item.pk)
    if not has_another:
        hold.trapped_item = item
    # What was bound to it still lies on a hold shelf, and the list of what's to be cleared finds it by this.
    _end(hold, Hold.State.FILLED, "HAS_ANOTHER" if has_another else "FILLED", now)


def cancel(hold: Hold, *, reason: str, now: datetime) -> None:
    """End a hold because somebody doesn't want it any more; what was trapped stays where it lies."""
    _end(hold, Hold.State.CANCELLED, reason, now)


def expire(hold: Hold, *, reason: str, now: datetime) -> None:
    """End a hold because its time is over."""
    _end(hold, Hold.State.EXPIRED, reason, now)


def end_parallel(hold: Hold, *, now: datetime) -> list[dict[str, Any]]:
    """End the holds that are parallel to one that's over, and return what they were; its patron is locked already."""
    if hold.group is None:
        return []
    others = (
        Hold.objects.select_for_update(of=("self",), no_key=True)
        .filter(patron_id=hold.patron_id, group=hold.group, state__in=Hold.ACTIVE)
        .exclude(pk=hold.pk)
        .order_by("pk")
    )
    ended = []
    for other in others:
        ended.append(snapshot(other))
        cancel(other, reason="OTHER_FILLED", now=now)
    return ended


def back_to_queue(hold: Hold) -> None:
    """Let go of the trapped item; the hold is again where its request time and priority put it."""
    hold.state = Hold.State.QUEUED
    hold.trapped_item, hold.shelf_number, hold.ready_at, hold.shelf_until = None, None, None, None
    _write_state(hold)
    withdraw_notice(hold)


def send(hold: Hold, item: Item) -> None:
    """Bind the item to the hold while it travels to the pick-up branch."""
    lay_ready = hold.ready_at is not None
    hold.state = Hold.State.IN_TRANSIT
    hold.trapped_item, hold.shelf_number, hold.ready_at, hold.shelf_until = item, None, None, None
    _write_state(hold)
    if lay_ready:
        withdraw_notice(hold)


def make_ready(hold: Hold, item: Item, *, book: RuleBook, today: date, now: datetime) -> list[Reason]:
    """Put the item on the hold shelf for the hold, and tell the patron.

    A return is never refused for a rule or a calendar, so what's missing there comes back as notices.
    """
    problems: list[Reason] = []
    hold.state = Hold.State.READY
    hold.trapped_item = item
    hold.ready_at = now
    hold.shelf_until = _shelf_until(hold, book, today, problems)
    hold.shelf_number = _take_shelf_number(hold.pickup_branch_id)
    _write_state(hold)
    make_notice(
        patron=hold.patron,
        branch=book.branches[hold.pickup_branch_id],
        kind=NoticeKind.HOLD_READY,
        key=_notice_key(hold),
        context={
            "title": item.record.title,
            # As it stands on the shelf.
            "shelf_number": None if hold.shelf_number is None else f"{hold.shelf_number:03d}",
            "pickup_until": hold.shelf_until,
        },
        about={"hold": hold.pk},
        now=now,
    )
    return problems


def withdraw_notice(hold: Hold) -> None:
    """Keep back what hasn't been sent yet about the hold lying ready."""
    Notice.objects.filter(key__startswith=f"{NoticeKind.HOLD_READY}:hold:{hold.pk}:", state=Notice.State.QUEUED).update(
        state=Notice.State.CANCELLED
    )


def _end(hold: Hold, state: str, reason: str, now: datetime) -> None:
    hold.state, hold.ended_at, hold.end_reason = state, now, reason
    _write_state(hold)
    if hold.ready_at is not None:
        withdraw_notice(hold)


def _notice_key(hold: Hold) -> str:
    # A hold that lies ready a second time, after a journey, is a second message.
    return f"{NoticeKind.HOLD_READY}:hold:{hold.pk}:{hold.ready_at:%Y%m%dT%H%M%S%f}"


def _shelf_until(hold: Hold, book: RuleBook, today: date, problems: list[Reason]) -> date | None:
    patron = hold.patron
    rules = book.resolved_for_hold(
        pickup_id=hold.pickup_branch_id,
        category_id=patron.category_id,
        patron_home_id=patron.home_branch_id,
        municipality_code=patron.municipality_code,
        item_type_id=None,
        item_home_id=None,
        on=today,
    )
    try:
        days = rules.value("shelf_days")
    except RuleMissing as missing:
        problems.append(notice_of_missing_rule(missing.name))
        return None
    try:
        until = book.calendar(hold.pickup_branch_id).add_open_days(today, days)
    except NeverOpen:
        problems.append(notice(Code.CALENDAR_NEVER_OPEN, branch_id=hold.pickup_branch_id))
        until = today + timedelta(days=days)
    # What she can't use any more needn't stand there; but what has come too late she may still have today.
    return until if hold.needed_by is None else max(today, min(until, hold.needed_by))


def _take_shelf_number(branch_id: int) -> int | None:
    # In plain SQL: it's done at every scan that traps a hold.
    with connection.cursor() as cursor:
        # Nearly every number is free when its turn comes, so the branch counts on in the statement that locks it.
        cursor.execute(
            "UPDATE holdings_branch SET next_shelf_number = next_shelf_number %% %s + 1 WHERE id = %s"
            " RETURNING next_shelf_number",
            [LAST_SHELF_NUMBER, branch_id],
        )
        following = (cursor.fetchone()[0] - 2) % LAST_SHELF_NUMBER + 1
        # Asked only now: whoever held the branch before has taken a number.
        cursor.execute(
            "SELECT shelf_number FROM circulation_hold"
            " WHERE pickup_branch_id = %s AND state = 'READY' AND shelf_number IS NOT NULL",
            [branch_id],
        )
        number = next_shelf_number(following, {taken for (taken,) in cursor.fetchall()})
        if number not in (None, following):
            cursor.execute(
                "UPDATE holdings_branch SET next_shelf_number = %s WHERE id = %s",
                [number % LAST_SHELF_NUMBER + 1, branch_id],
            )
    return number


def _still_free(hold: Hold, number: int | None) -> int | None:
    # The branch's row is locked first, as it is whenever a number is given out.
    Branch.objects.select_for_update(no_key=True).only("pk").get(pk=hold.pickup_branch_id)
    taken = Hold.objects.filter(
        pickup_branch_id=hold.pickup_branch_id, state=Hold.State.READY, shelf_number=number
    ).exclude(pk=hold.pk)
    return _take_shelf_number(hold.pickup_branch_id) if number is None or taken.exists() else number
