"""Periodicals at the desk: what's expected and late, and the key that receives an issue."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from accounts.rules import Permission
from catalogue.rules.issues import issue_name
from circulation.errors import PeriodicalRefused
from circulation.selectors.subscriptions import (
    came_lately,
    expected_issues,
    get_subscription,
    kept_long_enough,
    subscriptions_of,
)
from circulation.services.periodicals import claim_issue, expect_again, give_up_issue, receive_issue
from circulation.services.subscriptions import end_subscription
from common.errors import Refused
from holdings.errors import ItemRefused
from web.account.access import staff_only
from web.account.requests import DeskRequest
from web.desk.answers import words
from web.desk.areas import desk_areas
from web.desk.item_areas import item_pages
from web.desk.item_texts import item_reason
from web.desk.scan_inputs import day_in, number_in
from web.titles.issues import issue_text

_FORM = ("GET", "HEAD", "POST")
# A subscription that ends by then is to be renewed or ended.
_SOON = timedelta(days=31)


@staff_only(Permission.EDIT_ITEMS, needs_branch=True)
@require_http_methods(_FORM)
def periodicals(request: DeskRequest) -> HttpResponse:
    """Show what the branch waits for; each line's buttons receive an issue, claim it or give it up."""
    status = 200
    if request.method == "POST":
        act = _ACTS.get(request.POST.get("what", ""))
        pk = number_in(request.POST, "subscription") or 0
        subscription = get_subscription(pk, branch_id=request.staff.branch.pk)
        if act is None or subscription is None:
            raise Http404
        try:
            act(request, subscription)
        except (PeriodicalRefused, ItemRefused) as refused:
            _say(request, refused)
            status = 409
        else:
            return redirect("desk:periodicals")
    return render(request, "desk/periodicals.html", _context(request), status=status)


def _context(request: DeskRequest) -> dict[str, Any]:
    branch, today = request.staff.branch, timezone.localdate()
    subscriptions = subscriptions_of(branch_id=branch.pk)
    typed = _typed(request)
    expected: list[dict[str, Any]] = [
        {"issue": each, "text": issue_text(each.name), "barcode": typed.get((str(each.subscription.pk), each.volume))}
        for each in expected_issues(subscriptions, today=today)
    ]
    return {
        "areas": desk_areas(request, "search"),
        "choices": item_pages(request, "periodicals"),
        "expected": expected,
        "given_back": any(line["barcode"] is not None for line in expected),
        "other": {} if typed or request.method != "POST" else request.POST,
        "late": sum(each["issue"].is_late for each in expected),
        "lately": [{"row": row, "text": _name(row.volume)} for row in came_lately(branch.pk)],
        "subscriptions": subscriptions,
        "soon": today + _SOON,
        "kept": kept_long_enough(branch.pk, today=today),
    }


def _typed(request: DeskRequest) -> dict[tuple[str, str], str]:
    """Return the barcode that a refused line sent, by its subscription and issue; nothing came from the form below."""
    sent = request.POST
    if "day" not in sent:
        return {}
    return {(sent.get("subscription", ""), sent.get("volume", "")): sent.get("barcode", "")}


def _name(volume: str) -> str:
    name = issue_name(volume)
    return issue_text(name) if name else volume


def _what(request: DeskRequest, subscription: Any) -> dict[str, Any]:
    return {
        "subscription_id": subscription.pk,
        "volume": request.POST.get("volume", "").replace("\x00", ""),
        "staff": request.staff.account,
        "now": timezone.now(),
    }


def _receive(request: DeskRequest, subscription: Any) -> None:
    barcode = request.POST.get("barcode", "").replace("\x00", "")
    what = _what(request, subscription)
    item = receive_issue(**what, barcode=barcode, expected_on=day_in(request.POST, "day"))
    values = {"title": subscription.record.title, "issue": _name(item.volume), "barcode": item.barcode}
    messages.success(request, gettext("%(title)s, %(issue)s has arrived: item %(barcode)s.") % values)


def _claim(request: DeskRequest, subscription: Any) -> None:
    claim_issue(**_what(request, subscription), expected_on=day_in(request.POST, "day"))
    messages.success(request, gettext("Saved."))


def _give_up(request: DeskRequest, subscription: Any) -> None:
    give_up_issue(**_what(request, subscription), expected_on=day_in(request.POST, "day"))
    messages.success(request, gettext("Saved."))


def _again(request: DeskRequest, subscription: Any) -> None:
    expect_again(**_what(request, subscription))
    messages.success(request, gettext("Saved."))


def _end(request: DeskRequest, subscription: Any) -> None:
    end_subscription(subscription_id=subscription.pk, staff=request.staff.account, now=timezone.now())
    messages.success(request, gettext("Saved."))


_ACTS: Mapping[str, Callable[[DeskRequest, Any], None]] = {
    "arrived": _receive,
    "claimed": _claim,
    "missing": _give_up,
    "again": _again,
    "end": _end,
}


def _say(request: DeskRequest, refused: Refused) -> None:
    if isinstance(refused, ItemRefused):
        for each in refused.reasons:
            messages.error(request, item_reason(each))
        return
    for reason in words(request, refused):
        messages.error(request, " ".join(filter(None, (reason.text, reason.about, reason.next_step))))
