"""One value of a consortium's template: shown, tried out with who would follow, and set."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_http_methods

from accounts.rules import Permission
from circulation.errors import RuleRefused
from circulation.rules.resolution import RuleRow, RuleSet, resolve
from circulation.rules.values import REGISTER, InvalidValues, read_value
from circulation.rules.whose_rules import Residence
from circulation.selectors.followers import followers_of
from circulation.selectors.template_effects import TemplateEffects
from circulation.selectors.template_rules import template_rules
from circulation.services.template_rules import (
    TemplateScope,
    TemplateWish,
    flaw_reasons,
    preview_template_value,
    reset_template_value,
    set_template_value,
)
from common.errors import Reason
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

_MOST_NAMED = 5


@staff_only(Permission.OPERATE_CONSORTIUM)
@require_http_methods(["GET", "HEAD", "POST"])
@edited_in_turn("template")
def template_value(request: StaffRequest, code: str, name: str) -> HttpResponse:
    """Show a value; a first form says what a new one would come to for each that follows, a second sets it."""
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
    try:
        return _change(request, found, name, scope)
    except InvalidValues as invalid:
        errors = value_problems(invalid)
    except RuleRefused as refused:
        errors = refusal_texts(refused.reasons, found)
    for error in errors:
        messages.error(request, error)
    return _page(request, found, name, scope, status=422, errors=errors)


def _change(request: StaffRequest, found: Any, name: str, scope: TemplateScope) -> HttpResponse:
    """Change what was looked at; a value that was changed once more is looked at once more."""
    asked, actor = request.POST, request.staff.account
    is_reset = "reset" in asked
    wish = TemplateWish(name, None if is_reset else value_from_form(REGISTER[name], asked), scope, is_reset=is_reset)
    effects = preview_template_value(template=found, wish=wish)
    wanted = _less_specific(found.pk, name, scope) if is_reset else (read_value(name, wish.stored()["value"]),)
    if "confirmed" not in asked or asked.get("previewed") != _text_of(name, wanted):
        return _page(request, found, name, scope, wanted=wanted, preview=(effects, is_reset))
    if is_reset:
        reset_template_value(template=found, name=name, scope=scope, actor=actor)
        messages.success(request, gettext("The less specific value holds again."))
    else:
        set_template_value(template=found, name=name, value=wish.value, scope=scope, actor=actor)
        count = sum(each.is_changed for each in effects.followers)
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
    preview: tuple[TemplateEffects, bool] | None = None,
    status: int = 200,
    errors: Sequence[str] = (),
) -> HttpResponse:
    spec, row = REGISTER[name], _row_of(found.pk, name, scope)
    effects, is_reset = preview or (None, False)
    reasons = flaw_reasons(effects, name) if effects else []
    shown = ((row.values[name],) if row else ()) if is_reset or not wanted else wanted
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
        "wanted": _text_of(name, wanted),
        "cell": {"form_text": form_text(spec, shown[0]) if shown else "", "is_none": bool(shown) and shown[0] is None},
        "until": until,
        "is_previewed": effects is not None,
        "is_reset": is_reset,
        "refusals": [
            {"text": text, "ways_out": _ways_out(found, reason)}
            for reason, text in zip(reasons, refusal_texts(reasons, found), strict=True)
        ],
        "rows": _follower_rows(name, effects, found.pk),
    }
    if status != 200:
        # What wasn't saved stays as it was typed.
        context["cell"] = typed_value(request.POST, errors)
    return render(request, "console/template_value.html", context, status=status)


def refusal_texts(reasons: Sequence[Reason], found: Any) -> list[str]:
    """Return why a template isn't changed: what, in which case, where, and what next."""
    told = reason_texts(tuple(reasons), permissions=frozenset(), currency="")
    return [
        " ".join(filter(None, (text.text, _where(reason.facts, found), text.next_step)))
        for reason, text in zip(reasons, told, strict=True)
    ]


def _where(facts: Any, found: Any) -> str:
    """Return the case that shows what's wrong, and the municipalities that have it."""
    if "municipalities" not in facts:
        return ""
    names = {**names_by_code(found.patron_categories), **names_by_code(found.item_types)}
    codes = (facts["patron_category"], facts["item_type"])
    parts = [names.get(code, code) for code in codes if code] + ([facts["branch"]] if facts["branch"] else [])
    case = ", ".join(parts)
    towns = facts["municipalities"]
    shown = ", ".join(towns[:_MOST_NAMED])
    more = len(towns) - _MOST_NAMED
    if more > 0:
        shown += " " + ngettext("and %(more)s more", "and %(more)s more", more) % {"more": more}
    if shown and case:
        shown += f" ({case})"
    whom = shown or case
    return gettext("This concerns %(whom)s.") % {"whom": whom} if whom else ""


def _ways_out(found: Any, reason: Reason) -> list[dict[str, Any]]:
    """Return where what stands against a change can be changed, in the template, with what it says there now."""
    case = {"category": reason.facts["patron_category"], "type": reason.facts["item_type"]}
    query = urlencode({key: code for key, code in case.items() if code})
    scope = TemplateScope(patron_category=case["category"] or "", item_type=case["type"] or "")
    rows = list(template_rules(found.pk))
    return [
        {
            "label": f"{REGISTER[other].label}: {_text_of(other, _held(rows, other, scope))}",
            "url": reverse("console:template_value", args=[found.code, other]) + (f"?{query}" if query else ""),
        }
        for other in reason.facts["others"]
    ]


def _follower_rows(name: str, effects: TemplateEffects | None, template_id: int) -> list[dict[str, Any]]:
    """Return who follows, with what a change would do there; before one is looked at, whether they'd follow at all."""
    if effects is None:
        return [
            {"name": each.municipality.name, "kind": "", "own_values": each.own_values(name), "is_changed": True}
            for each in followers_of(template_id)
        ]
    return [
        {
            "name": each.follower.municipality.name,
            "kind": "stop" if each.flaws else "",
            "own_values": each.follower.own_values(name),
            "is_changed": each.is_changed,
        }
        for each in effects.followers
    ]


def _less_specific(template_id: int, name: str, scope: TemplateScope) -> tuple[Any, ...]:
    """Return what would hold without the scope's own row; nothing where nobody would say."""
    return _held([row for row in template_rules(template_id) if not scope.is_of(row.origin)], name, scope)


def _held(rows: Sequence[RuleRow], name: str, scope: TemplateScope) -> tuple[Any, ...]:
    """Return what holds by these rows for a scope's case."""
    whom = {"patron_category": scope.patron_category, "item_type": scope.item_type, "residence": scope.residence}
    resolved = resolve(
        RuleSet(rows),
        branch_id=0,
        branch_group_id=None,
        on=scope.valid_from or timezone.localdate(),
        **{key: code or None for key, code in whom.items()},
    )
    return (resolved.value(name),) if resolved.origin(name) else ()


def _text_of(name: str, value: tuple[Any, ...]) -> str:
    return value_text(REGISTER[name], value[0]) if value else gettext("not set")


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
    return _text_of(name, (row.values[name],) if row else ())
