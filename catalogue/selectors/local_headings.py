"""Headings in what libraries lay over records, and what an authority's new one makes of those fields."""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence

from catalogue.marc.headings import keys_in
from catalogue.marc.problems import RecordProblem
from catalogue.marc.reading import parse_raw
from catalogue.marc.records import Flavour, MarcField, MarcRecord
from catalogue.models import BibliographicRecord, CataloguingLibrary, Enrichment
from catalogue.rules.enrichment import RULES
from catalogue.selectors.enrichments import fields_of

# Gives a record its new heading, and tells how many fields that changed.
Rename = Callable[[MarcRecord], tuple[MarcRecord, int]]


def local_keys_of(flavours: Mapping[int, Flavour], agencies: Collection[str]) -> dict[int, set[int]]:
    """Return what each of these records can be found by through the fields that libraries lay over it.

    :param flavours: the records' families of MARC
    """
    found: dict[int, set[int]] = defaultdict(set)
    rows = _standing(flavours)
    keepers = _keepers() if rows else set()
    for row in rows:
        flavour = flavours[row.record_id]
        follow = [each for each in fields_of(row.fields) if not _stays(each, flavour, row, keepers)]
        found[row.record_id] |= keys_in(MarcRecord(flavour, "", follow), agencies)
    return found


def renamed_enrichments(record_ids: Collection[int], rename: Rename) -> list[tuple[Enrichment, list[MarcField]]]:
    """Return the enrichments of these records that a new heading changes, each with its fields then."""
    rows = _standing(record_ids)
    flavours = _flavours({row.record_id for row in rows})
    keepers = _keepers() if rows else set()
    found = []
    for row in rows:
        flavour = flavours.get(row.record_id)
        if flavour is None:
            continue
        before = fields_of(row.fields)
        after = [
            each if _stays(each, flavour, row, keepers) else rename(MarcRecord(flavour, "", [each]))[0].fields[0]
            for each in before
        ]
        found += [(row, after)] if after != before else []
    return found


def _standing(record_ids: Collection[int]) -> Sequence[Enrichment]:
    return list(
        Enrichment.objects.filter(record__in=list(record_ids), deleted_at=None).select_related("record").order_by("pk")
    )


def _keepers() -> set[int | None]:
    return set(CataloguingLibrary.objects.filter(keeps_shelf_data=True).values_list("municipality", flat=True))


def _stays(field: MarcField, flavour: Flavour, row: Enrichment, keepers: Collection[int | None]) -> bool:
    """Tell whether a field says what stands on the spines of a library that has chosen to keep that."""
    return row.municipality_id in keepers and field.tag in RULES[flavour].together


def _flavours(record_ids: Collection[int]) -> dict[int, Flavour]:
    standing = BibliographicRecord.objects.filter(pk__in=list(record_ids), deleted_at=None, merged_into=None)
    found = {}
    for pk, raw, raw_format, raw_encoding in standing.values_list("pk", "raw", "raw_format", "raw_encoding"):
        try:
            found[pk] = parse_raw(bytes(raw), raw_format=raw_format, raw_encoding=raw_encoding).flavour
        except RecordProblem:
            continue
    return found
