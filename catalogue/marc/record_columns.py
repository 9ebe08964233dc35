"""What is read from a record, and the small decisions on texts that both families of MARC share."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

_YEAR = re.compile(r"(?<!\d)(1[0-9]\d\d|20\d\d)(?!\d)")
# U+0098 and U+009C enclose what doesn't sort; other controls never belong in a text.
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f]+")
_BLANKS = re.compile(r"\s+")
_INITIAL = re.compile(r"(?:^|[\s.-])[^\W\d_]\.$|\.\.\.$|…\.?$")
_AGENCY_BEFORE = re.compile(r"\A\([^)]*\)\s*")
_LONGEST_SUMMARY = 2000
_LONGEST_NUMBER = 64
# What describes a title, of the columns below: the catalogue's table has them by the same names, and what the index and
# the lists have of a title is taken from here.
DESCRIPTION = (
    "title",
    "remainder",
    "author",
    "contributors",
    "edition",
    "publisher",
    "year",
    "language",
    "isbns",
    "issns",
    "subjects",
    "classification",
    "audience",
    "material_type",
    "series",
    "all_series",
    "stated_series",
    "extent",
    "summary",
    "part_of",
)


class Material(StrEnum):
    """The kinds of material; the values are those of the catalogue's table."""

    BOOK = "BOOK"
    E_BOOK = "E_BOOK"
    AUDIOBOOK = "AUDIOBOOK"
    E_AUDIOBOOK = "E_AUDIOBOOK"
    MUSIC = "MUSIC"
    SHEET_MUSIC = "SHEET_MUSIC"
    FILM = "FILM"
    GAME = "GAME"
    MAGAZINE = "MAGAZINE"
    MAP = "MAP"
    PICTURE = "PICTURE"
    OTHER = "OTHER"


class For(StrEnum):
    """Whom a title is for; the values are those of the catalogue's table."""

    ADULT = "ADULT"
    YOUNG = "YOUNG"
    CHILD = "CHILD"
    UNKNOWN = ""


class Kind(StrEnum):
    """What a record describes: a title, a name or subject, or a library's copies of a title."""

    BIBLIOGRAPHIC = "BIBLIOGRAPHIC"
    AUTHORITY = "AUTHORITY"
    HOLDINGS = "HOLDINGS"


@dataclass(frozen=True, slots=True)
class RecordColumns:
    """A record's contents as the catalogue searches and shows them.

    :ivar agency: who numbers the record, for instance 870970 or FI-MELINDA
    :ivar sort_title: the title from its first sorting word on
    :ivar all_series: each with its number, "Katz ; 3"; the first one is `series`
    :ivar stated_series: names on the title of series that `all_series` has by another name
    :ivar part_of: the number of the record that it's a volume, a section or an article of
    :ivar owner: who may change it, when it says so itself
    :ivar last_changed: when its cataloguers last changed it, as they write it: digits that sort by time
    :ivar is_deleted: the record says of itself that it's withdrawn
    """

    control_number: str
    agency: str
    title: str
    sort_title: str
    remainder: str
    author: str
    contributors: list[str]
    edition: str
    publisher: str
    year: int | None
    language: str
    isbns: list[str]
    issns: list[str]
    subjects: list[str]
    classification: str
    audience: str
    material_type: str
    series: str
    all_series: list[str] | None
    stated_series: list[str]
    extent: str
    summary: str
    part_of: str
    owner: str
    last_changed: str
    is_deleted: bool
    kind: Kind


def tidy(text: str) -> str:
    """Return the text without control characters and with single blanks."""
    if text.isprintable() and "  " not in text:
        return text.strip()
    return _BLANKS.sub(" ", _CONTROLS.sub("", text)).strip()


def without_punctuation(text: str) -> str:
    """Return the text without the punctuation that announces the next part of an ISBD description."""
    text = tidy(text).rstrip(" /:;,=")
    if text.endswith(".") and not _INITIAL.search(text):
        return text[:-1].rstrip()
    return text


def year_in(*texts: str) -> int | None:
    """Return the first year that one of the texts has, in order."""
    for text in texts:
        if found := _YEAR.search(text):
            return int(found[0])
    return None


def each_once(texts: Iterable[str], *, but: str = "", any_case: bool = False) -> list[str]:
    """Return the texts that say anything, each once, in order; with `any_case`, "Historie" and "historie" are one."""
    by_key: dict[str, str] = {}
    for text in texts:
        if text and text != but:
            by_key.setdefault(text.casefold() if any_case else text, text)
    return list(by_key.values())


def number_without_agency(text: str) -> str:
    """Return a record's number as other records name it: "(FI-MELINDA)001234567" is 001234567."""
    return _AGENCY_BEFORE.sub("", tidy(text))[:_LONGEST_NUMBER]


def shortened(text: str) -> str:
    """Return a summary that a screen can hold, cut after a word."""
    text = tidy(text)
    return text if len(text) <= _LONGEST_SUMMARY else text[:_LONGEST_SUMMARY].rsplit(" ", 1)[0] + " …"
