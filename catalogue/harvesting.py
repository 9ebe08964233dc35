"""What harvesters read: the nation's records, or one municipality's, by the date of their last change there."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import BooleanField, Min, Q, QuerySet
from django.db.models.expressions import RawSQL

from catalogue.models import BibliographicRecord, HarvestEntry, MaterialType
from catalogue.selectors.enrichments import views_of
from catalogue.selectors.visibility import visible_to
from catalogue.services.change_feed import wait_for_announcements

_ENTRY = HarvestEntry._meta.db_table
_BATCH = 500


@dataclass(frozen=True)
class View:
    """Whose titles are listed, and which of them.

    :ivar municipality_id: None for the nation's; a municipality's titles are as its library sees them
    :ivar branch_code: what one branch has or has had; empty for all
    :ivar material_type: what is or was catalogued as this; empty for all
    """

    municipality_id: int | None
    branch_code: str = ""
    material_type: str = ""


@dataclass(frozen=True)
class Window:
    """Which changes are listed.

    :ivar since: from this moment on
    :ivar before: up to, but not including, this moment
    :ivar after: the last entry of the page before: its date and record
    """

    since: datetime | None = None
    before: datetime | None = None
    after: tuple[datetime, int] | None = None


@dataclass(frozen=True)
class Harvested:
    """One title of a list.

    :ivar is_gone: withdrawn, or no longer in this list
    :ivar branch_codes: the municipality's branches that have it; empty in the nation's list
    :ivar record: None when it's gone
    """

    record_id: int
    changed_at: datetime
    is_gone: bool
    material_type: str
    branch_codes: Sequence[str]
    record: BibliographicRecord | None


def harvest_page(view: View, window: Window, *, limit: int, with_marc: bool) -> list[Harvested]:
    """Return the next titles of a list by date and number; later changes move a title towards the list's end.

    :param with_marc: whether the records' MARC is wanted, too
    """
    wait_for_announcements()
    entries = _of(view).filter(_within(window)).order_by("changed_at", "record_id")
    return _harvested(view, entries, limit=limit, with_marc=with_marc)


def harvested_title(view: View, record_id: int, *, with_marc: bool = False) -> Harvested | None:
    """Return one title of a list, or None if it was never in it."""
    found = _harvested(view, _of(view).filter(record_id=record_id), limit=1, with_marc=with_marc)
    return found[0] if found else None


def earliest_change(view: View) -> datetime | None:
    """Return the date before which a list has nothing, or None when it's empty."""
    first: datetime | None = _of(view).aggregate(first=Min("changed_at"))["first"]
    return first


def clock() -> datetime:
    """Return the moment by the clock that dates all changes."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        (moment,) = cursor.fetchone()
    return moment


def _of(view: View) -> QuerySet[HarvestEntry]:
    entries = HarvestEntry.objects.filter(branch_code=view.branch_code)
    if view.municipality_id is None:
        entries = entries.filter(municipality_id__isnull=True)
    else:
        entries = entries.filter(municipality_id=view.municipality_id)
    if view.material_type:
        entries = entries.filter(Q(material_type=view.material_type) | Q(former_types__contains=[view.material_type]))
    return entries


def _within(window: Window) -> Q:
    condition = Q()
    if window.since:
        condition &= Q(changed_at__gte=window.since)
    if window.before:
        condition &= Q(changed_at__lt=window.before)
    if window.after:
        # As one comparison of rows, which the index answers from its middle.
        condition &= Q(
            RawSQL(f"({_ENTRY}.changed_at, {_ENTRY}.record_id) > (%s, %s)", window.after, BooleanField())  # noqa: S611
        )
    return condition


def _harvested(view: View, entries: QuerySet[HarvestEntry], *, limit: int, with_marc: bool) -> list[Harvested]:
    found = list(entries[:limit])
    records = BibliographicRecord.objects.filter(visible_to(view.municipality_id))
    records = records.only("raw", "raw_format", "raw_encoding") if with_marc else records.defer("raw")
    is_gone = {entry.record_id: _is_gone(entry, view) for entry in found}
    shown = [record_id for record_id, gone in is_gone.items() if not gone]
    by_id = views_of(records.in_bulk(shown), view.municipality_id)
    branches = _branches(view, by_id)
    return [
        Harvested(
            record_id=entry.record_id,
            changed_at=entry.changed_at,
            is_gone=entry.record_id not in by_id,
            material_type=entry.material_type,
            branch_codes=branches.get(entry.record_id, ()),
            record=by_id.get(entry.record_id),
        )
        for entry in found
    ]


def _is_gone(entry: HarvestEntry, view: View) -> bool:
    return entry.is_gone or bool(view.material_type and entry.material_type != view.material_type)


def _branches(view: View, record_ids: Collection[int]) -> dict[int, list[str]]:
    if view.municipality_id is None or not record_ids:
        return {}
    rows = HarvestEntry.objects.filter(
        record_id__in=list(record_ids), municipality_id=view.municipality_id, is_gone=False
    ).exclude(branch_code="")
    branches = defaultdict(list)
    for record_id, code in rows.order_by("branch_code").values_list("record_id", "branch_code"):
        branches[record_id].append(code)
    return branches


def material_types() -> list[tuple[str, str]]:
    """Return the kinds of material as (code, name in the reader's language)."""
    return [(str(value), str(label)) for value, label in MaterialType.choices]


def records_to_export(
    *, municipality_id: int | None, since: datetime | None, ids: Collection[int] | None, with_marc: bool
) -> Iterator[BibliographicRecord]:
    """Yield records by number, some hundreds read at a time, however many there are; withdrawn ones are left out.

    :param municipality_id: whose titles, as its library sees them; None for all records as they are
    :param since: only what has changed from this moment on, the record itself or who holds it
    :param ids: only these numbers
    """
    entries = _of(View(municipality_id)).filter(is_gone=False)
    if since:
        entries = entries.filter(changed_at__gte=since)
    if ids is not None:
        entries = entries.filter(record_id__in=ids)
    numbers = entries.order_by("record_id").values_list("record_id", flat=True)
    records = BibliographicRecord.objects.filter(visible_to(municipality_id)).defer(*(() if with_marc else ("raw",)))
    last = 0
    while batch := list(numbers.filter(record_id__gt=last)[:_BATCH]):
        found = views_of(records.in_bulk(batch), municipality_id)
        yield from (found[number] for number in batch if number in found)
        last = batch[-1]
