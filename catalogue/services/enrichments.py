"""A library's own fields over a common record: saved against the version that the editor read, restored, taken back.

Each is one transaction under the lock that every writer of records takes; the content before it is kept. Others' views
and the common record stay as they are.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from catalogue.errors import Code, RecordRefused, StaleRecord
from catalogue.marc.columns import parse_columns
from catalogue.marc.problems import RecordProblem
from catalogue.marc.reading import parse_raw
from catalogue.marc.records import MarcField, MarcRecord
from catalogue.models import BibliographicRecord, Change, ChangeKind, Enrichment
from catalogue.rules.enrichment import reasons_against_content, reasons_against_enriching
from catalogue.rules.rights import Library, Owned
from catalogue.selectors.enrichments import (
    enrichment_diff,
    enrichment_fields,
    fields_of,
    merged_fields,
    newest_enrichment,
)
from catalogue.selectors.rights import owned
from catalogue.services import change_feed
from catalogue.services.record_versions import be_the_only_writer, keep_superseded_enrichments
from catalogue.services.records import Author, locked_record
from common import audit
from common.errors import Reason

# What a new version of an enrichment changes.
ENRICHMENT_COLUMNS = (
    "fields",
    "deleted_at",
    "version",
    "changed_at",
    "change_kind",
    "changed_by",
    "changed_in",
    "import_run",
)


@dataclass(frozen=True, slots=True)
class Whose:
    """Which record is enriched, and whose enrichment it is.

    :ivar for_schools: what all school libraries share, instead of the author's own
    """

    record_id: int
    author: Author
    for_schools: bool = False

    @property
    def municipality_id(self) -> int | None:
        """Whose row it is; the consortium itself works on what the schools share."""
        municipality = self.author.municipality
        return None if self.for_schools or municipality is None else municipality.pk


@dataclass(frozen=True, slots=True)
class _Open:
    """An enrichment that's being changed, the record locked."""

    whose: Whose
    record: BibliographicRecord
    common: MarcRecord
    row: Enrichment | None


@transaction.atomic
def save_enrichment(*, whose: Whose, fields: Sequence[MarcField], expected_version: int, now: datetime) -> Enrichment:
    """Give a library's enrichment of a record new content; the same fields again change nothing.

    :param fields: in the record's own family of MARC
    :param expected_version: the version that the editor read; 0 when there was none
    :raises StaleRecord: if a colleague has changed the enrichment since
    :raises RecordRefused: with every reason found, in its fields or in who may change it
    """
    opened = _open(whose)
    return _write(opened, list(fields), expected_version, ChangeKind.EDIT, now)


@transaction.atomic
def restore_enrichment(*, whose: Whose, number: int, expected_version: int, now: datetime) -> Enrichment:
    """Give an enrichment the fields that it had in an older version, as its newest version.

    :raises StaleRecord: if a colleague has changed the enrichment since
    :raises RecordRefused: NO_SUCH_VERSION, or with every reason found against the fields or the change
    """
    opened = _open(whose)
    fields = enrichment_fields(opened.row, number) if opened.row else None
    if fields is None:
        raise RecordRefused([Reason(Code.NO_SUCH_VERSION, facts={"version": number})])
    return _write(opened, fields, expected_version, ChangeKind.RESTORE, now)


@transaction.atomic
def delete_enrichment(*, whose: Whose, expected_version: int, now: datetime) -> Enrichment:
    """Take an enrichment back, so that the library sees the common record again; its versions stay.

    A library may do so while it has items: the common record still describes them.

    :raises StaleRecord: if a colleague has changed the enrichment since
    :raises RecordRefused: with every reason found
    """
    opened = _open(whose)
    reasons = _reasons_against(opened)
    row = opened.row
    if row is None or row.deleted_at is not None:
        raise RecordRefused([*reasons, Reason(Code.NOTHING_OF_ITS_OWN)])
    _refuse_stale_or(opened, expected_version, reasons)
    keep_superseded_enrichments([row])
    _update(row, {"deleted_at": now}, whose.author.origin(ChangeKind.DELETE), now)
    _tell(opened, row, "catalogue.delete_enrichment", now)
    return row


def _open(whose: Whose) -> _Open:
    be_the_only_writer()
    record = locked_record(whose.record_id)
    try:
        common = parse_raw(bytes(record.raw), raw_format=record.raw_format, raw_encoding=record.raw_encoding)
    except RecordProblem as problem:
        raise RecordRefused([Reason(Code.UNREADABLE, facts={"problem": problem.code.value})]) from problem
    return _Open(whose, record, common, newest_enrichment(record.pk, whose.municipality_id))


def _write(opened: _Open, fields: list[MarcField], expected_version: int, kind: str, now: datetime) -> Enrichment:
    row, author = opened.row, opened.whose.author
    for_schools = opened.whose.municipality_id is None
    before = owned(opened.record)
    reasons = reasons_against_fields(
        opened.record, opened.common, fields, before, author.library, for_schools=for_schools
    )
    _refuse_stale_or(opened, expected_version, reasons)
    if row is None:
        row = Enrichment.objects.create(
            record=opened.record,
            municipality_id=opened.whose.municipality_id,
            fields=fields,
            created_at=now,
            changed_at=now,
            **author.origin(kind),
        )
    elif row.deleted_at is None and fields_of(row.fields) == fields:
        return row
    else:
        keep_superseded_enrichments([row])
        _update(row, {"fields": fields, "deleted_at": None}, author.origin(kind), now)
    _tell(opened, row, "catalogue.save_enrichment", now)
    return row


def reasons_against_fields(
    record: BibliographicRecord,
    common: MarcRecord,
    fields: list[MarcField],
    before: Owned,
    library: Library,
    *,
    for_schools: bool,
) -> list[Reason]:
    """Return everything that stands against a library's laying these fields over a record.

    :param before: whose the record is
    """
    local = MarcRecord(common.flavour, "", fields)
    reasons = _reasons_against_library(record, before, library, for_schools) + reasons_against_content(local)
    seen = [each.field for each in merged_fields(common, fields)]
    if not parse_columns(MarcRecord(local.flavour, common.leader, seen)).title:
        reasons.append(Reason(Code.NO_TITLE))
    return reasons


def _reasons_against(opened: _Open) -> list[Reason]:
    whose = opened.whose
    for_schools = whose.municipality_id is None
    return _reasons_against_library(opened.record, owned(opened.record), whose.author.library, for_schools)


def _reasons_against_library(
    record: BibliographicRecord, before: Owned, library: Library, for_schools: bool
) -> list[Reason]:
    reasons = []
    if record.merged_into_id is not None:
        reasons.append(Reason(Code.MERGED_AWAY, facts={"record_id": record.merged_into_id}))
    elif record.deleted_at is not None:
        reasons.append(Reason(Code.RECORD_GONE))
    return [*reasons, *map(Reason, reasons_against_enriching(before, library, for_schools=for_schools))]


def _refuse_stale_or(opened: _Open, expected_version: int, reasons: list[Reason]) -> None:
    row = opened.row
    if row is not None and row.version != expected_version:
        changes = enrichment_diff(row, expected_version, opened.common.flavour)
        stale = Reason(Code.STALE, facts={"version": row.version})
        raise StaleRecord([stale, *reasons], version=row.version, changes=changes)
    if row is None and expected_version:
        reasons = [Reason(Code.NO_SUCH_VERSION, facts={"version": expected_version}), *reasons]
    if reasons:
        raise RecordRefused(reasons)


def change_row(row: Enrichment, columns: dict[str, Any], by: dict[str, Any], now: datetime) -> None:
    """Make an enrichment, not saved yet, its next version; the caller has kept the one before."""
    for name, value in {**columns, **by, "version": row.version + 1, "changed_at": now}.items():
        setattr(row, name, value)


def _update(row: Enrichment, columns: dict[str, Any], by: dict[str, Any], now: datetime) -> None:
    change_row(row, columns, by, now)
    row.save()


def _tell(opened: _Open, row: Enrichment, action: str, now: datetime) -> None:
    audit.record(
        action=action,
        actor=opened.whose.author.account,
        subject=opened.record,
        facts={"version": row.version, "kind": str(row.change_kind), "for_schools": row.municipality_id is None},
    )
    change_feed.announce(
        record_ids=[opened.record.pk], kind=Change.Kind.ENRICHED, now=now, municipality_id=row.municipality_id
    )
