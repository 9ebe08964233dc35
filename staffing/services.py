"""Changes where an account works and how she likes her desk."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime

from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction

from accounts.errors import NOT_PERMITTED, PIN_NOT_VALID, AccountRefused
from accounts.models import StaffAccount
from common.audit import record
from common.errors import Reason
from holdings.models import Branch
from staffing.models import DeskHabits, Kiosk, WorkPlace
from staffing.selectors import branches_of, token_hash

LOCK_MINUTES = (2, 5, 10, 20, 30)
_PIN_LENGTHS = range(4, 9)


@transaction.atomic
def choose_branch(*, account: StaffAccount, branch_id: int) -> Branch:
    """Work at this branch from now on, also after the next log-in.

    :raises AccountRefused: NOT_PERMITTED if the branch is unknown, closed for business or not one of hers
    """
    branch = next((branch for branch in branches_of(account) if branch.pk == branch_id), None)
    if branch is None:
        raise AccountRefused([Reason(NOT_PERMITTED)])
    DeskHabits.objects.update_or_create(account=account, defaults={"branch": branch})
    record(action="staffing.choose_branch", actor=account, subject=branch)
    return branch


@transaction.atomic
def change_keys(*, account: StaffAccount, keys: Mapping[str, str]) -> None:
    """Keep the keys that differ from the default table; the screen has checked that browsers let a page take them."""
    DeskHabits.objects.update_or_create(account=account, defaults={"keys": dict(keys)})
    record(action="staffing.change_keys", actor=account, subject=account)


@transaction.atomic
def set_work_places(*, account: StaffAccount, branch_ids: Sequence[int], actor: StaffAccount) -> None:
    """Let the account work at these branches only; none means at all."""
    WorkPlace.objects.filter(account=account).exclude(branch_id__in=branch_ids).delete()
    WorkPlace.objects.bulk_create(
        [WorkPlace(account=account, branch_id=branch_id) for branch_id in branch_ids], ignore_conflicts=True
    )
    if branch_ids:
        # Where she has worked so far may be none of them; her next page asks for the branch.
        DeskHabits.objects.filter(account=account).exclude(branch__in=branch_ids).update(branch=None)
    record(action="staffing.set_work_places", actor=actor, subject=account, facts={"branches": sorted(branch_ids)})


def looks_like_pin(pin: str) -> bool:
    """Return whether this could be a PIN: four to eight digits."""
    return pin.isascii() and pin.isdecimal() and len(pin) in _PIN_LENGTHS


@transaction.atomic
def set_lock_pin(*, account: StaffAccount, pin: str, minutes: int) -> None:
    """Lock her screen after so many minutes without a touch, to be unlocked by this PIN.

    :raises AccountRefused: PIN_NOT_VALID unless it's four to eight digits, not all the same
    """
    if not looks_like_pin(pin) or len(set(pin)) == 1 or minutes not in LOCK_MINUTES:
        raise AccountRefused([Reason(PIN_NOT_VALID)])
    DeskHabits.objects.update_or_create(
        account=account, defaults={"lock_pin": make_password(pin), "lock_minutes": minutes}
    )
    record(action="staffing.set_lock_pin", actor=account, subject=account, facts={"minutes": minutes})


@transaction.atomic
def remove_lock_pin(*, account: StaffAccount) -> None:
    """Never lock her screen."""
    DeskHabits.objects.filter(account=account).update(lock_pin="")
    record(action="staffing.remove_lock_pin", actor=account, subject=account)


@transaction.atomic
def unlock(*, account: StaffAccount, pin: str) -> bool:
    """Return whether the PIN is hers; the log keeps both."""
    habits = DeskHabits.objects.filter(account=account).first()
    right = habits is not None and bool(habits.lock_pin) and check_password(pin, habits.lock_pin)
    record(action="staffing.unlock", actor=account, subject=account, facts={"right": right})
    return right


@transaction.atomic
def add_kiosk(*, name: str, branch: Branch, asks_pin: bool, actor: StaffAccount, now: datetime) -> tuple[Kiosk, str]:
    """Make a self-check machine and return it with the token that opens it, which is kept as a hash only."""
    token = secrets.token_urlsafe(32)
    kiosk = Kiosk.objects.create(
        name=name, branch=branch, asks_pin=asks_pin, token_sha256=token_hash(token), made_at=now
    )
    record(action="staffing.add_kiosk", actor=actor, subject=kiosk, facts={"branch_id": branch.pk, "pin": asks_pin})
    return kiosk, token


@transaction.atomic
def renew_kiosk_link(*, kiosk: Kiosk, actor: StaffAccount) -> str:
    """Return a new token; the machine that has the old one stops at its next request."""
    kiosk = Kiosk.objects.select_for_update().get(pk=kiosk.pk)
    token = secrets.token_urlsafe(32)
    kiosk.token_sha256 = token_hash(token)
    kiosk.save(update_fields=["token_sha256"])
    record(action="staffing.renew_kiosk_link", actor=actor, subject=kiosk)
    return token


@transaction.atomic
def change_kiosk(*, kiosk: Kiosk, asks_pin: bool, ended: bool, actor: StaffAccount, now: datetime) -> Kiosk:
    """Say whether it asks for the PIN, and whether it's in use."""
    kiosk = Kiosk.objects.select_for_update().get(pk=kiosk.pk)
    kiosk.asks_pin = asks_pin
    kiosk.ended_at = (kiosk.ended_at or now) if ended else None
    kiosk.save(update_fields=["asks_pin", "ended_at"])
    record(action="staffing.change_kiosk", actor=actor, subject=kiosk, facts={"pin": asks_pin, "ended": ended})
    return kiosk
