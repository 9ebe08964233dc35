"""Collections that travel from branch to branch: planned, sent on, received. Single items follow at their check-in."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.db.models import Max

from accounts.models import StaffAccount
from circulation.errors import Code, RotationRefused
from circulation.models import RotatingCollection, RotatingItem, RotationStop, Transit
from circulation.rules.reasons import blocking
from circulation.services.check_in import check_in
from circulation.services.report_item import one_line
from circulation.services.results import CheckInResult
from common import audit
from holdings.models import Branch, Item

SENT, INTO, OUT = "circulation.send_rotation", "circulation.add_to_rotation", "circulation.take_out_of_rotation"
_CHANGED, _ENDED = "circulation.change_rotation", "circulation.end_rotation"


@transaction.atomic
def plan_rotation(*, name: str, note: str, staff: StaffAccount) -> RotatingCollection:
    """Begin a collection, without items and stops yet.

    :raises RotationRefused: TEXT_MISSING or ROTATION_NAME_TAKEN
    """
    name = one_line(name)[:80]
    if not name:
        raise RotationRefused([blocking(Code.TEXT_MISSING)])
    try:
        with transaction.atomic():
            collection = RotatingCollection.objects.create(name=name, note=one_line(note))
    except IntegrityError as error:
        raise RotationRefused([blocking(Code.ROTATION_NAME_TAKEN)]) from error
    audit.record(action=_CHANGED, actor=staff, subject=collection, facts={"name": name})
    return collection


@transaction.atomic
def add_stop(
    *, collection: RotatingCollection, branch: Branch, planned_on: date | None, staff: StaffAccount
) -> RotationStop:
    """Add a branch at the end of the plan.

    :raises RotationRefused: ROTATION_UNKNOWN or ROTATION_ENDED
    """
    collection = _locked(collection)
    last = collection.stops.aggregate(last=Max("position"))["last"] or 0
    stop = RotationStop.objects.create(collection=collection, branch=branch, position=last + 1, planned_on=planned_on)
    audit.record(action=_CHANGED, actor=staff, subject=collection, facts={"stop_added": branch.code})
    return stop


@transaction.atomic
def remove_stop(*, collection: RotatingCollection, stop_id: int, staff: StaffAccount) -> None:
    """Take a stop that's still to come out of the plan; one that's gone already is no matter.

    :raises RotationRefused: ROTATION_UNKNOWN, ROTATION_ENDED or ROTATION_STOP_PASSED
    """
    collection = _locked(collection)
    stop = collection.stops.select_related("branch").filter(pk=stop_id).first()
    if stop is None:
        return
    if stop.sent_at is not None:
        raise RotationRefused([blocking(Code.ROTATION_STOP_PASSED)])
    stop.delete()
    audit.record(action=_CHANGED, actor=staff, subject=collection, facts={"stop_removed": stop.branch.code})


@transaction.atomic
def add_item(*, collection: RotatingCollection, item: Item, staff: StaffAccount) -> bool:
    """Let an item travel with a collection; its next scan sends it there. Return whether it didn't already.

    :raises RotationRefused: ROTATION_UNKNOWN, ROTATION_ENDED, ITEM_UNKNOWN or ROTATES_WITH_ANOTHER
    """
    collection = _locked(collection)
    known = RotatingItem.objects.select_related("collection").filter(item=item.pk).first()
    if known is not None and known.collection_id != collection.pk:
        raise RotationRefused([blocking(Code.ROTATES_WITH_ANOTHER, collection=known.collection.name)])
    if known is not None:
        return False
    RotatingItem.objects.create(collection=collection, item=item)
    audit.record(action=INTO, actor=staff, subject=item, facts={"collection": collection.name})
    return True


@transaction.atomic
def remove_item(*, collection: RotatingCollection, item_id: int, staff: StaffAccount) -> bool:
    """Let an item stay behind; its next scan sends it home. Return whether it travelled with the collection.

    :raises RotationRefused: ROTATION_UNKNOWN or ROTATION_ENDED
    """
    collection = _locked(collection)
    member = collection.members.select_related("item").filter(item=item_id).first()
    if member is None:
        return False
    member.delete()
    audit.record(action=OUT, actor=staff, subject=member.item, facts={"collection": collection.name})
    return True


@transaction.atomic
def send_on(*, collection: RotatingCollection, staff: StaffAccount, now: datetime) -> tuple[RotationStop, list[Item]]:
    """Send a collection to the next stop of its plan, and return the stop with the items to be packed.

    What's on loan, on a hold shelf or on its way follows when it's scanned the next time.

    :raises RotationRefused: ROTATION_UNKNOWN, ROTATION_ENDED or ROTATION_NO_STOP_LEFT
    """
    collection = _locked(collection)
    following = collection.stops.select_related("branch").filter(sent_at__isnull=True).first()
    if following is None:
        raise RotationRefused([blocking(Code.ROTATION_NO_STOP_LEFT)])
    left = _leave(collection, now)
    following.sent_at = now
    following.save(update_fields=["sent_at"])
    transits = _send(_movable(collection), following.branch, Transit.Purpose.ROTATION, staff, now)
    before = {"stop": following.pk, "left": left, "transits": [transit.pk for transit in transits]}
    facts = {"to": following.branch.code, "items": len(transits), "before": before}
    audit.record(action=SENT, actor=staff, subject=collection, facts=facts)
    return following, [transit.item for transit in transits]


@transaction.atomic
def end_rotation(*, collection: RotatingCollection, staff: StaffAccount, now: datetime) -> list[Item]:
    """End a collection's tour, and return the items to be packed: they all go home.

    :raises RotationRefused: ROTATION_UNKNOWN or ROTATION_ENDED
    """
    collection = _locked(collection)
    _leave(collection, now)
    sent: list[Transit] = []
    by_home: dict[int, list[Item]] = {}
    for item in _movable(collection):
        by_home.setdefault(item.home_branch_id, []).append(item)
    for items in by_home.values():
        sent += _send(items, items[0].home_branch, Transit.Purpose.HOME, staff, now)
    collection.members.all().delete()
    collection.ended_at = now
    collection.save(update_fields=["ended_at"])
    audit.record(action=_ENDED, actor=staff, subject=collection, facts={"items": len(sent)})
    return [transit.item for transit in sent]


def receive_all(
    *, collection: RotatingCollection, branch: Branch, staff: StaffAccount, now: datetime
) -> list[CheckInResult]:
    """Receive everything of a collection that's on its way to this branch, as if each item were scanned."""
    travelling = Item.objects.filter(
        rotation__collection=collection,
        transits__to_branch=branch,
        transits__purpose=Transit.Purpose.ROTATION,
        transits__received_at__isnull=True,
        transits__cancelled_at__isnull=True,
    ).order_by("pk")
    return [check_in(item=item, branch=branch, staff=staff, now=now) for item in travelling]


def _locked(collection: RotatingCollection) -> RotatingCollection:
    locked = RotatingCollection.objects.select_for_update(no_key=True).filter(pk=collection.pk).first()
    if locked is None:
        raise RotationRefused([blocking(Code.ROTATION_UNKNOWN)])
    if locked.ended_at is not None:
        raise RotationRefused([blocking(Code.ROTATION_ENDED)])
    return locked


def _leave(collection: RotatingCollection, now: datetime) -> int | None:
    """Leave the stop at which the collection is, and return its number."""
    present = collection.stops.filter(sent_at__isnull=False, left_at__isnull=True).first()
    if present is None:
        return None
    present.left_at = now
    present.save(update_fields=["left_at"])
    return int(present.pk)


def _movable(collection: RotatingCollection) -> Sequence[Item]:
    """Lock the collection's items that stand on a shelf, in the order of their numbers, and return them."""
    items = Item.objects.select_for_update(of=("self",), no_key=True).filter(
        rotation__collection=collection, status=Item.Status.AVAILABLE, is_damaged=False
    )
    return list(items.select_related("record", "home_branch").defer("record__raw").order_by("pk"))


def _send(items: Iterable[Item], to: Branch, purpose: str, staff: StaffAccount, now: datetime) -> list[Transit]:
    sent = [item for item in items if item.current_branch_id != to.pk]
    transits = Transit.objects.bulk_create(
        Transit(item=item, from_branch_id=item.current_branch_id, to_branch=to, purpose=purpose, sent_at=now)
        for item in sent
    )
    for item in sent:
        item.status = Item.Status.IN_TRANSIT
        audit.record(action=SENT, actor=staff, subject=item, facts={"to": to.code, "purpose": purpose})
    Item.objects.bulk_update(sent, ["status"])
    return transits
