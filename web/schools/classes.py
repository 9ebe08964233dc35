"""Classes added and changed by hand: name, grade, teacher and pupils by their cards."""

import re
from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from accounts.rules import Permission
from common.barcodes import clean_barcode
from holdings.selectors import branches_in_service
from patrons.selectors import patrons_by_cards, working_cards
from schools.errors import ClassRefused
from schools.rules import school_year_of
from schools.selectors.classes import pupils_of, teachers_of
from schools.services.classes import add_class, change_class
from web.account.access import staff_only
from web.account.requests import DeskRequest
from web.desk.areas import desk_areas
from web.schools.context import class_or_404
from web.schools.lists import Listed, listed_pupils
from web.schools.words import class_text
from web.ui.forms import posted

MOST_PUPILS = 100


class ClassForm(forms.Form):
    """A class. Whoever stands behind the cards is in `people` once it's valid."""

    name = forms.CharField(label=_("Name"), max_length=60, help_text=_("As 5.B"))
    branch = forms.TypedChoiceField(label=_("School"), coerce=int)
    grade = forms.IntegerField(label=_("Grade"), min_value=0, max_value=14, required=False)
    taught_by = forms.TypedChoiceField(label=_("Teacher"), coerce=int, empty_value=None, required=False)
    teacher = forms.CharField(label=_("Teacher's card"), max_length=40, required=False)
    pupils = forms.CharField(
        label=_("Pupils' cards"),
        help_text=_("One card on each line, scanned or pasted. A card that's taken away leaves the class."),
        max_length=5000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 12}),
    )

    def __init__(self, *args: Any, teachers: Sequence[Any] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people: dict[str, Any] = {}
        self._teachers = {each.pk: each for each in teachers}
        if teachers:
            names = [(pk, each.display_name) for pk, each in self._teachers.items()]
            self.fields["taught_by"].choices = [("", gettext("By card")), *names]  # type: ignore[attr-defined]
        else:
            del self.fields["taught_by"]
        self.fields["branch"].choices = [(each.pk, each.name) for each in branches_in_service()]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Find the patrons, and name the cards that nobody has."""
        data = super().clean() or {}
        cards = _cards(data.get("pupils", ""))
        teacher = clean_barcode(data.get("teacher", ""))
        if len(cards) > MOST_PUPILS:
            self.add_error("pupils", gettext("At most %(most)d pupils.") % {"most": MOST_PUPILS})
            return data
        found = patrons_by_cards([*cards, teacher])
        if missing := [card for card in cards if card not in found]:
            text = ngettext(
                "No patron has this card: %(cards)s.", "No patrons have these cards: %(cards)s.", len(missing)
            )
            self.add_error("pupils", text % {"cards": ", ".join(missing[:20])})
        if teacher and teacher not in found:
            self.add_error("teacher", gettext("No patron has this card."))
        chosen = self._teachers.get(data.get("taught_by"))
        self.people = {
            "teacher": chosen or found.get(teacher),
            "pupils": [found[card] for card in cards if card in found],
        }
        return data


@staff_only(Permission.LEND_TO_CLASSES, needs_branch=True)
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: DeskRequest) -> HttpResponse:
    """Add a class of this school year."""
    staff, today = request.staff, timezone.localdate()
    listed = listed_pupils(request)
    form = ClassForm(_typed(request, listed), initial={"branch": staff.branch.pk})
    if request.method == "POST" and listed is None and form.is_valid():
        try:
            school_class = add_class(
                **_values(form), school_year=school_year_of(today), staff=staff.account, today=today
            )
        except ClassRefused as refused:
            _add_refusals(form, refused)
        else:
            messages.success(request, gettext("Class %(name)s is added.") % {"name": school_class.name})
            return redirect("school:class", pk=school_class.pk)
    return _page(request, form, gettext("Add a class"), None, listed=listed)


@staff_only(Permission.LEND_TO_CLASSES, needs_branch=True)
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: DeskRequest, pk: int) -> HttpResponse:
    """Change a class; whoever leaves it keeps her loans."""
    school_class, staff = class_or_404(pk), request.staff
    members = _Members(school_class)
    listed = listed_pupils(request)
    teachers = teachers_of(school_class)
    form = ClassForm(_typed(request, listed), initial=_initial(school_class, members, teachers), teachers=teachers)
    if request.method == "POST" and listed is None and form.is_valid():
        values = _values(form)
        values["pupils"] = members.after(values["pupils"], request.POST)
        try:
            change_class(school_class=school_class, **values, staff=staff.account, today=timezone.localdate())
        except ClassRefused as refused:
            _add_refusals(form, refused)
        else:
            messages.success(request, gettext("Class %(name)s is changed.") % {"name": form.cleaned_data["name"]})
            return redirect("school:class", pk=pk)
    heading = gettext("Change %(name)s") % {"name": school_class.name}
    return _page(request, form, heading, school_class, members, listed=listed)


class _Members:
    """Who is in a class now: those with a working card, which stands in the form, and those without one.

    Only a card that the form showed and that's gone from it takes somebody out of the class; whoever has no card, or
    has come meanwhile, stays.
    """

    def __init__(self, school_class: Any) -> None:
        self.pupils = pupils_of(school_class)
        self.cards = working_cards(self.pupils)
        self.without_card = [pupil for pupil in self.pupils if pupil.pk not in self.cards]

    @property
    def shown(self) -> list[int]:
        """The pupils whose cards stand in a form that's made now."""
        return [pupil.pk for pupil in self.pupils if pupil.pk in self.cards]

    def after(self, typed: list[Any], values: Any) -> list[Any]:
        """Return who is in the class after the form with these cards."""
        shown = set(values.getlist("shown")) if "shown" in values else {str(pk) for pk in self.shown}
        gone = shown | set(values.getlist("leaves"))
        known = {pupil.pk for pupil in typed}
        return [*typed, *(each for each in self.pupils if str(each.pk) not in gone and each.pk not in known)]


def _page(
    request: DeskRequest,
    form: ClassForm,
    heading: str,
    school_class: Any,
    members: _Members | None = None,
    *,
    listed: Listed | None = None,
) -> HttpResponse:
    context = {
        "areas": desk_areas(request, "school"),
        "form": form,
        "heading": heading,
        "class": school_class,
        "shown": request.POST.getlist("shown") or (members.shown if members else []),
        "without_card": members.without_card if members else [],
        "leaves": request.POST.getlist("leaves"),
        "listed": listed,
    }
    status = listed.status if listed and listed.problem else 422 if form.errors else 200
    return render(request, "school/class_form.html", context, status=status)


def _typed(request: DeskRequest, listed: Listed | None) -> Any:
    """Return what was typed; with a list it's only looked at, and its cards stand below those that were typed."""
    if listed is None:
        return posted(request)
    values = request.POST.copy()
    cards = [values.get("pupils", ""), *(line.text for line in listed.lines)]
    values["pupils"] = "\n".join(filter(None, cards))
    return values


def _values(form: ClassForm) -> dict[str, Any]:
    branches = {branch.pk: branch for branch in branches_in_service()}
    values = form.cleaned_data
    return {
        "branch": branches[values["branch"]],
        "name": values["name"].strip(),
        "grade": values["grade"],
        **form.people,
    }


def _initial(school_class: Any, members: _Members, teachers: Sequence[Any]) -> dict[str, Any]:
    is_listed = school_class.teacher in teachers
    teacher = [school_class.teacher] if school_class.teacher and not is_listed else []
    return {
        "name": school_class.name,
        "branch": school_class.branch_id,
        "grade": school_class.grade,
        "taught_by": school_class.teacher_id if is_listed else None,
        "teacher": working_cards(teacher).get(school_class.teacher_id, ""),
        "pupils": "\n".join(members.cards[pk] for pk in members.shown),
    }


def _add_refusals(form: ClassForm, refused: ClassRefused) -> None:
    for reason in refused.reasons:
        form.add_error("name", class_text(reason.code))


def _cards(text: str) -> list[str]:
    return list(dict.fromkeys(filter(None, (clean_barcode(line) for line in re.split(r"[\n,;]+", text)))))
