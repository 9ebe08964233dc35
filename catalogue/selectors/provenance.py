"""Where each field of a library's view of a record comes from: which layer, and the version that brought it there.

Nothing is stored for it: it's read from the versions of the record and of what libraries lay over it.
"""

from collections import defaultdict
from dataclasses import dataclass
from enum import StrEnum

from catalogue.marc.records import Flavour, MarcField, MarcRecord
from catalogue.models import BibliographicRecord, Enrichment, EnrichmentVersion
from catalogue.rules.enrichment import enriched
from catalogue.rules.record_diff import LEADER, brought_in_by
from catalogue.selectors.enrichments import EnrichingVersion, enrichment_versions, fields_of, newest_enrichment
from catalogue.selectors.rights import library_of
from catalogue.selectors.versions import Version, marc_of, provenance_of
from tenants.models import Municipality


class Layer(StrEnum):
    """Whose word a field of a view is."""

    RECORD = "RECORD"
    SCHOOLS = "SCHOOLS"
    OWN = "OWN"


@dataclass(frozen=True, slots=True)
class FieldOrigin:
    """A field of a library's view, and who brought it.

    :ivar version: of the record or of the enrichment, since which the field has been there
    """

    field: MarcField
    flavour: Flavour
    layer: Layer
    version: Version | EnrichingVersion


def field_origins(record: BibliographicRecord, municipality: Municipality) -> list[FieldOrigin]:
    """Return the fields of a record as the municipality's library sees it, each with where it comes from.

    Common fields that a local one hides aren't among them.
    """
    common = marc_of(record.pk, record.version)
    if common is None:
        return []
    view = [FieldOrigin(field, common.flavour, Layer.RECORD, version) for field, version in provenance_of(record.pk)]
    view = [each for each in view if each.field.tag != LEADER]
    for layer, owner in ((Layer.SCHOOLS, None), (Layer.OWN, municipality.pk)):
        if layer == Layer.SCHOOLS and not library_of(municipality).is_school:
            continue
        row = newest_enrichment(record.pk, owner)
        if row is not None and row.deleted_at is None:
            view = _laid_over(view, common, _own_origins(row, common, layer, owner))
    return view


def _laid_over(below: list[FieldOrigin], common: MarcRecord, own: list[FieldOrigin]) -> list[FieldOrigin]:
    known: dict[tuple[MarcField, bool], list[FieldOrigin]] = defaultdict(list)
    for is_local, origins in ((False, below), (True, own)):
        for origin in reversed(origins):
            known[origin.field, is_local].append(origin)
    under = MarcRecord(common.flavour, common.leader, [each.field for each in below])
    over = MarcRecord(common.flavour, "", [each.field for each in own])
    return [known[each.field, each.is_local].pop() for each in enriched(under, over)]


def _own_origins(row: Enrichment, common: MarcRecord, layer: Layer, owner: int | None) -> list[FieldOrigin]:
    versions = {version.number: version for version in enrichment_versions(row.record_id, owner)}
    older = EnrichmentVersion.objects.filter(enrichment=row).order_by("number")
    contents = [
        # Between a taking back and the next saving, it said nothing.
        (number, MarcRecord(common.flavour, "", [] if deleted_at else fields_of(fields)))
        for number, fields, deleted_at in older.values_list("number", "fields", "deleted_at")
    ]
    contents.append((row.version, MarcRecord(common.flavour, "", fields_of(row.fields))))
    brought = [(field, number) for field, number in brought_in_by(contents) if field.tag != LEADER]
    return [FieldOrigin(field, common.flavour, layer, versions[number]) for field, number in brought]
