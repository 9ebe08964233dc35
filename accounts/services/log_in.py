"""Proves who a member of staff is."""

from django.contrib.auth import authenticate
from django.http import HttpRequest

from accounts.errors import CODE_NEEDED, WRONG_LOGIN, LogInRefused
from accounts.models import StaffAccount
from accounts.services.second_factor import use_code
from common.audit import record
from common.errors import Reason


def prove_identity(*, username: str, password: str, code: str, request: HttpRequest) -> StaffAccount:
    """Return the account that these belong to, and leave an audit entry.

    :param code: the one-time code, empty when none was asked for yet
    :raises LogInRefused: WRONG_LOGIN, CODE_NEEDED or WRONG_CODE; a wrong password and an unknown name look alike
    """
    account = authenticate(request, username=username.strip(), password=password)
    if not isinstance(account, StaffAccount):
        raise LogInRefused([Reason(WRONG_LOGIN)])
    if account.totp_secret:
        if not code.strip():
            raise LogInRefused([Reason(CODE_NEEDED)])
        use_code(account=account, code=code)
    record(action="accounts.log_in", actor=account, subject=account)
    return account
