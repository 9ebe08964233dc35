"""Makes sure who stands at the desk, and shows what's protected to those who may see it; both leave a trace."""

from datetime import date

from django.db import transaction

from accounts.models import StaffAccount
from accounts.rules import Permission, permissions_of
from common.audit import record
from common.errors import Reason
from patrons.errors import NOT_PERMITTED, PatronRefused
from patrons.models import Patron


@transaction.atomic
def check_birth_date(*, patron: Patron, told: date, staff: StaffAccount) -> bool:
    """Return whether the day that somebody without a card tells is the patron's birth date.

    A patron without a known birth date can't be told by it.
    """
    is_right = patron.birth_date is not None and told == patron.birth_date
    record(action="patrons.identify", actor=staff, subject=patron, facts={"right": is_right})
    return is_right


@transaction.atomic
def see_protected(*, patron: Patron, reason: str, staff: StaffAccount) -> Patron:
    """Return a patron whose name and address are protected, for the one who may see them; each look is logged.

    :param reason: why it's needed, in the words of whoever looks
    :raises PatronRefused: NOT_PERMITTED
    """
    if Permission.SEE_PROTECTED not in permissions_of(staff.role):
        raise PatronRefused([Reason(NOT_PERMITTED, permission=Permission.SEE_PROTECTED)])
    record(action="patrons.see_protected", actor=staff, subject=patron, facts={"reason": reason[:200]})
    return patron
