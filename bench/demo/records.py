"""Brings titles into the shared catalogue as the MARC records that they are."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from io import BytesIO

from bench.demo.facts import Title, real_titles
from bench.demo.marc import AGENCY, write_marc
from catalogue.marc.reading import read_records
from catalogue.marc.records import RecordRead
from catalogue.models import BibliographicRecord
from catalogue.services.import_marc import import_marc
from catalogue.services.record_writing import SeenRecords, incoming, write_records

# The records say that they were made on this day, so that the same title is always the same bytes.
_ENTERED = date(2026, 1, 1)


@dataclass(frozen=True, slots=True)
class Catalogued:
    """A title with the id of its record."""

    record_id: int
    title: Title


def catalogue_real_titles(now: datetime) -> list[Catalogued]:
    """Import the real titles, which changes nothing when they're there, and return them all."""
    titles = real_titles()
    numbers = [f"demo-{place:05d}" for place in range(1, len(titles) + 1)]
    ids = _ids(numbers)
    if len(ids) < len(numbers):
        stream = BytesIO(b"".join(_marc(title, number) for title, number in zip(titles, numbers, strict=True)))
        import_marc(file=stream, source=AGENCY, owner=AGENCY, now=now)
        ids = _ids(numbers)
    return [Catalogued(ids[number], title) for number, title in zip(numbers, titles, strict=True)]


def catalogue_titles(titles: Sequence[Title], *, numbers: Sequence[str], now: datetime) -> list[Catalogued]:
    """Write a batch of titles under these control numbers, and return it with its ids."""
    stream = BytesIO(b"".join(_marc(title, number) for title, number in zip(titles, numbers, strict=True)))
    batch = [incoming(read=read, source=AGENCY) for read in read_records(stream) if isinstance(read, RecordRead)]
    write_records(batch=batch, owner=AGENCY, now=now, seen=SeenRecords())
    ids = _ids(numbers)
    return [Catalogued(ids[number], title) for number, title in zip(numbers, titles, strict=True)]


def _marc(title: Title, number: str) -> bytes:
    return write_marc(title, number, _ENTERED)


def _ids(numbers: Sequence[str]) -> dict[str, int]:
    known = BibliographicRecord.objects.filter(source=AGENCY, control_number__in=numbers)
    return dict(known.values_list("control_number", "pk"))
