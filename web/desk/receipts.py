"""Receipts: what a patron borrowed or renewed in one visit, and what she paid. Each can be printed again."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.rules import Permission
from circulation.selectors.fees import get_receipt
from circulation.selectors.visits import loans_since
from circulation.services.fees.payments import Method
from web.account.access import staff_only
from web.account.requests import DeskRequest
from web.desk.panels import panel_of
from web.desk.scan_inputs import moment_in


@staff_only(Permission.CIRCULATE, needs_branch=True)
@require_safe
def loans_receipt(request: DeskRequest, pk: int) -> HttpResponse:
    """Show what a patron borrowed or renewed since a moment; without one, since the day began."""
    panel = panel_of(request, pk)
    if panel is None:
        raise Http404
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    loans = loans_since(panel.patron, since=moment_in(request.GET, "since") or midnight)
    card = panel.facts.card
    context = {"panel": panel, "loans": loans, "card": card, "now": timezone.now()}
    return render(request, "desk/receipt_loans.html", context)


@staff_only(Permission.CIRCULATE, needs_branch=True)
@require_safe
def payment_receipt(request: DeskRequest, number: int) -> HttpResponse:
    """Show a payment: how much, for what, and what's left."""
    receipt = get_receipt(number)
    if receipt is None:
        raise Http404
    method = Method(receipt.method).label if receipt.method in Method.values else receipt.method
    return render(request, "desk/receipt_payment.html", {"receipt": receipt, "method": method})
