"""Locks a hold for a change, and writes the change down."""

from typing import Any

from accounts.models import StaffAccount
from circulation.errors import Code, HoldRefused
from circulation.models import Hold
from circulation.rules.reasons import blocking
from circulation.services import hold_states
from common import audit


def lock_active(hold: Hold) -> Hold:
    """Lock a hold that isn't over and return it with its patron.

    :raises HoldRefused: HOLD_UNKNOWN or HOLD_ENDED
    """
    locked = hold_states.lock_hold(hold.pk)
    if locked is None:
        raise HoldRefused([blocking(Code.HOLD_UNKNOWN)])
    if locked.state not in Hold.ACTIVE:
        raise HoldRefused([blocking(Code.HOLD_ENDED, state=locked.state)])
    return locked


def lock_queued(hold: Hold) -> Hold:
    """Lock a hold to which no item is bound yet.

    :raises HoldRefused: HOLD_UNKNOWN, HOLD_ENDED or HOLD_ON_ITS_WAY
    """
    locked = lock_active(hold)
    if locked.state != Hold.State.QUEUED:
        raise HoldRefused([blocking(Code.HOLD_ON_ITS_WAY, state=locked.state)])
    return locked


def write_down(verb: str, hold: Hold, staff: StaffAccount | None, **facts: Any) -> None:
    """Leave the audit entry of a change to a hold."""
    audit.record(action=f"circulation.{verb}", actor=staff, subject=hold, facts={"patron_id": hold.patron_id, **facts})
