"""A patron's money: every fee with the rule, days and calendar behind each entry, her children's fees, her credit."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.rules import Permission
from circulation.selectors.fees import credit_of, credit_view, fees_of, owed_by
from holdings.selectors import branch_names
from patrons.selectors import guardians_of
from web.account.access import staff_only
from web.account.requests import DeskRequest
from web.desk.areas import desk_areas
from web.desk.fee_texts import fee_lines, movements_of
from web.desk.patron_page import patron_or_404
from web.ui.sorting import keeps_order, ordered

# The newest fees that are over; a receipt or the audit log finds older ones.
_MOST_SETTLED = 100


@staff_only(Permission.CIRCULATE, needs_branch=True)
@require_safe
@keeps_order("unpaid-fees", "settled-fees")
def patron_money(request: DeskRequest, pk: int) -> HttpResponse:
    """Show what a patron owes, what has been settled, and what the library holds for her."""
    patron = patron_or_404(pk)
    in_words: dict[str, Any] = {"branches": branch_names(), "currency": request.tenant.currency}
    views = fees_of(patron, also_settled=True)
    credit = credit_view(pk)
    unpaid = fee_lines([view for view in views if view.fee.balance], patron_id=pk, **in_words)
    settled = [view for view in views if not view.fee.balance][:_MOST_SETTLED]
    context: dict[str, Any] = {
        "areas": desk_areas(request, "patrons"),
        "patron": patron,
        "open": ordered(request, "unpaid-fees", unpaid),
        "settled": ordered(request, "settled-fees", fee_lines(settled, patron_id=pk, **in_words)),
        "owed": owed_by(pk),
        "credit": credit_of(pk),
        "credit_moves": movements_of(credit, **in_words) if credit else [],
        "guardians": guardians_of(patron),
        "now": timezone.now(),
    }
    return render(request, "desk/patron_money.html", context)
