"""The facts that rights are decided upon: which library asks, and whose a record is."""

from collections.abc import Sequence, Set

from django.db.models import Q

from catalogue.models import BibliographicRecord, CataloguingLibrary
from catalogue.rules.rights import SCHOOL_COMMON_AGENCY, Level, Library, Owned
from tenants.models import Municipality

_ROOT = Library(code="", names=frozenset(), is_root=True)


def library_of(municipality: Municipality | None) -> Library:
    """Return a municipality as a cataloguing agency; None, or the consortium's own row, may do everything."""
    if municipality is None or municipality.is_consortium:
        return _ROOT
    row = CataloguingLibrary.objects.filter(municipality=municipality).first() or CataloguingLibrary()
    names = frozenset({municipality.schema_name, row.number, row.school_number} - {""})
    return Library(
        code=row.number or municipality.schema_name,
        names=names,
        edits_common=row.edits_common,
        edits_national=row.edits_national,
        is_school=bool(row.school_number),
    )


def others_numbers(sources: Set[str], library: Library) -> Set[str]:
    """Return which of these sources of numbers are other libraries; to the consortium, nobody is another."""
    return set() if library.is_root else _members(sources - library.names - {""}).keys()


def owned(record: BibliographicRecord) -> Owned:
    """Return whose a record is."""
    return owned_each([record])[0]


def owned_each(records: Sequence[BibliographicRecord]) -> list[Owned]:
    """Return whose each of many records is, in two statements at most."""
    members = _members({record.owner for record in records} - {""})
    return [_owned(record, members.get(record.owner)) for record in records]


def _owned(record: BibliographicRecord, owner_edits_common: bool | None) -> Owned:
    level = Level.SCHOOL_COMMON if record.agency == SCHOOL_COMMON_AGENCY else Level.COMMON
    if record.is_local:
        level = Level.LOCAL
    if not record.owner:
        return Owned(level, "")
    return Owned(
        level,
        record.owner,
        owner_is_member=owner_edits_common is not None,
        owner_edits_common=bool(owner_edits_common),
        is_kept=record.visible_to_id is not None,
    )


def _members(owners: Set[str]) -> dict[str, bool]:
    """Return which of these codes mean a library of the consortium, and whether that one edits common records."""
    if not owners:
        return {}
    rows = CataloguingLibrary.objects.filter(
        Q(number__in=owners) | Q(school_number__in=owners) | Q(municipality__schema_name__in=owners)
    ).order_by("pk")
    found: dict[str, bool] = {}
    by_schema: dict[str, bool] = {}
    for number, school_number, schema_name, edits_common in rows.values_list(
        "number", "school_number", "municipality__schema_name", "edits_common"
    ):
        by_schema[schema_name] = edits_common
        for code in {number, school_number} & owners:
            found.setdefault(code, edits_common)
    if unknown := owners - found.keys():
        # One without a row has the rights that a new row would have.
        rights = CataloguingLibrary().edits_common
        there = Municipality.objects.filter(schema_name__in=unknown).exclude(schema_name="public")
        for schema_name in there.values_list("schema_name", flat=True):
            found[schema_name] = by_schema.get(schema_name, rights)
    return found
