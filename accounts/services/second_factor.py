"""Time-based one-time codes (RFC 6238) as a second factor of a staff account."""

import time

import pyotp
from django.db import transaction

from accounts.errors import WRONG_CODE, LogInRefused
from accounts.models import StaffAccount
from common.audit import record
from common.encryption import decrypt, encrypt
from common.errors import Reason

_STEP_SECONDS = 30


def new_secret() -> str:
    """Return a secret for an authenticator app; nothing is stored until a code proves that the app has it."""
    return pyotp.random_base32()


def setup_address(account: StaffAccount, secret: str, *, issuer: str) -> str:
    """Return the otpauth address that an authenticator app reads from a QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=account.username, issuer_name=issuer)


@transaction.atomic
def switch_on(*, account: StaffAccount, secret: str, code: str) -> None:
    """Require a code at each log-in from now on.

    :raises LogInRefused: if the code isn't the secret's current one
    """
    if _step_of(pyotp.TOTP(secret), code, after=0) is None:
        raise LogInRefused([Reason(WRONG_CODE)])
    account.totp_secret = encrypt(secret).decode()
    account.save(update_fields=["totp_secret"])
    record(action="accounts.switch_on_second_factor", actor=account, subject=account)


@transaction.atomic
def switch_off(*, account: StaffAccount, actor: StaffAccount) -> None:
    """Let the account log in by password alone again."""
    account.totp_secret = ""
    account.save(update_fields=["totp_secret"])
    record(action="accounts.switch_off_second_factor", actor=actor, subject=account)


@transaction.atomic
def use_code(*, account: StaffAccount, code: str) -> None:
    """Accept a code once; the same code, or an older one, isn't accepted again.

    :raises LogInRefused: if it's wrong or has been used
    """
    account = StaffAccount.objects.select_for_update().get(pk=account.pk)
    step = _step_of(pyotp.TOTP(decrypt(account.totp_secret)), code, after=account.totp_last_step)
    if step is None:
        raise LogInRefused([Reason(WRONG_CODE)])
    account.totp_last_step = step
    account.save(update_fields=["totp_last_step"])


def _step_of(totp: pyotp.TOTP, code: str, *, after: int) -> int | None:
    """Return the step of time that a code belongs to: now, or the one before or behind; apps show a blank in it."""
    now = int(time.time()) // _STEP_SECONDS
    typed = "".join(code.split())
    for step in (now, now - 1, now + 1):
        if step > after and pyotp.utils.strings_equal(totp.at(step * _STEP_SECONDS), typed):
            return step
    return None
