"""Pupils and school staff who have proven at Unilogin who they are: which patron that is."""

from collections.abc import Mapping
from typing import Any

from common.errors import Reason
from common.open_id import unilogin
from common.open_id.claims import says_one_of, subject_of
from patrons.errors import (
    NO_LICENCE,
    NOT_AT_SCHOOL,
    NOT_IN_REGISTER,
    OTHER_SCHOOL,
    TWO_FACTORS_NEEDED,
    PatronLogInRefused,
)
from patrons.models import Patron
from patrons.school_people import patron_of_key
from tenants.models import IdentityProvider


def prove_school_patron(*, provider: IdentityProvider, claims: Mapping[str, Any]) -> tuple[Patron, str]:
    """Return the patron and the school register's key that the claims are about.

    Employees need two factors, as the claims say them; pupils don't. Contact persons have no key of their own here.

    :param claims: as `common.open_id` has checked them
    :raises PatronLogInRefused: with every reason found
    """
    part, reasons = unilogin.part_of(claims), []
    if part not in (unilogin.PUPIL, unilogin.EMPLOYEE):
        reasons.append(Reason(NOT_AT_SCHOOL))
    if part == unilogin.EMPLOYEE and not says_one_of(claims, provider.factor_claim, provider.factor_values):
        reasons.append(Reason(TWO_FACTORS_NEEDED))
    if not unilogin.is_of_one(claims, provider.institutions):
        reasons.append(Reason(OTHER_SCHOOL))
    if not unilogin.has_licence(claims):
        reasons.append(Reason(NO_LICENCE))
    if reasons:
        raise PatronLogInRefused(reasons)
    key = subject_of(claims, provider.subject_claim)
    patron = school_patron(key)
    if patron is None:
        raise PatronLogInRefused([Reason(NOT_IN_REGISTER)])
    return patron, key


def school_patron(key: str) -> Patron | None:
    """Return the patron whom a school register's key belongs to now, or None."""
    patron = patron_of_key(key) if key else None
    return patron if patron is not None and patron.left_at is None else None
