"""Reads holds: a patron's with their places in the queue, and one by its key."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.db.models import Count, Exists, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from circulation.models import Hold
from circulation.rules.holds import Waiting
from circulation.rules.picking import Wanted
from common.prepared_statements import all_rows
from holdings.models import Item
from patrons.models import Patron

_RECORD = tuple(f"record__{name}" for name in ("title", "remainder", "author", "material_type", "audience", "isbns"))
_HOLD = tuple(field.name for field in Hold._meta.concrete_fields)
# What `Waiting` is made of, in its order, and then the titles of which an item would do.
_WANTED = (
    "pk",
    "patron_id",
    "pickup_branch_id",
    "item_id",
    "patron__category_id",
    "patron__home_branch_id",
    "volume",
    "patron__municipality_code",
    "record_id",
    "edition_ids",
)
_QUEUES = """
    SELECT record_id, count(*) FROM circulation_hold
    WHERE record_id = ANY (%s::bigint[]) AND state = 'QUEUED' GROUP BY record_id
"""


@dataclass(frozen=True)
class HoldLine:
    """A hold as its patron sees it.

    :ivar hold: with its `record` and `pickup_branch` at hand
    :ivar position: its place in the queue, 1 for the next; None when an item is bound to it
    :ivar queue_length: how many wait for the title in all
    :ivar others: the titles of the holds that it's parallel to
    :ivar waits_for: which of those has its item already, so that this one stands back; None if it goes on
    """

    hold: Hold
    position: int | None
    queue_length: int
    others: tuple[str, ...] = ()
    waits_for: Hold | None = None


def as_waiting(hold: Hold, patron: Patron) -> Waiting:
    """Return a hold as it waits, or waited, in the queue.

    :param patron: whose it is
    """
    return Waiting(
        hold.pk,
        patron.pk,
        hold.pickup_branch_id,
        hold.item_id,
        patron.category_id,
        patron.home_branch_id,
        hold.volume,
        patron.municipality_code,
    )


def waiting_holds(today: date) -> QuerySet[Hold]:
    """Return the holds that an item could fill now: in the queue, not paused, none of their parallel ones bound."""
    bound = Hold.objects.filter(patron=OuterRef("patron"), group=OuterRef("group"), state__in=Hold.TRAPPED)
    return Hold.objects.filter(
        ~Exists(bound), Q(suspended_until__isnull=True) | Q(suspended_until__lte=today), state=Hold.State.QUEUED
    )


def wanted_by(holds: QuerySet[Hold]) -> list[Wanted]:
    """Return what holds want, in the order of their queues, as the rules read it; one query."""
    in_order = holds.order_by("-priority", Coalesce("queued_at", "requested_at"), "pk")
    return [
        Wanted({record_id, *edition_ids}, Waiting(*hold))
        for *hold, record_id, edition_ids in in_order.values_list(*_WANTED)
    ]


def wanted_of(record_ids: Collection[int], *, today: date) -> list[Wanted]:
    """Return what the holds want that an item of these titles could fill now, in the order of their queues."""
    titles = list(set(record_ids))
    return wanted_by(
        waiting_holds(today).filter(Q(record__in=titles) | Q(any_edition=True, edition_ids__overlap=titles))
    )


def whole_items() -> QuerySet[Item]:
    """Return the items that could fill a hold if they were on the shelf: undamaged, and no part of a bundle."""
    return Item.objects.filter(is_damaged=False, bundle__isnull=True).order_by("pk")


def holds_with_record() -> QuerySet[Hold]:
    """Return holds that carry what's shown of their title and branch, in the same query."""
    return Hold.objects.select_related("record", "pickup_branch").only(*_HOLD, *_RECORD, "pickup_branch__name")


def get_hold(hold_id: int) -> Hold | None:
    """Return a hold with its title, patron, branch and trapped item, or None."""
    return Hold.objects.select_related("record", "pickup_branch", "patron", "trapped_item").filter(pk=hold_id).first()


def queue_of_title(record_id: int) -> list[Hold]:
    """Return what's on hold of a title: what an item is bound to first, then the queue in its order, with patrons."""
    holds = (
        Hold.objects.filter(record=record_id, state__in=Hold.ACTIVE)
        .select_related("patron", "pickup_branch", "item", "trapped_item")
        .order_by("state", "-priority", Coalesce("queued_at", "requested_at"), "pk")
    )
    # QUEUED stands between the two others in the alphabet.
    return sorted(holds, key=lambda hold: hold.state == Hold.State.QUEUED)


def queued_holds_of(patron: Patron) -> list[Hold]:
    """Return a patron's holds that wait in a queue, with their titles."""
    return list(holds_with_record().filter(patron=patron, state=Hold.State.QUEUED).order_by("requested_at", "pk"))


def holds_of(patron: Patron, *, now: datetime) -> list[HoldLine]:
    """Return a patron's holds that aren't over: what lies ready first, then by request, in one query.

    Those that are parallel stand one after the other.
    Holds that are suspended count for the length of the queue, but nobody waits behind them.
    """
    today = timezone.localdate(now)
    stands = Coalesce("queued_at", "requested_at")
    queue = Hold.objects.filter(record=OuterRef("record"), state=Hold.State.QUEUED).annotate(at=stands)
    ahead = queue.filter(
        Q(suspended_until__isnull=True) | Q(suspended_until__lte=today),
        Q(priority__gt=OuterRef("priority"))
        | Q(priority=OuterRef("priority"), at__lt=OuterRef("stands"))
        | Q(priority=OuterRef("priority"), at=OuterRef("stands"), pk__lt=OuterRef("pk")),
    )
    holds = (
        holds_with_record()
        .filter(patron=patron, state__in=Hold.ACTIVE)
        .annotate(stands=stands)
        .annotate(ahead=_count(ahead), in_queue=_count(queue))
        .order_by("requested_at", "pk")
    )
    lines = [
        HoldLine(
            hold=hold,
            position=hold.ahead + 1 if hold.state == Hold.State.QUEUED else None,
            queue_length=hold.in_queue,
        )
        for hold in holds
    ]
    order = {Hold.State.READY: 0, Hold.State.IN_TRANSIT: 1}
    return _side_by_side(sorted(lines, key=lambda line: order.get(Hold.State(line.hold.state), 2)))


def _side_by_side(lines: list[HoldLine]) -> list[HoldLine]:
    groups: dict[object, list[HoldLine]] = {}
    for line in lines:
        groups.setdefault(line.hold.group or line.hold.pk, []).append(line)
    return [_beside(line, group) for group in groups.values() for line in group]


def _beside(line: HoldLine, group: list[HoldLine]) -> HoldLine:
    others = [each.hold for each in group if each is not line]
    first = next((hold for hold in others if hold.state != Hold.State.QUEUED), None)
    return replace(line, others=tuple(hold.record.title for hold in others), waits_for=first)


def queue_length(record_ids: Collection[int]) -> dict[int, int]:
    """Return how many wait for each title; titles that nobody waits for are left out."""
    if not record_ids:
        return {}
    return dict(all_rows(_QUEUES, [list(record_ids)]))


def _count(holds: QuerySet[Hold]) -> Coalesce:
    counted = holds.order_by().values("record").annotate(count=Count("pk")).values("count")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


def own_hold_on(patron: Patron, record_id: int, *, volume: str = "") -> Hold | None:
    """Return a patron's hold on a title that isn't over, with its pick-up branch, or None.

    :param volume: holds on other volumes or issues don't count
    """
    mine = Hold.objects.filter(patron=patron, record=record_id, state__in=Hold.ACTIVE)
    if volume:
        mine = mine.filter(Q(volume="") | Q(volume__iexact=volume))
    return mine.select_related("pickup_branch").order_by("pk").first()
