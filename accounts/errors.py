"""Reasons why an action on a staff account is refused."""

from common.errors import Refused

WRONG_LOGIN = "WRONG_LOGIN"
CODE_NEEDED = "CODE_NEEDED"
WRONG_CODE = "WRONG_CODE"
LINK_ENDED = "LINK_ENDED"
WEAK_PASSWORD = "WEAK_PASSWORD"  # noqa: S105 - a reason's code
USERNAME_TAKEN = "USERNAME_TAKEN"
ROLE_NOT_POSSIBLE = "ROLE_NOT_POSSIBLE"
LAST_ADMIN = "LAST_ADMIN"
NOT_PERMITTED = "NOT_PERMITTED"
PIN_NOT_VALID = "PIN_NOT_VALID"
# Of logging in at an identity provider.
ONE_FACTOR = "ONE_FACTOR"
NO_SUBJECT = "NO_SUBJECT"
NOT_LINKED = "NOT_LINKED"
LINKED_ACCOUNT_OFF = "LINKED_ACCOUNT_OFF"
LINKED_TO_ANOTHER = "LINKED_TO_ANOTHER"
NOT_SCHOOL_STAFF = "NOT_SCHOOL_STAFF"
OTHER_INSTITUTION = "OTHER_INSTITUTION"


class LogInRefused(Refused):
    """User name, password or code are wrong; which of the first two isn't told."""


class AccountRefused(Refused):
    """An account can't be made or changed in this way."""
