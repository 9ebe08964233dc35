"""What a provider says of somebody, as far as it decides who may come in. Pure; claims are whatever it has sent."""

import re
from collections.abc import Collection, Mapping
from typing import Any

_LONGEST_SUBJECT = 200
_LONGEST_EMAIL = 254


def subject_of(claims: Mapping[str, Any], claim: str) -> str:
    """Return what names her, or nothing when the provider doesn't say.

    :param claim: that carries it, for instance `sub`
    """
    value = claims.get(claim)
    return value if isinstance(value, str) and 0 < len(value) <= _LONGEST_SUBJECT and value.isprintable() else ""


def says_one_of(claims: Mapping[str, Any], claim: str, values: Collection[str]) -> bool:
    """Return whether a claim has one of these values; it may be a list, as `amr` is."""
    return any(each in values for each in words_of(claims.get(claim)))


def words_of(value: Any) -> list[str]:
    """Return a claim's words: a list of them, or one text that has them apart."""
    if isinstance(value, str):
        return [each for each in re.split(r"[\s,;]+", value) if each]
    if isinstance(value, list):
        return [str(each) for each in value if isinstance(each, (str, int)) and not isinstance(each, bool)]
    return [str(value)] if isinstance(value, int) and not isinstance(value, bool) else []


def proven_email(claims: Mapping[str, Any]) -> str:
    """Return the e-mail address if the provider says that it's hers, else nothing."""
    email = claims.get("email")
    is_hers = claims.get("email_verified") is True
    return email if is_hers and isinstance(email, str) and 0 < len(email) <= _LONGEST_EMAIL else ""
