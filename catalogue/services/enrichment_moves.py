"""Enrichments that come or go by themselves: old shelf data that is kept, and those that follow a record.

Callers hold the writers' lock, and announce the records' own changes, which date every library's list anew.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils import timezone

from catalogue.marc.danmarc2 import NATIONAL_AGENCY
from catalogue.marc.problems import RecordProblem
from catalogue.marc.reading import parse_raw
from catalogue.marc.records import Flavour, MarcField, MarcRecord
from catalogue.models import (
    BibliographicRecord,
    CataloguingLibrary,
    ChangeKind,
    Enrichment,
    EnrichmentVersion,
    HoldingsSummary,
)
from catalogue.rules.rights import SCHOOL_COMMON_AGENCY
from catalogue.rules.shelf_data import RecordChange, says_shelf_data, shelf_data_to_keep
from catalogue.selectors.enrichments import fields_of
from catalogue.services.record_versions import keep_superseded_enrichments, origin
from tenants.models import Municipality

# The municipalities that keep old shelf data, by record: they've chosen to, and have items of it.
Keepers = Mapping[int, Collection[int]]


@dataclass(frozen=True, slots=True)
class Kept:
    """What was written to keep old shelf data.

    :ivar new: the ids of enrichments that weren't there before
    :ivar grown: those that were there and have more fields now, as id and version
    """

    new: list[int] = field(default_factory=list)
    grown: list[tuple[int, int]] = field(default_factory=list)


def keepers_of(record_ids: Collection[int], *, but: int | None = None) -> Keepers:
    """Return who keeps old shelf data of these records; one statement while no library has chosen to.

    :param but: the municipality that makes the change, which means it
    """
    choosing = CataloguingLibrary.objects.filter(keeps_shelf_data=True).exclude(municipality=but)
    chosen = list(choosing.values_list("municipality", flat=True)) if record_ids else []
    found: dict[int, set[int]] = defaultdict(set)
    if chosen:
        held = HoldingsSummary.objects.filter(record__in=list(record_ids), municipality__in=chosen, items__gt=0)
        for record_id, municipality_id in held.values_list("record", "municipality"):
            found[record_id].add(municipality_id)
    return found


def keep_old_shelf_data(
    contents: Mapping[int, tuple[MarcRecord, str]],
    *,
    now: datetime,
    but: int | None = None,
    run_id: int | None = None,
) -> None:
    """Keep what records say now for the libraries that want that, just before the records get new content (II.I6).

    A few statements however many records there are.

    :param contents: the new fields and the new owner, by record
    :param but: the municipality that makes the change
    """
    keepers = keepers_of(contents, but=but)
    if not keepers:
        return
    columns = ("pk", "raw", "raw_format", "raw_encoding", "owner")
    members, changes = member_names(), {}
    for pk, raw, raw_format, raw_encoding, owner in BibliographicRecord.objects.filter(pk__in=keepers).values_list(
        *columns
    ):
        try:
            old = parse_raw(bytes(raw), raw_format=raw_format, raw_encoding=raw_encoding)
        except RecordProblem:
            continue
        new, new_owner = contents[pk]
        goes_national = owner in members and bool(new_owner) and new_owner not in members
        changes[pk] = RecordChange(old, new, goes_national)
    _keep(changes, keepers, now=now, run_id=run_id)


def keep_shelf_data_of_loser(
    loser: BibliographicRecord, winner: BibliographicRecord, change: RecordChange, now: datetime
) -> Kept:
    """Keep the shelf data of a record that goes into another, for libraries that have items of it alone (II.I6)."""
    keepers = keepers_of([loser.pk, winner.pk])
    alone = set(keepers.get(loser.pk, ())) - set(keepers.get(winner.pk, ()))
    return _keep({winner.pk: change}, {winner.pk: alone}, now=now, run_id=None)


def follow_record(came_from: int, goes_to: int) -> list[int]:
    """Let enrichments follow a record into another, and return the ids of those that did.

    Where a library has one of the other record already, that one stands; the one that stays behind comes back with its
    record.
    """
    there = set(Enrichment.objects.filter(record=goes_to, deleted_at=None).values_list("municipality", flat=True))
    standing = Enrichment.objects.filter(record=came_from, deleted_at=None).values_list("pk", "municipality")
    ids = [pk for pk, municipality_id in standing if municipality_id not in there]
    return point_at(ids, came_from=came_from, goes_to=goes_to)


def point_at(ids: Collection[int], *, came_from: int, goes_to: int) -> list[int]:
    """Have enrichments belong to another record, those that still belong to the first."""
    moving = Enrichment.objects.filter(pk__in=list(ids), record=came_from)
    found = list(moving.order_by("pk").values_list("pk", flat=True))
    Enrichment.objects.filter(pk__in=found).update(record=goes_to)
    return found


def take_back_kept(ids: Collection[int]) -> None:
    """Take back enrichments that came by themselves, unless somebody has worked on them since."""
    Enrichment.objects.filter(pk__in=list(ids), version=1, change_kind=ChangeKind.KEEP).delete()


def take_back_grown(grown: Iterable[tuple[int, int]], now: datetime) -> None:
    """Give enrichments that grew by themselves their fields back, unless somebody has worked on them since.

    :param grown: their ids and versions, as `Kept` has them
    """
    versions = dict(grown)
    standing = Enrichment.objects.filter(pk__in=versions, deleted_at=None).order_by("pk")
    rows = {row.pk: row for row in standing if row.version == versions[row.pk]}
    before = EnrichmentVersion.objects.filter(enrichment__in=rows)
    smaller = [
        (rows[pk], fields_of(fields))
        for pk, number, fields in before.values_list("enrichment", "number", "fields")
        if number == rows[pk].version - 1
    ]
    _rewrite(smaller, origin(kind=ChangeKind.UNMERGE), now)


def relink_school_enrichments(record_ids: Iterable[int]) -> list[int]:
    """Hang the enrichments of school-common records that are gone on the common record of the same number (II.I4).

    :param record_ids: records that were withdrawn, of any kind
    :returns: the common records that have more enrichments now
    """
    enriched = Enrichment.objects.filter(
        record__in=list(record_ids), record__agency=SCHOOL_COMMON_AGENCY, deleted_at=None
    )
    gone = dict(enriched.values_list("record", "record__control_number"))
    if not gone:
        return []
    common = BibliographicRecord.objects.filter(
        source=NATIONAL_AGENCY, control_number__in=set(gone.values()), deleted_at=None
    )
    by_number = dict(common.values_list("control_number", "pk"))
    pairs = [(pk, by_number[number]) for pk, number in gone.items() if number in by_number]
    return [goes_to for pk, goes_to in pairs if follow_record(pk, goes_to)]


def member_names() -> frozenset[str]:
    """Return every code that means a library of the consortium, not the national centre."""
    rows = CataloguingLibrary.objects.values_list("number", "school_number")
    schemas = Municipality.objects.exclude(schema_name="public").values_list("schema_name", flat=True)
    return frozenset({name for row in rows for name in row} | set(schemas)) - {""}


def _keep(changes: Mapping[int, RecordChange], keepers: Keepers, *, now: datetime, run_id: int | None) -> Kept:
    """Write the enrichments.

    A library whose own fields are of this group already sees no change, so it's left alone.
    """
    today = timezone.localtime(now).date()
    kept = {
        (record_id, municipality_id): fields
        for record_id, change in changes.items()
        if (fields := shelf_data_to_keep(change, today=today))
        for municipality_id in keepers.get(record_id, ())
    }
    if not kept:
        return Kept()
    rows = Enrichment.objects.filter(record__in={pk for pk, _ in kept}, municipality__isnull=False, deleted_at=None)
    standing = {(row.record_id, row.municipality_id or 0): row for row in rows}
    grown = [
        (standing[key], sorted([*fields_of(standing[key].fields), *fields], key=lambda each: each.tag))
        for key, fields in kept.items()
        if key in standing and not _says_shelf_data(standing[key], changes[key[0]].old.flavour)
    ]
    by = origin(kind=ChangeKind.KEEP, run_id=run_id)
    _rewrite(grown, by, now)
    new = [
        Enrichment(
            record_id=record_id, municipality_id=municipality_id, fields=fields, created_at=now, changed_at=now, **by
        )
        for (record_id, municipality_id), fields in kept.items()
        if (record_id, municipality_id) not in standing
    ]
    made = Enrichment.objects.bulk_create(new)
    return Kept([row.pk for row in made], [(row.pk, row.version) for row, _ in grown])


def _says_shelf_data(row: Enrichment, flavour: Flavour) -> bool:
    return says_shelf_data(MarcRecord(flavour, "", fields_of(row.fields)))


def _rewrite(rows: Sequence[tuple[Enrichment, list[MarcField]]], by: Mapping[str, Any], now: datetime) -> None:
    keep_superseded_enrichments([row for row, _ in rows])
    for row, fields in rows:
        row.fields = fields
        row.version += 1
        row.changed_at = now
        for name, value in by.items():
            setattr(row, name, value)
    columns = ["fields", "version", "changed_at", "change_kind", "changed_by", "changed_in", "import_run"]
    Enrichment.objects.bulk_update([row for row, _ in rows], columns)
