"""The consortium's templates: the categories, item types and rules that municipalities start from."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_safe

from accounts.rules import Permission
from circulation.rules.values import REGISTER
from circulation.selectors.template_rules import template_rules
from tenants.selectors import followers_of_templates, get_policy_template, policy_templates
from web.account.access import staff_only
from web.account.requests import StaffRequest
from web.console.areas import consortium_areas
from web.console.rule_values import value_text
from web.ui.sorting import keeps_order, ordered
from web.words.rule_rows import dimension_texts


@staff_only(Permission.OPERATE_CONSORTIUM)
@require_safe
@keeps_order("templates")
def templates(request: StaffRequest) -> HttpResponse:
    """List the templates with how many follow each."""
    followers = followers_of_templates()
    rows = [{"template": each, "followers": followers.get(each.pk, 0)} for each in policy_templates()]
    return render(
        request,
        "console/templates.html",
        {"areas": consortium_areas("templates"), "rows": ordered(request, "templates", rows)},
    )


@staff_only(Permission.OPERATE_CONSORTIUM)
@require_safe
def template(request: StaffRequest, code: str) -> HttpResponse:
    """Show a template's rules, value by value, and what it starts a municipality with."""
    found = get_policy_template(code)
    if found is None:
        raise Http404
    categories, item_types = names_by_code(found.patron_categories), names_by_code(found.item_types)
    rows = template_rules(found.pk)
    context: dict[str, Any] = {
        "areas": consortium_areas("templates"),
        "template": found,
        "categories": list(categories.values()),
        "item_types": list(item_types.values()),
        "values": [
            {"name": name, "label": spec.label, "lines": lines}
            for name, spec in REGISTER.items()
            if (lines := [_line(row, name, categories, item_types) for row in rows if row.sets(name)])
        ],
    }
    shown = {value["name"] for value in context["values"]}
    context["unset"] = [spec for name, spec in REGISTER.items() if name not in shown]
    return render(request, "console/template.html", context)


def _line(row: Any, name: str, categories: dict[str, str], item_types: dict[str, str]) -> dict[str, str]:
    origin = row.origin
    names = {**categories, **item_types}
    asked = {
        "category": origin.patron_category,
        "type": origin.item_type,
        "home": origin.residence,
        "from": origin.valid_from.isoformat() if origin.valid_from else "",
    }
    return {
        "query": urlencode({key: text for key, text in asked.items() if text}),
        "for": ", ".join(dimension_texts(origin, names)) or gettext("everybody and everything"),
        "text": value_text(REGISTER[name], row.values[name]),
    }


def names_by_code(listed: list[dict[str, Any]]) -> dict[str, str]:
    """Return names by codes in the reader's language, else in the first that there is."""
    language = get_language()
    return {
        each["code"]: each["name"].get(language) or next(iter(each["name"].values()), each["code"]) for each in listed
    }
