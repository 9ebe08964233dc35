"""The headings in a record that an authority can stand behind: read, compared, and put in another form.

A heading's parts have MARC 21's codes whatever family the record is of: danMARC2's *aHolm *hKaren is "Holm, Karen" in
subfield a. A heading names its authority by a number, in MARC 21 in $0, in danMARC2 in *5 (the agency) and *6.
"""

import hashlib
import re
import unicodedata
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from catalogue.marc.records import SUBFIELD, Flavour, MarcField, MarcRecord

Parts = tuple[tuple[str, str], ...]


class HeadingKind(StrEnum):
    """What a heading names; the values are those of the catalogue's table."""

    PERSON = "PERSON"
    CORPORATE = "CORPORATE"
    SUBJECT = "SUBJECT"
    CLASS = "CLASS"


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading in a field.

    :ivar scheme: the vocabulary as records name it, in $2; empty for names
    :ivar places: which of the field's subfields it takes up, from 0
    :ivar numbers: its authority's, "(870979)12345" or a URI; in MARC 21 each vocabulary's may stand there
    :ivar is_narrowed: more than its base: "Dogs -- History", where the number may mean "Dogs"
    """

    kind: HeadingKind
    scheme: str
    parts: Parts
    places: tuple[int, ...]
    numbers: tuple[str, ...] = ()
    is_narrowed: bool = False

    @property
    def key(self) -> int:
        """What headings that are the same have in common."""
        return heading_key(self.kind, self.scheme, self.parts)


@dataclass(frozen=True, slots=True)
class _Rule:
    """Where a field has its heading: one of these codes together, or each subfield by itself."""

    kind: HeadingKind
    codes: str
    is_each: bool = False
    # The same without what only narrows it down: "Dogs -- History" is about "Dogs" too.
    base: str = ""
    scheme: str = ""


_P, _C, _S, _N = HeadingKind.PERSON, HeadingKind.CORPORATE, HeadingKind.SUBJECT, HeadingKind.CLASS
_TOPIC = _Rule(_S, "abcdgvxyz", base="abcdg", scheme="$2")
_MARC21 = {
    **{f"{first}00": _Rule(_P, "abcdq") for first in "1678"},
    **{f"{first}10": _Rule(_C, "abcdn") for first in "1678"},
    **{f"{first}11": _Rule(_C, "acdenq") for first in "1678"},
    **dict.fromkeys(("648", "650", "651", "655"), _TOPIC),
    "080": _Rule(_N, "a", is_each=True, scheme="udc"),
    "082": _Rule(_N, "a", is_each=True, scheme="ddc"),
    "084": _Rule(_N, "a", is_each=True, scheme="$2"),
}
_DANMARC2 = {
    **{f"{first}00": _Rule(_P, "ahefc") for first in "167"},
    **{f"{first}10": _Rule(_C, "ac") for first in "167"},
    "652": _Rule(_N, "mnop", is_each=True, scheme="dk5"),
    "666": _Rule(_S, "efhilmnopqs", is_each=True, scheme="dbc"),
}
_RULES = {Flavour.MARC21: _MARC21, Flavour.DANMARC2: _DANMARC2}
# Fields of an authority record whose headings stand in these fields of others.
_OF_AUTHORITIES = {"00": "100", "10": "110", "11": "111", "48": "648", "50": "650", "51": "651", "55": "655"}
_TO_MARC21 = {_P: {"e": "b", "f": "c", "c": "d"}, _C: {"a": "a", "c": "b"}}
_TO_DANMARC2 = {kind: {new: old for old, new in codes.items()} for kind, codes in _TO_MARC21.items()}
# What a corporate body's field may have beside these in danMARC2 is part of its name and has no place in the parts.
_MORE_OF_A_NAME = frozenset("eijk")
_BY_SECOND_INDICATOR = {"0": "lcsh", "1": "lcshac", "2": "mesh"}
_SIGNS = re.compile(r"[\s,.;:/¤]+")
_NUMBER = re.compile(r"\(([^()]+)\)\s*(.+)")


def headings_in(record: MarcRecord) -> Iterator[tuple[int, Heading]]:
    """Yield each heading with the place of its field, from 0; of a narrowed subject, the whole of it and its base."""
    rules = _RULES[record.flavour]
    for place, field in enumerate(record.fields):
        rule = rules.get(field.tag)
        if rule is not None and not field.is_control:
            for heading in _headings(field, rule, record.flavour):
                yield place, heading


def kind_of_field(flavour: Flavour, tag: str) -> HeadingKind | None:
    """Return what a field's heading names, or None if no authority stands behind such a field."""
    rule = _RULES[flavour].get(tag)
    return rule.kind if rule else None


def scheme_of_field(flavour: Flavour, field: MarcField) -> str:
    """Return the vocabulary that a field says its heading is from; empty when it says none."""
    rule = _RULES[flavour].get(field.tag)
    return _scheme(field, rule) if rule else ""


def heading_of_authority(field: MarcField, scheme: str) -> Heading | None:
    """Return the heading in a 1XX, 4XX or 5XX of a MARC 21 authority record; None if it's of a kind we don't keep.

    :param scheme: of the vocabulary that the record is for
    """
    tag = _OF_AUTHORITIES.get(field.tag[1:])
    rule = _MARC21.get(tag or "")
    if rule is None or field.is_control:
        return None
    found = next(iter(_headings(MarcField(tag or "", field.text), rule, Flavour.MARC21)), None)
    if found is None:
        return None
    return Heading(found.kind, scheme if rule.scheme else "", _unpunctuated(found.parts), found.places)


def heading_key(kind: str, scheme: str, parts: Sequence[tuple[str, str]]) -> int:
    """Return what the same heading has in common however it's written: case, blanks and punctuation aside."""
    words = comparable_heading(" ".join(value for _, value in parts))
    if kind == HeadingKind.CLASS:
        words = words.replace(" ", "")
    return _hashed(f"{kind}|{scheme.casefold()}|{words}")


def number_key(number: str) -> int:
    """Return the key of the authority that a heading names by number."""
    return _hashed(f"number|{number}")


def comparable_heading(text: str) -> str:
    """Return a heading's letters as they're compared and looked up by their beginning."""
    text = unicodedata.normalize("NFC", text).replace("ꜳ", "aa").replace("Ꜳ", "aa").casefold()
    return _SIGNS.sub(" ", text).strip()


def number_in(field: MarcField, flavour: Flavour) -> str:
    """Return the number of the authority that a field names; empty when it names none."""
    return next(iter(() if field.is_control else _numbers_of(field.subfields, flavour)), "")


def agency_of(number: str) -> str:
    """Return whose number it is: what stands in brackets, or a URI without its last part."""
    if found := _NUMBER.fullmatch(number):
        return found[1]
    return number.rpartition("/")[0] if "://" in number else ""


def full_number(agency: str, number: str) -> str:
    """Return an authority's number as records write it; an agency that's a URI goes before it."""
    return f"{agency}/{number}" if "://" in agency else f"({agency}){number}"


def with_heading(
    field: MarcField, heading: Heading, parts: Parts, number: str, flavour: Flavour, *, instead_of: str = ""
) -> MarcField:
    """Return the field with other parts in place of its heading; all else stays: roles, titles, punctuation.

    :param heading: one that `headings_in` found in it
    :param number: its authority's now; empty to leave the field as it is in that
    :param instead_of: which of several numbers that one replaces, the first one unless told
    """
    subfields, first = field.subfields, heading.places[0]
    new = list(_written(parts, heading, flavour, subfields[first][0]))
    # The punctuation that led to what follows, which is none of the heading's own.
    old, own = subfields[heading.places[-1]][1].strip(), heading.parts[-1][1]
    tail = old.removeprefix(own) if flavour == Flavour.MARC21 else ""
    if tail == old or (new and new[-1][1][-1:] in ("-", tail[:1])):
        tail = ""
    if new:
        new[-1] = (new[-1][0], new[-1][1] + tail)
    kept = [part for place, part in enumerate(subfields) if place not in heading.places]
    before = sum(1 for place in range(first) if place not in heading.places)
    whole = [*kept[:before], *new, *kept[before:]]
    if number:
        whole = list(_with_number(whole, number, flavour, instead_of))
    return MarcField(field.tag, field.indicators + "".join(f"{SUBFIELD}{code}{value}" for code, value in whole))


def shown_heading(kind: str, parts: Sequence[tuple[str, str]]) -> str:
    """Return a heading as people read it."""
    shown = ""
    for code, value in parts:
        if not shown:
            shown = value
        elif kind == HeadingKind.SUBJECT and code in "vxyz":
            shown += f" – {value}"
        elif code in "cd" and kind == HeadingKind.PERSON:
            shown = f"{shown.rstrip(',')}, {value}"
        elif kind == HeadingKind.CORPORATE and code == "b":
            shown = f"{shown.rstrip('.')}. {value}"
        else:
            shown += f" {value}"
    return shown


def keys_in(record: MarcRecord, agencies: Collection[str]) -> set[int]:
    """Return what the record can be found by: the numbers of its authorities, and the headings that say none we know.

    :param agencies: of the vocabularies that are kept here
    """
    keys = set()
    for _, heading in headings_in(record):
        keys |= {number_key(number) for number in heading.numbers}
        if not any(agency_of(number) in agencies for number in heading.numbers):
            keys.add(heading.key)
    return keys


def replaced(
    record: MarcRecord, is_meant: Callable[[Heading], bool], parts: Parts, *, number: str, instead_of: Collection[str]
) -> tuple[MarcRecord, int]:
    """Return the record with other parts where a heading is meant, and how many fields that changed.

    :param number: what the fields name that named the authority by one of the numbers in `instead_of`; others' stay
    """
    fields, changed, done = list(record.fields), 0, set()
    # From behind, so that places in a field with several headings stay right.
    for place, heading in reversed(list(headings_in(record))):
        if (place, heading.places[0]) in done or not is_meant(heading):
            continue
        done.add((place, heading.places[0]))
        old = next((each for each in heading.numbers if each in instead_of), "")
        new = with_heading(fields[place], heading, parts, number if old else "", record.flavour, instead_of=old)
        if new != fields[place]:
            fields[place] = new
            changed += 1
    return MarcRecord(record.flavour, record.leader, fields), changed


def _headings(field: MarcField, rule: _Rule, flavour: Flavour) -> Iterator[Heading]:
    subfields, scheme = field.subfields, _scheme(field, rule)
    # What follows is a work of hers, with words of its own.
    end = next((place for place, (code, _) in enumerate(subfields) if code in "tk" and rule.kind in (_P, _C)), None)
    own = [(place, *part) for place, part in enumerate(subfields[:end]) if part[0] in rule.codes and part[1].strip()]
    if rule.kind == _C and flavour == Flavour.DANMARC2 and any(code in _MORE_OF_A_NAME for code, _ in subfields):
        return
    numbers = _numbers_of(subfields, flavour)
    if rule.is_each:
        # A number beside several headings says nothing of which it means.
        for place, _, value in own:
            yield Heading(rule.kind, scheme, (("a", value.strip()),), (place,), numbers if len(own) == 1 else ())
        return
    if not any(code == "a" for _, code, _ in own):
        return
    base = [part for part in own if part[1] in rule.base]
    is_narrowed = bool(rule.base) and base != own
    for parts in [base, own] if is_narrowed else [own]:
        places = tuple(part[0] for part in parts)
        narrowed = is_narrowed and parts is own
        yield Heading(rule.kind, scheme, _parts(parts, rule.kind, flavour), places, numbers, narrowed)


def _parts(own: Sequence[tuple[int, str, str]], kind: HeadingKind, flavour: Flavour) -> Parts:
    if flavour == Flavour.MARC21:
        return _unpunctuated(tuple((code, value.strip()) for _, code, value in own))
    values = [(code, value.strip().replace("¤", "")) for _, code, value in own]
    if kind != _P:
        return tuple((_TO_MARC21[kind][code], value) for code, value in values)
    name = ", ".join(" ".join(value for code, value in values if code == each) for each in "ah").strip(", ")
    return (("a", name), *((_TO_MARC21[kind][code], value) for code, value in values if code not in "ah"))


def _written(parts: Parts, heading: Heading, flavour: Flavour, code: str) -> Iterator[tuple[str, str]]:
    """Yield the parts with the codes of the family, and of the field, that they're to stand in."""
    if heading.kind == _N or (flavour == Flavour.DANMARC2 and heading.kind == _S):
        # The one subfield keeps its code: in danMARC2, *e is a place and *s something of fiction.
        yield code, shown_heading(heading.kind, parts)
    elif flavour == Flavour.MARC21:
        yield from parts
    else:
        for each, value in parts:
            if each == "a" and heading.kind == _P:
                surname, comma, forename = value.partition(", ")
                yield "a", surname
                if comma:
                    yield "h", forename
            elif each in _TO_DANMARC2[heading.kind]:
                yield _TO_DANMARC2[heading.kind][each], value


def _unpunctuated(parts: Parts) -> Parts:
    """Return the parts without the comma or full stop that only leads to what follows; initials keep theirs."""
    found = []
    for code, value in parts:
        short = value.rstrip(" ,;:/")
        if short.endswith(".") and not re.search(r"(?:^|[\s.\-])\w\.$", short):
            short = short[:-1]
        found.append((code, short))
    return tuple(found)


def _scheme(field: MarcField, rule: _Rule) -> str:
    if rule.scheme != "$2":
        return rule.scheme
    named = next((value.strip().casefold() for code, value in field.subfields if code == "2"), "")
    if rule.kind == _N:
        # The edition of a classification: kssb/8.
        return named.partition("/")[0].partition(" ")[0]
    return named or _BY_SECOND_INDICATOR.get(field.indicators[1:2], "")


def _numbers_of(subfields: Sequence[tuple[str, str]], flavour: Flavour) -> tuple[str, ...]:
    if flavour == Flavour.MARC21:
        return tuple(value.strip() for code, value in subfields if code == "0" and value.strip())
    agency, number = (next((value.strip() for code, value in subfields if code == each), "") for each in "56")
    return (full_number(agency, number),) if agency and number else ()


def _with_number(
    subfields: Sequence[tuple[str, str]], number: str, flavour: Flavour, instead_of: str
) -> Sequence[tuple[str, str]]:
    if flavour == Flavour.MARC21:
        there = (
            place
            for place, (code, value) in enumerate(subfields)
            if code == "0" and (not instead_of or value.strip() == instead_of)
        )
        first = next(there, len(subfields))
        others = [part for place, part in enumerate(subfields) if place != first]
        return [*others[:first], ("0", number), *others[first:]]
    found = _NUMBER.fullmatch(number)
    if not found:
        return subfields
    # danMARC2 has them before the name.
    return [("5", found[1]), ("6", found[2]), *(part for part in subfields if part[0] not in "56")]


def _hashed(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big", signed=True)
