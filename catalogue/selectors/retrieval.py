"""Records for programs that search: by their exact numbers, and whole, as a library sees them."""

from collections.abc import Iterable
from enum import StrEnum

from django.db.models import Q

from catalogue.marc.identifiers import isbn13, issn
from catalogue.models import BibliographicRecord
from catalogue.selectors import get_record
from catalogue.selectors.enrichments import views_of
from catalogue.selectors.visibility import viewer, visible_to

_MOST = 100
_LONGEST_NUMBER = 64


class NumberKind(StrEnum):
    """The numbers that records are known by."""

    ISBN = "isbn"
    ISSN = "issn"
    CONTROL_NUMBER = "control_number"


def record_ids_with(number: str, kind: NumberKind) -> list[int] | None:
    """Return the records with this number, or None if the text can't be one.

    The number of a record that was merged into another gives that other one.
    """
    condition = _having(number.strip(), kind)
    if condition is None:
        return None
    rows = BibliographicRecord.objects.filter(condition, visible_to(viewer())).filter(
        Q(deleted_at=None) | Q(merged_into__isnull=False)
    )
    found: set[int] = set()
    for pk, merged_into in rows.values_list("pk", "merged_into_id")[:_MOST]:
        standing = pk if merged_into is None else getattr(get_record(merged_into), "pk", None)
        found |= {standing} if standing else set()
    return sorted(found)


def records_as_seen(
    record_ids: Iterable[int], municipality_id: int | None, *, with_marc: bool
) -> dict[int, BibliographicRecord]:
    """Return records as the municipality's library sees them; what's gone, or isn't hers to see, is left out.

    :param municipality_id: None for the consortium, which sees the common records
    """
    records = BibliographicRecord.objects.filter(visible_to(municipality_id), deleted_at=None)
    records = records.only("raw", "raw_format", "raw_encoding") if with_marc else records.defer("raw")
    return views_of(records.in_bulk(list(record_ids)), municipality_id)


def _having(number: str, kind: NumberKind) -> Q | None:
    if not number or len(number) > _LONGEST_NUMBER or "\x00" in number:
        return None
    if kind is NumberKind.CONTROL_NUMBER:
        return Q(control_number=number)
    if kind is NumberKind.ISBN:
        isbn = isbn13(number)
        return Q(isbns__contains=[isbn]) if isbn else None
    found = issn(number)
    return Q(issns__contains=[found]) if found else None
