"""In which settings the municipality differs from the standard: on its own pages and on those of its branches."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from django.urls import reverse
from django.utils.translation import gettext

from accounts.selectors import audit_log
from circulation.rules.whose_rules import SECTION as OF_RULES
from circulation.rules.whose_rules import choices_from
from holdings.selectors import branch_names
from notices.rules.settings import SECTION as OF_MESSAGES
from notices.rules.settings import MessageSettings
from notices.rules.settings import read_settings as message_settings
from notices.selectors import values_by_branch
from patrons.rules.settings import SECTION as OF_PATRONS
from patrons.rules.settings import read_settings as periods
from tenants.rules import barcode_schemes_of
from web.console.message_settings import OwnForm
from web.console.privacy import PeriodsForm
from web.console.rule_settings import RuleSettingsForm, stored_choices
from web.console.settings import STANDARD_LOOK, BarcodesForm, LookForm, flat_schemes
from web.ui.stale_forms import GuardedForm

# How far back the log is asked for who chose a setting.
_CHANGES = 200
_OF_LOOK, _OF_BARCODES = "look", "barcodes"


class _Section(NamedTuple):
    """Settings that are changed on one page: the form with what's stored, and what would hold without."""

    name: str
    address: str
    form: GuardedForm
    standard: Mapping[str, Any]


def setting_differences(municipality: Any) -> Iterator[dict[str, Any]]:
    """Yield the settings that aren't the standard's, form by form, and then what branches decide for themselves."""
    changes = _newest_changes()
    for section in _sections(municipality):
        for name, field in section.form.fields.items():
            stored = section.form.initial.get(name)
            if stored != section.standard[name]:
                yield {
                    "label": field.label,
                    "where": gettext("Municipality"),
                    "url": reverse(section.address),
                    "value": section.form.in_words(name, stored),
                    "standard": section.form.in_words(name, section.standard[name]),
                    "is_different": True,
                    **_who(changes.get((section.name, name))),
                }
    yield from _of_branches(municipality, changes)


def _sections(municipality: Any) -> Iterator[_Section]:
    own, country = municipality.settings, municipality.country
    yield _Section(
        OF_RULES,
        "console:rule_settings",
        RuleSettingsForm(initial=stored_choices(choices_from(own.get(OF_RULES, {})))),
        stored_choices(choices_from({})),
    )
    yield _Section(
        OF_PATRONS, "console:privacy", PeriodsForm(initial=periods(own).as_values()), periods({}).as_values()
    )
    yield _Section(
        OF_MESSAGES,
        "console:message_settings",
        OwnForm(initial=vars(_messages(municipality))),
        vars(message_settings(country=country, own={})),
    )
    yield _Section(
        _OF_LOOK, "console:settings", LookForm(initial={**STANDARD_LOOK, **municipality.theme}), STANDARD_LOOK
    )
    schemes = municipality.barcode_schemes
    standard = flat_schemes(barcode_schemes_of(municipality.pk))
    yield _Section(
        _OF_BARCODES,
        "console:settings",
        BarcodesForm(initial=flat_schemes(schemes) if schemes else standard),
        standard,
    )


def _messages(municipality: Any) -> MessageSettings:
    return message_settings(country=municipality.country, own=municipality.settings.get(OF_MESSAGES, {}))


def _of_branches(municipality: Any, changes: dict[tuple[str, str], Any]) -> Iterator[dict[str, Any]]:
    """Yield what branches have set, beside what they'd have from the municipality."""
    names, own, standard = branch_names(), municipality.settings.get(OF_MESSAGES, {}), vars(_messages(municipality))
    form = OwnForm()
    for branch_id, values in values_by_branch().items():
        here = vars(message_settings(country=municipality.country, own=own, branch=values))
        for name in form.fields:
            if name in values:
                yield {
                    "label": form.fields[name].label,
                    "where": names.get(branch_id, ""),
                    "url": reverse("console:branch_messages", args=[branch_id]),
                    "value": form.in_words(name, here[name]),
                    "standard": form.in_words(name, standard[name]),
                    "is_different": here[name] != standard[name],
                    **_who(changes.get((f"branch {branch_id}", name))),
                }


def _who(change: Any) -> dict[str, Any]:
    return {"at": change.at if change else None, "by": change.actor.name if change and change.actor else ""}


def _newest_changes() -> dict[tuple[str, str], Any]:
    """Return who changed each setting last, by section and name."""
    found: dict[tuple[str, str], Any] = {}
    for action in ("tenants.change_", "notices.change_branch_messages"):
        for entry in audit_log(action=action, page_size=_CHANGES):
            section, before, values = _told(entry)
            for name in values:
                if before.get(name) != values[name]:
                    found.setdefault((section, name), entry)
    return found


def _told(entry: Any) -> tuple[str, Mapping[str, Any], Mapping[str, Any]]:
    """Return which settings an entry of the log is about, and their values before and after."""
    facts = entry.facts
    before = facts.get("before") or {}
    if entry.action == "tenants.change_look":
        return _OF_LOOK, {**STANDARD_LOOK, **{name: text for name, text in before.items() if text}}, facts["colours"]
    if entry.action == "tenants.change_barcodes":
        return _OF_BARCODES, flat_schemes(before), flat_schemes(facts["schemes"])
    if entry.action == "notices.change_branch_messages":
        return f"branch {entry.subject_id}", before, facts.get("values", {})
    return facts.get("section", ""), before, facts.get("values", {})
