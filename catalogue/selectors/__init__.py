"""Reading the catalogue: records by id and by their numbers, who owns them, and the change feed."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max, Q, QuerySet

from catalogue.marc.identifiers import isbn13, issn
from catalogue.models import BibliographicRecord, Change, HoldingsSummary, ImportRun
from catalogue.selectors.visibility import viewer, visible_to

# Shorter ones are years, volumes and titles: "1984" means the novel.
_SHORTEST_NUMBER, _LONGEST_NUMBER = 7, 64
# Control numbers may have letters and a prefix: 870970-basis:12345678, FI-MELINDA-001234567, (DK-870970)12345678.
_NUMBER = re.compile(r"[\w()\-–:./ ]*\d[\w()\-–:./ ]*")


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


def records_by_identifier(text: str, limit: int = 20) -> list[BibliographicRecord]:
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
    condition = Q(control_number__in={text, compact})
    if (isbn := isbn13(compact)) and len(compact) in (10, 13):
        condition |= Q(isbns__contains=[isbn])
    if len(compact) == 8 and (number := issn(compact)):
        condition |= Q(issns__contains=[number])
    # Sorted and cut here: with an order and a limit, PostgreSQL would walk the whole catalogue by its key instead of
    # asking the three indexes.
    found = (
        record if record.merged_into_id is None else get_record(record.merged_into_id)
        for record in _shown_or_merged().filter(condition)
    )
    by_id = {record.pk: record for record in found if record is not None}
    return [by_id[pk] for pk in sorted(by_id)][:limit]


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
