"""Claims of issues at the desk: what suppliers owe the branch, and the letter that asks one of them for it."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from accounts.rules import Permission
from circulation.errors import PeriodicalRefused
from circulation.selectors.issue_claims import Owed, by_supplier, claimed_issues, owed_issues
from circulation.services.issue_claims import claim_issues
from web.account.access import staff_only
from web.account.requests import DeskRequest
from web.desk.answers import words
from web.desk.areas import desk_areas
from web.desk.item_areas import item_pages
from web.desk.scan_inputs import day_in
from web.titles.issues import issue_text
from web.ui.list_files import list_file

_LONGEST_SUPPLIER, _LONGEST_NUMBER = 100, 18


@staff_only(Permission.EDIT_ITEMS, needs_branch=True)
@require_http_methods(["GET", "HEAD", "POST"])
def issue_claims(request: DeskRequest) -> HttpResponse:
    """Show what suppliers owe; a button notes what's ticked as claimed, and leads to the letter about it."""
    branch, today, status = request.staff.branch, timezone.localdate(), 200
    if request.method == "POST":
        try:
            supplier = claim_issues(
                branch=branch, wanted=_ticked(request), staff=request.staff.account, now=timezone.now()
            )
        except PeriodicalRefused as refused:
            status = 409
            for said in words(request, refused):
                messages.error(request, " ".join(filter(None, (said.text, said.next_step))))
        else:
            query = urlencode({"supplier": supplier, "day": today.isoformat()})
            return redirect(f"{reverse('desk:claim_letter')}?{query}")
    owed = owed_issues(branch.pk, today=today)
    if file := list_file(request, "issue-claims", map(_file_row, owed)):
        return file
    ticked = set(_ticked(request)) if request.method == "POST" else None
    context = {
        "areas": desk_areas(request, "search"),
        "choices": item_pages(request, "periodicals"),
        "count": len(owed),
        "groups": [
            {"supplier": debt.supplier, "lines": [_line(each, ticked, today) for each in debt.issues]}
            for debt in by_supplier(owed)
        ],
    }
    return render(request, "desk/issue_claims.html", context, status=status)


@staff_only(Permission.EDIT_ITEMS, needs_branch=True)
@require_safe
def claim_letter(request: DeskRequest) -> HttpResponse:
    """Show the letter to a supplier about what was claimed on a day, to print as often as it's needed."""
    supplier = request.GET.get("supplier", "")[:_LONGEST_SUPPLIER]
    day = day_in(request.GET, "day") or timezone.localdate()
    issues = claimed_issues(request.staff.branch.pk, supplier=supplier, on=day)
    if not issues:
        messages.error(request, gettext("Nothing that was claimed on this day is still to come."))
        return redirect("desk:issue_claims")
    groups: dict[int, dict[str, Any]] = {}
    for each in issues:
        group = groups.setdefault(each.subscription.pk, {"subscription": each.subscription, "lines": []})
        group["lines"].append({"issue": each, "text": issue_text(each.name)})
    context = {
        "areas": desk_areas(request, "search"),
        "supplier": issues[0].subscription.supplier,
        "day": day,
        "groups": list(groups.values()),
    }
    return render(request, "desk/claim_letter.html", context)


def _ticked(request: DeskRequest) -> list[tuple[int, str]]:
    parts = (value.partition("|") for value in request.POST.getlist("issue"))
    # What can't be a subscription's number is none that's there.
    return [(int(pk) if pk.isdecimal() and len(pk) <= _LONGEST_NUMBER else 0, volume) for pk, _bar, volume in parts]


def _line(each: Owed, ticked: set[tuple[int, str]] | None, today: Any) -> dict[str, Any]:
    is_ticked = each.is_due(today) if ticked is None else (each.subscription.pk, each.volume) in ticked
    return {"issue": each, "text": issue_text(each.name), "is_ticked": is_ticked}


def _file_row(each: Owed) -> dict[str, Any]:
    state = gettext("missing") if each.is_missing else gettext("late")
    return {"issue": each, "text": issue_text(each.name), "state": state}
