"""Which records aren't the only edition of their work, so that the index needn't ask all others for their editions."""

from collections.abc import Iterable, Mapping, Sequence

from django.db.models import Count, Q

from catalogue.models import BibliographicRecord, RecordMerge, WorkCorrection
from catalogue.selectors.works import own_key

_MOST_UNKNOWN = 1000


def in_company(records: Sequence[BibliographicRecord], works: Mapping[int, str]) -> set[int]:
    """Return the records whose work may have another edition; whatever isn't among them stands alone for certain.

    Four statements, whatever the number of records; some more where records were merged.

    :param works: of each record, as `catalogue.selectors.works.works_of` gives it
    """
    keys = {record.work_key for record in records if record.work_key}
    shared, unknown = _shared(keys), _unknown_yet()
    if unknown is None:
        return {record.pk for record in records}
    shared |= unknown
    targets = _Targets(records, keys, set(works.values()))
    return {
        record.pk
        for record in records
        if record.work_key is None
        or record.work_key in shared
        or works[record.pk] not in (own_key(record), f"={record.pk}")
        or targets.has(record, works[record.pk])
    }


def _shared(keys: Iterable[str]) -> set[str]:
    rows = BibliographicRecord.objects.filter(work_key__in=list(keys), deleted_at=None)
    counted = rows.exclude(work_key="").values("work_key").annotate(editions=Count("pk")).filter(editions__gt=1)
    return {key for key in counted.order_by().values_list("work_key", flat=True) if key}


def _unknown_yet() -> set[str] | None:
    """Return the keys of records that haven't got theirs yet; None while they're too many to look at."""
    rows = BibliographicRecord.objects.filter(work_key=None, deleted_at=None).only("work_key", "author", "title")
    found = {own_key(record) for record in rows.order_by()[: _MOST_UNKNOWN + 1]}
    return None if len(found) > _MOST_UNKNOWN else found


class _Targets:
    """What other records were put to by hand: records, also by way of what was merged into them, keys and works."""

    def __init__(self, records: Sequence[BibliographicRecord], keys: Iterable[str], works: Iterable[str]) -> None:
        stands_for = {record.pk: record.pk for record in records}
        newest = set(stands_for)
        while newest:
            merged = RecordMerge.objects.filter(winner__in=newest, undone_at=None).values_list("loser", "winner")
            found = {loser: stands_for[winner] for loser, winner in merged if loser not in stands_for}
            stands_for |= found
            newest = set(found)
        meant = Q(same_as__in=list(stands_for)) | Q(work__in=list(works)) | Q(same_as__work_key__in=list(keys))
        said = WorkCorrection.objects.filter(meant, undone_at=None)
        rows = list(said.values_list("same_as", "same_as__work_key", "work"))
        self._records = {stands_for[pk] for pk, _key, _work in rows if pk in stands_for}
        self._named = {name for _pk, key, work in rows for name in (key, work) if name}

    def has(self, record: BibliographicRecord, work: str) -> bool:
        return record.pk in self._records or work in self._named or own_key(record) in self._named
