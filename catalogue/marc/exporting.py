"""MARC out: gives a record back as it came, or as the neutral record that writers of other formats start from."""

from typing import Protocol

from catalogue.marc.passed_on import passed_on
from catalogue.marc.problems import RecordProblem
from catalogue.marc.reading import parse_raw
from catalogue.marc.records import MarcRecord, RawFormat
from catalogue.marc.to_marc21 import Described, as_marc21, described_in_marc21
from catalogue.marc.write_xml import marcxml


class Received(Protocol):
    """Anything that keeps a record as received."""

    raw: bytes | memoryview


class Kept(Described, Received, Protocol):
    """A record as received, and what was read from it."""

    raw_format: str
    raw_encoding: str


def export(record: Received) -> bytes:
    """Return the record's bytes unchanged, as they were received."""
    return bytes(record.raw)


def marc_of(record: Kept) -> MarcRecord:
    """Return the record's MARC; for bytes that no longer can be read, what the catalogue knows of it, as MARC 21."""
    try:
        return parse_raw(bytes(record.raw), raw_format=record.raw_format, raw_encoding=record.raw_encoding)
    except RecordProblem:
        return described_in_marc21(record)


def marcxml_of(record: Kept) -> str:
    """Return the record as MARCXML: as it came where it came so and in order, else written anew."""
    came_so = record.raw_format == RawFormat.MARCXML and record.raw_encoding == "utf-8"
    return (passed_on(bytes(record.raw)) if came_so else None) or marcxml(as_marc21(marc_of(record)))
