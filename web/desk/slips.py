"""Slips for the hold shelf and for the van: paper pages, each printed once when an item is checked in, or again."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.rules import Permission
from circulation.selectors.holds import get_hold
from circulation.selectors.transits import open_transit_of
from holdings.selectors import get_item
from web.account.access import staff_only
from web.account.requests import DeskRequest


@staff_only(Permission.CIRCULATE, needs_branch=True)
@require_safe
def hold_slip(request: DeskRequest, pk: int) -> HttpResponse:
    """Show the slip of a hold that lies ready: number, short name and last day, but never the whole name."""
    hold = get_hold(pk)
    if hold is None or hold.trapped_item is None or hold.shelf_number is None:
        raise Http404
    return render(request, "desk/slip_hold.html", {"hold": hold, "item": hold.trapped_item, "now": timezone.now()})


@staff_only(Permission.CIRCULATE, needs_branch=True)
@require_safe
def transit_slip(request: DeskRequest, pk: int) -> HttpResponse:
    """Show where an item travels to, and what for."""
    item = get_item(pk)
    transit = open_transit_of(pk) if item else None
    if transit is None:
        raise Http404
    return render(request, "desk/slip_transit.html", {"transit": transit, "item": item, "now": timezone.now()})
