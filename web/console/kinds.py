"""Item types and patron categories: what rules tell apart."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.rules import Permission
from common.errors import Refused
from holdings.errors import ItemTypeRefused
from holdings.selectors import get_item_type, item_types
from holdings.services.item_types import add_item_type, change_item_type
from patrons.errors import PatronRefused
from patrons.selectors import get_category, patron_categories
from patrons.services.categories import add_category, change_category
from web.account.access import staff_only
from web.account.requests import StaffRequest
from web.console.areas import municipality_areas
from web.console.refusals import add_refusals
from web.ui.forms import posted
from web.ui.named import named, other_languages
from web.ui.stale_forms import GuardedForm, edited_in_turn

CATEGORY_KINDS = [
    ("ADULT", _("adult")),
    ("CHILD", _("child")),
    ("INSTITUTION", _("institution")),
    ("CLASS", _("class")),
    ("STAFF", _("staff")),
]
_CODE_HELP = _("Small letters, digits and hyphens; it stays for good.")


class KindForm(GuardedForm):
    """What item types and patron categories have in common: a name, and one for each other language."""

    name = forms.CharField(label=_("Name"), max_length=60)

    def __init__(self, *arguments: Any, **values: Any) -> None:
        super().__init__(*arguments, **values)
        for code, language in other_languages().items():
            self.fields[_name_in(code)] = forms.CharField(
                label=f"{gettext('Name')} ({language})",
                max_length=60,
                required=False,
                help_text=gettext("Empty: as the name above."),
            )
        self.order_fields(["code", "name", *map(_name_in, other_languages())])

    def values(self) -> dict[str, Any]:
        """Return what was filled in, as the service takes it."""
        values = dict(self.cleaned_data)
        return values | {"names": {code: values.pop(_name_in(code)) for code in other_languages()}}


def _name_in(language: str) -> str:
    return f"name_{language}"


def value_of(kind: Any, name: str) -> Any:
    """Return what a form's field shows of an item type or a patron category."""
    if name == "parent":
        return kind.parent_id or ""
    return kind.names.get(name.removeprefix("name_"), "") if name.startswith("name_") else getattr(kind, name)


class TypeForm(KindForm):
    """An item type."""

    is_lent = forms.BooleanField(label=_("Lent out"), required=False)
    parent = forms.ChoiceField(
        label=_("A kind of"),
        required=False,
        help_text=_("A limit on the wider type counts the loans of all its kinds."),
    )

    def __init__(self, *arguments: Any, **values: Any) -> None:
        super().__init__(*arguments, **values)
        self._types = {str(each.pk): each for each in item_types()}
        self.fields["parent"].choices = [  # type: ignore[attr-defined]
            ("", _("nothing wider")),
            *((pk, named(each)) for pk, each in self._types.items()),
        ]

    def clean_parent(self) -> Any:
        """Return the wider type, or None."""
        return self._types.get(self.cleaned_data["parent"])


class NewTypeForm(TypeForm):
    """A new item type."""

    code = forms.CharField(label=_("Code"), max_length=30, help_text=_CODE_HELP)
    field_order = ["code"]


class CategoryForm(KindForm):
    """A patron category."""

    kind = forms.ChoiceField(label=_("Who stands behind the card"), choices=CATEGORY_KINDS)
    membership_months = forms.IntegerField(
        label=_("A membership lasts"),
        help_text=_("Months; empty is without end."),
        min_value=1,
        max_value=240,
        required=False,
    )
    temporary_days = forms.IntegerField(
        label=_("For guests: a temporary membership lasts"),
        help_text=_("Days. It can't be renewed, and the person is forgotten when it's over and settled."),
        min_value=1,
        max_value=366,
        required=False,
    )


class NewCategoryForm(CategoryForm):
    """A new patron category."""

    code = forms.CharField(label=_("Code"), max_length=30, help_text=_CODE_HELP)
    field_order = ["code"]


@staff_only(Permission.ADMINISTER)
@require_safe
def listed(request: StaffRequest) -> HttpResponse:
    """List both."""
    context = {
        "areas": municipality_areas(request, "kinds"),
        "item_types": item_types(),
        "categories": patron_categories(),
    }
    return render(request, "console/kinds.html", context)


@staff_only(Permission.ADMINISTER)
@require_http_methods(["GET", "HEAD", "POST"])
def add_type(request: StaffRequest) -> HttpResponse:
    """Add an item type."""
    form = NewTypeForm(posted(request), initial={"is_lent": True})
    return _filled(request, form, gettext("Add an item type"), add_item_type, ItemTypeRefused)


@staff_only(Permission.ADMINISTER)
@require_http_methods(["GET", "HEAD", "POST"])
@edited_in_turn("item type")
def change_type(request: StaffRequest, pk: int) -> HttpResponse:
    """Change an item type."""
    item_type = get_item_type(pk)
    if item_type is None:
        raise Http404
    form = TypeForm(posted(request), initial=_stored(TypeForm(), item_type))
    return _filled(request, form, named(item_type), change_item_type, ItemTypeRefused, item_type=item_type)


@staff_only(Permission.ADMINISTER)
@require_http_methods(["GET", "HEAD", "POST"])
def add_category_view(request: StaffRequest) -> HttpResponse:
    """Add a patron category."""
    form = NewCategoryForm(posted(request))
    return _filled(request, form, gettext("Add a patron category"), add_category, PatronRefused)


@staff_only(Permission.ADMINISTER)
@require_http_methods(["GET", "HEAD", "POST"])
@edited_in_turn("patron category")
def change_category_view(request: StaffRequest, pk: int) -> HttpResponse:
    """Change a patron category."""
    category = get_category(pk)
    if category is None:
        raise Http404
    form = CategoryForm(posted(request), initial=_stored(CategoryForm(), category))
    return _filled(request, form, named(category), change_category, PatronRefused, category=category)


def _stored(form: KindForm, kind: Any) -> dict[str, Any]:
    return {name: value_of(kind, name) for name in form.fields}


def _filled(
    request: StaffRequest, form: KindForm, heading: str, service: Any, refusal: type[Refused], **subject: Any
) -> HttpResponse:
    """Save a valid form by its service and go back to the list; otherwise show the form with what's wrong."""
    if request.method == "POST" and form.is_valid():
        try:
            service(**subject, **form.values(), actor=request.staff.account)
        except refusal as refused:
            add_refusals(form, refused)
        else:
            messages.success(request, gettext("Saved."))
            return redirect("console:kinds")
    context = {"areas": municipality_areas(request, "kinds"), "form": form, "heading": heading}
    return render(request, "console/form.html", context, status=form.status)
