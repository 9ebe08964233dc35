"""What is compared when two records may describe one title, read from either family of MARC and made alike.

Whoever catalogues writes "1" or "yksi", "&" or "ja", "ä" or "a": that's no difference between titles (case II.I9).
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Protocol

from catalogue.marc.languages import language_code
from catalogue.marc.record_columns import RecordColumns
from catalogue.marc.records import Flavour, MarcRecord

TITLE_KEY_LENGTH = 20

_WORDS = re.compile(r"[^\W_]+|&")
_DIGITS = re.compile(r"\d+")
_MOST_DIGITS = 20
_ROMAN = re.compile(r"(?=[ivxlc])(?:x[cl]|l?x{0,3})(?:i[xv]|v?i{0,3})")
_ROMAN_VALUES = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100}
_STROKES = str.maketrans({"æ": "ae", "ø": "o", "đ": "d", "ł": "l", "ß": "ss", "þ": "th"})
_ALIKE = {
    **dict.fromkeys(("one", "yksi", "ensimmäinen", "ett", "ein", "en", "et", "éin", "første", "första", "i"), "1"),
    **dict.fromkeys(("two", "kaksi", "toinen", "två", "to", "zwei", "ii"), "2"),
    **dict.fromkeys(("three", "kolme", "kolmas", "tre", "drei", "iii"), "3"),
    **dict.fromkeys(("and", "ja", "och", "und", "og"), "&"),
}
_OTHER_NUMBER = re.compile(r"\A\s*\(([^()]{1,40})\)\s*(\S.{0,63})\Z")
_NAME_NUMBER_CODES = {Flavour.MARC21: "0", Flavour.DANMARC2: "6"}
_NAME_TAGS = ("100", "110", "111", "700", "710", "711")


@dataclass(frozen=True, slots=True)
class MatchFacts:
    """A record as far as matching goes; what it doesn't say is empty.

    :ivar numbers: whose number, and the number: its own one and those that it says it has elsewhere
    :ivar title: the title proper in comparable words, without part and remainder
    :ivar whole_title: with the remainder
    :ivar part: which part it is, in comparable words
    :ivar names: everybody's comparable name; the first is the main author's
    :ivar name_numbers: the authority numbers of those names
    :ivar pages: the first number of the extent
    :ivar parent: the number of the record that it's a part of
    """

    numbers: frozenset[tuple[str, str]]
    material: str
    title: str
    whole_title: str
    part: str = ""
    languages: frozenset[str] = frozenset()
    isbns: frozenset[str] = frozenset()
    issns: frozenset[str] = frozenset()
    year: int | None = None
    names: tuple[str, ...] = ()
    name_numbers: frozenset[str] = frozenset()
    edition: str = ""
    publisher: str = ""
    pages: int | None = None
    parent: str = ""

    @property
    def title_key(self) -> str:
        """What candidates are found by when no identifier agrees; empty when there's no title to go by."""
        return title_key(self.title)


def match_facts(record: MarcRecord, columns: RecordColumns, *, source: str) -> MatchFacts:
    """Return what is compared of a record.

    :param source: whose number it has
    """
    title, part, remainder = _title_parts(record, columns)
    languages = {language_code(code) for code in record.values("041", "a")} | {columns.language}
    numbers = {(source, columns.control_number)} | {(source, number) for number in _former_numbers(record)}
    for text in record.values("035", "a"):
        if found := _OTHER_NUMBER.match(text):
            numbers.add((found[1], found[2].strip()))
    return MatchFacts(
        numbers=frozenset(pair for pair in numbers if all(pair)),
        title=comparable(title),
        whole_title=comparable(f"{title} {remainder}"),
        part=part_number(part),
        languages=frozenset(languages - {"", "mul", "und", "zxx"}),
        name_numbers=frozenset(
            number for tag in _NAME_TAGS for number in record.values(tag, _NAME_NUMBER_CODES[record.flavour])
        ),
        **_of_columns(columns),
    )


class _Columns(Protocol):
    """What the columns of a record tell, whether they were just read or are stored."""

    @property
    def author(self) -> str: ...

    @property
    def contributors(self) -> Iterable[str]: ...

    @property
    def edition(self) -> str: ...

    @property
    def publisher(self) -> str: ...

    @property
    def year(self) -> int | None: ...

    @property
    def isbns(self) -> Iterable[str]: ...

    @property
    def issns(self) -> Iterable[str]: ...

    @property
    def material_type(self) -> object: ...

    @property
    def extent(self) -> str: ...

    @property
    def part_of(self) -> str: ...


def facts_at_best(columns: _Columns, like: MatchFacts) -> MatchFacts:
    """Return what an unread record's columns tell; what they don't is what speaks most for `like`, numbers aside."""
    return replace(like, numbers=frozenset(), **_of_columns(columns))


def _of_columns(columns: _Columns) -> dict[str, Any]:
    return {
        "material": str(columns.material_type),
        "isbns": frozenset(columns.isbns),
        "issns": frozenset(columns.issns),
        "year": columns.year,
        "names": tuple(filter(None, map(_name, [columns.author, *columns.contributors]))),
        "edition": _edition(columns.edition),
        "publisher": comparable(columns.publisher),
        "pages": _first_number(columns.extent),
        "parent": columns.part_of,
    }


def title_key_of(record: MarcRecord, columns: RecordColumns) -> str:
    """Return what a record is found by as a candidate; empty when it has no title."""
    return title_key(comparable(_title_parts(record, columns)[0]))


def comparable(text: str) -> str:
    """Return the text's words without case, accents and punctuation, small numbers and "and" as signs."""
    words = _WORDS.findall(unicodedata.normalize("NFC", text).casefold())
    return " ".join(_ALIKE.get(word) or _without_accents(word) for word in words)


def title_key(comparable_title: str) -> str:
    """Return the first letters of a comparable title, without blanks: what one looks for candidates by (case II.I8)."""
    return comparable_title.replace(" ", "")[:TITLE_KEY_LENGTH]


def part_number(text: str) -> str:
    """Return which part is meant: its number, however it's written ("Bind 2", "osa II"), else its comparable words."""
    words = comparable(text).split()
    for word in words:
        if found := _DIGITS.search(word):
            return _as_number(found[0])
        if len(word) > 1 and _ROMAN.fullmatch(word):
            return str(_roman(word))
    return " ".join(words)


def _title_parts(record: MarcRecord, columns: RecordColumns) -> tuple[str, str, str]:
    danish = record.flavour == Flavour.DANMARC2
    main = record.first("245", "a").replace("¤", "")
    part = " ".join(record.values("245", "gn" if danish else "n"))
    remainder = " ".join(record.values("245", "cø" if danish else "bp"))
    return main or columns.title, part, remainder


def _former_numbers(record: MarcRecord) -> list[str]:
    """Return the numbers that the agency gave to records which this one took in, as danMARC2 writes them."""
    return record.values("002", "a") if record.flavour == Flavour.DANMARC2 else []


@lru_cache(maxsize=16_384)
def _without_accents(word: str) -> str:
    if word.isascii():
        return word
    parts = unicodedata.normalize("NFD", word.translate(_STROKES))
    return "".join(part for part in parts if not unicodedata.combining(part))


def _name(text: str) -> str:
    """Return a name's words in alphabetical order: "Tähti, Aino" and "Aino Tähti" are one."""
    return " ".join(sorted(comparable(text).split()))


def _edition(text: str) -> str:
    found = _DIGITS.search(text)
    return _as_number(found[0]) if found else comparable(text)


def _as_number(digits: str) -> str:
    """Return digits without the zeros before them; of a row that's no number any more, the beginning."""
    return str(int(digits[:_MOST_DIGITS]))


def _first_number(text: str) -> int | None:
    found = _DIGITS.search(text)
    return int(found[0][:6]) if found else None


def _roman(word: str) -> int:
    values = [_ROMAN_VALUES[letter] for letter in word]
    following = [*values[1:], 0]
    return sum(-value if value < after else value for value, after in zip(values, following, strict=True))
