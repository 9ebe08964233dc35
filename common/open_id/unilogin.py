"""What Unilogin says of somebody beyond OpenID Connect: her part in school, her institutions, their licence. Pure."""

from collections.abc import Collection, Mapping
from typing import Any

from common.open_id.claims import words_of

PUPIL, EMPLOYEE = "Elev", "Medarbejder"
_GROUP, _INSTITUTIONS, _LICENCE = "aktoer_gruppe", "institution_ids", "has_license"
# What a signed token may lack, so that it's asked for.
CLAIMS = (_GROUP, _INSTITUTIONS)
_NO = frozenset({"false", "0", "no"})


def part_of(claims: Mapping[str, Any]) -> str:
    """Return her part: a pupil, an employee, a contact person, or nothing when it isn't said."""
    words = words_of(claims.get(_GROUP))
    return words[0] if len(words) == 1 else ""


def is_of_one(claims: Mapping[str, Any], institutions: Collection[str]) -> bool:
    """Return whether she belongs to one of these institutions; none given means that any will do."""
    return not institutions or bool(set(words_of(claims.get(_INSTITUTIONS))) & set(institutions))


def has_licence(claims: Mapping[str, Any]) -> bool:
    """Return whether her institution has a licence, which it has where nothing else is said."""
    said = claims.get(_LICENCE)
    return said is not False and str(said).lower() not in _NO
