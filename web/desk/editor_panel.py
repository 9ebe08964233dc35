"""Beside the editor: what's wrong line by line, what the field under the cursor may have, and the coded places."""

from typing import Any

from catalogue.marc.field_lines import SIGNS
from catalogue.marc.fixed_fields import Coded
from catalogue.marc.records import Flavour
from catalogue.marc.validation.checking import rule_for
from web.desk.typed_records import TypedRecord
from web.words.about_codes import place_name, value_name
from web.words.about_fields import breach_text, fault_text, field_name, subfield_name
from web.words.country_names import countries
from web.words.language_names import languages

_MOST_SHOWN = 30
# Coded places whose codes come from a list that's too long for a choice.
_LISTED = frozenset({"country", "language"})


def panel(typed: TypedRecord, at: int, *, of: Any) -> dict[str, Any]:
    """Return what the panel shows.

    :param at: the line that the cursor is in
    :param of: the stored record; None for a new one
    """
    faults = [{"line": line, "kind": "stop", "text": fault_text((line, fault))} for line, fault in typed.faults]
    findings = [
        {"line": line, "kind": "stop" if finding.is_severe else "notice", "text": breach_text(finding)}
        for line, finding in typed.findings(is_new=of is None)
    ]
    rows = [*faults, *findings]
    return {
        "wrong": rows[:_MOST_SHOWN],
        "more_wrong": max(len(rows) - _MOST_SHOWN, 0),
        "duplicates": [] if typed.faults else typed.duplicates(of.pk if of else None),
        "about": _about(typed, at),
    }


def coded_rows(typed: TypedRecord) -> list[dict[str, Any]]:
    """Return the coded places as fields of a form: a choice where a code is one of a list, else a text."""
    return [
        {
            "key": coded.place.key,
            "label": place_name(coded.place.name),
            "value": coded.value,
            "where": coded.place.key.replace("-", "/" if not coded.place.subfield else " *"),
            "length": coded.place.length or 40,
            "choices": _choices(coded),
            "list": coded.place.name if coded.place.name in _LISTED else "",
        }
        for coded in typed.coded
    ]


def code_lists(flavour: Flavour) -> list[dict[str, Any]]:
    """Return the lists that are suggested from at coded places: of countries, and of languages."""
    lists = {"country": countries(flavour), "language": languages()}
    return [{"name": name, "codes": codes} for name, codes in lists.items()]


def _choices(coded: Coded) -> list[dict[str, Any]]:
    place = coded.place
    if not place.codes:
        return []
    codes = ([""] if place.subfield else []) + list(place.codes)
    if coded.value not in codes:
        codes.append(coded.value)
    return [{"code": code, "text": _choice_text(place.name, code), "is_chosen": code == coded.value} for code in codes]


def _choice_text(name: str, code: str) -> str:
    known = value_name(name, code)
    shown = code.replace(" ", "#") or "–"
    return f"{shown} {known}" if known else shown


def _about(typed: TypedRecord, at: int) -> dict[str, Any] | None:
    tag = typed.field_at(at)
    if not tag:
        return None
    flavour = typed.record.flavour
    rule = rule_for(flavour, tag)
    subfields = (
        []
        if rule is None
        else [
            {
                "code": f"{SIGNS[flavour]}{code}",
                "name": subfield_name(flavour, tag, code),
                "is_repeatable": code in rule.many,
                "is_mandatory": code in rule.must,
            }
            for code in rule.codes
        ]
    )
    return {
        "tag": tag,
        "name": field_name(flavour, tag),
        "rule": rule,
        "indicators": [" ".join(values.replace(" ", "#")) for values in rule.indicators if values] if rule else [],
        # Those with a name first: they're what is mostly written.
        "subfields": sorted(subfields, key=lambda each: not each["name"]),
    }
