"""The rooms of a branch: where on its shelves items belong."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from accounts.rules import Permission
from holdings.errors import BranchRefused
from holdings.selectors import get_room
from holdings.services.rooms import add_room, remove_room, rename_room
from web.account.access import staff_only
from web.account.requests import StaffRequest
from web.console.branches import NEW_ROOM, branch_or_404, refused_page
from web.console.refusals import refusal_text
from web.ui.stale_forms import GuardedForm, edited_in_turn


class RoomForm(GuardedForm):
    """A room's name."""

    room = forms.CharField(label=_("Room"), max_length=60)


@staff_only(Permission.ADMINISTER)
@require_POST
def add(request: StaffRequest, pk: int) -> HttpResponse:
    """Add a room to a branch."""
    branch, form = branch_or_404(pk), RoomForm(request.POST, prefix="new")
    if form.is_valid():
        try:
            add_room(branch=branch, name=form.cleaned_data["room"], actor=request.staff.account)
        except BranchRefused as refused:
            _tell(form, refused)
        else:
            return _saved(request, pk)
    return _wrong(request, branch, form, NEW_ROOM)


@staff_only(Permission.ADMINISTER)
@require_POST
@edited_in_turn("room")
def change(request: StaffRequest, pk: int, room: int) -> HttpResponse:
    """Rename a room, or remove it if no item belongs to it."""
    branch, found, actor = branch_or_404(pk), get_room(pk, room), request.staff.account
    if found is None:
        raise Http404
    form = RoomForm(request.POST, initial={"room": found.name})
    is_removed = "remove" in request.POST
    if is_removed or form.is_valid():
        try:
            if is_removed:
                remove_room(room=found, actor=actor)
            else:
                rename_room(room=found, name=form.cleaned_data["room"], actor=actor)
        except BranchRefused as refused:
            if is_removed:
                return refused_page(request, branch, *(refusal_text(reason) for reason in refused.reasons))
            _tell(form, refused)
        else:
            return _saved(request, pk)
    return _wrong(request, branch, form, room)


def _tell(form: RoomForm, refused: BranchRefused) -> None:
    for reason in refused.reasons:
        form.add_error("room", refusal_text(reason))


def _wrong(request: StaffRequest, branch: Any, form: RoomForm, room: int) -> HttpResponse:
    """Show the branch with what's wrong with a name; what was typed stays in its field."""
    errors = [text for texts in form.errors.values() for text in texts]
    typed = {room: request.POST.get(form.add_prefix("room"), "")}
    return refused_page(request, branch, *errors, status=form.status, typed_rooms=typed)


def _saved(request: StaffRequest, pk: int) -> HttpResponse:
    messages.success(request, gettext("Saved."))
    return redirect("console:branch", pk=pk)
