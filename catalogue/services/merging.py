"""Making one record of two that describe the same title, and taking that back.

The one that goes stays as a withdrawn record that leads to the one that stays, so its number, its ISBNs and old links
still find the title. Everything in every municipality that refers to it moves along, in one transaction.
"""

from datetime import datetime
from functools import partial
from typing import Any

from django.db import transaction

from catalogue import merging
from catalogue.errors import Code, RecordRefused
from catalogue.marc.former_numbers import with_former_number, without_former_number
from catalogue.marc.problems import RecordProblem
from catalogue.marc.reading import parse_raw, read_single
from catalogue.marc.records import MarcRecord
from catalogue.marc.rewriting import rewritten
from catalogue.models import BibliographicRecord, Change, ChangeKind, RecordMerge
from catalogue.rules.record_diff import is_same_content
from catalogue.rules.rights import reasons_against_merge
from catalogue.rules.shelf_data import RecordChange
from catalogue.selectors.references import references
from catalogue.selectors.rights import owned
from catalogue.selectors.versions import content_of
from catalogue.services import change_feed
from catalogue.services.enrichment_moves import (
    follow_record,
    keep_shelf_data_of_loser,
    point_at,
    take_back_grown,
    take_back_kept,
)
from catalogue.services.record_versions import be_the_only_writer, keep_superseded
from catalogue.services.record_writing import content_columns, incoming
from catalogue.services.records import Author, locked_record, refuse_stale_or, update_record
from common import audit
from common.errors import Reason
from tenants.everywhere import in_each_municipality
from tenants.models import Municipality

# What moved in the shared schema, beside the municipalities' own: no municipality has this name.
_SHARED = "public"


@transaction.atomic
def merge_records(
    *, winner_id: int, winner_version: int, loser_id: int, loser_version: int, author: Author, now: datetime
) -> RecordMerge:
    """Let one record be part of another from now on, with its items, holds and whatever else refers to it.

    :param winner_version: the version of the record that stays which the cataloguer has seen; so for the other
    :raises StaleRecord: if one of the two has changed since
    :raises RecordRefused: with every reason found
    """
    be_the_only_writer()
    if winner_id == loser_id:
        raise RecordRefused([Reason(Code.SAME_RECORD)])
    locked = {pk: locked_record(pk) for pk in sorted((winner_id, loser_id))}
    winner, loser = locked[winner_id], locked[loser_id]
    reasons = [Reason(Code.RECORD_GONE) for each in (winner, loser) if each.deleted_at is not None]
    reasons += map(Reason, reasons_against_merge(owned(winner), owned(loser), author.library))
    refuse_stale_or(winner, winner_version, reasons)
    refuse_stale_or(loser, loser_version, reasons)
    content = _content(with_former_number(_fields(winner), **_number(loser)), winner)
    enriched = _move_enrichments(loser, winner, now)
    moved = in_each_municipality(partial(_move, loser_id, winner_id, now)) | {_SHARED: enriched}
    by = author.origin(ChangeKind.MERGE)
    keep_superseded([winner_id, loser_id])
    update_record(winner, content, by, now)
    update_record(loser, {"deleted_at": now, "merged_into_id": winner_id}, by, now)
    merge = RecordMerge.objects.create(
        winner=winner,
        loser=loser,
        winner_version=winner_version,
        moved={schema: each for schema, each in moved.items() if each},
        merged_at=now,
        merged_by=by["changed_by"],
    )
    facts = {"winner": winner_id, "loser": loser_id, "number": loser.control_number}
    audit.record(action="catalogue.merge_records", actor=author.account, subject=winner, facts=facts)
    _announce(stays=[winner_id], goes=[loser_id], now=now)
    return merge


@transaction.atomic
def undo_merge(*, merge_id: int, author: Author, now: datetime) -> RecordMerge:
    """Make two records of one again: what moved goes back, what came since stays where it came to.

    :raises RecordRefused: NOT_MERGED when it's undone already; RECORD_GONE when the record that stayed is gone or part
        of another one by now; or with every reason against changing it
    """
    be_the_only_writer()
    merge = RecordMerge.objects.select_for_update(of=("self",)).filter(pk=merge_id, undone_at=None).first()
    if merge is None:
        raise RecordRefused([Reason(Code.NOT_MERGED)])
    locked = {pk: locked_record(pk) for pk in sorted((merge.winner_id, merge.loser_id))}
    winner, loser = locked[merge.winner_id], locked[merge.loser_id]
    reasons = [Reason(Code.RECORD_GONE)] if winner.deleted_at is not None else []
    reasons += map(Reason, reasons_against_merge(owned(winner), owned(loser), author.library))
    if reasons:
        raise RecordRefused(reasons)
    content = _content_without(winner, loser, merge)
    in_each_municipality(partial(_move_back, merge, now))
    _move_enrichments_back(merge, now)
    by = author.origin(ChangeKind.UNMERGE)
    keep_superseded([winner.pk, loser.pk])
    update_record(winner, content, by, now)
    update_record(loser, {"deleted_at": None, "merged_into_id": None}, by, now)
    merge.undone_at, merge.undone_by = now, by["changed_by"]
    merge.save(update_fields=["undone_at", "undone_by"])
    facts = {"winner": winner.pk, "loser": loser.pk, "number": loser.control_number}
    audit.record(action="catalogue.undo_merge", actor=author.account, subject=winner, facts=facts)
    _announce(stays=[winner.pk, loser.pk], goes=[], now=now)
    return merge


def _move(goes: int, stays: int, now: datetime, _municipality: Municipality) -> dict[str, Any] | None:
    rows: dict[str, list[int]] = {}
    for model, column in references():
        moving = model._base_manager.filter(**{column: goes}).order_by("pk")
        if ids := list(moving.select_for_update(of=("self",), no_key=True).values_list("pk", flat=True)):
            rows[f"{model._meta.label_lower}.{column}"] = ids
    prepared = {
        name: found for name, room in merging.rooms.items() if room.prepare and (found := room.prepare(goes, stays))
    }
    if not rows and not prepared:
        return None
    _point_at(rows, goes, stays)
    _settle(goes, stays, now)
    return {"rows": rows, "prepared": prepared}


def _move_back(merge: RecordMerge, now: datetime, municipality: Municipality) -> None:
    moved = merge.moved.get(municipality.schema_name)
    if not moved:
        return
    _point_at(moved["rows"], merge.winner_id, merge.loser_id)
    for name, prepared in moved["prepared"].items():
        room = merging.rooms.get(name)
        if room and room.put_back:
            room.put_back(prepared)
    _settle(merge.winner_id, merge.loser_id, now)


def _move_enrichments(loser: BibliographicRecord, winner: BibliographicRecord, now: datetime) -> dict[str, Any] | None:
    """Let libraries' own fields go along, and note what undoing it needs; they're shared, so no municipality's."""
    # Before the items move: who has items of the one that goes keeps how it was classified.
    followed = follow_record(loser.pk, winner.pk)
    kept = keep_shelf_data_of_loser(loser, winner, RecordChange(_fields(loser), _fields(winner)), now)
    moved = {"followed": followed, "kept": kept.new, "grown": kept.grown}
    return moved if any(moved.values()) else None


def _move_enrichments_back(merge: RecordMerge, now: datetime) -> None:
    moved = merge.moved.get(_SHARED, {})
    point_at(moved.get("followed", ()), came_from=merge.winner_id, goes_to=merge.loser_id)
    take_back_kept(moved.get("kept", ()))
    take_back_grown(moved.get("grown", ()), now)


def _point_at(rows: dict[str, list[int]], before: int, after: int) -> None:
    for model, column in references():
        ids = rows.get(f"{model._meta.label_lower}.{column}", [])
        model._base_manager.filter(pk__in=ids, **{column: before}).update(**{column: after})


def _settle(came_from: int, went_to: int, now: datetime) -> None:
    for room in merging.rooms.values():
        if room.settle:
            room.settle(came_from, went_to, now)


def _fields(record: BibliographicRecord) -> MarcRecord:
    try:
        return parse_raw(bytes(record.raw), raw_format=record.raw_format, raw_encoding=record.raw_encoding)
    except RecordProblem as problem:
        raise RecordRefused([Reason(Code.UNREADABLE, facts={"problem": problem.code.value})]) from problem


def _number(loser: BibliographicRecord) -> dict[str, str]:
    return {"agency": loser.source, "number": loser.control_number}


def _content(fields: MarcRecord, record: BibliographicRecord) -> dict[str, Any]:
    """Return the columns for new fields of a record, written in its format."""
    try:
        read = read_single(rewritten(fields, record.raw_format))
    except RecordProblem as problem:
        raise RecordRefused([Reason(Code.UNREADABLE, facts={"problem": problem.code.value})]) from problem
    return content_columns(incoming(read=read, source=record.source))


def _content_without(winner: BibliographicRecord, loser: BibliographicRecord, merge: RecordMerge) -> dict[str, Any]:
    """Return the winner's content without the trail: byte for byte what it was, unless it was edited since."""
    fields = without_former_number(_fields(winner), **_number(loser))
    before = content_of(winner.pk, merge.winner_version)
    if before:
        old = parse_raw(before.raw, raw_format=before.raw_format, raw_encoding=before.raw_encoding)
        if is_same_content(old, fields):
            return content_columns(incoming(read=read_single(before.raw), source=winner.source))
    return _content(fields, winner)


def _announce(*, stays: list[int], goes: list[int], now: datetime) -> None:
    change_feed.announce(record_ids=stays, kind=Change.Kind.RECORD, now=now)
    change_feed.announce(record_ids=stays, kind=Change.Kind.HOLDINGS, now=now)
    change_feed.announce(record_ids=goes, kind=Change.Kind.DELETED, now=now)
