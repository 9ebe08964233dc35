"""A guardian's children: what each has on loan, where it's agreed, and what's owed for them."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from circulation.selectors.fees import fees_for_wards
from circulation.selectors.fees_today import fees_today
from circulation.selectors.loans import loans_of
from common.money import ZERO
from patrons.selectors.desk_page import wards_shown_to
from web.portal.sessions import patron_only, portal_context
from web.titles.names import cover_kind


@patron_only
@require_safe
def family(request: HttpRequest, patron: Any) -> HttpResponse:
    """Show her children's loans and fees; she's liable for both."""
    now = timezone.now()
    shown = wards_shown_to(patron)
    children = [_child(child, now) for child in shown]
    # What they had stays theirs; what's owed for them she must be able to see.
    others = [
        {"patron": child, "fees": fees, "owed": sum((fee.balance for fee in fees), ZERO)}
        for child, fees in fees_for_wards(patron.pk, shown=[child.pk for child in shown]).items()
    ]
    context = portal_context(request, "family", patron) | {
        "children": children,
        "others": others,
        "owed": sum((child["owed"] for child in [*children, *others]), ZERO),
        "today": timezone.localdate(),
    }
    return render(request, "portal/family.html", context)


def _child(child: Any, now: Any) -> dict[str, Any]:
    loans = [line.loan for line in loans_of(child, now=now)]
    fees = fees_today(child, loans, now=now)
    return {
        "patron": child,
        "loans": [
            {
                "loan": loan,
                "record": loan.item.record,
                "cover": cover_kind(loan.item.record.material_type, loan.item.record.audience),
            }
            for loan in loans
        ],
        "fees": fees,
        "owed": sum((view.fee.balance for view in fees), ZERO),
    }
