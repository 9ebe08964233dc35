"""Checks a record against the rules of its family of MARC; pure, and finds everything that's wrong at once."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping

from catalogue.marc.identifiers import is_faust, isbn13, issn
from catalogue.marc.records import Flavour, MarcField, MarcRecord
from catalogue.marc.validation.danmarc2_fields import DANMARC2
from catalogue.marc.validation.field_rules import FieldRule
from catalogue.marc.validation.findings import Breach, Finding
from catalogue.marc.validation.fixed_codes import code_findings
from catalogue.marc.validation.listed_findings import listed_findings
from catalogue.marc.validation.marc21_fields import MARC21

RULES: Mapping[Flavour, Mapping[str, FieldRule]] = {Flavour.DANMARC2: DANMARC2, Flavour.MARC21: MARC21}
# What libraries use as they like: 9 anywhere in MARC 21's tags; in danMARC2 087 to 099, 9xx, and tags with a letter.
_OWN_TAGS = {
    Flavour.MARC21: re.compile(r"9..|.9.|..9"),
    Flavour.DANMARC2: re.compile(r"9\d\d|08[789]|09\d|[a-z]\d\d"),
}
_OWN_CODES = frozenset("9")
# What sorts or marks by being there.
_MAY_BE_EMPTY: Mapping[Flavour, frozenset[str]] = {
    Flavour.MARC21: frozenset(),
    Flavour.DANMARC2: frozenset("01&"),
}
_MAIN_ENTRIES = {
    Flavour.MARC21: frozenset({"100", "110", "111", "130"}),
    Flavour.DANMARC2: frozenset({"100", "110"}),
}
_NATIONAL_AGENCY = "870970"
_NATIONAL_NUMBERS = frozenset({"001", "014"})
_ISBN = {Flavour.MARC21: {("020", "a")}, Flavour.DANMARC2: {("021", "a"), ("021", "e")}}
# Zero width, and what turns or encloses the direction of a text. Joiners and simple marks of direction have their
# uses in Persian, Hebrew and Indian scripts.
_HIDDEN = re.compile("[\u00ad\u200b\u2060-\u2064\ufeff\u202a-\u202e\u2066-\u2069\U000e0000-\U000e007f]")


def check(record: MarcRecord) -> list[Finding]:
    """Return everything in which the record breaks its format's rules: what's missing first, then field by field."""
    return [
        *_missing_fields(record),
        *(finding for place, field in enumerate(record.fields) for finding in _of_field(record.flavour, place, field)),
        *_again(record),
        *_faust(record),
        *listed_findings(record),
        *code_findings(record),
    ]


def rule_for(flavour: Flavour, tag: str) -> FieldRule | None:
    """Return what a field may have, or None for one that the format doesn't know."""
    return RULES[flavour].get(tag)


def _missing_fields(record: MarcRecord) -> Iterator[Finding]:
    empty: dict[str, int] = {}
    there = set()
    for place, field in enumerate(record.fields):
        if field.is_control or any(value.strip() for _, value in field.subfields):
            there.add(field.tag)
        else:
            empty.setdefault(field.tag, place)
    for tag, rule in RULES[record.flavour].items():
        if rule.is_mandatory and tag not in there:
            yield Finding(Breach.MISSING_FIELD, tag, empty.get(tag))


def _again(record: MarcRecord) -> Iterator[Finding]:
    seen: set[str] = set()
    main = ""
    for place, (tag, _) in enumerate(record.fields):
        rule = rule_for(record.flavour, tag)
        if rule and not rule.is_repeatable and tag in seen:
            yield Finding(Breach.FIELD_AGAIN, tag, place)
        elif tag in _MAIN_ENTRIES[record.flavour]:
            if main:
                yield Finding(Breach.TWO_MAIN_ENTRIES, tag, place, {"other": main})
            main = main or tag
        seen.add(tag)


def _of_field(flavour: Flavour, place: int, field: MarcField) -> Iterator[Finding]:
    if hidden := _HIDDEN.search(field.text):
        yield Finding(Breach.HIDDEN_SIGN, field.tag, place, {"sign": f"U+{ord(hidden[0]):04X}"})
    rule = rule_for(flavour, field.tag)
    if rule is None:
        if not _OWN_TAGS[flavour].fullmatch(field.tag):
            yield Finding(Breach.UNKNOWN_FIELD, field.tag, place)
    elif rule.is_control != field.is_control:
        yield Finding(Breach.NEEDS_VALUE if rule.is_control else Breach.NEEDS_SUBFIELDS, field.tag, place)
    elif not rule.is_control:
        yield from _indicators(rule, place, field)
        yield from _subfields(rule, place, field)
        yield from _empty(flavour, place, field)
        yield from _numbers(flavour, place, field)


def _indicators(rule: FieldRule, place: int, field: MarcField) -> Iterator[Finding]:
    for number, (value, allowed) in enumerate(zip(field.indicators.ljust(2), rule.indicators, strict=False), 1):
        if value not in allowed:
            facts = {"number": str(number), "value": _shown(value), "allowed": " ".join(map(_shown, allowed))}
            yield Finding(Breach.WRONG_INDICATOR, field.tag, place, facts)


def _subfields(rule: FieldRule, place: int, field: MarcField) -> Iterator[Finding]:
    counts = Counter(code for code, _ in field.subfields)
    filled = {code for code, value in field.subfields if value.strip()}
    # A field that's empty altogether isn't kept: `_missing_fields` speaks of it.
    for code in rule.must if filled else "":
        if code not in filled:
            yield Finding(Breach.MISSING_SUBFIELD, field.tag, place, {"subfield": code})
    for code, count in counts.items():
        if code not in rule.codes and code not in _OWN_CODES:
            facts = {"subfield": code, "allowed": " ".join(rule.codes)}
            yield Finding(Breach.UNKNOWN_SUBFIELD, field.tag, place, facts)
        elif count > 1 and code in rule.once:
            yield Finding(Breach.SUBFIELD_AGAIN, field.tag, place, {"subfield": code})


def _empty(flavour: Flavour, place: int, field: MarcField) -> Iterator[Finding]:
    for code in dict.fromkeys(code for code, value in field.subfields if not value.strip()):
        if code not in _MAY_BE_EMPTY[flavour]:
            yield Finding(Breach.EMPTY_SUBFIELD, field.tag, place, {"subfield": code})


def _numbers(flavour: Flavour, place: int, field: MarcField) -> Iterator[Finding]:
    for code, value in field.subfields:
        facts = {"value": value[:40]}
        if (field.tag, code) in _ISBN[flavour] and value.strip() and isbn13(value) is None:
            yield Finding(Breach.WRONG_ISBN, field.tag, place, facts)
        elif (field.tag, code) == ("022", "a") and value.strip() and issn(value) is None:
            yield Finding(Breach.WRONG_ISSN, field.tag, place, facts)


def _faust(record: MarcRecord) -> Iterator[Finding]:
    """Yield a national record's number, and its head's, where it was typed wrongly; other agencies' are free."""
    if record.flavour != Flavour.DANMARC2 or record.values("001", "b")[:1] != [_NATIONAL_AGENCY]:
        return
    for place, field in enumerate(record.fields):
        for code, value in field.subfields if field.tag in _NATIONAL_NUMBERS else ():
            if code == "a" and value.strip() and not is_faust(value):
                yield Finding(Breach.WRONG_FAUST, field.tag, place, {"value": value[:40]})


def _shown(value: str) -> str:
    return value.replace(" ", "#")
