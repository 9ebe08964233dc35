"""What has been changed in a template, by whom and when, and taking a change back."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from accounts.rules import Permission
from circulation.errors import RuleRefused
from circulation.rules.values import REGISTER, read_value
from circulation.selectors.template_rules import get_template_change, template_changes, template_origin
from circulation.services.template_rules import undo_template_change
from tenants.selectors import get_policy_template
from web.account.access import staff_only
from web.account.requests import StaffRequest
from web.console.areas import consortium_areas
from web.console.policy import names_by_code
from web.console.rule_values import value_text
from web.console.template_values import refusal_texts
from web.words.rule_rows import dimension_texts


@staff_only(Permission.OPERATE_CONSORTIUM)
@require_safe
def history(request: StaffRequest, code: str) -> HttpResponse:
    """List the newest changes of a template."""
    return _page(request, _found(code))


@staff_only(Permission.OPERATE_CONSORTIUM)
@require_POST
def undo(request: StaffRequest, code: str, pk: int) -> HttpResponse:
    """Take a change back."""
    found = _found(code)
    change = get_template_change(found.pk, pk)
    if change is None:
        raise Http404
    try:
        undo_template_change(template=found, change=change, actor=request.staff.account)
    except RuleRefused as refused:
        for error in refusal_texts(refused.reasons, found):
            messages.error(request, error)
        return _page(request, found, status=422)
    messages.success(request, gettext("The change is taken back; the next scan follows the rule as it was."))
    return redirect("console:template_history", code=code)


def _found(code: str) -> Any:
    found = get_policy_template(code)
    if found is None:
        raise Http404
    return found


def _page(request: StaffRequest, found: Any, *, status: int = 200) -> HttpResponse:
    names = {**names_by_code(found.patron_categories), **names_by_code(found.item_types)}
    changes = [change for change in template_changes(found.pk) if change.name in REGISTER]
    context = {
        "areas": consortium_areas("templates"),
        "template": found,
        "rows": [
            {
                "change": change,
                "label": REGISTER[change.name].label,
                "where": ", ".join(dimension_texts(template_origin(change.rule), names))
                or gettext("everybody and everything"),
                "before": _text(change.name, change.before),
                "after": _text(change.name, change.after),
                "may_undo": not hasattr(change, "undone_by"),
            }
            for change in changes
        ],
    }
    return render(request, "console/template_history.html", context, status=status)


def _text(name: str, side: dict[str, Any]) -> str:
    if not side:
        return gettext("not set")
    return value_text(REGISTER[name], read_value(name, side["value"]))
