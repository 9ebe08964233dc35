"""A patron's saved searches: kept from the page of hits, named, told of or not, and taken away."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from patrons.errors import PatronRefused
from patrons.selectors.shelves import get_search_of
from patrons.services.saved_searches import change_search, remove_search, save_search
from web.portal.lists import lists_page, name_in, status_of, tell_refused
from web.portal.sessions import patron_only
from web.titles.saved import asked_in
from web.ui.requests import PageRequest


@patron_only
@require_POST
def save(request: PageRequest, patron: Any) -> HttpResponse:
    """Keep the search of this address; she goes on with its hits."""
    try:
        save_search(
            patron=patron,
            name=name_in(request),
            asked=asked_in(request),
            notifies="notifies" in request.POST,
            now=timezone.now(),
        )
    except PatronRefused as refused:
        tell_refused(request, refused)
        return lists_page(request, patron, status=status_of(refused))
    messages.success(request, gettext("The search is saved among your lists."))
    return HttpResponseRedirect(f"{reverse('portal:search')}?{request.GET.urlencode()}")


@patron_only
@require_POST
def change(request: PageRequest, patron: Any, pk: int) -> HttpResponse:
    """Give a saved search another name, and say whether she's told of new titles."""
    try:
        change_search(saved=_own(patron, pk), name=name_in(request), notifies="notifies" in request.POST)
    except PatronRefused as refused:
        tell_refused(request, refused)
        return lists_page(request, patron, status=status_of(refused))
    messages.success(request, gettext("Saved."))
    return redirect("portal:lists")


@patron_only
@require_POST
def remove(request: PageRequest, patron: Any, pk: int) -> HttpResponse:
    """Take a saved search away."""
    saved = _own(patron, pk)
    remove_search(saved=saved)
    messages.success(request, gettext("The search %(name)s is gone.") % {"name": saved.name})
    return redirect("portal:lists")


def _own(patron: Any, pk: int) -> Any:
    saved = get_search_of(patron, pk)
    if saved is None:
        raise Http404
    return saved
