"""Changing a record by hand: saved against the version that the editor read, restored, or deleted.

Each is one transaction: the content before it is kept, the audit log and the change feed are told. What is the same
as before is not written, so its bytes stay what they were.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from catalogue.errors import Code, RecordRefused, StaleRecord
from catalogue.marc.former_numbers import former_numbers
from catalogue.marc.problems import Problem, RecordProblem
from catalogue.marc.reading import parse_raw, read_single
from catalogue.marc.record_columns import Kind
from catalogue.marc.records import MarcRecord, RawFormat, RecordRead
from catalogue.models import BibliographicRecord, Change, ChangeKind, HoldingsSummary
from catalogue.rules.record_diff import is_same_content
from catalogue.rules.rights import (
    SCHOOL_COMMON_AGENCY,
    Level,
    Library,
    Owned,
    owner_after,
    reasons_against_creation,
    reasons_against_deletion,
    reasons_against_edit,
)
from catalogue.selectors.rights import library_of, others_numbers, owned
from catalogue.selectors.versions import content_of, version_diff
from catalogue.selectors.visibility import visible_to
from catalogue.services import change_feed
from catalogue.services.doubles import reasons_against_double
from catalogue.services.enrichment_moves import keep_old_shelf_data, relink_school_enrichments
from catalogue.services.record_versions import be_the_only_writer, keep_superseded, locked_records, origin
from catalogue.services.record_writing import Incoming, content_columns, incoming
from common import audit
from common.errors import Reason
from tenants.models import Municipality


@dataclass(frozen=True, slots=True)
class Author:
    """Who changes records.

    :ivar account: the staff account, or None for the system
    :ivar municipality: whose library she works for; None for the consortium itself
    :ivar run_id: the import that makes the changes for her
    """

    account: Any
    municipality: Municipality | None
    run_id: int | None = None

    @property
    def library(self) -> Library:
        """The library as a cataloguing agency."""
        return library_of(self.municipality)

    def origin(self, kind: str) -> dict[str, Any]:
        """Return the columns that say that a version is hers."""
        if self.run_id is not None and kind == ChangeKind.EDIT:
            kind = ChangeKind.IMPORT
        municipality_id = self.municipality.pk if self.municipality else None
        return origin(kind=kind, by=self.account, municipality_id=municipality_id, run_id=self.run_id)


@dataclass(frozen=True, slots=True)
class Saved:
    """A record after it was saved; unchanged when the content was the same as before."""

    record: BibliographicRecord
    is_changed: bool


@transaction.atomic
def add_record(
    *,
    raw: bytes,
    source: str,
    author: Author,
    now: datetime,
    is_local: bool = False,
    double_key: str | None = None,
    typed: bytes | None = None,
) -> BibliographicRecord:
    """Enter a new record and return it: a common one, a school-common one, or one of the author's library alone.

    :param raw: one record in any format that can be imported
    :param source: whose numbers the record has when it doesn't say so itself; a local one has its library's
    :param is_local: nobody else sees it until it's shown to all, see `catalogue.services.local_records`
    :param double_key: of a person's entry: refuse what may be there already, unless this is the key that the refusal
        PERHAPS_DOUBLE gave, see `catalogue.services.doubles`; empty the first time, None for no such check
    :param typed: a digest of what she entered, where the content has a number and moment of this very try besides
    :raises RecordRefused: with every reason found, in its content, its owner or a number that's taken
    """
    be_the_only_writer()
    read = _one_record(raw)
    record = incoming(read=read, source=author.library.code if is_local else source)
    level = Level.LOCAL if is_local else level_of(record)
    owner = record.columns.owner or author.library.code
    reasons = _reasons_in(record) + _as_reasons(reasons_against_creation(level, author.library, owner=owner))
    if is_local:
        reasons += _reasons_against_local(record, author)
    if not record.columns.control_number:
        reasons.append(Reason(Code.NO_NUMBER))
    reasons += _reasons_against_number(record, author)
    if double_key is not None:
        account_id = author.account.pk if author.account is not None else None
        reasons += reasons_against_double(record, key=double_key, account_id=account_id, typed=typed)
    if reasons:
        raise RecordRefused(reasons)
    row = BibliographicRecord.objects.create(
        source=record.source,
        control_number=record.control_number,
        owner=owner,
        is_local=is_local,
        visible_to=author.municipality if is_local else None,
        created_at=now,
        changed_at=now,
        **content_columns(record),
        **author.origin(ChangeKind.EDIT),
    )
    audit.record(action="catalogue.add_record", actor=author.account, subject=row)
    change_feed.announce(record_ids=[row.pk], kind=Change.Kind.RECORD, now=now)
    return row


@transaction.atomic
def save_record(*, record_id: int, expected_version: int, raw: bytes, author: Author, now: datetime) -> Saved:
    """Give a record new content.

    :param expected_version: the version that the editor read; when there's a newer one, nothing is saved
    :param raw: one record in any format that can be imported; its number and agency stay the record's own
    :raises StaleRecord: if somebody else has changed the record since
    :raises RecordRefused: with every reason found, in its content or in who may change it
    """
    be_the_only_writer()
    record = locked_record(record_id)
    read = _one_record(raw)
    return _write(record, read, expected_version, author, ChangeKind.EDIT, now)


@transaction.atomic
def restore_version(*, record_id: int, number: int, expected_version: int, author: Author, now: datetime) -> Saved:
    """Give a record the content that it had in an older version, byte for byte, as its newest version.

    :raises StaleRecord: if somebody else has changed the record since
    :raises RecordRefused: NO_SUCH_VERSION, or with every reason found against the content or the change
    """
    be_the_only_writer()
    record = locked_record(record_id)
    content = content_of(record_id, number)
    if content is None:
        raise RecordRefused([Reason(Code.NO_SUCH_VERSION, facts={"version": number})])
    try:
        fields = parse_raw(content.raw, raw_format=content.raw_format, raw_encoding=content.raw_encoding)
    except RecordProblem as problem:
        raise RecordRefused([Reason(Code.UNREADABLE, facts={"problem": problem.code.value})]) from problem
    read = RecordRead(1, 0, content.raw, RawFormat(content.raw_format), content.raw_encoding, fields)
    return _write(record, read, expected_version, author, ChangeKind.RESTORE, now)


@transaction.atomic
def delete_record(*, record_id: int, expected_version: int, author: Author, now: datetime) -> BibliographicRecord:
    """Delete a record that nobody has items of and that has no parts; its versions stay, and it can be restored.

    :raises StaleRecord: if somebody else has changed the record since
    :raises RecordRefused: with every reason found
    """
    be_the_only_writer()
    record = locked_record(record_id)
    items = sum(HoldingsSummary.objects.filter(record=record).values_list("items", flat=True))
    parts = BibliographicRecord.objects.filter(part_of=record.control_number, deleted_at=None).exclude(pk=record_id)
    found = reasons_against_deletion(owned(record), author.library, items=items, parts=parts.count())
    facts = {Code.HAS_ITEMS: {"items": items}}
    reasons = [Reason(code, facts=facts.get(code, {})) for code in found]
    if record.deleted_at is not None:
        reasons.append(Reason(Code.RECORD_GONE))
    refuse_stale_or(record, expected_version, reasons)
    relinked = relink_school_enrichments([record.pk])
    keep_superseded([record.pk])
    update_record(record, {"deleted_at": now}, author.origin(ChangeKind.DELETE), now)
    audit.record(
        action="catalogue.delete_record", actor=author.account, subject=record, facts={"version": record.version}
    )
    change_feed.announce(record_ids=[record.pk], kind=Change.Kind.DELETED, now=now)
    change_feed.announce(record_ids=relinked, kind=Change.Kind.ENRICHED, now=now)
    return record


def _write(
    record: BibliographicRecord, read: RecordRead, expected_version: int, author: Author, kind: str, now: datetime
) -> Saved:
    new = incoming(read=read, source=record.source)
    before, library = owned(record), author.library
    in_use = former_numbers_in_use([(record, read.record)])[0]
    refuse_stale_or(record, expected_version, reasons_against_content(record, new, before, library, in_use))
    if record.deleted_at is None and _is_same(record, read):
        return Saved(record, is_changed=False)
    owner = owner_named(new, before, library)
    # She who makes the change means it, so her own library keeps nothing.
    but = author.municipality.pk if author.municipality else None
    keep_old_shelf_data({record.pk: (read.record, owner)}, now=now, but=but)
    keep_superseded([record.pk])
    update_record(record, {**content_columns(new), "owner": owner, "deleted_at": None}, author.origin(kind), now)
    audit.record(
        action="catalogue.save_record",
        actor=author.account,
        subject=record,
        facts={"version": record.version, "kind": str(kind)},
    )
    change_feed.announce(record_ids=[record.pk], kind=Change.Kind.RECORD, now=now)
    return Saved(record, is_changed=True)


def reasons_against_content(
    record: BibliographicRecord, new: Incoming, before: Owned, library: Library, in_use: Sequence[str]
) -> list[Reason]:
    """Return everything that stands against giving a record this content.

    :param before: whose the record is
    :param in_use: see `former_numbers_in_use`
    """
    reasons = _reasons_in(new) + _reasons_against_identity(record, new)
    if in_use:
        reasons.append(Reason(Code.FORMER_NUMBER_IN_USE, facts={"numbers": list(in_use)}))
    if record.merged_into_id is not None:
        reasons.append(Reason(Code.MERGED_AWAY, facts={"record_id": record.merged_into_id}))
    return reasons + _as_reasons(reasons_against_edit(before, library, new_owner=_named_owner(new, before)))


def owner_named(new: Incoming, before: Owned, library: Library) -> str:
    """Return who owns a record once it has this content."""
    return owner_after(before, library, new_owner=_named_owner(new, before))


def former_numbers_in_use(contents: Sequence[tuple[BibliographicRecord, MarcRecord]]) -> list[list[str]]:
    """Return, for each record and its new content, the numbers which that takes in of records that stand by themselves.

    One statement for all; none when no content takes in any.
    """
    named = [
        {number for number in former_numbers(marc) if number != record.control_number} for record, marc in contents
    ]
    if not any(named):
        return [[] for _ in contents]
    others = BibliographicRecord.objects.filter(
        source__in={record.source for record, _ in contents}, control_number__in=set().union(*named), deleted_at=None
    )
    standing = set(others.values_list("source", "control_number"))
    return [
        sorted(number for number in numbers if (record.source, number) in standing)
        for (record, _), numbers in zip(contents, named, strict=True)
    ]


def locked_record(record_id: int) -> BibliographicRecord:
    """Return a record that nobody else changes, and that no item is added to, until the transaction ends.

    :raises RecordRefused: RECORD_GONE
    """
    found = locked_records([record_id])
    if not found:
        raise RecordRefused([Reason(Code.RECORD_GONE)])
    return found[record_id]


def _one_record(raw: bytes) -> RecordRead:
    try:
        return read_single(raw)
    except RecordProblem as problem:
        facts = {"problem": problem.code.value, "detail": problem.detail}
        raise RecordRefused([Reason(Code.UNREADABLE, facts=facts)]) from problem


def _reasons_against_local(record: Incoming, author: Author) -> list[Reason]:
    """Refuse a local record that takes a number of another agency's, which would be in that one's way."""
    if author.municipality is None:
        return [Reason(Code.NO_OWNER)]
    agency = record.columns.agency
    if agency and agency not in author.library.names:
        return [Reason(Code.OTHERS_NUMBER, facts={"agency": agency})]
    return []


def _reasons_against_number(record: Incoming, author: Author) -> list[Reason]:
    """Refuse a number that's taken; of another library's numbers, all, so that nobody learns which it keeps to itself.

    The consortium gives no library's numbers either where a record that it doesn't see has one.
    """
    same = BibliographicRecord.objects.filter(source=record.source, control_number=record.control_number)
    own = author.municipality
    if same.filter(visible_to(own.pk if own else None)).exists():
        return [Reason(Code.NUMBER_TAKEN, facts={"number": record.control_number})]
    if others_numbers({record.source}, author.library) or same.exists():
        return [Reason(Code.UNREADABLE, facts={"problem": Problem.NUMBER_OF_ANOTHER.value})]
    return []


def _reasons_in(record: Incoming) -> list[Reason]:
    columns = record.columns
    found = []
    if columns.kind != Kind.BIBLIOGRAPHIC:
        found.append(Code.NOT_A_TITLE)
    if columns.is_deleted:
        found.append(Code.MARKED_AS_DELETED)
    elif not columns.title:
        found.append(Code.NO_TITLE)
    if columns.part_of and columns.part_of == columns.control_number:
        found.append(Code.PART_OF_ITSELF)
    return _as_reasons(found)


def _reasons_against_identity(record: BibliographicRecord, new: Incoming) -> list[Reason]:
    if new.key == (record.source, record.control_number) or _has_made_up_number(record, new):
        return []
    return [Reason(Code.NUMBER_CHANGED, facts={"number": record.control_number, "agency": record.source})]


def _has_made_up_number(record: BibliographicRecord, new: Incoming) -> bool:
    """Say whether neither content has a number of its own, so that ours came from the first one's bytes."""
    return not new.columns.control_number and record.control_number.startswith("content-")


def _named_owner(new: Incoming, before: Owned) -> str:
    """Return the owner that the content names, unless it only repeats who owned the record before."""
    return "" if new.columns.owner == before.owner else new.columns.owner


def level_of(record: Incoming) -> Level:
    """Return whose record one is that's no library's own."""
    return Level.SCHOOL_COMMON if record.columns.agency == SCHOOL_COMMON_AGENCY else Level.COMMON


def _as_reasons(codes: list[Code]) -> list[Reason]:
    return [Reason(code) for code in codes]


def refuse_stale_or(record: BibliographicRecord, expected_version: int, reasons: list[Reason]) -> None:
    """Go on only if the record is the version that was expected and nothing else stands against the change.

    :raises StaleRecord: with what others changed, and the other reasons
    :raises RecordRefused: with the reasons
    """
    if record.version != expected_version:
        changes = version_diff(record.pk, expected_version, record.version) or []
        stale = Reason(Code.STALE, facts={"version": record.version})
        raise StaleRecord([stale, *reasons], version=record.version, changes=changes)
    if reasons:
        raise RecordRefused(reasons)


def _is_same(record: BibliographicRecord, read: RecordRead) -> bool:
    raw = bytes(record.raw)
    if raw == read.raw:
        return True
    try:
        before = parse_raw(raw, raw_format=record.raw_format, raw_encoding=record.raw_encoding)
    except RecordProblem:
        return False
    return is_same_content(before, read.record)


def update_record(record: BibliographicRecord, columns: dict[str, Any], by: dict[str, Any], now: datetime) -> None:
    """Write columns of a locked record as its next version; the caller has kept the one before."""
    values = {**columns, **by, "version": record.version + 1, "changed_at": now}
    for name, value in values.items():
        setattr(record, name, value)
    record.save(update_fields=[name.removesuffix("_id") for name in values])
