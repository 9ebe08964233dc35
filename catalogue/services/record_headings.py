"""Following the change feed: what each record can be found by when an authority asks for those with its heading.

An import is no slower for it, and whatever way a record changed, its headings are read again.
"""

from collections.abc import Collection, Mapping

from django.db import transaction
from django.db.models import Max
from django.db.models.functions import Least

from catalogue.marc.headings import keys_in
from catalogue.marc.problems import RecordProblem
from catalogue.marc.reading import parse_raw
from catalogue.marc.records import MarcRecord
from catalogue.models import (
    AuthorityMerge,
    AuthorityReference,
    BibliographicRecord,
    Change,
    HeadingChange,
    HeadingProgress,
    RecordHeadings,
)
from catalogue.rules.authorities import heading_from
from catalogue.selectors.authorities import CHANGING_HEADINGS, all_agencies, scheme_of
from catalogue.selectors.local_headings import local_keys_of

_BATCH = 500
_READ = ("pk", "raw", "raw_format", "raw_encoding")


def catch_up_headings(*, most: int | None = None) -> int:
    """Read the headings of records that changed, and of some that were there before; return how many records.

    :param most: how many records at most, rounded up to a batch; None for all
    """
    done = 0
    while most is None or done < most:
        read = _next_batch()
        if read is None:
            break
        done += read
    return done


@transaction.atomic
def _next_batch() -> int | None:
    """Read a batch and return how many records that were; None when there's nothing left."""
    progress = _progress()
    changes = list(
        Change.objects.filter(number__gt=progress.change_number)
        .order_by("number")
        .values_list("number", "record", "kind")[:_BATCH]
    )
    if changes:
        ids = {record for _, record, kind in changes if kind in CHANGING_HEADINGS}
        progress.change_number = changes[-1][0]
    elif progress.filled_to is not None:
        older = BibliographicRecord.objects.filter(pk__gt=progress.filled_to).order_by("pk")
        ids = set(older.values_list("pk", flat=True)[:_BATCH])
        progress.filled_to = max(ids, default=None)
    else:
        return None
    _read_headings(ids)
    progress.save()
    return max(len(ids), len(changes))


def _progress() -> HeadingProgress:
    newest = Change.objects.aggregate(newest=Max("number"))["newest"] or 0
    # From here on by the feed; what was there before is gone through besides.
    HeadingProgress.objects.bulk_create([HeadingProgress(pk=1, change_number=newest)], ignore_conflicts=True)
    return HeadingProgress.objects.select_for_update().get(pk=1)


def _read_headings(record_ids: Collection[int]) -> None:
    agencies, rows = all_agencies(), []
    records: dict[int, MarcRecord] = {}
    # By key, the first record that has it.
    first: dict[int, int] = {}
    standing = BibliographicRecord.objects.filter(pk__in=record_ids, deleted_at=None, merged_into=None)
    for pk, raw, raw_format, raw_encoding in standing.values_list(*_READ):
        try:
            records[pk] = parse_raw(bytes(raw), raw_format=raw_format, raw_encoding=raw_encoding)
        except RecordProblem:
            continue
    local = local_keys_of({pk: record.flavour for pk, record in records.items()}, agencies)
    for pk, record in records.items():
        keys, local_keys = keys_in(record, agencies), local.get(pk, set())
        if keys or local_keys:
            rows.append(RecordHeadings(record_id=pk, keys=sorted(keys), local_keys=sorted(local_keys) or None))
            for key in keys | local_keys:
                first[key] = min(pk, first.get(key, pk))
    gone = set(record_ids) - {row.record_id for row in rows}
    RecordHeadings.objects.filter(pk__in=gone).delete()
    RecordHeadings.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["record"], update_fields=["keys", "local_keys"], batch_size=_BATCH
    )
    if first:
        _put_right(first)


def _put_right(first: Mapping[int, int]) -> None:
    """Let the renamings go on whose old heading a record has come with again, from the first such record on.

    A heading that several authorities have had tells nothing of which one such a record means.
    """
    former = AuthorityReference.objects.filter(
        relation=AuthorityReference.Relation.FORMER, key__in=list(first), authority__merged_into=None
    )
    rows = list(former.select_related("authority__vocabulary"))
    owners: dict[int, set[int]] = {}
    for row in rows:
        owners.setdefault(row.key, set()).add(row.authority_id)
    meant = {(row.authority_id, row.key) for row in rows if len(owners[row.key]) == 1}
    if not meant:
        return
    undone = AuthorityMerge.objects.exclude(undone_at=None).values("change")
    changes = HeadingChange.objects.filter(authority__in={pk for pk, _ in meant}, undoes=None).exclude(pk__in=undone)
    for change in changes.select_related("authority__vocabulary"):
        key = heading_from(change.authority.kind, scheme_of(change.authority), change.old_parts).key
        if (change.authority_id, key) in meant:
            again = HeadingChange.objects.filter(pk=change.pk)
            again.update(finished_at=None, position=Least("position", first[key] - 1))
