"""Changes holds that wait, and ends what isn't wanted any more."""

from datetime import date, datetime

from accounts.models import StaffAccount
from circulation.errors import Code, HoldRefused
from circulation.models import Hold
from circulation.rules.hold_requests import interest_until, pickup_fits
from circulation.rules.reasons import blocking, rule_missing
from circulation.rules.resolution import RuleMissing
from circulation.selectors.desk_facts import read_facts
from circulation.selectors.rule_books import rule_book
from circulation.services import hold_states
from circulation.services.desk_actions import desk_action, local_day
from circulation.services.holds.locking import lock_active, lock_queued, write_down
from circulation.services.holds.requests import FACTS, hold_request, rules_of, wish_for
from circulation.services.recalls_over import let_go, lock_recalled_for
from holdings.models import Branch
from notices.models import NoticeKind
from notices.services.outbox import make_notice

_LONGEST_NOTE = 200


def cancel_hold(
    *, hold: Hold, staff: StaffAccount | None, now: datetime, reason: str = "", tell_patron: bool = False
) -> Hold:
    """End a hold that's not wanted any more. What lies ready for it stays there until it's scanned.

    A loan that was called back for it is let go, unless others need it.

    :param hold: only its key counts
    :param reason: BY_PATRON or BY_STAFF; by whoever does it, if it's empty
    :param tell_patron: send her a message, as when the library gives up on a hold
    :raises HoldRefused: HOLD_ENDED if it's over already
    """
    with desk_action(HoldRefused):
        recalled = lock_recalled_for([hold.pk])
        hold = lock_active(hold)
        before = hold_states.snapshot(hold)
        hold_states.cancel(hold, reason=reason or ("BY_STAFF" if staff else "BY_PATRON"), now=now)
        free = let_go(recalled, staff=staff, now=now)
        write_down("cancel_hold", hold, staff, before=before, reason=hold.end_reason, **free)
        if tell_patron:
            make_notice(
                patron=hold.patron,
                branch=hold.pickup_branch,
                kind=NoticeKind.HOLD_CANCELLED,
                # Undone and cancelled once more, it's another message.
                key=f"{NoticeKind.HOLD_CANCELLED}:hold:{hold.pk}:{now:%Y%m%dT%H%M%S%f}",
                context={"title": hold.record.title},
                about={"hold": hold.pk},
                now=now,
            )
        return hold


def move_hold(*, hold: Hold, pickup_branch: Branch, staff: StaffAccount | None, now: datetime) -> Hold:
    """Choose another branch to pick the hold up at; the place in the queue stays.

    An item that's on its way already is sent on from wherever it's scanned next.

    :raises HoldRefused: HOLD_ENDED, PICKUP_NOT_ALLOWED, or HOLD_ON_ITS_WAY when it lies ready
    """
    with desk_action(HoldRefused):
        hold = lock_active(hold)
        if hold.state == Hold.State.READY:
            raise HoldRefused([blocking(Code.HOLD_ON_ITS_WAY, state=hold.state)])
        today = local_day(now, pickup_branch)
        facts = read_facts(
            *FACTS,
            record=hold.record_id,
            records=[hold.record_id, *hold.edition_ids],
            item=hold.item_id,
            patron=hold.patron_id,
            today=today,
            now=now,
            zone=pickup_branch.time_zone,
        )
        book = rule_book(facts["version"])
        wish = wish_for(hold.patron, pickup_branch, item_id=hold.item_id, volume=hold.volume, hold_id=hold.pk)
        request = hold_request(
            facts,
            record_id=hold.record_id,
            edition_ids=hold.edition_ids,
            wish=wish,
            patron=hold.patron,
            book=book,
            today=today,
            needed_by=None,
        )
        if not pickup_fits(request):
            raise HoldRefused([blocking(Code.PICKUP_NOT_ALLOWED, branch_id=pickup_branch.pk)])
        before = hold.pickup_branch_id
        hold.pickup_branch = book.branches[pickup_branch.pk]
        hold.save(update_fields=["pickup_branch"])
        write_down("move_hold", hold, staff, from_branch_id=before, to_branch_id=pickup_branch.pk)
        return hold


def suspend_hold(*, hold: Hold, until: date, staff: StaffAccount | None, now: datetime) -> Hold:
    """Pause a hold that's still in the queue: until that day others go past, and its place stays.

    :raises HoldRefused: HOLD_ENDED, HOLD_ON_ITS_WAY when an item is bound to it, DAY_PAST
    """
    with desk_action(HoldRefused):
        hold = lock_queued(hold)
        if until <= local_day(now, hold.pickup_branch):
            raise HoldRefused([blocking(Code.DAY_PAST, day=until.isoformat())])
        hold.suspended_until = until
        hold.save(update_fields=["suspended_until"])
        write_down("suspend_hold", hold, staff, until=until.isoformat())
        return hold


def resume_hold(*, hold: Hold, staff: StaffAccount | None, now: datetime) -> Hold:
    """Let a paused hold take its place in the queue again.

    :raises HoldRefused: HOLD_ENDED
    """
    with desk_action(HoldRefused):
        hold = lock_active(hold)
        if hold.suspended_until is not None:
            hold.suspended_until = None
            hold.save(update_fields=["suspended_until"])
            write_down("resume_hold", hold, staff, at=now.isoformat())
        return hold


def change_hold(
    *,
    hold: Hold,
    needed_by: date | None,
    staff: StaffAccount | None,
    now: datetime,
    note: str | None = None,
    staff_note: str | None = None,
) -> Hold:
    """Set the last day on which she can use it, and the notes; None leaves a note as it is.

    An earlier day ends the hold's interest with it; without a day, or with a later one, the rules count from today.

    :raises HoldRefused: HOLD_ENDED, DAY_PAST
    """
    with desk_action(HoldRefused):
        hold = lock_active(hold)
        today = local_day(now, hold.pickup_branch)
        if needed_by != hold.needed_by:
            if needed_by is not None and needed_by < today:
                raise HoldRefused([blocking(Code.DAY_PAST, day=needed_by.isoformat())])
            hold.needed_by = needed_by
            hold.interest_until, hold.interest_warned_at = _interest(hold, today), None
        hold.note = hold.note if note is None else _line(note)
        hold.staff_note = hold.staff_note if staff_note is None else _line(staff_note)
        hold.save(update_fields=["needed_by", "interest_until", "interest_warned_at", "note", "staff_note"])
        write_down("change_hold", hold, staff, needed_by=needed_by.isoformat() if needed_by else None)
        return hold


def extend_hold(*, hold: Hold, staff: StaffAccount | None, now: datetime) -> Hold:
    """Keep a hold as long from today as the rules keep a new one, never past the day until which she needs it.

    :raises HoldRefused: HOLD_ENDED, or HOLD_ON_ITS_WAY when an item is bound to it
    """
    with desk_action(HoldRefused):
        hold = lock_queued(hold)
        before = hold.interest_until
        hold.interest_until, hold.interest_warned_at = _interest(hold, local_day(now, hold.pickup_branch)), None
        hold.save(update_fields=["interest_until", "interest_warned_at"])
        write_down(
            "extend_hold",
            hold,
            staff,
            before=before.isoformat() if before else None,
            until=hold.interest_until.isoformat() if hold.interest_until else None,
        )
        return hold


def _interest(hold: Hold, today: date) -> date | None:
    rules = rules_of(rule_book(), hold.patron, hold.pickup_branch_id, on=today)
    try:
        return interest_until(rules, today=today, needed_by=hold.needed_by)
    except RuleMissing as missing:
        raise HoldRefused([rule_missing(missing.name)]) from missing


def _line(text: str) -> str:
    return "".join(character if character.isprintable() else " " for character in text).strip()[:_LONGEST_NOTE]
