"""Codes of a list in a field: which subfield, or which positions of 008, want one, and the field with another there."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from catalogue.marc.records import SUBFIELD, Flavour, MarcField


class CodeList(StrEnum):
    """A list that a code may be from; of roles, MARC 21 has both the code and the word."""

    LANGUAGE = "LANGUAGE"
    COUNTRY = "COUNTRY"
    ROLE = "ROLE"
    ROLE_WORD = "ROLE_WORD"


@dataclass(frozen=True, slots=True)
class ListedCode:
    """What stands where a code of a list belongs.

    :ivar place: the number of the subfield, from 0; in 008 of MARC 21 the first position
    """

    list: CodeList
    place: int
    text: str


# Of 041, what holds no language but says how it's coded, or links it.
_NO_LANGUAGES = frozenset("2678")
_MEETINGS = frozenset({"111", "611", "711", "811"})
_ROLE_TAGS = {
    Flavour.MARC21: _MEETINGS | frozenset("100 110 600 610 700 710 720 800 810".split()),
    Flavour.DANMARC2: frozenset("100 110 700 710 720 770 780".split()),
}
_POSITIONS = ((CodeList.COUNTRY, 15), (CodeList.LANGUAGE, 35))
_CODE_LENGTH = 3


def listed_codes(field: MarcField, flavour: Flavour) -> Iterator[ListedCode]:
    """Yield what stands in a field where codes of a list belong; one that names another list for them has its own."""
    if field.is_control:
        if field.tag == "008" and flavour == Flavour.MARC21:
            for fixed, start in _POSITIONS:
                yield ListedCode(fixed, start, field.text[start : start + _CODE_LENGTH].strip())
        return
    has_other_list = field.tag == "041" and "2" in dict(field.subfields)
    for place, (code, value) in enumerate(field.subfields):
        which = _list_of(field.tag, code, flavour)
        if which and not has_other_list:
            yield ListedCode(which, place, value.strip())


def asked_code(field: MarcField, flavour: Flavour, at: int | None) -> ListedCode | None:
    """Return what the cursor stands in, if that's from a list.

    :param at: the number of the subfield, from 0, or in a control field the position; None where nobody knows. A
        language or a country is found then, too, for a field has little else; somebody's role isn't.
    """
    found = list(listed_codes(field, flavour))
    if field.is_control:
        return next((each for each in found if at is not None and 0 <= at - each.place <= _CODE_LENGTH), None)
    here = next((each for each in found if each.place == at), None)
    others = [each for each in found if each.list in (CodeList.LANGUAGE, CodeList.COUNTRY)]
    # danMARC2's 008 has both, and the language last.
    return here or (others[-1] if others else None)


def with_code(field: MarcField, place: int, code: str) -> MarcField:
    """Return the field with another code at a place."""
    if field.is_control:
        text = field.text.ljust(place + _CODE_LENGTH)
        return MarcField(field.tag, text[:place] + code.ljust(_CODE_LENGTH) + text[place + _CODE_LENGTH :])
    subfields = [(name, code if number == place else value) for number, (name, value) in enumerate(field.subfields)]
    return MarcField(field.tag, field.indicators + "".join(f"{SUBFIELD}{name}{value}" for name, value in subfields))


def _list_of(tag: str, code: str, flavour: Flavour) -> CodeList | None:
    if tag == "041":
        return None if code in _NO_LANGUAGES else CodeList.LANGUAGE
    if flavour == Flavour.DANMARC2 and tag == "008":
        return {"l": CodeList.LANGUAGE, "b": CodeList.COUNTRY}.get(code)
    if flavour == Flavour.MARC21 and tag == "044":
        return CodeList.COUNTRY if code == "a" else None
    if tag not in _ROLE_TAGS[flavour]:
        return None
    if code == "4":
        return CodeList.ROLE
    word = "j" if tag in _MEETINGS else "e"
    return CodeList.ROLE_WORD if flavour == Flavour.MARC21 and code == word else None
