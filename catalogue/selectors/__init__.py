"""Reading the catalogue: records by id and by their numbers, who owns them, and the change feed."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max, Q, QuerySet

from catalogue.marc.identifiers import isbn13, issn
from catalogue.models import BibliographicRecord, Change, HoldingsSummary, ImportRun
from catalogue.selectors.visibility import viewer, visible_to
from common.prepared_statements import all_rows

# Shorter ones are years, volumes and titles: "1984" means the novel.
_SHORTEST_NUMBER, _LONGEST_NUMBER = 7, 64
# Control numbers may have letters and a prefix: 870970-basis:12345678, FI-MELINDA-001234567, (DK-870970)12345678.
_NUMBER = re.compile(r"[\w()\-–:./ ]*\d[\w()\-–:./ ]*")


# Every number that's typed or scanned is looked up by it; an array with nothing in it has no record's number.
_NUMBERED = """
    SELECT id, merged_into_id FROM public.catalogue_bibliographicrecord
    WHERE (control_number = ANY (%(numbers)s::text[])
           OR isbns @> ARRAY[%(isbn)s::varchar] OR issns @> ARRAY[%(issn)s::varchar])
      AND (deleted_at IS NULL OR merged_into_id IS NOT NULL)
      AND (visible_to_id IS NULL OR visible_to_id = %(viewer)s::bigint)
"""


@dataclass(frozen=True)
class Holding:
    """What one branch owns of a title."""

    municipality: str
    branch_code: str
    items: int
    loanable: int


@dataclass(frozen=True)
class FeedEntry:
    """One entry of the change feed."""

    number: int
    record_id: int
    kind: str
    at: datetime


def follow(after_number: int, limit: int = 1000) -> Sequence[FeedEntry]:
    """Return the feed's next entries in order; a follower reads on from the last number it got."""
    rows = Change.objects.filter(number__gt=after_number).order_by("number")[:limit]
    return [FeedEntry(*row) for row in rows.values_list("number", "record_id", "kind", "at")]


def latest_change() -> int:
    """Return the feed's last number; 0 when nothing has ever changed."""
    return Change.objects.order_by("-number").values_list("number", flat=True).first() or 0


def get_record(record_id: int) -> BibliographicRecord | None:
    """Return a record without its MARC, or None if there's none, it was deleted, or it's another library's alone.

    The number of one that was merged into another gives that other one.
    """
    record = _shown_or_merged().filter(pk=record_id).first()
    # A chain has as many links as there were merges, never a ring: only a record that's shown takes another in.
    while record is not None and record.merged_into_id is not None:
        record = _shown_or_merged().filter(pk=record.merged_into_id).first()
    return record


def records_by_ids(record_ids: Iterable[int]) -> dict[int, BibliographicRecord]:
    """Return records without their MARC by their ids; deleted ones too, for items and loans still name them."""
    return BibliographicRecord.objects.filter(visible_to(viewer())).defer("raw").in_bulk(list(record_ids))


def newest_record() -> int:
    """Return the number of the newest record, 0 where there's none; later ones have higher numbers."""
    return BibliographicRecord.objects.aggregate(newest=Max("pk"))["newest"] or 0


def ids_by_identifier(text: str) -> list[int]:
    """Return the records with the number that was typed: ISBN, ISSN, FAUST or another control number.

    The same edition may have come from several sources, so there can be more than one. The numbers of a record that was
    merged into another give that other one. For a text that can't be a number, no query is made.
    """
    text = text.strip()
    if len(text) > _LONGEST_NUMBER or not _NUMBER.fullmatch(text):
        return []
    compact = text.replace(" ", "").replace("-", "").replace("\u2013", "")
    if len(compact) < _SHORTEST_NUMBER:
        return []
    wanted = {
        "numbers": [text, compact],
        "isbn": isbn13(compact) if len(compact) in (10, 13) else None,
        "issn": issn(compact) if len(compact) == 8 else None,
        "viewer": viewer(),
    }
    # Sorted here: with an order, PostgreSQL would walk the whole catalogue by its key instead of asking three indexes.
    rows = all_rows(_NUMBERED, wanted)
    merged = (get_record(merged_into) for _pk, merged_into in rows if merged_into is not None)
    found = {pk for pk, merged_into in rows if merged_into is None}
    return sorted(found | {record.pk for record in merged if record is not None})


def records_by_identifier(text: str, limit: int = 20) -> list[BibliographicRecord]:
    """Return the records with the number that was typed, without their MARC; see `ids_by_identifier`."""
    ids = ids_by_identifier(text)[:limit]
    records = records_by_ids(ids) if ids else {}
    return [records[pk] for pk in ids if pk in records]


def record_by_identifier(text: str) -> BibliographicRecord | None:
    """Return the one record with this number, or None if there's none or more than one."""
    found = records_by_identifier(text, limit=2)
    return found[0] if len(found) == 1 else None


def holdings_of(record_id: int) -> list[Holding]:
    """Return which municipalities' branches own a title and how many items; never who has them."""
    rows = HoldingsSummary.objects.filter(record_id=record_id, items__gt=0)
    rows = rows.order_by("municipality__name", "branch_code")
    return [Holding(*row) for row in rows.values_list("municipality__schema_name", "branch_code", "items", "loanable")]


def import_runs(municipality_id: int | None, limit: int = 30) -> list[ImportRun]:
    """Return a municipality's newest imports; with None, the consortium's."""
    return list(ImportRun.objects.filter(municipality=municipality_id)[:limit])


def get_import_run(run_id: int, *, municipality_id: int | None) -> ImportRun | None:
    """Return one of a municipality's imports, or None: a neighbour's is none of hers."""
    return ImportRun.objects.filter(pk=run_id, municipality=municipality_id).first()


def import_file_names(run_ids: Iterable[int]) -> Mapping[int, str]:
    """Return the names of the files that were imported, by the imports' numbers."""
    return dict(ImportRun.objects.filter(pk__in=run_ids).values_list("pk", "file_name"))


def _shown_or_merged() -> QuerySet[BibliographicRecord]:
    shown = BibliographicRecord.objects.filter(Q(deleted_at=None) | Q(merged_into__isnull=False))
    return shown.filter(visible_to(viewer())).defer("raw")
