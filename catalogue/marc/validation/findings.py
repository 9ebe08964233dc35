"""What a check of a record can find, as codes with where it is; the sentences belong to the screens."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Breach(StrEnum):
    """A rule of the format that a record breaks."""

    UNKNOWN_FIELD = "UNKNOWN_FIELD"
    MISSING_FIELD = "MISSING_FIELD"
    FIELD_AGAIN = "FIELD_AGAIN"
    TWO_MAIN_ENTRIES = "TWO_MAIN_ENTRIES"
    NEEDS_SUBFIELDS = "NEEDS_SUBFIELDS"
    NEEDS_VALUE = "NEEDS_VALUE"
    WRONG_INDICATOR = "WRONG_INDICATOR"
    UNKNOWN_SUBFIELD = "UNKNOWN_SUBFIELD"
    MISSING_SUBFIELD = "MISSING_SUBFIELD"
    SUBFIELD_AGAIN = "SUBFIELD_AGAIN"
    EMPTY_SUBFIELD = "EMPTY_SUBFIELD"
    # The fixed fields: their length, and a place whose value means nothing.
    WRONG_LENGTH = "WRONG_LENGTH"
    WRONG_CODE = "WRONG_CODE"
    WRONG_ISBN = "WRONG_ISBN"
    WRONG_ISSN = "WRONG_ISSN"
    WRONG_FAUST = "WRONG_FAUST"
    WRONG_LANGUAGE = "WRONG_LANGUAGE"
    WRONG_COUNTRY = "WRONG_COUNTRY"
    WRONG_ROLE = "WRONG_ROLE"
    # A sign that nobody sees, or that turns the direction of what follows it.
    HIDDEN_SIGN = "HIDDEN_SIGN"


# What a record isn't whole with; all else may be meant so.
SEVERE = frozenset({Breach.MISSING_FIELD, Breach.MISSING_SUBFIELD, Breach.NEEDS_SUBFIELDS, Breach.NEEDS_VALUE})


@dataclass(frozen=True, slots=True)
class Finding:
    """One breach.

    :ivar place: the field's place in the record, from 0; None where no field is meant
    :ivar facts: what the sentence names: subfield, value, allowed, sign
    """

    breach: Breach
    tag: str
    place: int | None = None
    facts: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_severe(self) -> bool:
        """Say whether the record isn't whole with it."""
        return self.breach in SEVERE
