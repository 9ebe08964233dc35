"""In which item types and patron categories the municipality differs from its template, property by property."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext

from accounts.selectors import newest_of
from holdings.selectors import item_types
from patrons.selectors import patron_categories
from web.console.kinds import CategoryForm, TypeForm, value_of
from web.ui.named import named
from web.ui.stale_forms import GuardedForm

# The log says whether something has been done to a type, not to which of its properties.
_ACTIONS = ("add_item_type", "change_item_type", "add_category", "change_category")
_NEWEST = 500


@dataclass(frozen=True)
class _Kind:
    """Item types or patron categories.

    :ivar subject: what the log calls one
    :ivar word: what people call one
    :ivar own: the municipality's, and `wanted` the template's
    :ivar standard: what a property is where the template doesn't name it
    """

    subject: str
    word: str
    address: str
    form: GuardedForm
    own: Sequence[Any]
    wanted: Sequence[Mapping[str, Any]]
    standard: Mapping[str, Any]


def kind_differences(municipality: Any) -> Iterator[dict[str, Any]]:
    """Yield what differs from the template, what has been added to it, and what's only there."""
    template = municipality.template
    if template is None:
        return
    kinds = (
        _Kind(
            "holdings.itemtype",
            gettext("Item type"),
            "console:change_type",
            TypeForm(),
            item_types(),
            template.item_types,
            {"is_lent": True, "parent": ""},
        ),
        _Kind(
            "patrons.patroncategory",
            gettext("Patron category"),
            "console:change_category",
            CategoryForm(),
            patron_categories(),
            template.patron_categories,
            {"membership_months": None, "temporary_days": None},
        ),
    )
    changes = _newest_changes([kind.subject for kind in kinds])
    for kind in kinds:
        yield from _of_kind(kind, municipality.language, changes)


def _of_kind(kind: _Kind, language: str, changes: Mapping[tuple[str, int | None], Any]) -> Iterator[dict[str, Any]]:
    wanted = {each["code"]: each for each in kind.wanted}
    for own in kind.own:
        change = changes.get((kind.subject, own.pk))
        told = {
            "label": named(own),
            "url": reverse(kind.address, args=[own.pk]),
            "is_different": True,
            "at": change.at if change else None,
            "by": change.actor.name if change and change.actor else "",
        }
        standard = wanted.pop(own.code, None)
        if standard is None:
            yield told | {"where": kind.word, "value": gettext("in use"), "standard": "–"}
            continue
        names = {f"name_{code}": text for code, text in standard["name"].items()}
        theirs = {**kind.standard, **names, **standard, "name": _name(standard, language)}
        for name, field in kind.form.fields.items():
            value, standard_value = value_of(own, name), theirs.get(name, "")
            if value != standard_value:
                words = {"value": kind.form.in_words(name, value), "standard": kind.form.in_words(name, standard_value)}
                yield told | words | {"where": field.label}
    for standard in wanted.values():
        yield {
            "label": _name(standard, language),
            "where": kind.word,
            "url": reverse("console:kinds"),
            "value": "–",
            "standard": gettext("in use"),
            "is_different": True,
            "at": None,
            "by": "",
        }


def _name(wanted: Mapping[str, Any], language: str) -> str:
    """Return what a new municipality of this language would call it."""
    names = wanted["name"]
    return str(names.get(language) or names.get("en") or next(iter(names.values()), wanted["code"]))


def _newest_changes(subjects: Sequence[str]) -> dict[tuple[str, int | None], Any]:
    actions = [f"{subject.split('.')[0]}.{action}" for subject in subjects for action in _ACTIONS]
    found: dict[tuple[str, int | None], Any] = {}
    for entry in newest_of(actions=actions, subject_types=subjects, limit=_NEWEST):
        found.setdefault((entry.subject_type, entry.subject_id), entry)
    return found
