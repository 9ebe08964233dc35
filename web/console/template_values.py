"""One value of a consortium's template: shown, tried out with who would follow, and set."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_http_methods

from accounts.rules import Permission
from circulation.errors import RuleRefused
from circulation.rules.resolution import RuleRow
from circulation.rules.values import REGISTER, InvalidValues, parse_values, read_value
from circulation.rules.whose_rules import Residence
from circulation.selectors.template_rules import followers_of, template_rules
from circulation.services.template_rules import TemplateScope, check_days, reset_template_value, set_template_value
from common.stale_forms import changed_since, marks_of
from tenants.selectors import get_policy_template
from web.account.access import staff_only
from web.account.requests import StaffRequest
from web.console.areas import consortium_areas
from web.console.policy import names_by_code
from web.console.rule_scopes import day_of
from web.console.rule_values import form_text, typed_value, value_from_form, value_problems, value_text
from web.ui.stale_forms import FIELD as AS_READ
from web.ui.stale_forms import edited_in_turn, saved_meanwhile, saved_value
from web.words.for_staff import reason_texts


@staff_only(Permission.OPERATE_CONSORTIUM)
@require_http_methods(["GET", "HEAD", "POST"])
@edited_in_turn("template")
def template_value(request: StaffRequest, code: str, name: str) -> HttpResponse:
    """Show a value; a first form says who would follow the new one, a second sets it."""
    found = get_policy_template(code)
    if found is None or name not in REGISTER:
        raise Http404
    asked = request.POST if request.method == "POST" else request.GET
    scope = _scope(found, asked)
    if request.method != "POST":
        return _page(request, found, name, scope)
    now = _row_of(found.pk, name, scope)
    if changed_since(asked.get(AS_READ, ""), _stored(name, now)):
        messages.error(request, f"{saved_meanwhile()} {saved_value(_now_text(name, now))}")
        return _page(request, found, name, scope, status=409)
    if "reset" in asked:
        reset_template_value(template=found, name=name, scope=scope, actor=request.staff.account)
        messages.success(request, gettext("The less specific value holds again."))
        return redirect("console:template", code=code)
    try:
        return _set(request, found, name, scope)
    except InvalidValues as invalid:
        errors = value_problems(invalid)
    except RuleRefused as refused:
        errors = [told.text for told in reason_texts(refused.reasons, permissions=frozenset(), currency="")]
    for error in errors:
        messages.error(request, error)
    return _page(request, found, name, scope, status=422, errors=errors)


def _set(request: StaffRequest, found: Any, name: str, scope: TemplateScope) -> HttpResponse:
    """Set what was looked at; a value that was changed once more is looked at once more."""
    asked, value = request.POST, value_from_form(REGISTER[name], request.POST)
    stored = parse_values(
        {name: value},
        patron_category=scope.patron_category or None,
        item_type=scope.item_type or None,
        residence=scope.residence or None,
    )
    check_days(scope)
    wanted = read_value(name, stored[name])
    if "confirmed" not in asked or asked.get("previewed") != value_text(REGISTER[name], wanted):
        return _page(request, found, name, scope, wanted=(wanted,))
    set_template_value(template=found, name=name, value=value, scope=scope, actor=request.staff.account)
    count = len(followers_of(found.pk, name))
    text = ngettext(
        "The template is changed; %(count)d municipality follows with its next scan.",
        "The template is changed; %(count)d municipalities follow with their next scan.",
        count,
    )
    messages.success(request, text % {"count": count})
    return redirect("console:template", code=found.code)


def _scope(found: Any, asked: Any) -> TemplateScope:
    """Return the row by its codes and days; an empty one means any.

    :raises Http404: for a code that the template hasn't
    """
    category, item_type, residence = asked.get("category", ""), asked.get("type", ""), asked.get("home", "")
    known = {each["code"] for each in found.patron_categories}, {each["code"] for each in found.item_types}
    if (category and category not in known[0]) or (item_type and item_type not in known[1]):
        raise Http404
    if residence and residence not in Residence.values:
        raise Http404
    return TemplateScope(
        patron_category=category,
        item_type=item_type,
        residence=residence,
        valid_from=day_of(asked.get("from", "")),
        valid_until=day_of(asked.get("until", "")),
    )


def _page(
    request: StaffRequest,
    found: Any,
    name: str,
    scope: TemplateScope,
    *,
    wanted: tuple[Any, ...] = (),
    status: int = 200,
    errors: Sequence[str] = (),
) -> HttpResponse:
    spec, row = REGISTER[name], _row_of(found.pk, name, scope)
    shown = wanted or ((row.values[name],) if row else ())
    # A row that's only looked at says itself until when it holds.
    until = scope.valid_until if request.method == "POST" else row and row.origin.valid_until
    context = {
        "areas": consortium_areas("templates"),
        "template": found,
        "spec": spec,
        "scope": scope,
        "categories": names_by_code(found.patron_categories).items() if spec.by_category else (),
        "item_types": names_by_code(found.item_types).items() if spec.by_item_type else (),
        "residences": Residence.choices if spec.by_category else (),
        "now": _now_text(name, row),
        "as_read": marks_of(_stored(name, row)),
        "is_set": row is not None,
        "wanted": value_text(spec, wanted[0]) if wanted else "",
        "cell": {"form_text": form_text(spec, shown[0]) if shown else "", "is_none": bool(shown) and shown[0] is None},
        "until": until,
        "is_previewed": bool(wanted),
        "followers": followers_of(found.pk, name),
    }
    if status != 200:
        # What wasn't saved stays as it was typed.
        context["cell"] = typed_value(request.POST, errors)
    return render(request, "console/template_value.html", context, status=status)


def _row_of(template_id: int, name: str, scope: TemplateScope) -> RuleRow | None:
    """Return the scope's own row if it sets the value."""
    wanted = (scope.patron_category or None, scope.item_type or None, scope.residence or None, scope.valid_from)
    for row in template_rules(template_id):
        origin = row.origin
        if (origin.patron_category, origin.item_type, origin.residence, origin.valid_from) == wanted and row.sets(name):
            return row
    return None


def _stored(name: str, row: RuleRow | None) -> dict[str, Any]:
    """Return what a row says, as somebody else may have changed it."""
    return {"own": f"{_now_text(name, row)} {row.origin.valid_until}" if row else ""}


def _now_text(name: str, row: RuleRow | None) -> str:
    return value_text(REGISTER[name], row.values[name]) if row else gettext("not set")
