"""Reads what's bound to one item, its journey and its hold, and the ways that nothing is sent for holds."""

from circulation.models import Hold, TransferLimit, Transit


def open_transit_of(item_id: int) -> Transit | None:
    """Return the journey that an item is on, with both branches and the hold, or None."""
    open_ones = Transit.objects.filter(item_id=item_id, received_at__isnull=True, cancelled_at__isnull=True)
    return open_ones.select_related("from_branch", "to_branch", "hold").first()


def hold_bound_to(item_id: int) -> Hold | None:
    """Return the hold that an item lies ready or travels for, with patron and branch, or None."""
    bound = Hold.objects.filter(trapped_item_id=item_id, state__in=Hold.TRAPPED)
    return bound.select_related("patron", "pickup_branch").first()


def transfer_limits() -> list[TransferLimit]:
    """Return the ways that items aren't sent for holds, with branches and type, by the names of the branches."""
    limits = TransferLimit.objects.select_related("from_branch", "to_branch", "item_type")
    return list(limits.order_by("from_branch__name", "to_branch__name", "item_type__name", "pk"))
