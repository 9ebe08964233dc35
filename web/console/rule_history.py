"""What has been changed in the rules, by whom and when, and taking a change back."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from accounts.rules import Permission
from circulation.errors import RuleRefused
from circulation.rules.values import REGISTER, read_value
from circulation.selectors.rule_books import RuleBook, rule_book
from circulation.selectors.rule_history import get_rule_change, rule_changes
from circulation.services.rules import undo_change
from tenants.selectors import current_municipality
from web.account.access import staff_only
from web.account.requests import StaffRequest
from web.console.areas import municipality_areas
from web.console.rule_scopes import row_text
from web.console.rule_values import value_text
from web.console.rules import told_refusal


@staff_only(Permission.ADMINISTER)
@require_safe
def history(request: StaffRequest) -> HttpResponse:
    """List the newest changes, of one value or of all."""
    name = request.GET.get("name", "")
    return _page(request, name if name in REGISTER else "")


@staff_only(Permission.ADMINISTER)
@require_POST
def undo(request: StaffRequest, pk: int) -> HttpResponse:
    """Take a change back."""
    change = get_rule_change(pk)
    if change is None:
        raise Http404
    try:
        undo_change(change=change, actor=request.staff.account)
    except RuleRefused as refused:
        for error in told_refusal(refused, rule_book()):
            messages.error(request, error)
        return _page(request, "", status=422)
    messages.success(request, gettext("The change is taken back; the next scan follows the rule as it was."))
    return redirect("console:rule_history")


def _page(request: StaffRequest, name: str, *, status: int = 200) -> HttpResponse:
    book = rule_book()
    context = {
        "areas": municipality_areas(request, "rules"),
        "name": name,
        "label": REGISTER[name].label if name else "",
        "rows": [_row(change, book) for change in rule_changes(name) if change.name in REGISTER],
    }
    return render(request, "console/rule_history.html", context, status=status)


def _row(change: Any, book: RuleBook) -> dict[str, Any]:
    return {
        "change": change,
        "label": REGISTER[change.name].label,
        "where": row_text(book, change.rule),
        "before": _text(change.name, change.before),
        "after": _text(change.name, change.after),
        "may_undo": not hasattr(change, "undone_by"),
    }


def _text(name: str, side: dict[str, Any]) -> str:
    if not side:
        return gettext("as inherited")
    return value_text(REGISTER[name], read_value(name, side["value"]), currency=current_municipality().currency)
