"""Carrying a new heading into every record that has the old one: in batches, each whole; stopped anywhere, it goes on.

What libraries lay over a record follows with it.

Records get a version each, by whoever renamed the authority. The moment of their cataloguers' own last change stays
what it was, so that a delivery that's newer is still taken.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any

from django.db import transaction
from django.db.models import Q

from catalogue.marc.headings import Heading, agency_of, heading_key, replaced
from catalogue.marc.problems import RecordProblem
from catalogue.marc.reading import parse_raw, read_single
from catalogue.marc.records import MarcRecord, RawFormat
from catalogue.marc.rewriting import rewritten
from catalogue.models import (
    AuthorityMerge,
    BibliographicRecord,
    Change,
    ChangeKind,
    FollowedEnrichment,
    FollowedRecord,
    HeadingChange,
    RecordHeadings,
    RecordVersion,
)
from catalogue.selectors.authorities import (
    all_agencies,
    having_any,
    is_headings_alone,
    number_of,
    old_keys_of,
    scheme_of,
)
from catalogue.selectors.local_headings import renamed_enrichments
from catalogue.services import change_feed
from catalogue.services.enrichment_moves import keep_old_shelf_data
from catalogue.services.local_headings import (
    announce_enrichments,
    give_back_to_enrichments,
    rename_in_enrichments,
)
from catalogue.services.record_headings import catch_up_headings
from catalogue.services.record_versions import be_the_only_writer, keep_superseded, origin
from catalogue.services.record_writing import Incoming, content_columns, incoming
from catalogue.services.records import update_record
from common import audit

_BATCH = 100
# The subfields of a subject that narrow it down.
_NARROWING = frozenset("vxyz")


def carry_heading_changes(*, now: datetime) -> int:
    """Carry every renaming through that isn't finished, the oldest first, and return how many records were changed."""
    if not HeadingChange.objects.filter(finished_at=None).exists():
        return 0
    catch_up_headings()
    changed = 0
    for pk in HeadingChange.objects.filter(finished_at=None).order_by("pk").values_list("pk", flat=True):
        while (batch := _carry_batch(pk, now)) is not None:
            changed += batch
    if changed:
        # So that what uses the new heading is known at once.
        catch_up_headings()
    return changed


def _carry_batch(change_id: int, now: datetime) -> int | None:
    """Change the next records and return how many; None when none is left.

    What has to be changed is found first, while others write: of a well-known authority most records are right already.
    """
    row = HeadingChange.objects.select_related("authority__vocabulary").filter(pk=change_id, finished_at=None).first()
    if row is None:
        return None
    ids = _next_ids(row)
    wanting = ids if row.undoes_id is not None else _wanting(ids, _Renaming(row))
    return _write_batch(row, ids, wanting, now)


def _next_ids(row: HeadingChange) -> list[int]:
    if row.undoes_id is not None:
        followed = FollowedRecord.objects.filter(change=row.undoes_id, record__gt=row.position)
        local = FollowedEnrichment.objects.filter(change=row.undoes_id, enrichment__record__gt=row.position)
        both = followed.values_list("record").union(local.values_list("enrichment__record"))
        return [pk for (pk,) in both.order_by("record")[:_BATCH]]
    found = RecordHeadings.objects.filter(having_any(old_keys_of(row)), pk__gt=row.position)
    return list(found.order_by("pk").values_list("pk", flat=True)[:_BATCH])


@transaction.atomic
def _write_batch(read: HeadingChange, ids: Sequence[int], wanting: Sequence[int], now: datetime) -> int | None:
    """Write the records that want it, unless the renaming was set back, or finished, meanwhile."""
    if wanting:
        be_the_only_writer()
    change = HeadingChange.objects.select_for_update(of=("self",)).select_related("authority__vocabulary")
    row = change.filter(pk=read.pk, finished_at=None).first()
    if row is None:
        return None
    if row.position != read.position:
        return 0
    if not ids:
        row.finished_at = now
        row.save(update_fields=["finished_at"])
        facts = {"heading": row.authority.heading, "records": row.changed, "failed": row.failed}
        audit.record(action="catalogue.carry_heading", actor=None, subject=row.authority, facts=facts)
        return None
    if row.undoes_id is not None:
        written, failed = _give_back(wanting, row, now)
        local, stayed = give_back_to_enrichments(wanting, row, now)
        failed += stayed
    else:
        renaming = _Renaming(row)
        written, failed = _rewrite(wanting, renaming, now)
        _note_followed(row, written)
        local = rename_in_enrichments(wanting, row, renaming.of, now)
    changed = len({*written, *(each.record_id for each in local)})
    row.position, row.changed, row.failed = ids[-1], row.changed + changed, row.failed + failed
    row.save(update_fields=["position", "changed", "failed"])
    change_feed.announce(record_ids=written, kind=Change.Kind.RECORD, now=now)
    announce_enrichments(local, now)
    return changed


class _Renaming:
    """Which headings are meant, and what they become."""

    def __init__(self, change: HeadingChange) -> None:
        authority = change.authority
        self.asked_by = change.asked_by
        self.parts = tuple((code, value) for code, value in authority.parts)
        self.number = number_of(authority)
        self._numbers = {change.old_number, self.number}
        self._kind, self._scheme = authority.kind, scheme_of(authority)
        self._agencies = all_agencies()
        key = heading_key(authority.kind, self._scheme, change.old_parts)
        self._key = key if is_headings_alone(authority, key) else None
        self._own_keys = {key, heading_key(authority.kind, self._scheme, self.parts)}
        self._is_narrowed = any(code in _NARROWING for code, _ in (*self.parts, *change.old_parts))

    def is_meant(self, heading: Heading) -> bool:
        """Tell whether a heading is the authority's: by its number, or without a known one by its words."""
        if heading.kind != self._kind or (heading.scheme or "") != self._scheme.casefold():
            return False
        if not self._numbers.isdisjoint(heading.numbers):
            # Of "Dogs -- History" the number may mean "Dogs": what narrows it down stays then.
            return not heading.is_narrowed or self._is_narrowed or heading.key in self._own_keys
        return heading.key == self._key and not any(agency_of(each) in self._agencies for each in heading.numbers)

    def of(self, record: MarcRecord) -> tuple[MarcRecord, int]:
        """Return the record with the new heading, and how many fields have it now that hadn't."""
        return replaced(record, self.is_meant, self.parts, number=self.number, instead_of=self._numbers)


def _wanting(ids: Sequence[int], renaming: _Renaming) -> list[int]:
    """Return the records among these that have the old heading, they or what's laid over them, or can't be read."""
    local = {row.record_id for row, _ in renamed_enrichments(ids, renaming.of)}
    rows = BibliographicRecord.objects.filter(pk__in=ids, deleted_at=None, merged_into=None)
    found = []
    for pk, raw, raw_format, raw_encoding in rows.order_by("pk").values_list("pk", "raw", "raw_format", "raw_encoding"):
        try:
            record = parse_raw(bytes(raw), raw_format=raw_format, raw_encoding=raw_encoding)
            wants = pk in local or bool(renaming.of(record)[1])
        except RecordProblem:
            wants = True
        found += [pk] if wants else []
    return found


def _note_followed(change: HeadingChange, written: Sequence[int]) -> None:
    """Note which version a merge gave each record, so that it can be undone."""
    if not written or not AuthorityMerge.objects.filter(change=change).exists():
        return
    versions = BibliographicRecord.objects.filter(pk__in=written).values_list("pk", "version")
    FollowedRecord.objects.bulk_create(
        [FollowedRecord(change=change, record_id=pk, version=number, before=number - 1) for pk, number in versions],
        update_conflicts=True,
        unique_fields=["change", "record"],
        update_fields=["version", "before"],
    )


def _give_back(ids: Sequence[int], change: HeadingChange, now: datetime) -> tuple[list[int], int]:
    """Give records what they had before a merge; return those, and how many were changed since and stay."""
    followed = {each.record_id: each for each in FollowedRecord.objects.filter(change=change.undoes_id, record__in=ids)}
    rows = BibliographicRecord.objects.select_for_update(of=("self",)).filter(pk__in=followed, deleted_at=None)
    same = {row.pk: row for row in rows.order_by("pk") if row.version == followed[row.pk].version}
    wanted = [Q(record=pk, number=followed[pk].before) for pk in same]
    before = {row.record_id: row for row in RecordVersion.objects.filter(reduce(or_, wanted))} if wanted else {}
    new: dict[int, tuple[BibliographicRecord, Incoming]] = {}
    for pk, kept in before.items():
        with suppress(RecordProblem):
            read = incoming(read=read_single(bytes(kept.raw)), source=same[pk].source)
            new[pk] = (same[pk], replace(read, source=same[pk].source, control_number=same[pk].control_number))
    _keep_and_update(new, change.asked_by, ChangeKind.RESTORE, now)
    _stand_as_before({pk: (followed[pk].before, row.version) for pk, (row, _) in new.items()})
    return list(new), len(followed) - len(new)


def _stand_as_before(versions: Mapping[int, tuple[int, int]]) -> None:
    """Let an earlier merge that gave records what they've got back now be undone in its turn.

    :param versions: of each record, the number of the version that it got back, and the one it has now
    """
    earlier = [
        each
        for each in FollowedRecord.objects.filter(record__in=versions)
        if each.version == versions[each.record_id][0]
    ]
    for each in earlier:
        each.version = versions[each.record_id][1]
    FollowedRecord.objects.bulk_update(earlier, ["version"])


def _keep_and_update(
    new: Mapping[int, tuple[BibliographicRecord, Incoming]], asked_by: str, kind: str, now: datetime
) -> None:
    keep_old_shelf_data({pk: (each.read.record, row.owner) for pk, (row, each) in new.items()}, now=now)
    keep_superseded(list(new))
    by: dict[str, Any] = {**origin(kind=kind), "changed_by": asked_by}
    for row, each in new.values():
        update_record(row, content_columns(each), by, now)


def _rewrite(ids: Sequence[int], renaming: _Renaming, now: datetime) -> tuple[list[int], int]:
    """Write the records among these that have the old heading; return those, and how many couldn't be."""
    new: dict[int, tuple[BibliographicRecord, Incoming]] = {}
    failed = 0
    rows = BibliographicRecord.objects.select_for_update(of=("self",)).filter(pk__in=ids, deleted_at=None)
    for row in rows.filter(merged_into=None).order_by("pk"):
        try:
            before = parse_raw(bytes(row.raw), raw_format=row.raw_format, raw_encoding=row.raw_encoding)
            after, fields = renaming.of(before)
            if fields:
                new[row.pk] = (row, _incoming(row, after))
        except RecordProblem:
            failed += 1
    _keep_and_update(new, renaming.asked_by, ChangeKind.EDIT, now)
    return list(new), failed


def _incoming(row: BibliographicRecord, record: MarcRecord) -> Incoming:
    """Return the record's new content under its own number.

    :raises RecordProblem: if it can't be written so that it reads back the same
    """
    try:
        raw = rewritten(record, row.raw_format)
    except RecordProblem:
        raw = rewritten(record, RawFormat.MARCXML)
    new = incoming(read=read_single(raw), source=row.source)
    return replace(new, source=row.source, control_number=row.control_number)
