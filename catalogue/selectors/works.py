"""Which work a record is an edition of, by what it says itself and by what was said by hand; and the other editions.

Answered from the database, so it holds from the moment of a correction on; what readers are shown comes from the index.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from catalogue.marc.columns import parse_columns
from catalogue.marc.problems import RecordProblem
from catalogue.marc.reading import parse_raw
from catalogue.models import BibliographicRecord, RecordMerge, WorkCorrection
from catalogue.rules.work_keys import TitleFrom, WorkFacts, work_facts, work_key
from catalogue.selectors.visibility import viewer, visible_to
from common.prepared_statements import all_rows
from tenants.models import Municipality

# No key of author and title begins so.
_BY_ITSELF = "="
MOST_EDITIONS = 500
# Planned once: building an index asks it for each thousand of its records.
_SAID = """
    SELECT record_id, key, id, same_as_id, work FROM public.catalogue_workcorrection
    WHERE undone_at IS NULL AND (record_id = ANY (%(records)s::bigint[]) OR key = ANY (%(keys)s::text[]))
    ORDER BY id
"""
_SHOWN = ("id", "work_key", "author", "title", "language", "material_type", "merged_into")


@dataclass(frozen=True, slots=True)
class Correction:
    """What somebody said by hand.

    :ivar same_as: the record that it's of the same work as; None for a work of its own
    :ivar is_hidden: that one is a library's own, and not the viewer's
    :ivar key: when all editions with this key came along
    :ivar made_in: the name of her municipality; empty for the consortium
    """

    pk: int
    record_id: int
    same_as: BibliographicRecord | None
    is_hidden: bool
    key: str
    made_at: datetime
    made_by: str
    made_in: str
    undone_at: datetime | None
    undone_by: str


def own_key(record: BibliographicRecord) -> str:
    """Return the key of a record's work by what it says itself; of one that's not filled yet, by author and title."""
    return work_key(record.author, record.title) if record.work_key is None else record.work_key


def works_of(records: Iterable[BibliographicRecord]) -> dict[int, str]:
    """Return the key of each record's work, which is the same for all its editions, those put there by hand too.

    One statement when nothing about them was corrected by hand.
    """
    works = _Works()
    works.learn({record.pk: own_key(record) for record in records})
    return {pk: works.work_of(pk) for pk in list(works.own)}


def editions_of(work: str) -> list[BibliographicRecord]:
    """Return the records of a work that the viewer sees, oldest first; never more than 500."""
    shown = BibliographicRecord.objects.filter(visible_to(viewer()), pk__in=_ids_of(work), deleted_at=None)
    return list(shown.defer("raw").order_by("year", "pk")[:MOST_EDITIONS])


def edition_ids(record: BibliographicRecord) -> list[int]:
    """Return the other records that do as well as this one for whoever takes any edition.

    Of the same work, in the same language and of the same kind: nobody who asks for a book wants to be sent the disc.
    """
    return sorted(
        each.pk
        for each in editions_of(works_of([record])[record.pk])
        if each.pk != record.pk and (each.language, each.material_type) == (record.language, record.material_type)
    )


def ids_in_works(works: Collection[str]) -> set[int]:
    """Return the records of these works, whoever sees them."""
    return {record_id for work in works for record_id in _ids_of(work)}


def facts_of(record_id: int) -> WorkFacts:
    """Return what a record's work is told by, as its fields say it."""
    row = BibliographicRecord.objects.values_list("raw", "raw_format", "raw_encoding").get(pk=record_id)
    try:
        record = parse_raw(bytes(row[0]), raw_format=row[1], raw_encoding=row[2])
    except RecordProblem:
        return WorkFacts("", TitleFrom.NONE)
    return work_facts(record, parse_columns(record))


def corrections_about(record: BibliographicRecord) -> list[Correction]:
    """Return what was said by hand of a record or of all with its key, newest first, also what was undone."""
    rows = WorkCorrection.objects.filter(_about(record)).select_related("same_as").defer("same_as__raw")
    rows = rows.order_by("-pk")
    meant = BibliographicRecord.objects.filter(visible_to(viewer()), pk__in={row.same_as_id for row in rows})
    shown = {None, *meant.values_list("pk", flat=True)}
    names = dict(Municipality.objects.filter(pk__in={row.made_in_id for row in rows}).values_list("pk", "name"))
    return [
        Correction(
            row.pk,
            row.record_id,
            row.same_as,
            row.same_as_id not in shown,
            row.key,
            row.made_at,
            row.made_by,
            names.get(row.made_in_id or 0, ""),
            row.undone_at,
            row.undone_by,
        )
        for row in rows
    ]


def state_of(record: BibliographicRecord) -> str:
    """Return a sign that changes whenever somebody says something about a record's work, or takes it back."""
    rows = WorkCorrection.objects.filter(_about(record)).values_list("pk", "undone_at")
    return f"{len(rows)}-{sum(1 for _pk, undone_at in rows if undone_at is not None)}"


def followers_of(record_ids: Collection[int]) -> set[int]:
    """Return the records that were put by hand to these, or to what was merged into them, step by step."""
    found: set[int] = set(record_ids)
    gone: set[int] = set()
    newest = found
    while newest:
        taken_in = set(RecordMerge.objects.filter(winner__in=newest, undone_at=None).values_list("loser", flat=True))
        gone |= taken_in
        newest = (_put_to(newest, ()) | taken_in) - found
        found |= newest
    return found - gone - set(record_ids)


def records_with_key(key: str) -> list[BibliographicRecord]:
    """Return the records that say themselves that they're of a work, as far as the viewer sees them."""
    rows = BibliographicRecord.objects.filter(visible_to(viewer()), work_key=key, deleted_at=None)
    return list(rows.only("agency", "owner", "is_local", "visible_to"))


def is_key(work: str) -> bool:
    """Return whether a work is told by author and title, not by one record."""
    return not work.startswith(_BY_ITSELF)


def _about(record: BibliographicRecord) -> Q:
    key = own_key(record)
    return Q(record=record) | Q(key=key) if key else Q(record=record)


def _ids_of(work: str) -> set[int]:
    """Return the records of a work: those that say so themselves, and those that were put there, step by step."""
    if work.startswith(_BY_ITSELF):
        found = {int(work.removeprefix(_BY_ITSELF))}
    else:
        found = _with_keys({work}) | _put_to(set(), {work})
    found |= followers_of(found)
    records = BibliographicRecord.objects.filter(pk__in=found).only(*_SHOWN)
    return {pk for pk, its_work in works_of(records).items() if its_work == work}


def _with_keys(keys: Collection[str]) -> set[int]:
    rows = BibliographicRecord.objects.filter(work_key__in=keys) if keys else BibliographicRecord.objects.none()
    # In their order, so that the same ones are its editions each time.
    return set(rows.order_by("pk").values_list("pk", flat=True)[:MOST_EDITIONS])


def _put_to(record_ids: Collection[int], works: Collection[str]) -> set[int]:
    """Return what was put by hand to these records or works, with all that came along by its key."""
    works = {*works, *(f"{_BY_ITSELF}{pk}" for pk in record_ids)}
    rows = WorkCorrection.objects.filter(Q(same_as__in=record_ids) | Q(work__in=works), undone_at=None)
    said = list(rows.values_list("record", "key"))
    found = {pk for pk, _key in said}
    if keys := {key for _pk, key in said if key} - works:
        found |= _with_keys(keys) | _put_to((), keys)
    return found


@dataclass(frozen=True, slots=True)
class _Said:
    number: int
    same_as: int | None
    work: str


class _Works:
    """Records by id, their own keys, and what holds for them by hand."""

    def __init__(self) -> None:
        self.own: dict[int, str] = {}
        self._by_record: dict[int, _Said] = {}
        self._by_key: dict[str, _Said] = {}
        self._merged: dict[int, int] = {}

    def learn(self, own: Mapping[int, str]) -> None:
        """Read what was said of these records, and of those that it leads to."""
        keys: set[str] = set()
        asked: set[str] = set()
        while own or keys:
            self.own |= own
            keys = (keys | set(own.values())) - asked - {""}
            asked |= keys
            said = all_rows(_SAID, {"records": list(own), "keys": list(keys)})
            # The newest comes last, and holds.
            for pk, key, number, same_as, its_work in said:
                if pk in own:
                    self._by_record[pk] = _Said(number, same_as, its_work)
                if key:
                    self._by_key[key] = _Said(number, same_as, its_work)
            known = [*self._by_record.values(), *self._by_key.values()]
            own = self._read({each.same_as for each in known} | {_alone(each.work) for each in known})
            keys = {each.work for each in known if is_key(each.work)} - asked - {""}

    def work_of(self, pk: int) -> str:
        """Return the key of a record's work, wherever what was said of it leads."""
        way: list[int | str] = [pk]
        while (following := self._next(way[-1])) is not None:
            if following in way:
                # What was undone elsewhere can leave a ring behind: all in it are of one work.
                ring = way[way.index(following) :]
                return f"{_BY_ITSELF}{min(each for each in ring if isinstance(each, int))}"
            way.append(following)
        return way[-1] if isinstance(way[-1], str) else f"{_BY_ITSELF}{way[-1]}"

    def _next(self, place: int | str) -> int | str | None:
        """Return the record or the key that a record or a key leads to."""
        if isinstance(place, int):
            if place in self._merged:
                return self._merged[place]
            if place not in self._by_record:
                return self.own.get(place) or None
            said = self._by_record[place]
        elif place in self._by_key:
            said = self._by_key[place]
        else:
            return None
        other = self._by_record.get(said.same_as or 0)
        if other is not None and other.same_as is None and other.number > said.number:
            return _alone(said.work) or said.work
        return said.same_as

    def _read(self, ids: Collection[int | None]) -> dict[int, str]:
        found: dict[int, str] = {}
        while wanted := {pk for pk in ids if pk is not None} - {*self.own, *found}:
            rows = list(BibliographicRecord.objects.filter(pk__in=wanted).only(*_SHOWN))
            found |= {row.pk: own_key(row) for row in rows}
            merged = {row.pk: row.merged_into_id for row in rows if row.merged_into_id is not None}
            self._merged |= merged
            if not rows:
                break
            ids = set(merged.values())
        return found


def _alone(work: str) -> int | None:
    """Return the record whose own work it is; None for one that's told by author and title."""
    return None if is_key(work) or not work else int(work.removeprefix(_BY_ITSELF))
