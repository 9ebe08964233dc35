"""The facts that rights are decided upon: which library asks, and whose a record is."""

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


def owned(record: BibliographicRecord) -> Owned:
    """Return whose a record is."""
    level = Level.SCHOOL_COMMON if record.agency == SCHOOL_COMMON_AGENCY else Level.COMMON
    if record.is_local:
        level = Level.LOCAL
    if not record.owner:
        return Owned(level, "")
    row = CataloguingLibrary.objects.filter(Q(number=record.owner) | Q(school_number=record.owner)).first()
    by_schema = Municipality.objects.filter(schema_name=record.owner).exclude(schema_name="public")
    if row is None and by_schema.exists():
        row = CataloguingLibrary.objects.filter(municipality__schema_name=record.owner).first() or CataloguingLibrary()
    return Owned(
        level,
        record.owner,
        owner_is_member=row is not None,
        owner_edits_common=row is not None and row.edits_common,
        is_kept=record.visible_to_id is not None,
    )
