"""Which records aren't the only edition of their work, so that the index needn't ask all others for their editions."""

from collections.abc import Iterable, Mapping, Sequence

from catalogue.models import BibliographicRecord
from catalogue.selectors.works import own_key
from common.prepared_statements import all_rows

_MOST_UNKNOWN = 1000
# Planned once: building an index asks them for each thousand of its records.
_SHARED = """
    SELECT work_key FROM public.catalogue_bibliographicrecord
    WHERE work_key = ANY (%s::text[]) AND work_key <> '' AND deleted_at IS NULL
    GROUP BY work_key HAVING count(*) > 1
"""
_MERGED = """
    SELECT loser_id, winner_id FROM public.catalogue_recordmerge
    WHERE winner_id = ANY (%s::bigint[]) AND undone_at IS NULL
"""
_SAID = """
    SELECT said.same_as_id, record.work_key, said.work
    FROM public.catalogue_workcorrection said
    LEFT JOIN public.catalogue_bibliographicrecord record ON record.id = said.same_as_id
    WHERE said.undone_at IS NULL AND (
        said.same_as_id = ANY (%(records)s::bigint[])
        OR said.work = ANY (%(works)s::text[])
        OR record.work_key = ANY (%(keys)s::text[])
    )
"""


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
    wanted = list(keys)
    return {key for (key,) in all_rows(_SHARED, [wanted])} if wanted else set()


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
            merged = all_rows(_MERGED, [list(newest)])
            found = {loser: stands_for[winner] for loser, winner in merged if loser not in stands_for}
            stands_for |= found
            newest = set(found)
        rows = all_rows(_SAID, {"records": list(stands_for), "works": list(works), "keys": list(keys)})
        self._records = {stands_for[pk] for pk, _key, _work in rows if pk in stands_for}
        self._named = {name for _pk, key, work in rows for name in (key, work) if name}

    def has(self, record: BibliographicRecord, work: str) -> bool:
        return record.pk in self._records or work in self._named or own_key(record) in self._named
