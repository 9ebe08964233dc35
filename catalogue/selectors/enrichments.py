"""Records as a library sees them: the common content with the library's own fields laid over it, when it has any."""

import contextlib
import copy
import logging
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, Q, QuerySet

from catalogue.marc.columns import parse_columns
from catalogue.marc.problems import RecordProblem
from catalogue.marc.reading import parse_raw
from catalogue.marc.record_columns import DESCRIPTION, RecordColumns
from catalogue.marc.records import Flavour, MarcField, MarcRecord, RawFormat
from catalogue.marc.rewriting import rewritten
from catalogue.models import BibliographicRecord, CataloguingLibrary, Enrichment, EnrichmentVersion
from catalogue.rules.enrichment import ViewField, layered
from catalogue.rules.record_diff import FieldChange, record_diff
from catalogue.selectors.rights import library_of
from tenants.models import Municipality

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Enriching:
    """An enrichment as its editor sees it.

    :ivar version: 0 when there has never been one
    :ivar fields: its own, in its order; none once it's taken back
    """

    version: int
    fields: Sequence[MarcField]
    is_standing: bool


@dataclass(frozen=True, slots=True)
class EnrichingVersion:
    """One version of an enrichment.

    :ivar by: the name of the staff account; empty when the system did it
    """

    number: int
    kind: str
    by: str
    at: datetime
    is_deleted: bool
    is_newest: bool


def record_view(record: BibliographicRecord, municipality: Municipality | None) -> BibliographicRecord:
    """Return a record as the municipality's library sees it, MARC included; see `views_of`."""
    return views_of({record.pk: record}, municipality.pk if municipality else None)[record.pk]


def views_of(records: Mapping[int, BibliographicRecord], municipality_id: int | None) -> dict[int, BibliographicRecord]:
    """Return records as the municipality's library sees them.

    What is enriched is a copy to read, never to save: its description and its MARC (then as XML) are the view's.
    Everything else is returned as it came. One statement for records without enrichments, however many they are.

    :param municipality_id: None for the consortium, which sees the common records
    """
    layers = _layers(records, municipality_id) if records and municipality_id is not None else {}
    views = dict(records)
    if not layers:
        return views
    for pk, common in _contents(layers).items():
        views[pk] = _view(records[pk], common, layers[pk])
    return views


def views_that_differ(record_ids: Sequence[int]) -> dict[int, dict[int, RecordColumns]]:
    """Return, by record, what it says to each library that sees it otherwise than all others, by municipality.

    One statement for records that nobody enriches, however many they are.
    """
    rows = Enrichment.objects.filter(record__in=record_ids, deleted_at=None)
    found = list(rows.values_list("record_id", "municipality_id", "fields"))
    if not found:
        return {}
    schools = CataloguingLibrary.objects.exclude(school_number="").values_list("municipality_id", flat=True)
    sees_schools = set(schools) if any(owner is None for _, owner, _ in found) else set()
    shared = {record_id: fields_of(fields) for record_id, owner, fields in found if owner is None}
    own = {(record_id, owner): fields_of(fields) for record_id, owner, fields in found if owner is not None}
    pairs = {*own, *((record_id, school) for record_id in shared for school in sees_schools)}
    contents = _contents({record_id for record_id, _ in pairs})
    views: dict[int, dict[int, RecordColumns]] = defaultdict(dict)
    for record_id, owner in sorted(pair for pair in pairs if pair[0] in contents):
        of_schools = shared.get(record_id, []) if owner in sees_schools else []
        merged = _merged(contents[record_id], [each for each in (of_schools, own.get((record_id, owner), [])) if each])
        try:
            views[record_id][owner] = parse_columns(merged)
        except Exception:
            # One that nobody foresaw mustn't keep all others from being found.
            logger.exception("What a library sees of a record can't be read", extra={"record_id": record_id})
    return views


def merged_fields(
    common: MarcRecord, own: Sequence[MarcField], schools: Sequence[MarcField] = ()
) -> Sequence[ViewField]:
    """Return the fields of a view, each with where it comes from."""
    return layered(common, [MarcRecord(common.flavour, "", list(each)) for each in (schools, own) if each])


def enrichment_of(record_id: int, municipality_id: int | None) -> Enriching:
    """Return what a library lays over a record; with None, what the school libraries share."""
    row = newest_enrichment(record_id, municipality_id)
    if row is None:
        return Enriching(0, (), is_standing=False)
    is_standing = row.deleted_at is None
    return Enriching(row.version, fields_of(row.fields) if is_standing else (), is_standing)


def enrichment_versions(record_id: int, municipality_id: int | None) -> list[EnrichingVersion]:
    """Return an enrichment's versions, newest first."""
    row = newest_enrichment(record_id, municipality_id)
    if row is None:
        return []
    older = EnrichmentVersion.objects.filter(enrichment=row).order_by("-number")
    newest = (row.version, row.change_kind, row.changed_by, row.changed_at, row.deleted_at)
    rows = [newest, *older.values_list("number", "change_kind", "changed_by", "changed_at", "deleted_at")]
    return [
        EnrichingVersion(number, kind, by, at, deleted_at is not None, place == 0)
        for place, (number, kind, by, at, deleted_at) in enumerate(rows)
    ]


def enrichment_diff(enrichment: Enrichment, old: int, flavour: Flavour) -> list[FieldChange]:
    """Return what differs between an older version, 0 for before there was any, and the newest."""
    before = enrichment_fields(enrichment, old) or []
    after = [] if enrichment.deleted_at else fields_of(enrichment.fields)
    return record_diff(MarcRecord(flavour, "", list(before)), MarcRecord(flavour, "", list(after)))


def enrichment_fields(enrichment: Enrichment, number: int) -> list[MarcField] | None:
    """Return a version's fields, or None if there's no such version."""
    if number == enrichment.version:
        return fields_of(enrichment.fields)
    found = EnrichmentVersion.objects.filter(enrichment=enrichment, number=number).values_list("fields", flat=True)
    return fields_of(found[0]) if found else None


def newest_enrichment(record_id: int, municipality_id: int | None) -> Enrichment | None:
    """Return a library's enrichment of a record: the standing one, else the one that was taken back last."""
    return newest_enrichments([record_id], municipality_id).get(record_id)


def newest_enrichments(record_ids: Collection[int], municipality_id: int | None) -> dict[int, Enrichment]:
    """Return a library's enrichments of many records, each as `newest_enrichment` does."""
    rows = of_municipality(Enrichment.objects.filter(record__in=record_ids), municipality_id)
    found: dict[int, Enrichment] = {}
    for row in rows.order_by(F("deleted_at").desc(nulls_first=True), "-pk"):
        found.setdefault(row.record_id, row)
    return found


def of_municipality(rows: QuerySet[Enrichment], municipality_id: int | None) -> QuerySet[Enrichment]:
    """Return the rows of one library, or with None those that the school libraries share."""
    is_schools = municipality_id is None
    return rows.filter(municipality__isnull=True) if is_schools else rows.filter(municipality=municipality_id)


def fields_of(stored: Iterable[Sequence[str]]) -> list[MarcField]:
    """Return fields from the table's JSON."""
    return [MarcField(tag, text) for tag, text in stored]


def _layers(record_ids: Collection[int], municipality_id: int) -> dict[int, list[list[MarcField]]]:
    """Return what lies over these records, undermost first; those without anything are left out."""
    rows = Enrichment.objects.filter(
        Q(municipality=municipality_id) | Q(municipality=None), record__in=list(record_ids), deleted_at=None
    ).order_by(F("municipality").asc(nulls_first=True))
    found = list(rows.values_list("record_id", "municipality_id", "fields"))
    sees_schools = any(owner is None for _, owner, _ in found) and _is_school(municipality_id)
    layers: dict[int, list[list[MarcField]]] = defaultdict(list)
    for record_id, owner, fields in found:
        if owner is not None or sees_schools:
            layers[record_id].append(fields_of(fields))
    return layers


def _is_school(municipality_id: int) -> bool:
    return library_of(Municipality.objects.filter(pk=municipality_id).first()).is_school


def _view(
    record: BibliographicRecord, common: MarcRecord, layers: Sequence[Sequence[MarcField]]
) -> BibliographicRecord:
    merged = _merged(common, layers)
    xml = RawFormat.MARCXCHANGE if common.flavour == Flavour.DANMARC2 else RawFormat.MARCXML
    columns = parse_columns(merged)
    view = copy.copy(record)
    for name in DESCRIPTION:
        setattr(view, name, getattr(columns, name))
    view.raw, view.raw_format, view.raw_encoding = rewritten(merged, xml), xml, "utf-8"
    return view


def _merged(common: MarcRecord, layers: Sequence[Sequence[MarcField]]) -> MarcRecord:
    locals_ = [MarcRecord(common.flavour, "", list(each)) for each in layers]
    return MarcRecord(common.flavour, common.leader, [each.field for each in layered(common, locals_)])


def _contents(record_ids: Collection[int]) -> dict[int, MarcRecord]:
    """Return the common records by their numbers, without those that can't be read."""
    rows = BibliographicRecord.objects.filter(pk__in=record_ids)
    contents: dict[int, MarcRecord] = {}
    for pk, raw, raw_format, raw_encoding in rows.values_list("pk", "raw", "raw_format", "raw_encoding"):
        with contextlib.suppress(RecordProblem):
            contents[pk] = parse_raw(bytes(raw), raw_format=raw_format, raw_encoding=raw_encoding)
    return contents
