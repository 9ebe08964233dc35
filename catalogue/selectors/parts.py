"""Records that belong together: heads with sections and volumes, articles with the book or magazine they're found in.

A part names the number of what it's part of; that's looked up when it's asked, so it doesn't matter which came first.
"""

from collections.abc import Collection, Iterable, Sequence

from django.db.models import Q, QuerySet

from catalogue.marc.exporting import marc_of
from catalogue.models import BibliographicRecord
from catalogue.rules.issues import IssueName, first_issue
from catalogue.rules.record_levels import PARTS
from catalogue.selectors.visibility import viewer, visible_to

_MOST = 200
# A volume, its section, the head.
_STEPS = 3
_READ = ("id", "source", "control_number", "part_of", "level", "title", "author", "visible_to", "merged_into")


def part_above(record: BibliographicRecord) -> BibliographicRecord | None:
    """Return what a record is part of or found in, if the viewer sees it."""
    shown = BibliographicRecord.objects.filter(visible_to(viewer())).defer("raw")
    return _above([record], shown).get(record.pk)


def parts_of(record: BibliographicRecord) -> list[BibliographicRecord]:
    """Return the volumes and sections, or the articles, of a record that the viewer sees, in order; at most 200."""
    shown = BibliographicRecord.objects.filter(visible_to(viewer()), deleted_at=None, part_of=record.control_number)
    rows = list(shown.exclude(pk=record.pk).defer("raw").order_by("pk")[:_MOST])
    # The same number may be another agency's for something else.
    above = _above(rows, BibliographicRecord.objects.only(*_READ))
    return sorted((row for row in rows if row.pk in above and above[row.pk].pk == record.pk), key=_place)


def issues_named_by(record_ids: Collection[int]) -> dict[int, IssueName]:
    """Return in which issue of their magazine articles stand; those whose record doesn't say it are out.

    Said in 773 g of MARC 21, in 557 v, V or j of danMARC2.
    """
    found = {}
    for record in BibliographicRecord.objects.filter(pk__in=record_ids):
        fields = marc_of(record)
        year = fields.first("557", "j").strip()
        texts = [*fields.values("773", "g"), *fields.values("557", "vV")]
        # A newspaper's day stands in j; so does the year of a number that's given without it.
        days = [year] if len(year) > len("2026") else []
        if name := first_issue([*texts, *(f"{year}:{text}" for text in texts), *days]):
            found[record.pk] = name
    return found


def heads_of(records: Sequence[BibliographicRecord]) -> dict[int, list[BibliographicRecord]]:
    """Return what stands above each volume and section, the head first; no statement when there's none.

    What only one library sees is nobody else's head.
    """
    found: dict[int, list[BibliographicRecord]] = {}
    level = {row.pk: row for row in records if row.level in PARTS}
    for _step in range(_STEPS):
        if not level:
            break
        above = _above(level.values(), BibliographicRecord.objects.only(*_READ))
        following = {}
        for pk, row in level.items():
            head = above.get(row.pk)
            if head is not None and head.visible_to_id in (None, row.visible_to_id):
                found.setdefault(pk, []).insert(0, head)
                following[pk] = head
        level = {pk: head for pk, head in following.items() if head.level in PARTS}
    return found


def volumes_below(record_ids: Collection[int]) -> set[int]:
    """Return the sections and volumes whose search entry says what these records are called, two steps down."""
    found: set[int] = set()
    newest = set(record_ids)
    for _step in range(_STEPS - 1):
        numbers = BibliographicRecord.objects.filter(pk__in=newest).values("control_number")
        rows = BibliographicRecord.objects.filter(~Q(part_of=""), part_of__in=numbers, level__in=PARTS)
        newest = set(rows.values_list("pk", flat=True)) - found - set(record_ids)
        found |= newest
        if not newest:
            break
    return found


def _above(
    records: Iterable[BibliographicRecord], among: QuerySet[BibliographicRecord]
) -> dict[int, BibliographicRecord]:
    """Return what each record is part of: its own agency's, or else the only record of that number."""
    wanted = [row for row in records if row.part_of]
    if not wanted:
        return {}
    by_number: dict[str, list[BibliographicRecord]] = {}
    numbers = {row.part_of for row in wanted}
    standing = Q(deleted_at=None) | Q(merged_into__isnull=False)
    for row in among.filter(standing, control_number__in=numbers):
        by_number.setdefault(row.control_number, []).append(row)
    found = {}
    for row in wanted:
        # What another library keeps to itself under the same number has nothing to do with it.
        seen = (each for each in by_number.get(row.part_of, ()) if each.visible_to_id in (None, row.visible_to_id))
        rows = [each for each in seen if each.pk != row.pk]
        own = [each for each in rows if each.source == row.source]
        if own or len(rows) == 1:
            found[row.pk] = (own or rows)[0]
    merged = {each.merged_into_id for each in found.values() if each.merged_into_id is not None}
    stay = among.filter(deleted_at=None).in_bulk(merged) if merged else {}
    return {
        pk: stay.get(each.merged_into_id, each) if each.merged_into_id is not None else each
        for pk, each in found.items()
        if each.merged_into_id is None or each.merged_into_id in stay
    }


def _place(record: BibliographicRecord) -> tuple[list[int], int, str]:
    """Return what volumes are sorted by: the numbers in their titles, then their years."""
    digits = "".join(sign if sign.isdecimal() else " " for sign in record.title).split()
    return [int(each[:9]) for each in digits], record.year or 0, record.title
