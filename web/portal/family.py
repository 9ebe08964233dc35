"""A guardian's children: what each has on loan, where it's agreed, its renewal, and what's owed for them."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from circulation.errors import Code, RenewalRefused
from circulation.selectors.fees import fees_for_wards
from circulation.selectors.fees_today import fees_today
from circulation.selectors.loans import get_open_loan, loans_of
from circulation.services.renew_for_child import renew_all_for_child, renew_for_child
from common.money import ZERO
from patrons.selectors import get_patron
from patrons.selectors.desk_page import wards_shown_to
from web.portal.renewals import loan_line, refusal_text, tell_answers, tell_renewed
from web.portal.sessions import patron_only, portal_context
from web.ui.requests import PageRequest


@patron_only
@require_safe
def family(request: PageRequest, patron: Any) -> HttpResponse:
    """Show her children's loans and fees; she's liable for both."""
    return _page(request, patron)


@patron_only
@require_POST
def renew(request: PageRequest, patron: Any, pk: int) -> HttpResponse:
    """Renew a loan of one of her children."""
    loan = get_open_loan(pk)
    if loan is None:
        raise Http404
    title = loan.item.record.title
    try:
        result = renew_for_child(loan=loan, guardian=patron, now=timezone.now())
    except RenewalRefused as refused:
        if Code.LOAN_UNKNOWN in refused.codes:
            raise Http404 from refused
        child = loan.patron.display_name if loan.patron else ""
        messages.error(request, refusal_text(request, title, refused, child=child))
        return _page(request, patron, status=409)
    child = result.loan.patron.display_name if result.loan.patron else ""
    tell_renewed(request, title, result, child=child)
    return redirect("portal:family")


@patron_only
@require_POST
def renew_every(request: PageRequest, patron: Any, pk: int) -> HttpResponse:
    """Renew all loans of one of her children that can be; the others say why not."""
    child = get_patron(pk)
    if child is None:
        raise Http404
    try:
        answers = renew_all_for_child(child=child, guardian=patron, now=timezone.now())
    except RenewalRefused as refused:
        raise Http404 from refused
    tell_answers(request, answers, child=child.display_name)
    return redirect("portal:family")


def _page(request: PageRequest, patron: Any, *, status: int = 200) -> HttpResponse:
    now, today = timezone.now(), timezone.localdate()
    shown = wards_shown_to(patron, day=today)
    children = [_child(child, now, request.tenant.currency) for child in shown]
    # What they had stays theirs; what's owed for them she must be able to see.
    others = [
        {"patron": child, "fees": fees, "owed": sum((fee.balance for fee in fees), ZERO)}
        for child, fees in fees_for_wards(patron.pk, shown=[child.pk for child in shown]).items()
    ]
    context = portal_context(request, "family", patron) | {
        "children": children,
        "others": others,
        "owed": sum((child["owed"] for child in [*children, *others]), ZERO),
        "today": today,
    }
    return render(request, "portal/family.html", context, status=status)


def _child(child: Any, now: Any, currency: str) -> dict[str, Any]:
    lines = loans_of(child, now=now)
    fees = fees_today(child, [line.loan for line in lines], now=now)
    owed = sum((view.fee.balance for view in fees), ZERO)
    loans = [
        loan_line(line, currency, owed, child=child.display_name)
        | {"renew_url": reverse("portal:renew_for_child", args=[line.loan.pk])}
        for line in lines
    ]
    return {
        "patron": child,
        "loans": loans,
        "renewable": sum(1 for loan in loans if loan["can_renew"]),
        "renew_all_url": reverse("portal:renew_all_for_child", args=[child.pk]),
        "fees": fees,
        "owed": owed,
    }
