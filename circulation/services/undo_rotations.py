"""Takes back that a collection was sent on: what was to be packed stands on its shelf again."""

from collections.abc import Collection, Sequence
from datetime import datetime

from accounts.models import AuditEntry, StaffAccount
from circulation.models import RotatingCollection, RotationStop, Transit
from circulation.services import rotations
from circulation.services.results import UndoResult
from circulation.services.undo_entries import changed, facts_to_undo, write_down
from holdings.models import Item


def undo_sending(entry: AuditEntry, staff: StaffAccount | None, now: datetime) -> UndoResult:
    """Let a collection be at the stop where it was, and its items on the shelves from which they were sent.

    :raises UndoRefused: UNDONE_ALREADY; or CHANGED_SINCE once its plan has changed, an item has arrived or been
        scanned elsewhere, or one that was out has followed
    """
    collection = RotatingCollection.objects.select_for_update(no_key=True).filter(pk=entry.subject_id or 0).first()
    if collection is None or collection.ended_at is not None:
        raise changed()
    facts = facts_to_undo(entry)["before"]
    items = _locked(facts["transits"])
    ways = Transit.objects.filter(pk__in=facts["transits"], received_at=None, cancelled_at=None)
    stop = collection.stops.filter(pk=facts["stop"], left_at=None).first()
    if stop is None or ways.count() != len(facts["transits"]) or _has_followed(collection, stop, facts["transits"]):
        raise changed()
    ways.update(cancelled_at=now)
    Item.objects.filter(pk__in=[item.pk for item in items]).update(status=Item.Status.AVAILABLE)
    stop.sent_at = None
    stop.save(update_fields=["sent_at"])
    collection.stops.filter(pk=facts["left"]).update(left_at=None)
    _write_down_each(entry, items, staff)
    write_down(entry, collection, staff)
    return UndoResult(action=entry.action, facts=dict(entry.facts))


def _locked(transit_ids: Collection[int]) -> Sequence[Item]:
    items = Item.objects.select_for_update(of=("self",), no_key=True).filter(transits__in=transit_ids)
    return list(items.defer("record__raw").order_by("pk"))


def _has_followed(collection: RotatingCollection, stop: RotationStop, transit_ids: Collection[int]) -> bool:
    later = Transit.objects.filter(
        item__rotation__collection=collection,
        to_branch=stop.branch_id,
        purpose=Transit.Purpose.ROTATION,
        sent_at__gte=stop.sent_at,
    )
    return later.exclude(pk__in=transit_ids).exists()


def _write_down_each(entry: AuditEntry, items: Sequence[Item], staff: StaffAccount | None) -> None:
    """Say of each item that its sending is taken back: it's the last that was written of it before the collection's."""
    sent = AuditEntry.objects.filter(
        action=rotations.SENT, subject_type=_ITEM, subject_id__in=[item.pk for item in items], pk__lt=entry.pk
    )
    last = {each.subject_id: each for each in sent.order_by("pk")}
    for item in items:
        write_down(last[item.pk], item, staff)


_ITEM = Item._meta.label_lower
