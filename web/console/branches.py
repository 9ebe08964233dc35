"""Branches: what they're called, when they're open, and the days that differ."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dates import MONTHS
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.rules import Permission
from circulation.errors import ClosingRefused, RuleRefused
from circulation.selectors.rule_books import rule_book
from circulation.services.branch_groups import add_branch, change_branch, values_changed_by_group
from circulation.services.closings import (
    Closing,
    close_branches,
    close_every_year,
    close_holidays,
    preview_hours,
    set_hours,
)
from common.stale_forms import marks_of, same_as_read
from holdings.errors import BranchRefused
from holdings.selectors import (
    all_branches,
    branch_groups,
    calendar_days,
    get_branch,
    items_by_room,
    locations_of,
    week_of,
    yearly_days,
)
from holdings.services.branches import BranchDetails, clear_calendar_day, set_calendar_day
from holdings.services.calendars import clear_yearly_day
from tenants.selectors import current_municipality
from web.account.access import staff_only
from web.account.requests import StaffRequest
from web.console.areas import municipality_areas
from web.console.closings import add_closing_refusals, closed_text, closing_rows, moved_text
from web.console.refusals import add_refusals, refusal_text
from web.console.rule_values import turned_values
from web.console.rules import told_refusal
from web.console.week_forms import WeekForm, stored_week
from web.ui.forms import posted
from web.ui.stale_forms import FIELD as AS_READ
from web.ui.stale_forms import GuardedForm, edited_in_turn, saved_meanwhile

# Stands for a room that isn't there yet.
NEW_ROOM = 0
KINDS = [("PUBLIC", _("public library")), ("SCHOOL", _("school library"))]


class BranchForm(GuardedForm):
    """A branch."""

    name = forms.CharField(label=_("Name"), max_length=80)
    kind = forms.ChoiceField(label=_("Kind"), choices=KINDS)
    group = forms.ChoiceField(label=_("Branch group"), required=False)
    address = forms.CharField(label=_("Address"), max_length=200, required=False)
    phone = forms.CharField(label=_("Phone"), max_length=30, required=False)
    email = forms.EmailField(label=_("E-mail"), required=False)
    is_pickup_place = forms.BooleanField(label=_("Holds can be picked up here"), required=False)
    lends_outside = forms.BooleanField(label=_("Its items are sent to other branches for holds"), required=False)
    is_open_for_business = forms.BooleanField(label=_("Open for business"), required=False)

    def __init__(self, *arguments: Any, **values: Any) -> None:
        super().__init__(*arguments, **values)
        self._groups = {str(each.pk): each for each in branch_groups()}
        self.fields["group"].choices = [  # type: ignore[attr-defined]
            ("", "–"),
            *((pk, each.name) for pk, each in self._groups.items()),
        ]

    def clean_group(self) -> Any:
        """Return the group, or None."""
        return self._groups.get(self.cleaned_data["group"])

    def add_reasons(self, refused: BranchRefused | RuleRefused) -> None:
        """Put each reason beside its field; rules that can't be are about the group."""
        if isinstance(refused, BranchRefused):
            add_refusals(self, refused)
            return
        for text in told_refusal(refused, rule_book()):
            self.add_error("group", text)


class NewBranchForm(BranchForm):
    """A branch with the code that stays for good."""

    code = forms.CharField(
        label=_("Code"), max_length=20, help_text=_("Small letters, digits and hyphens; it stays for good.")
    )
    field_order = ["code"]


@staff_only(Permission.ADMINISTER)
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: StaffRequest) -> HttpResponse:
    """Add a branch."""
    initial = {"is_pickup_place": True, "lends_outside": True, "is_open_for_business": True}
    form = NewBranchForm(posted(request), initial=initial)
    if request.method == "POST" and form.is_valid():
        values = dict(form.cleaned_data)
        try:
            branch = add_branch(
                code=values.pop("code"),
                details=BranchDetails(**values),
                time_zone=current_municipality().time_zone,
                actor=request.staff.account,
            )
        except (BranchRefused, RuleRefused) as refused:
            form.add_reasons(refused)
        else:
            messages.success(request, gettext("%(name)s is added. Now say when it's open.") % {"name": branch.name})
            return redirect("console:branch", pk=branch.pk)
    context = {"areas": municipality_areas(request, "branches"), "form": form, "heading": gettext("Add a branch")}
    return render(request, "console/form.html", context, status=form.status)


@staff_only(Permission.ADMINISTER)
@require_http_methods(["GET", "HEAD", "POST"])
@edited_in_turn("branch")
def change(request: StaffRequest, pk: int) -> HttpResponse:
    """Show and change a branch with its hours and days.

    What another group would change in its rules is shown first, and saved when it's sent once more.
    """
    branch = branch_or_404(pk)
    form = BranchForm(posted(request), initial=_initial(branch))
    regrouped: list[dict[str, str]] = []
    if request.method == "POST" and form.is_valid():
        regrouped = _rules_of_other_group(request, branch, form)
        if not regrouped and _is_changed(request, branch, form):
            messages.success(request, gettext("The branch is changed."))
            return redirect("console:branch", pk=pk)
    return _page(request, branch, form, status=form.status, regrouped=regrouped)


def _rules_of_other_group(request: StaffRequest, branch: Any, form: BranchForm) -> list[dict[str, str]]:
    """Return the rules that another group would change, none once they were shown for this very group."""
    group = form.cleaned_data["group"]
    chosen = str(group.pk) if group else "none"
    if (group and group.pk) == branch.group_id or request.POST.get("rules_shown_for") == chosen:
        return []
    changed = values_changed_by_group(branch=branch, group=group)
    return turned_values(changed, currency=current_municipality().currency)


def _is_changed(request: StaffRequest, branch: Any, form: BranchForm) -> bool:
    try:
        change_branch(branch=branch, details=BranchDetails(**form.cleaned_data), actor=request.staff.account)
    except (BranchRefused, RuleRefused) as refused:
        form.add_reasons(refused)
        return False
    return True


@staff_only(Permission.ADMINISTER)
@require_POST
@edited_in_turn("hours")
def hours(request: StaffRequest, pk: int) -> HttpResponse:
    """Set the weekly hours; a weekday without both times is closed.

    What ends or waits on weekdays that would be closed is shown first, and moves only if that's wished.
    """
    branch, now = branch_or_404(pk), timezone.now()
    week = _week_form(branch, request.POST)
    dates = request.POST.get("dates", "")
    if not week.is_valid():
        return _page(request, branch, _form(branch), week=week, status=week.status)
    try:
        planned = preview_hours(branch=branch, week=week.week(), now=now)
        if not planned.moves_nothing and dates not in ("move", "keep"):
            return _page(request, branch, _form(branch), week=week, planned=planned, status=200)
        done = set_hours(branch=branch, week=week.week(), move=dates == "move", actor=request.staff.account, now=now)
    except (BranchRefused, ClosingRefused) as refused:
        add = add_refusals if isinstance(refused, BranchRefused) else add_closing_refusals
        add(week, refused)
        return _page(request, branch, _form(branch), week=week, status=422)
    messages.success(request, gettext("The opening hours are set. New loans follow them."))
    if not done.moves_nothing:
        messages.success(request, moved_text(done))
    return redirect("console:branch", pk=pk)


@staff_only(Permission.ADMINISTER)
@require_POST
@edited_in_turn("days")
def days(request: StaffRequest, pk: int) -> HttpResponse:
    """Close or open one day, or let it be as its weekday is."""
    branch, actor = branch_or_404(pk), request.staff.account
    day = forms.DateField(required=False).to_python(request.POST.get("day", "")) if _is_day(request) else None
    if day is None:
        return refused_page(request, branch, gettext("Choose a day."))
    if _is_decided_otherwise(request, branch, day):
        return refused_page(request, branch, saved_meanwhile(), status=409)
    if request.POST.get("what") == "clear":
        clear_calendar_day(branch=branch, day=day, actor=actor)
    else:
        reason = request.POST.get("reason", "").replace("\x00", "")[:80]
        if request.POST.get("what") == "open":
            set_calendar_day(branch=branch, day=day, is_open=True, reason=reason, actor=actor)
        else:
            _close_day(request, branch, day, reason)
    return redirect("console:branch", pk=pk)


def _is_decided_otherwise(request: StaffRequest, branch: Any, day: Any) -> bool:
    """Whether somebody else has said something else of this day since the page was read."""
    said = _said_of_days(calendar_days(branch, since=day)).get(day.isoformat())
    marks = request.POST.get(AS_READ, "")
    return bool(marks) and said is not None and not same_as_read(marks, day.isoformat(), said)


def _said_of_days(rows: Any) -> dict[str, str]:
    return {row.date.isoformat(): f"{row.is_open} {row.reason}" for row in rows}


def _close_day(request: StaffRequest, branch: Any, day: Any, reason: str) -> None:
    """Close one day; what would end on it moves. A past one, or one that's closed anyway, moves nothing."""
    actor = request.staff.account
    try:
        done = close_branches(branches=[branch], first=day, last=day, reason=reason, actor=actor, now=timezone.now())
    except ClosingRefused:
        set_calendar_day(branch=branch, day=day, is_open=False, reason=reason, actor=actor)
    else:
        messages.success(request, closed_text(done))


@staff_only(Permission.ADMINISTER)
@require_POST
def yearly(request: StaffRequest, pk: int) -> HttpResponse:
    """Close a day of every year, or let it be as its weekday is; here, or at every branch."""
    branch, actor = branch_or_404(pk), request.staff.account
    day, month = (whole_number(request.POST.get(name, "")) for name in ("day", "month"))
    if "clear" in request.POST:
        clear_yearly_day(branch=branch, month=month, day=day, actor=actor)
        return redirect("console:branch", pk=pk)
    reason = request.POST.get("reason", "").replace("\x00", "")[:80]
    branches = all_branches() if request.POST.get("everywhere") else [branch]
    try:
        done = close_every_year(branches=branches, month=month, day=day, reason=reason, actor=actor, now=timezone.now())
    except BranchRefused as refused:
        return refused_page(request, branch, *(refusal_text(reason) for reason in refused.reasons))
    messages.success(request, closed_text(done))
    return redirect("console:branch", pk=pk)


def whole_number(text: str) -> int:
    """Return a number that somebody typed, 0 if it's none."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 3 else 0


@staff_only(Permission.ADMINISTER)
@require_POST
def holidays(request: StaffRequest, pk: int) -> HttpResponse:
    """Close the branch on the country's holidays of this year and the next."""
    branch, year, actor = branch_or_404(pk), timezone.localdate().year, request.staff.account
    country = current_municipality().country
    added = close_holidays(branch=branch, country=country, years=(year, year + 1), actor=actor, now=timezone.now())
    text = ngettext("%(count)d holiday was added.", "%(count)d holidays were added.", added)
    messages.success(request, text % {"count": added})
    return redirect("console:branch", pk=pk)


def _page(
    request: StaffRequest,
    branch: Any,
    form: BranchForm,
    *,
    status: int,
    week: WeekForm | None = None,
    planned: Closing | None = None,
    regrouped: Sequence[Mapping[str, str]] = (),
    typed_rooms: Mapping[int, str] | None = None,
) -> HttpResponse:
    today = timezone.localdate()
    known = calendar_days(branch, since=today)
    context = {
        "areas": municipality_areas(request, "branches"),
        "form": form,
        "regrouped": regrouped,
        "rules_shown_for": form["group"].value() or "none",
        "rooms": _rooms(branch, typed_rooms or {}),
        "new_room": (typed_rooms or {}).get(NEW_ROOM, ""),
        "branch": branch,
        "week": week or _week_form(branch),
        "planned": planned,
        "rows": closing_rows(planned) if planned else [],
        "days": [{"row": row, "as_read": marks_of(_said_of_days([row]))} for row in known],
        "days_as_read": marks_of(_said_of_days(known)),
        "yearly": [{"row": each, "month": MONTHS[each.month]} for each in yearly_days(branch)],
        "months": MONTHS,
        "today": today,
    }
    return render(request, "console/branch.html", context, status=status)


def _rooms(branch: Any, typed: Mapping[int, str]) -> list[dict[str, Any]]:
    standing = items_by_room(branch.pk)
    return [
        {
            "room": room,
            "items": standing.get(room.pk, 0),
            "typed": typed.get(room.pk, room.name),
            "as_read": marks_of({"room": room.name}),
        }
        for room in locations_of(branch.pk)
    ]


def _week_form(branch: Any, typed: Any = None) -> WeekForm:
    return WeekForm(typed, initial=stored_week(week_of(branch)))


def refused_page(
    request: StaffRequest,
    branch: Any,
    *sentences: str,
    status: int = 422,
    typed_rooms: Mapping[int, str] | None = None,
) -> HttpResponse:
    """Show a branch with what's wrong with what was sent for one of its lists.

    :param typed_rooms: names of rooms that weren't saved, by the room's number or `NEW_ROOM`
    """
    for sentence in sentences:
        messages.error(request, sentence)
    return _page(request, branch, _form(branch), status=status, typed_rooms=typed_rooms)


def _form(branch: Any) -> BranchForm:
    return BranchForm(initial=_initial(branch))


def _initial(branch: Any) -> dict[str, Any]:
    own = {name: getattr(branch, name) for name in BranchForm.base_fields if name != "group"}
    return own | {"group": branch.group_id or ""}


def branch_or_404(pk: int) -> Any:
    """Return a branch of the municipality's."""
    branch = get_branch(pk)
    if branch is None:
        raise Http404
    return branch


def _is_day(request: StaffRequest) -> bool:
    try:
        forms.DateField().clean(request.POST.get("day", ""))
    except forms.ValidationError:
        return False
    return True
