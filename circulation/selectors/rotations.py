"""Reads collections that travel between branches."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Prefetch, Q

from circulation.models import RotatingCollection, RotationStop, Transit
from holdings.models import Item


@dataclass(frozen=True)
class Rotation:
    """A collection with its plan.

    :ivar present: the stop where it is, None before it's sent for the first time
    :ivar following: the next stop of the plan, if there is one
    """

    collection: RotatingCollection
    items: int
    stops: tuple[RotationStop, ...]
    present: RotationStop | None
    following: RotationStop | None


def rotations() -> list[Rotation]:
    """Return the collections that are on tour or planned, by name, with their plans."""
    stops = Prefetch("stops", queryset=RotationStop.objects.select_related("branch"))
    collections = RotatingCollection.objects.filter(ended_at__isnull=True).annotate(items=Count("members"))
    return [_rotation(each) for each in collections.prefetch_related(stops)]


def get_rotation(pk: int) -> Rotation | None:
    """Return a collection that isn't over, or None."""
    stops = Prefetch("stops", queryset=RotationStop.objects.select_related("branch"))
    found = RotatingCollection.objects.filter(pk=pk, ended_at__isnull=True).annotate(items=Count("members"))
    collection = found.prefetch_related(stops).first()
    return _rotation(collection) if collection else None


def items_of_rotation(pk: int) -> list[Item]:
    """Return the items that travel with a collection, with title and the branch where each is, by shelf mark."""
    items = Item.objects.filter(rotation__collection=pk).select_related("record", "current_branch", "home_branch")
    return list(items.defer("record__raw").order_by("call_number", "barcode"))


def count_on_their_way(pk: int, branch_id: int) -> int:
    """Return how many of a collection's items travel to a branch."""
    open_ones = Q(received_at__isnull=True, cancelled_at__isnull=True)
    return Transit.objects.filter(open_ones, item__rotation__collection=pk, to_branch=branch_id).count()


def _rotation(collection: Any) -> Rotation:
    stops = tuple(collection.stops.all())
    return Rotation(
        collection=collection,
        items=collection.items,
        stops=stops,
        present=next((stop for stop in stops if stop.sent_at and not stop.left_at), None),
        following=next((stop for stop in stops if not stop.sent_at), None),
    )
