"""Ends holds whose time is over."""

from datetime import datetime

from accounts.models import StaffAccount
from circulation.errors import HoldRefused
from circulation.models import Hold
from circulation.services import hold_states
from circulation.services.desk_actions import desk_action, local_day, locked_patron
from circulation.services.holds.locking import write_down
from circulation.services.recalls_over import let_go, lock_recalled_for, lock_recalled_for_patron
from notices.models import NoticeKind
from notices.services.outbox import make_notice
from patrons.models import Patron


def expire_shelf_hold(*, hold: Hold, now: datetime, staff: StaffAccount | None = None) -> bool:
    """End a hold that wasn't collected in time, and tell the patron; again, it changes nothing.

    The item stays on the list of what's to be cleared from the hold shelf until it's scanned. Her parallel holds end
    with it, for she had her chance.

    :param staff: who does it at the desk; nobody by night
    :returns: whether the hold was ended now
    """
    with desk_action(HoldRefused):
        known = Hold.objects.filter(pk=hold.pk).values_list("patron_id", "group").first()
        if known is not None and known[1] is not None:
            # Several of her holds are locked then, and whoever lends to her locks her first.
            locked_patron(Patron(pk=known[0]), HoldRefused)
            recalled = lock_recalled_for_patron(known[0])
        else:
            recalled = lock_recalled_for([hold.pk])
        locked = hold_states.lock_hold(hold.pk)
        if locked is None or locked.state != Hold.State.READY or locked.shelf_until is None:
            return False
        branch = locked.pickup_branch
        if locked.shelf_until >= local_day(now, branch):
            return False
        before = hold_states.snapshot(locked)
        hold_states.expire(locked, reason="NOT_COLLECTED", now=now)
        ended = hold_states.end_parallel(locked, now=now)
        beside = {"parallel": ended} if ended else {}
        _tell(locked, now)
        free = let_go(recalled, staff=staff, now=now)
        write_down("expire_hold", locked, staff, before=before, reason=locked.end_reason, **beside, **free)
        return True


def expire_interest(*, hold: Hold, now: datetime) -> bool:
    """End a hold in the queue whose patron doesn't want it any longer; again, it changes nothing.

    :returns: whether the hold was ended now
    """
    with desk_action(HoldRefused):
        recalled = lock_recalled_for([hold.pk])
        locked = hold_states.lock_hold(hold.pk)
        if locked is None or locked.state != Hold.State.QUEUED or locked.interest_until is None:
            return False
        if locked.interest_until >= local_day(now, locked.pickup_branch):
            return False
        before = hold_states.snapshot(locked)
        hold_states.expire(locked, reason="INTEREST_OVER", now=now)
        write_down("expire_hold", locked, None, before=before, reason=locked.end_reason)
        let_go(recalled, staff=None, now=now)
        return True


def _tell(hold: Hold, now: datetime) -> None:
    make_notice(
        patron=hold.patron,
        branch=hold.pickup_branch,
        kind=NoticeKind.HOLD_EXPIRED,
        # Undone and not collected once more, it's another message.
        key=f"{NoticeKind.HOLD_EXPIRED}:hold:{hold.pk}:{now:%Y%m%dT%H%M%S%f}",
        context={"title": hold.record.title},
        about={"hold": hold.pk},
        now=now,
    )
