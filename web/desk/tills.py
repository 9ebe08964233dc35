"""The cash-up: what went over a till on a day, what was counted, and the report to print."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from accounts.rules import Permission
from circulation.errors import FeeRefused
from circulation.selectors.tills import any_till, cash_up, every_till_of, get_till, tills_of
from circulation.services.fees.payments import Method
from circulation.services.tills import add_till, count_till, first_till, put_till_away, rename_till, use_till_again
from web.account.access import staff_only
from web.account.requests import DeskRequest
from web.desk.answers import words
from web.desk.areas import desk_areas, money_choices
from web.desk.forms_money import TillCountForm
from web.desk.scan_inputs import number_in
from web.ui.list_files import is_asked, list_file
from web.words.ledger import entry_name


def till_here(request: DeskRequest) -> Any:
    """Return the till at which she stands: the one that she has chosen or used, at first the branch's first.

    It stays hers when somebody puts it away: then it takes nothing, so that her money doesn't go elsewhere unnoticed.
    """
    branch = request.staff.branch
    chosen = request.session.get("till_id")
    till = any_till(chosen, branch=branch) if isinstance(chosen, int) else None
    if till is None:
        till = first_till(branch)
        request.session["till_id"] = till.pk
    return till


@staff_only(Permission.TAKE_PAYMENTS, needs_branch=True)
@require_safe
def cash_up_page(request: DeskRequest) -> HttpResponse:
    """Show a till's day; a till that's chosen here takes her payments from now on."""
    branch = request.staff.branch
    chosen = number_in(request.GET, "till")
    if chosen and get_till(chosen, branch=branch):
        request.session["till_id"] = chosen
    if is_asked(request, "till-entries"):
        return list_file(request, "till-entries", _entries(cash_up(_shown(request), _day(request))))
    return _page(request, TillCountForm())


@staff_only(Permission.TAKE_PAYMENTS, needs_branch=True)
@require_safe
def cash_up_print(request: DeskRequest) -> HttpResponse:
    """Show the report of a till's day to print and sign."""
    context = _context(request)
    return render(request, "desk/cash_up_print.html", context)


@staff_only(Permission.TAKE_PAYMENTS, needs_branch=True)
@require_POST
def count(request: DeskRequest) -> HttpResponse:
    """Note the cash that was counted."""
    form = TillCountForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=422)
    till = _shown(request)
    try:
        count_till(till=till, day=_day(request), **form.cleaned_data, **_by(request))
    except FeeRefused as refused:
        for reason in words(request, refused):
            form.add_error(None, reason.text)
        return _page(request, form, status=409)
    messages.success(request, gettext("The count is noted."))
    return redirect(f"{reverse('desk:cash_up')}?till={till.pk}&day={_day(request).isoformat()}")


@staff_only(Permission.WAIVE_FEES, needs_branch=True)
@require_POST
def new_till(request: DeskRequest) -> HttpResponse:
    """Add a till to the branch."""
    staff = request.staff
    name = _printable(request.POST.get("name", ""))
    try:
        till = add_till(branch=staff.branch, name=name, staff=staff.account)
    except FeeRefused as refused:
        for reason in words(request, refused):
            messages.error(request, reason.text)
    else:
        messages.success(request, gettext("%(till)s is added.") % {"till": till.name})
    return redirect("desk:cash_up")


@staff_only(Permission.WAIVE_FEES, needs_branch=True)
@require_POST
def change_till(request: DeskRequest, pk: int) -> HttpResponse:
    """Rename a till, put it away or take it into use again, as the button says."""
    till, staff = any_till(pk, branch=request.staff.branch), request.staff.account
    if till is None:
        raise Http404
    use = request.POST.get("use")
    try:
        if use == "0":
            till = put_till_away(till=till, staff=staff)
        elif use == "1":
            till = use_till_again(till=till, staff=staff)
        else:
            till = rename_till(till=till, name=_printable(request.POST.get("name", "")), staff=staff)
    except FeeRefused as refused:
        for reason in words(request, refused):
            messages.error(request, f"{till.name}: " + " ".join(filter(None, (reason.text, reason.next_step))))
    else:
        messages.success(request, gettext("%(till)s is changed.") % {"till": till.name})
    return redirect("desk:cash_up")


def _printable(text: str) -> str:
    return "".join(each for each in text if each.isprintable())


def _page(request: DeskRequest, form: TillCountForm, *, status: int = 200) -> HttpResponse:
    return render(request, "desk/cash_up.html", _context(request) | {"form": form}, status=status)


def _context(request: DeskRequest) -> dict[str, Any]:
    branch = request.staff.branch
    till, day = _shown(request), _day(request)
    found = cash_up(till, day)
    url = reverse("desk:cash_up")
    return {
        "areas": desk_areas(request, "money"),
        "choices": money_choices(request, "cash_up"),
        "tills": [
            {"text": each.name, "url": f"{url}?till={each.pk}&day={day.isoformat()}", "current": each.pk == till.pk}
            for each in tills_of(branch)
        ],
        "every_till": every_till_of(branch) if request.staff.may(Permission.WAIVE_FEES) else [],
        "branch": branch,
        "day": day,
        "today": timezone.localdate(),
        "found": found,
        "lines": [{"line": line, "method": _method(line.method)} for line in found.lines],
        "entries": _entries(found),
        "newest": found.counts[0] if found.counts else None,
        "now": timezone.now(),
    }


def _entries(found: Any) -> list[dict[str, Any]]:
    return [{"entry": entry, "method": _method(entry.method), "text": entry_name(entry)} for entry in found.entries]


def _shown(request: DeskRequest) -> Any:
    """Return the till whose day is asked for, also one that's out of use; else hers."""
    asked = number_in(request.GET, "till")
    return (any_till(asked, branch=request.staff.branch) if asked else None) or till_here(request)


def _method(code: str) -> str:
    return str(Method(code).label) if code in Method.values else code


def _day(request: DeskRequest) -> date:
    """The day that's asked for, today's if it can't be read or is ahead."""
    today = timezone.localdate()
    try:
        return min(today, date.fromisoformat(request.GET.get("day", "")))
    except ValueError:
        return today


def _by(request: DeskRequest) -> dict[str, Any]:
    return {"staff": request.staff.account, "now": timezone.now()}
