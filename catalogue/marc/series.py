"""The series that a record belongs to: read from its fields, and how the catalogue writes one, "Katz ; 3".

MARC 21 states a series as it stands on the title (490) and traces it in the form that all its titles share (8XX);
danMARC2 does the same by 440 and 840. Such a pair is one series, by the shared name.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple, Protocol

from catalogue.marc.record_columns import without_punctuation
from catalogue.marc.records import SUBFIELD, MarcRecord

_BETWEEN = " ; "
_NO_NUMBER = 10**9
# No more of them: C and D are rather the third and the fourth of a row of letters.
_ROMAN = {"I": 1, "V": 5, "X": 10}
# The first indicator of 490.
_TRACED = "1"
# What a name ends with whose other language follows.
_PARALLEL = "="
# Subfields of danMARC2 that say so by being there.
_VERIFIED = (f"{SUBFIELD}0", f"{SUBFIELD}1")
_VOLUME = "v"


class SaysItsSeries(Protocol):
    """A record's columns, as read or as the catalogue's table has them."""

    @property
    def series(self) -> str:
        """The first one."""
        ...

    @property
    def all_series(self) -> list[str] | None:
        """All of them; None for a row that isn't filled yet."""
        ...


@dataclass(frozen=True, slots=True)
class InSeries:
    """A series as a record names it: "Katz ; 3" is number 3 of Katz."""

    name: str
    number: str = ""

    @property
    def order(self) -> tuple[int, str]:
        """What titles of a series are sorted by; those without a number come last."""
        digits = "".join(sign if sign.isdecimal() else " " for sign in self.number).split()
        return int(digits[0][:9]) if digits else _roman(self.number) or _NO_NUMBER, self.number

    def __str__(self) -> str:
        return f"{self.name}{_BETWEEN}{self.number}" if self.number else self.name


class SeriesRead(NamedTuple):
    """What a record says of its series.

    :ivar every: each series once, as the catalogue writes it
    :ivar as_stated: names that stand on the title instead of those, for whoever searches by them
    """

    every: list[str]
    as_stated: list[str]


def in_series(text: str) -> InSeries:
    """Return the name and the number of a series, as the catalogue's column has both."""
    name, separator, number = text.rpartition(_BETWEEN)
    if separator and (any(sign.isdecimal() for sign in number) or _roman(number)):
        return InSeries(name.strip(), number.strip())
    return InSeries(text.strip())


def place_in(series: Iterable[str], name: str) -> InSeries:
    """Return which number a title is of one of its series; without a number when it doesn't say that series."""
    return next((each for text in series if (each := in_series(text)).name == name), InSeries(name))


def every_series(record: SaysItsSeries) -> list[str]:
    """Return all series of a record, the first one first; of one that isn't filled yet, the one that's known."""
    if record.all_series is not None:
        return record.all_series
    return [record.series] if record.series else []


def marc21_series(record: MarcRecord) -> SeriesRead:
    """Return a MARC 21 record's series as the catalogue writes them, first those that stand on the title."""
    stated, traced = record.texts("490", "440"), record.texts("830")
    by_names = record.texts("800", "810", "811")
    if not (stated or traced or by_names):
        return SeriesRead([], [])
    # Before the title in 800, 810 and 811 stands whose it is.
    shared = [each for text in by_names for each in _read(text, "t", "np", without_punctuation)]
    shared += [each for text in traced for each in _read(text, "a", "np", without_punctuation)]
    said = [(each, text[:1] == _TRACED) for text in stated for each in _read(text, "a", "np", without_punctuation)]
    return _written(said, shared)


def danmarc2_series(record: MarcRecord, shown: Callable[[str], str]) -> SeriesRead:
    """Return a danMARC2 record's series as the catalogue writes them, first those that stand on the title.

    :param shown: returns a text as people read it
    """
    stated, normative = record.texts("440"), record.texts("840")
    if not (stated or normative):
        return SeriesRead([], [])
    # One that's verified is in its shared form already.
    said = [
        (each, not any(mark in text for mark in _VERIFIED)) for text in stated for each in _read(text, "a", "no", shown)
    ]
    return _written(said, [each for text in normative for each in _read(text, "a", "no", shown)])


def _read(text: str, name_code: str, part_codes: str, shown: Callable[[str], str]) -> Iterator[InSeries]:
    """Yield the series of a field: one, or a series and its subseries with a number each."""
    names: list[str] = []
    number = ""
    is_parallel = False
    for part in text.split(SUBFIELD)[1:]:
        code, value = part[:1], part[1:].strip()
        if code == name_code:
            if names and number:
                yield InSeries(". ".join(names), number)
                names, number, is_parallel = [], "", False
            if not is_parallel and (name := shown(value)):
                names.append(name)
            is_parallel = value.endswith(_PARALLEL)
        elif code in part_codes and names and (name := shown(value)):
            names.append(name)
        elif code == _VOLUME and not number:
            number = shown(value).replace(_BETWEEN, ", ")
    if names:
        yield InSeries(". ".join(names), number)


def _written(stated: Sequence[tuple[InSeries, bool]], shared: Sequence[InSeries]) -> SeriesRead:
    """Return each series once, a pair of its two forms by the shared name.

    :param stated: with whether it's traced, so that its shared form may be an altogether different one
    """
    left = list(shared)
    pairs: dict[int, InSeries] = {}
    for fits, traced_only in ((_same_name, False), (_same_number, True), (_whichever, True)):
        for place, (each, is_traced) in enumerate(stated):
            if place not in pairs and left and (is_traced or not traced_only):
                other = next((other for other in left if fits(each, other)), None)
                if other is not None:
                    left.remove(other)
                    pairs[place] = replace(other, number=other.number or each.number)
    found: list[InSeries] = []
    for each in (*(pairs.get(place, each) for place, (each, _) in enumerate(stated)), *left):
        _add(found, each)
    others = [stated[place][0].name for place, each in pairs.items() if not _same_name(stated[place][0], each)]
    return SeriesRead([str(each) for each in found], list(dict.fromkeys(others)))


def _add(found: list[InSeries], one: InSeries) -> None:
    for place, other in enumerate(found):
        if _same_name(one, other) and (not one.number or not other.number or _same_number(one, other)):
            found[place] = replace(other, number=other.number or one.number)
            return
    found.append(one)


def _same_name(one: InSeries, other: InSeries) -> bool:
    return one.name.casefold() == other.name.casefold()


def _same_number(one: InSeries, other: InSeries) -> bool:
    (number, text), (other_number, other_text) = one.order, other.order
    return bool(text and other_text) and (number == other_number < _NO_NUMBER or text == other_text)


def _whichever(_one: InSeries, _other: InSeries) -> bool:
    return True


def _roman(text: str) -> int:
    """Return a number in Roman letters, 0 for any other text."""
    values = [_ROMAN.get(letter, 0) for letter in text]
    if not values or 0 in values:
        return 0
    following = [*values[1:], 0]
    return sum(-value if value < behind else value for value, behind in zip(values, following, strict=True))
