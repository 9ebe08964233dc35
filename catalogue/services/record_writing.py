"""Writing records that arrive from outside: new, changed, withdrawn, or the same as before, many at a time."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction

from catalogue.marc.columns import parse_columns
from catalogue.marc.problems import Problem, RecordProblem
from catalogue.marc.reading import parse_raw
from catalogue.marc.record_columns import DESCRIPTION, RecordColumns
from catalogue.marc.records import RecordRead
from catalogue.models import BibliographicRecord, Change, ChangeKind, HoldingsSummary
from catalogue.rules.match_facts import title_key_of
from catalogue.rules.record_levels import level_of
from catalogue.rules.work_keys import work_key_of
from catalogue.selectors.rights import library_of, others_numbers
from catalogue.services import change_feed
from catalogue.services.enrichment_moves import keep_old_shelf_data, relink_school_enrichments
from catalogue.services.record_rows import upsert
from catalogue.services.record_versions import be_the_only_writer, keep_superseded, origin
from tenants.models import Municipality

_KEY = ("source", "control_number")
_LONGEST_NUMBER, _LONGEST_SOURCE, _LONGEST_AGENCY, _LONGEST_OWNER = 64, 40, 20, 40


@dataclass(frozen=True, slots=True)
class Incoming:
    """A record on its way in, with what identifies it."""

    read: RecordRead
    columns: RecordColumns
    source: str
    control_number: str
    digest: bytes

    @property
    def key(self) -> tuple[str, str]:
        """What makes it the same record as one that's known."""
        return self.source, self.control_number


@dataclass
class Written:
    """What became of a batch."""

    created: int = 0
    changed: int = 0
    deleted: int = 0
    unchanged: int = 0
    refused: list[tuple[Incoming, Problem]] = field(default_factory=list)


class SeenRecords:
    """Which rows a run has met already, a bit each: ten million records in little more than a megabyte."""

    def __init__(self) -> None:
        self._bits = bytearray()

    def __contains__(self, record_id: int) -> bool:
        place = record_id >> 3
        return place < len(self._bits) and bool(self._bits[place] & (1 << (record_id & 7)))

    def add(self, record_id: int) -> None:
        """Remember a row."""
        place = record_id >> 3
        if place >= len(self._bits):
            self._bits.extend(bytes(place + 1024 - len(self._bits)))
        self._bits[place] |= 1 << (record_id & 7)


@dataclass(frozen=True, slots=True)
class _Known:
    """What the catalogue has of a record."""

    id: int
    digest: bytes
    version: int
    is_merged: bool
    # Of a local record, whose it is.
    local_owner: str | None
    # Of one that isn't shown to all, who alone sees it.
    kept_by: int | None


def incoming(*, read: RecordRead, source: str) -> Incoming:
    """Return the record with its columns and identity.

    The agency that numbers the record is its source, so the same record in two deliveries is one; records without an
    agency belong to the delivery's `source`. One without a usable number gets one from its content.
    """
    columns = parse_columns(read.record)
    digest = hashlib.sha256(read.raw).digest()
    number = columns.control_number
    if not number or len(number) > _LONGEST_NUMBER:
        number = f"content-{digest.hex()[:32]}"
    return Incoming(read, columns, (columns.agency or source)[:_LONGEST_SOURCE], number, digest)


@transaction.atomic
def write_records(
    *,
    batch: Sequence[Incoming],
    owner: str,
    now: datetime,
    seen: SeenRecords,
    came_by: Mapping[str, Any] | None = None,
) -> Written:
    """Bring a batch of records, each with a key of its own, into the catalogue.

    What is byte for byte as before is not touched. Anything else gets the next version and an entry in the change
    feed, and the content that it supersedes is kept. Where the file has two records with one number, the one that its
    cataloguers changed last stays, else the first, whatever the catalogue held before: so the same file a second time
    changes nothing. A number that another library gives is refused unless its record is one that this one sees.

    :param seen: the rows that this run met in earlier batches; added to
    :param came_by: whose versions these are, as `origin` says it
    """
    be_the_only_writer()
    known = _known(batch)
    written = Written()
    by = came_by or origin(kind=ChangeKind.IMPORT)
    others = _others_local(known.values(), by["changed_in_id"])
    barred = _barred(batch, known, by["changed_in_id"])
    stamps = _stamps(row for record in batch if (row := known.get(record.key)) and row.digest != record.digest)
    to_write = []
    for record in batch:
        row = known.get(record.key)
        if record.key in barred:
            written.refused.append((record, Problem.NUMBER_OF_ANOTHER))
        elif row and row.digest == record.digest:
            written.unchanged += 1
        elif row and row.id in others:
            written.refused.append((record, Problem.OTHERS_LOCAL_RECORD))
        elif row and (problem := _reason_to_keep(record, row, stamps, seen)):
            written.refused.append((record, problem))
        else:
            to_write.append(record)
        if row:
            seen.add(row.id)
    _refuse_withdrawals(to_write, known, written)
    _keep_shelf_data(to_write, known, owner=owner, by=by, now=now)
    relinked = _relink(to_write, known)
    keep_superseded([row.id for record in to_write if (row := known.get(record.key))])
    for record_id in _store(to_write, known, owner=owner, by=by, now=now):
        seen.add(record_id)
    change_feed.announce(record_ids=relinked, kind=Change.Kind.ENRICHED, now=now)
    _count(to_write, known, written)
    return written


def _known(batch: Iterable[Incoming]) -> dict[tuple[str, str], _Known]:
    keys = [record.key for record in batch]
    rows = BibliographicRecord.objects.filter(
        source__in={source for source, _ in keys}, control_number__in=[number for _, number in keys]
    ).values_list(*_KEY, "id", "raw_sha256", "version", "merged_into", "is_local", "owner", "visible_to")
    return {
        (source, number): _Known(pk, bytes(digest), version, merged is not None, owner if is_local else None, kept_by)
        for source, number, pk, digest, version, merged, is_local, owner, kept_by in rows
    }


def _barred(
    batch: Iterable[Incoming], known: Mapping[tuple[str, str], _Known], municipality_id: int | None
) -> set[tuple[str, str]]:
    """Return the keys under which the municipality brings nothing in: another library's numbers that it sees none of.

    Whether a record that's kept from it has the number or none has makes no difference, or the answer would tell it.
    """
    unseen = {key for record in batch if _is_unseen(known.get(key := record.key), municipality_id)}
    kept = {key for key in unseen if key in known}
    municipality = Municipality.objects.filter(pk=municipality_id).first() if unseen and municipality_id else None
    given_by_others = others_numbers({source for source, _ in unseen}, library_of(municipality))
    return kept | {key for key in unseen if key[0] in given_by_others}


def _is_unseen(row: _Known | None, municipality_id: int | None) -> bool:
    return row is None or row.kept_by not in (None, municipality_id)


def _others_local(rows: Iterable[_Known], municipality_id: int | None) -> set[int]:
    """Return the local records that aren't this municipality's, which no delivery overwrites."""
    local = [row for row in rows if row.local_owner is not None]
    if not local:
        return set()
    municipality = Municipality.objects.filter(pk=municipality_id).first()
    names = library_of(municipality).names
    return {row.id for row in local if row.local_owner not in names}


def _stamps(rows: Iterable[_Known]) -> dict[int, str]:
    """Return when its cataloguers last changed each of these rows' records, as the record itself says."""
    found = BibliographicRecord.objects.filter(pk__in=[row.id for row in rows])
    stamps = {}
    for pk, raw, raw_format, raw_encoding in found.values_list("pk", "raw", "raw_format", "raw_encoding"):
        try:
            record = parse_raw(bytes(raw), raw_format=raw_format, raw_encoding=raw_encoding)
        except RecordProblem:
            continue
        stamps[pk] = parse_columns(record).last_changed
    return stamps


def _reason_to_keep(record: Incoming, row: _Known, stamps: dict[int, str], seen: SeenRecords) -> Problem | None:
    if row.is_merged:
        return Problem.MERGED_AWAY
    ours, theirs = stamps.get(row.id, ""), record.columns.last_changed
    length = min(len(ours), len(theirs))
    if theirs[:length] < ours[:length]:
        return Problem.OLDER_THAN_CATALOGUE
    if row.id in seen and theirs[:length] == ours[:length]:
        return Problem.DUPLICATE_IN_FILE
    return None


def _refuse_withdrawals(to_write: list[Incoming], known: Mapping[tuple[str, str], _Known], written: Written) -> None:
    """Take out the withdrawn records that there are items of: they'd be without a title."""
    withdrawn = {
        known[record.key].id: record for record in to_write if record.columns.is_deleted and record.key in known
    }
    if not withdrawn:
        return
    held = HoldingsSummary.objects.filter(record__in=withdrawn, items__gt=0)
    for record_id in held.values_list("record_id", flat=True).distinct():
        to_write.remove(withdrawn[record_id])
        written.refused.append((withdrawn[record_id], Problem.HAS_ITEMS))


def _keep_shelf_data(
    to_write: Iterable[Incoming],
    known: Mapping[tuple[str, str], _Known],
    *,
    owner: str,
    by: Mapping[str, Any],
    now: datetime,
) -> None:
    contents = {
        known[record.key].id: (record.read.record, record.columns.owner or owner)
        for record in to_write
        if record.key in known and not record.columns.is_deleted
    }
    keep_old_shelf_data(contents, now=now, run_id=by["import_run_id"])


def _relink(to_write: Iterable[Incoming], known: Mapping[tuple[str, str], _Known]) -> list[int]:
    withdrawn = [known[each.key].id for each in to_write if each.columns.is_deleted and each.key in known]
    return relink_school_enrichments(withdrawn) if withdrawn else []


def _store(
    records: Sequence[Incoming],
    known: Mapping[tuple[str, str], _Known],
    *,
    owner: str,
    by: Mapping[str, Any],
    now: datetime,
) -> list[int]:
    rows = [{**_row(record, known.get(record.key), owner=owner, now=now), **by} for record in records]
    stored = upsert(rows)
    for wanted, kind in ((False, Change.Kind.RECORD), (True, Change.Kind.DELETED)):
        ids = [record_id for record_id, is_withdrawn in stored if is_withdrawn is wanted]
        change_feed.announce(record_ids=ids, kind=kind, now=now)
    return [record_id for record_id, _ in stored]


def _row(record: Incoming, known: _Known | None, *, owner: str, now: datetime) -> dict[str, Any]:
    return {
        "source": record.source,
        "control_number": record.control_number,
        "owner": record.columns.owner[:_LONGEST_OWNER] or owner,
        "version": known.version + 1 if known else 1,
        "deleted_at": now if record.columns.is_deleted else None,
        "merged_into_id": None,
        "is_local": False,
        "visible_to_id": None,
        "created_at": now,
        "changed_at": now,
        **content_columns(record),
    }


def content_columns(record: Incoming) -> dict[str, Any]:
    """Return the columns that come from a record's content alone: its bytes, and what is read from them."""
    columns = record.columns
    return {
        "agency": columns.agency[:_LONGEST_AGENCY],
        "raw": record.read.raw,
        "raw_format": record.read.raw_format,
        "raw_encoding": record.read.raw_encoding,
        "raw_sha256": record.digest,
        "title_key": title_key_of(record.read.record, columns),
        "work_key": work_key_of(record.read.record, columns),
        "level": str(level_of(record.read.record, columns)),
        **{name: getattr(columns, name) for name in DESCRIPTION},
    }


def _count(to_write: Iterable[Incoming], known: Mapping[tuple[str, str], _Known], written: Written) -> None:
    for record in to_write:
        if record.columns.is_deleted:
            written.deleted += 1
        elif record.key in known:
            written.changed += 1
        else:
            written.created += 1
