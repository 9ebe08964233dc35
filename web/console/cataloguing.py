"""Who may change which records: the consortium says it of each member, and a municipality sees what holds for it."""

import re
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.rules import Permission
from catalogue.selectors.libraries import is_anothers_number, member_libraries, member_library
from catalogue.services.libraries import set_cataloguing_library
from tenants.selectors import get_municipality
from web.account.access import staff_only
from web.account.requests import StaffRequest
from web.console.areas import consortium_areas, municipality_areas
from web.ui.forms import posted
from web.ui.sorting import keeps_order, ordered
from web.ui.stale_forms import GuardedForm, edited_in_turn

_NUMBER = re.compile(r"[A-Za-z0-9-]{1,20}", re.ASCII)


class ShelfDataForm(GuardedForm):
    """What a library decides for itself."""

    keeps_shelf_data = forms.BooleanField(
        label=_("Keep old titles and classifications of what's on our shelves"),
        help_text=_("When a common record gets another one, the old one stays as a local field where there are items."),
        required=False,
    )


class RightsForm(ShelfDataForm):
    """What the consortium decides of a member."""

    number = forms.CharField(
        label=_("The public library's number"),
        max_length=20,
        required=False,
        help_text=_("As records name their owner, for instance 710100."),
    )
    school_number = forms.CharField(
        label=_("The school libraries' number"),
        max_length=20,
        required=False,
        help_text=_("For instance 300123. With it, the library changes the records that schools share."),
    )
    edits_common = forms.BooleanField(
        label=_("Takes part in the common records"),
        help_text=_("It changes other members' common records, and they change its own."),
        required=False,
    )
    edits_national = forms.BooleanField(
        label=_("Changes national records"), help_text=_("Those that no member owns."), required=False
    )
    field_order = ("number", "school_number", "edits_common", "edits_national", "keeps_shelf_data")

    def __init__(self, *args: Any, municipality: Any, **options: Any) -> None:
        """Take the member, whose own numbers aren't taken."""
        super().__init__(*args, **options)
        self.municipality = municipality

    def clean_number(self) -> str:
        """Refuse what means another library."""
        return self._number("number")

    def clean_school_number(self) -> str:
        """Refuse the same, and the public library's own number."""
        number = self._number("school_number")
        if number and number == self.cleaned_data.get("number"):
            raise ValidationError(gettext("Another library has this number."))
        return number

    def _number(self, name: str) -> str:
        number = str(self.cleaned_data[name])
        if number and not _NUMBER.fullmatch(number):
            raise ValidationError(gettext("This can't be a library's number."))
        if number and is_anothers_number(number, self.municipality):
            raise ValidationError(gettext("Another library has this number."))
        return number


@staff_only(Permission.ADMINISTER)
@require_http_methods(["GET", "HEAD", "POST"])
@edited_in_turn("cataloguing")
def own(request: StaffRequest) -> HttpResponse:
    """Show what holds for the municipality's library, and let it decide about its shelves."""
    library = member_library(request.tenant)
    form = ShelfDataForm(posted(request), initial=_values(library, ShelfDataForm))
    if request.method == "POST" and form.is_valid():
        set_cataloguing_library(municipality=request.tenant, actor=request.staff.account, **_changed(form))
        messages.success(request, gettext("Saved."))
        return redirect("console:cataloguing")
    context = {"areas": municipality_areas(request, "imports"), "form": form, "library": library}
    return render(request, "console/cataloguing.html", context, status=form.status)


@staff_only(Permission.OPERATE_CONSORTIUM)
@require_safe
@keeps_order("cataloguing")
def of_all(request: StaffRequest) -> HttpResponse:
    """List the members with their numbers and rights."""
    rows = ordered(request, "cataloguing", list(member_libraries()))
    return render(request, "console/cataloguing_all.html", {"areas": consortium_areas("cataloguing"), "rows": rows})


@staff_only(Permission.OPERATE_CONSORTIUM)
@require_http_methods(["GET", "HEAD", "POST"])
@edited_in_turn("cataloguing")
def of_one(request: StaffRequest, pk: int) -> HttpResponse:
    """Change a member's numbers and rights."""
    municipality = get_municipality(pk)
    if municipality is None:
        raise Http404
    initial = _values(member_library(municipality), RightsForm)
    form = RightsForm(posted(request), initial=initial, municipality=municipality)
    if request.method == "POST" and form.is_valid() and _save(request, form):
        messages.success(request, gettext("Saved."))
        return redirect("console:cataloguing")
    context = {"areas": consortium_areas("cataloguing"), "form": form, "heading": municipality.name}
    return render(request, "console/form.html", context, status=form.status)


def _save(request: StaffRequest, form: RightsForm) -> bool:
    try:
        set_cataloguing_library(municipality=form.municipality, actor=request.staff.account, **_changed(form))
    except IntegrityError:
        # Another operator has just given it to another member.
        form.add_error(None, gettext("Another library has this number."))
        return False
    return True


def _values(library: Any, form: type[GuardedForm]) -> dict[str, Any]:
    return {name: getattr(library, name) for name in form.base_fields}


def _changed(form: GuardedForm) -> dict[str, Any]:
    return {name: form.cleaned_data[name] for name in form.changed_data}
