"""A MARC record in neutral form, whatever file it came from: a leader and fields in order, text in composed Unicode."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple

from catalogue.marc.problems import Problem

SUBFIELD = "\x1f"


class Flavour(StrEnum):
    """The family of field meanings."""

    MARC21 = "MARC21"
    DANMARC2 = "DANMARC2"


class RawFormat(StrEnum):
    """How a record is written in a file; the values are those of the catalogue's table."""

    MARC21 = "MARC21"
    MARCXML = "MARCXML"
    DANMARC2 = "DANMARC2"
    MARCXCHANGE = "MARCXCHANGE"
    ALEPH = "ALEPH"


class MarcField(NamedTuple):
    """One field. The text is as in ISO 2709: indicators and subfields behind 0x1F, or a control field's value."""

    tag: str
    text: str

    @property
    def is_control(self) -> bool:
        """Tell whether the field has a value instead of subfields."""
        return SUBFIELD not in self.text

    @property
    def indicators(self) -> str:
        """The two characters before the first subfield; empty for a control field."""
        return "" if self.is_control else self.text.split(SUBFIELD, 1)[0]

    @property
    def subfields(self) -> list[tuple[str, str]]:
        """Code and value of each subfield, in order."""
        return [(part[0], part[1:]) for part in self.text.split(SUBFIELD)[1:] if part]

    @property
    def value(self) -> str:
        """A control field's value, or all subfields' values with blanks between."""
        return self.text if self.is_control else " ".join(value for _, value in self.subfields)


@dataclass
class MarcRecord:
    """A leader and fields."""

    flavour: Flavour
    leader: str
    fields: list[MarcField]

    @cached_property
    def _texts(self) -> dict[str, list[str]]:
        texts: dict[str, list[str]] = {}
        for tag, text in self.fields:
            texts.setdefault(tag, []).append(text)
        return texts

    def control(self, tag: str) -> str:
        """Return the first such control field's value, or nothing."""
        texts = self._texts.get(tag)
        return texts[0] if texts and SUBFIELD not in texts[0] else ""

    def texts(self, *tags: str) -> list[str]:
        """Return the texts of all fields with one of these tags, tag by tag."""
        return [text for tag in tags for text in self._texts.get(tag, ())]

    def values(self, tag: str, codes: str) -> list[str]:
        """Return the trimmed values of all subfields with one of these codes in all fields with this tag."""
        return [value for text in self._texts.get(tag, ()) for value in subfield_values(text, codes)]

    def first(self, tag: str, codes: str) -> str:
        """Return the first value that `values` would find, or nothing."""
        return next((value for text in self._texts.get(tag, ()) for value in subfield_values(text, codes)), "")


def subfield_values(text: str, codes: str) -> Iterator[str]:
    """Yield the trimmed, non-empty values of a field's subfields with one of these codes."""
    for part in text.split(SUBFIELD)[1:]:
        if part and part[0] in codes and (value := part[1:].strip()):
            yield value


@dataclass(frozen=True, slots=True)
class RecordRead:
    """A record that was read, with the bytes it was read from.

    :ivar number: its place in the file, from 1
    :ivar offset: where its bytes begin in the (unpacked) file
    :ivar raw: the record as received, byte for byte
    :ivar repairs: what was wrong with it and could be put right
    """

    number: int
    offset: int
    raw: bytes
    raw_format: RawFormat
    raw_encoding: str
    record: MarcRecord
    repairs: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class RecordFailure:
    """A record, or with number 0 a whole file, that can't be read.

    :ivar control_number: the record's number if so much could be read
    :ivar detail: where in the record, or the parser's own words
    """

    number: int
    offset: int
    code: Problem
    control_number: str = ""
    detail: str = ""


class Parsed(NamedTuple):
    """What a format's parser returns for the bytes of one record."""

    record: MarcRecord
    raw_format: RawFormat
    raw_encoding: str
    repairs: tuple[Problem, ...] = ()


class Piece(NamedTuple):
    """The bytes of one record as cut from a file, or why they can't be one."""

    offset: int
    raw: bytes
    problem: Problem | None = None
