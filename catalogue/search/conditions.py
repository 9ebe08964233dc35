"""What a title must be like, for programs that say it exactly: no ranking, no guessing, all of it or none.

People's searches are in `query_text`; both become queries on the same index.
"""

from dataclasses import dataclass
from enum import StrEnum


class Place(StrEnum):
    """Where a word stands."""

    ANYWHERE = "anywhere"
    TITLE = "title"
    AUTHOR = "author"
    SUBJECT = "subject"
    SERIES = "series"
    PUBLISHER = "publisher"
    CLASSIFICATION = "classification"


class Order(StrEnum):
    """The order of what's found: each but the title's and the author's tells any two titles apart."""

    NEWEST = "newest"
    OLDEST = "oldest"
    TITLE = "title"
    TITLE_DOWN = "title_down"
    AUTHOR = "author"
    AUTHOR_DOWN = "author_down"


@dataclass(frozen=True)
class HasWord:
    """A word stands in a place.

    :ivar word: as `words.words_of` gives it
    :ivar with_forms: its other forms do as well, in the five languages
    """

    place: Place
    word: str
    with_forms: bool = False


@dataclass(frozen=True)
class HasMasked:
    """A word of this shape stands in a place.

    :ivar pieces: what's known of it, in order; an empty piece, at the end too, is nothing between two masks
    :ivar masks: what's between two pieces each: `*` for any letters or none, `?` for one
    """

    place: Place
    pieces: tuple[str, ...]
    masks: tuple[str, ...]


@dataclass(frozen=True)
class HasRow:
    """Words stand side by side in this order.

    :ivar begins: nothing of this title, name or subject stands before them
    :ivar ends: nothing of it stands behind them
    """

    place: Place
    words: tuple[str, ...]
    begins: bool = False
    ends: bool = False


@dataclass(frozen=True)
class HasNear:
    """Two words stand near each other.

    :ivar distances: how many words further on the second may stand; side by side is 1. The mark between two
        titles, names or subjects counts as a word
    :ivar is_ordered: the first must come first
    """

    place: Place
    first: str
    second: str
    distances: tuple[int, ...]
    is_ordered: bool = False


@dataclass(frozen=True)
class InLanguage:
    """A title's language is this one, in ISO 639-2/B."""

    code: str


@dataclass(frozen=True)
class OfMaterial:
    """A title is one of these kinds of material; with none, no title is."""

    codes: tuple[str, ...]


@dataclass(frozen=True)
class FromYears:
    """A title came out in these years, both included; None is open."""

    first: int | None
    last: int | None


@dataclass(frozen=True)
class OneOf:
    """A title is one of these records."""

    record_ids: tuple[int, ...]


@dataclass(frozen=True)
class Everything:
    """Any title."""


@dataclass(frozen=True)
class AllOf:
    """All of these hold."""

    parts: "tuple[Condition, ...]"


@dataclass(frozen=True)
class AnyOf:
    """At least one of these holds."""

    parts: "tuple[Condition, ...]"


@dataclass(frozen=True)
class But:
    """The first holds, and the second doesn't."""

    wanted: "Condition"
    unwanted: "Condition"


Condition = (
    HasWord
    | HasMasked
    | HasRow
    | HasNear
    | InLanguage
    | OfMaterial
    | FromYears
    | OneOf
    | Everything
    | AllOf
    | AnyOf
    | But
)
