"""What records were: their versions, what differs between two of them, and who brought a field in."""

from dataclasses import dataclass
from datetime import datetime

from catalogue.marc.problems import RecordProblem
from catalogue.marc.reading import parse_raw
from catalogue.marc.records import Flavour, MarcField, MarcRecord
from catalogue.models import BibliographicRecord, RecordVersion
from catalogue.rules.record_diff import FieldChange, brought_in_by, record_diff

_SHOWN = (
    "change_kind",
    "changed_by",
    "changed_in__name",
    "import_run_id",
    "import_run__file_name",
    "owner",
    "changed_at",
    "deleted_at",
)


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a record, without its content.

    :ivar by: the name of the staff account; empty when the system did it
    :ivar municipality: where she works; empty for the consortium
    :ivar import_run: the run that brought it, if it came so
    :ivar at: when it became the newest
    """

    number: int
    kind: str
    by: str
    municipality: str
    import_run: int | None
    file_name: str
    owner: str
    at: datetime
    is_deleted: bool
    is_newest: bool


@dataclass(frozen=True, slots=True)
class Content:
    """A version's bytes as they were, and how they're written."""

    raw: bytes
    raw_format: str
    raw_encoding: str


def versions_of(record_id: int) -> list[Version]:
    """Return a record's versions, newest first; none when there's no such record."""
    newest = BibliographicRecord.objects.filter(pk=record_id).values_list("version", *_SHOWN)
    older = RecordVersion.objects.filter(record=record_id).order_by("-number").values_list("number", *_SHOWN)
    return [
        Version(
            number,
            kind,
            by,
            municipality or "",
            run,
            file_name or "",
            owner,
            at,
            deleted_at is not None,
            place == 0,
        )
        for place, (number, kind, by, municipality, run, file_name, owner, at, deleted_at) in enumerate(
            [*newest, *older]
        )
    ]


def content_of(record_id: int, number: int) -> Content | None:
    """Return a version's content, or None if there's no such version."""
    columns = ("raw", "raw_format", "raw_encoding")
    found = BibliographicRecord.objects.filter(pk=record_id, version=number).values_list(*columns).first()
    found = found or RecordVersion.objects.filter(record=record_id, number=number).values_list(*columns).first()
    return Content(bytes(found[0]), found[1], found[2]) if found else None


def marc_of(record_id: int, number: int) -> MarcRecord | None:
    """Return a version's fields, or None if there's no such version."""
    content = content_of(record_id, number)
    return _fields_of(content) if content else None


def version_diff(record_id: int, old: int, new: int) -> list[FieldChange] | None:
    """Return what differs between two versions, or None if one isn't there."""
    before, after = marc_of(record_id, old), marc_of(record_id, new)
    return record_diff(before, after) if before and after else None


def provenance_of(record_id: int) -> list[tuple[MarcField, Version]]:
    """Return each field of a record's newest content with the version that brought it in."""
    versions = {version.number: version for version in versions_of(record_id)}
    columns = ("raw", "raw_format", "raw_encoding")
    older = RecordVersion.objects.filter(record=record_id).order_by("number").values_list("number", *columns)
    newest = BibliographicRecord.objects.filter(pk=record_id).values_list("version", *columns)
    contents = (
        (number, _fields_of(Content(bytes(raw), raw_format, raw_encoding)))
        for number, raw, raw_format, raw_encoding in [*older, *newest]
    )
    return [(field, versions[number]) for field, number in brought_in_by(contents)]


def _fields_of(content: Content) -> MarcRecord:
    try:
        return parse_raw(content.raw, raw_format=content.raw_format, raw_encoding=content.raw_encoding)
    except RecordProblem:
        # Bytes that a later release can't read any more: shown as a record without fields, not as a broken page.
        return MarcRecord(Flavour.MARC21, "", [])
