"""In what the municipality differs from its template: own values, who set them, and what would hold instead."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from accounts.rules import Permission
from circulation.rules.resolution import Level, Origin
from circulation.rules.values import REGISTER
from circulation.selectors.rule_books import RuleBook, rule_book
from circulation.selectors.rule_differences import OwnValue, own_values
from holdings.selectors import branch_groups
from tenants.selectors import stored_municipality
from web.account.access import staff_only
from web.account.requests import StaffRequest
from web.console.areas import municipality_areas
from web.console.kind_differences import kind_differences
from web.console.rule_scopes import Place, origin_text
from web.console.rule_values import value_text
from web.console.setting_differences import setting_differences
from web.console.text_differences import text_differences


@staff_only(Permission.ADMINISTER)
@require_safe
def differences(request: StaffRequest) -> HttpResponse:
    """List every own value, every setting that isn't the standard's, own types, categories and texts."""
    municipality = stored_municipality()
    context = {
        "areas": municipality_areas(request, "rules"),
        "template": municipality.template,
        "sections": [
            _rules(municipality),
            {
                "table": "own-kinds",
                "heading": gettext("Types and categories"),
                "standard": gettext("Template"),
                "rows": list(kind_differences(municipality)),
                "none": gettext("Types and categories are the template's."),
            },
            {
                "table": "own-settings",
                "heading": gettext("Settings"),
                "standard": gettext("Standard"),
                "rows": list(setting_differences(municipality)),
                "none": gettext("Every setting is the standard's."),
            },
            {
                "table": "own-texts",
                "heading": gettext("Messages"),
                "standard": gettext("Standard"),
                "rows": list(text_differences()),
                "none": gettext("Every text is the built-in one."),
            },
        ],
    }
    return render(request, "console/rule_differences.html", context)


def _rules(municipality: Any) -> dict[str, Any]:
    book, groups = rule_book(), {group.pk: group for group in branch_groups()}
    own = own_values(today=timezone.localdate())
    return {
        "table": "own-rules",
        "heading": gettext("Circulation rules"),
        "standard": gettext("Template"),
        "rows": [_rule(book, groups, each, municipality.currency) for each in own],
        "none": gettext("Every rule follows the template."),
    }


def _rule(book: RuleBook, groups: dict[int, Any], own: OwnValue, currency: str) -> dict[str, Any]:
    spec = REGISTER[own.name]
    group = groups.get(own.origin.place_id or 0) if own.origin.level is Level.BRANCH_GROUP else None
    return {
        "label": spec.label,
        "where": origin_text(book, own.origin, group=group.name if group else ""),
        "url": _cell_url(book, groups, own),
        "value": value_text(spec, own.value, currency=currency),
        "standard": value_text(spec, own.template_value, currency=currency) if own.template else gettext("not set"),
        "is_different": own.is_different,
        "at": own.changed_at,
        "by": own.changed_by,
    }


def _cell_url(book: RuleBook, groups: dict[int, Any], own: OwnValue) -> str:
    origin: Origin = own.origin
    of_group = origin.level is Level.BRANCH_GROUP
    place = Place(
        branch_id=0 if of_group else origin.place_id or 0,
        group=groups.get(origin.place_id or 0) if of_group else None,
        residence=origin.residence or "",
        since=origin.valid_from,
    )
    category = next((each for each in book.categories.values() if each.code == origin.patron_category), None)
    item_type = next((each for each in book.item_types.values() if each.code == origin.item_type), None)
    return place.url(own.name, category, item_type) + "#why"
