"""In what the municipality differs from its template: own rules and settings, who set them, what would hold instead."""

from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from accounts.rules import Permission
from accounts.selectors import audit_log
from circulation.rules.resolution import Level, Origin
from circulation.rules.values import REGISTER
from circulation.rules.whose_rules import SECTION as OF_RULES
from circulation.rules.whose_rules import choices_from
from circulation.selectors.rule_books import RuleBook, rule_book
from circulation.selectors.rule_differences import OwnValue, own_values
from holdings.selectors import branch_groups
from notices.rules.settings import SECTION as OF_MESSAGES
from notices.rules.settings import read_settings as message_settings
from patrons.rules.settings import SECTION as OF_PATRONS
from patrons.rules.settings import read_settings as periods
from tenants.selectors import stored_municipality
from web.account.access import staff_only
from web.console.areas import municipality_areas
from web.console.message_settings import OwnForm
from web.console.privacy import PeriodsForm
from web.console.rule_scopes import Place, origin_text
from web.console.rule_settings import RuleSettingsForm, stored_choices
from web.console.rule_values import value_text
from web.ui.stale_forms import GuardedForm

# How far back the log is asked for who chose a setting.
_CHANGES = 200


@staff_only(Permission.ADMINISTER)
@require_safe
def differences(request: HttpRequest) -> HttpResponse:
    """List every own value and every setting that isn't the standard's."""
    book, municipality = rule_book(), stored_municipality()
    groups = {group.pk: group for group in branch_groups()}
    rules = [_rule(book, groups, each, municipality.currency) for each in own_values(today=timezone.localdate())]
    context = {
        "areas": municipality_areas(request, "rules"),
        "template": municipality.template,
        "rules": rules,
        "settings": list(_settings(municipality)),
    }
    return render(request, "console/rule_differences.html", context)


def _rule(book: RuleBook, groups: dict[int, Any], own: OwnValue, currency: str) -> dict[str, Any]:
    spec = REGISTER[own.name]
    return {
        "label": spec.label,
        "where": origin_text(book, own.origin),
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


def _settings(municipality: Any) -> Iterator[dict[str, Any]]:
    """Yield the settings that were chosen, form by form."""
    own, country = municipality.settings, municipality.country
    changes = _newest_changes()
    forms: tuple[tuple[str, str, GuardedForm, dict[str, Any]], ...] = (
        (
            OF_RULES,
            "console:rule_settings",
            RuleSettingsForm(initial=stored_choices(choices_from(own.get(OF_RULES, {})))),
            stored_choices(choices_from({})),
        ),
        (OF_PATRONS, "console:privacy", PeriodsForm(initial=periods(own).as_values()), periods({}).as_values()),
        (
            OF_MESSAGES,
            "console:message_settings",
            OwnForm(initial=vars(message_settings(country=country, own=own.get(OF_MESSAGES, {})))),
            vars(message_settings(country=country, own={})),
        ),
    )
    for section, address, form, standard in forms:
        for name, field in form.fields.items():
            if form.initial[name] != standard[name]:
                change = changes.get((section, name))
                yield {
                    "label": field.label,
                    "url": reverse(address),
                    "value": form.in_words(name, form.initial[name]),
                    "standard": form.in_words(name, standard[name]),
                    "at": change.at if change else None,
                    "by": change.actor.name if change and change.actor else "",
                }


def _newest_changes() -> dict[tuple[str, str], Any]:
    """Return who changed each setting last, by section and name."""
    found: dict[tuple[str, str], Any] = {}
    for entry in audit_log(action="tenants.change_settings", page_size=_CHANGES):
        before, values = entry.facts.get("before", {}), entry.facts.get("values", {})
        for name in values:
            if before.get(name) != values[name]:
                found.setdefault((entry.facts.get("section", ""), name), entry)
    return found
