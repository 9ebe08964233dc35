"""Searches that staff keep: the list, a new one from the catalogue page, and what's renamed, shared or deleted."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.rules import Permission
from staffing.errors import Code, SearchRefused
from staffing.selectors import search_of, searches_of
from staffing.services import change_search, delete_search, keep_search
from web.account.access import staff_only
from web.account.requests import DeskRequest
from web.desk.areas import desk_areas
from web.desk.scan_inputs import number_in
from web.titles.saved import asked_in, query_of
from web.ui.forms import posted
from web.ui.stale_forms import GuardedForm, edited_in_turn
from web.words.about_searches import search_problems

_FORM = ("GET", "HEAD", "POST")


class SearchForm(GuardedForm):
    """How a kept search is called, and who has it."""

    name = forms.CharField(label=_("Name"), max_length=60)
    is_shared = forms.BooleanField(label=_("For all staff of the library"), required=False)


@staff_only(Permission.EDIT_ITEMS, needs_branch=True)
@require_safe
def kept_searches(request: DeskRequest) -> HttpResponse:
    """List the searches that she has kept, and those that the library shares."""
    context = {"areas": desk_areas(request, "search"), "searches": searches_of(request.staff.account)}
    return render(request, "desk/kept_searches.html", context)


@staff_only(Permission.EDIT_ITEMS, needs_branch=True)
@require_http_methods(_FORM)
def new_search(request: DeskRequest) -> HttpResponse:
    """Keep the search that the address asks for."""
    asked = asked_in(request)
    query = query_of(asked)
    form = SearchForm(posted(request), initial={"name": asked.text[:60]})
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            keep_search(name=said["name"], query=query, is_shared=said["is_shared"], actor=request.staff.account)
        except SearchRefused as refused:
            _tell(form, refused)
        else:
            messages.success(request, gettext("Saved."))
            return redirect(reverse("desk:search") + query)
    return _page(request, form, heading=gettext("Save this search"), query=query)


@staff_only(Permission.EDIT_ITEMS, needs_branch=True)
@require_http_methods(_FORM)
@edited_in_turn("search")
def edit_search(request: DeskRequest, pk: int) -> HttpResponse:
    """Rename one of her searches, or one that the library shares, and say who has it."""
    search = search_of(request.staff.account, pk)
    if search is None:
        raise Http404
    form = SearchForm(posted(request), initial={"name": search.name, "is_shared": search.is_shared})
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            change_search(
                search_id=pk,
                name=said["name"],
                is_shared=said["is_shared"],
                expected_version=search.version,
                actor=request.staff.account,
            )
        except SearchRefused as refused:
            _tell(form, refused)
        else:
            messages.success(request, gettext("Saved."))
            return redirect("desk:kept_searches")
    return _page(request, form, heading=search.name, query=search.query, search=search)


@staff_only(Permission.EDIT_ITEMS, needs_branch=True)
@require_POST
def remove_search(request: DeskRequest, pk: int) -> HttpResponse:
    """Delete a kept search as she has read it."""
    version = number_in(request.POST, "version") or 0
    try:
        delete_search(search_id=pk, expected_version=version, actor=request.staff.account)
    except SearchRefused as refused:
        if Code.NO_SUCH_SEARCH in refused.codes:
            raise Http404 from refused
        for _field, text in search_problems(refused.reasons):
            messages.error(request, text)
        return redirect("desk:edit_search", pk=pk)
    messages.success(request, gettext("Deleted."))
    return redirect("desk:kept_searches")


def _tell(form: SearchForm, refused: SearchRefused) -> None:
    for field, text in search_problems(refused.reasons):
        form.add_error(field or None, text)


def _page(request: DeskRequest, form: SearchForm, **context: Any) -> HttpResponse:
    context |= {"areas": desk_areas(request, "search"), "form": form}
    return render(request, "desk/kept_search.html", context, status=form.status)
