"""Reads collections that travel between branches."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet

from circulation.models import RotatingCollection, RotatingItem, RotationStop, Transit
from holdings.models import Item


@dataclass(frozen=True)
class Rotation:
    """A collection with its plan.

    :ivar present: the stop to which it was sent last, None before it's sent for the first time
    :ivar arrived: whether any of its items is at that stop; none is while all are on loan elsewhere or on their way
    :ivar following: the next stop of the plan, if there is one
    """

    collection: RotatingCollection
    items: int
    stops: tuple[RotationStop, ...]
    present: RotationStop | None
    following: RotationStop | None
    arrived: bool


def rotations() -> list[Rotation]:
    """Return the collections that are on tour or planned, by name, with their plans."""
    return [_rotation(each) for each in _with_plans()]


def get_rotation(pk: int) -> Rotation | None:
    """Return a collection that isn't over, or None."""
    collection = _with_plans().filter(pk=pk).first()
    return _rotation(collection) if collection else None


def items_of_rotation(pk: int) -> list[Item]:
    """Return the items that travel with a collection, with title and the branch where each is, by shelf mark."""
    items = Item.objects.filter(rotation__collection=pk).select_related("record", "current_branch", "home_branch")
    return list(items.defer("record__raw").order_by("call_number", "barcode"))


def count_on_their_way(pk: int, branch_id: int) -> int:
    """Return how many of a collection's items travel to a branch."""
    open_ones = Q(received_at__isnull=True, cancelled_at__isnull=True)
    return Transit.objects.filter(open_ones, item__rotation__collection=pk, to_branch=branch_id).count()


def count_to_follow(pk: int, branch_id: int) -> int:
    """Return how many of a collection's items neither stand at a branch nor travel there with it.

    They're on loan, on a hold shelf, on another way or not in use; a scan sends them on.
    """
    members = RotatingItem.objects.filter(collection=pk)
    there = Q(item__status=Item.Status.AVAILABLE, item__current_branch=branch_id)
    return members.exclude(there).count() - count_on_their_way(pk, branch_id)


def _with_plans() -> QuerySet[RotatingCollection]:
    stops = RotationStop.objects.select_related("branch").annotate(arrived=Exists(_at_its_stop()))
    collections = RotatingCollection.objects.filter(ended_at__isnull=True).annotate(items=Count("members"))
    return collections.prefetch_related(Prefetch("stops", queryset=stops))


def _at_its_stop() -> QuerySet[RotatingItem]:
    members = RotatingItem.objects.filter(collection=OuterRef("collection"), item__current_branch=OuterRef("branch"))
    return members.exclude(item__status=Item.Status.IN_TRANSIT)


def _rotation(collection: Any) -> Rotation:
    stops = tuple(collection.stops.all())
    present = next((stop for stop in stops if stop.sent_at and not stop.left_at), None)
    return Rotation(
        collection=collection,
        items=collection.items,
        stops=stops,
        present=present,
        following=next((stop for stop in stops if not stop.sent_at), None),
        arrived=bool(present and present.arrived),
    )
