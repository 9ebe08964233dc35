"""How a macro of the editor is written: one step on each line, in the editor's own notation.

    + 650 #0 $aHeste              add a field
    - 9xx                         delete fields; - 650 #4 those with these indicators, - 650 $2fast those with this text
    - 245 $h                      delete subfields
    = 008/35-37 dan               set positions; = LDR/06 a
    = 245 10                      set indicators
    = 041 $adan                   set a subfield
    ~ 260 $a /Kbh./København/     replace a text, by whatever sign stands before, between and behind

A line that begins with `#` is a remark.
"""

import re
import unicodedata
from collections.abc import Iterable
from enum import StrEnum

from catalogue.marc.field_lines import SIGNS, field_in, has_no_text, line_of
from catalogue.marc.fixed_fields import LEADER
from catalogue.marc.record_lines import field_of_line, line_of_field
from catalogue.marc.records import Flavour, MarcField
from catalogue.rules.macros import (
    ANY,
    POSITIONED,
    AddField,
    DeleteFields,
    DeleteSubfields,
    ReplaceText,
    SetIndicators,
    SetPositions,
    SetSubfield,
    Step,
)
from catalogue.rules.record_diff import FieldChange, Sign

LONGEST = 4000
_MOST_LINES, _LONGEST_LINE = 100, 1000
_BREAK = re.compile(r"\r\n|\r|\n")
_TAG = re.compile(r"([0-9A-Za-z]{3})(?:[ \t]+(.*)|[ \t]*)")
_POSITIONS = re.compile(r"(LDR|00[678])/([0-9]{1,2})(?:-([0-9]{1,2}))?(?:[ \t]+(.*)|[ \t]*)")
_INDICATORS = re.compile(r"[0-9a-z_#]{2}")
_BLANK = re.compile("[_#]")
_OWN_NUMBER = "001"
# A field's number or the moment of its change, which come by themselves.
_BY_ITSELF = frozenset({"001", "005"})


class MacroFault(StrEnum):
    """Why a line of a macro can't be read."""

    NO_STEP = "NO_STEP"
    NO_FIELD = "NO_FIELD"
    NO_TAG = "NO_TAG"
    OWN_NUMBER = "OWN_NUMBER"
    NO_POSITIONS = "NO_POSITIONS"
    WRONG_LENGTH = "WRONG_LENGTH"
    NO_SUBFIELD = "NO_SUBFIELD"
    NO_REPLACEMENT = "NO_REPLACEMENT"
    HIDDEN_SIGN = "HIDDEN_SIGN"
    TOO_LONG = "TOO_LONG"
    TOO_MANY = "TOO_MANY"
    NOTHING = "NOTHING"


class _NotRead(Exception):
    def __init__(self, fault: MacroFault) -> None:
        self.fault = fault
        super().__init__(fault)


def steps_in(text: str, flavour: Flavour) -> tuple[list[tuple[int, Step]], list[tuple[int, MacroFault]]]:
    """Return the steps with their lines, from 1, and the lines that can't be read with why not."""
    if len(text) > LONGEST:
        return [], [(1, MacroFault.TOO_LONG)]
    steps: list[tuple[int, Step]] = []
    faults: list[tuple[int, MacroFault]] = []
    for number, line in enumerate(_BREAK.split(text), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        if len(steps) + len(faults) == _MOST_LINES:
            faults.append((number, MacroFault.TOO_MANY))
            break
        try:
            steps.append((number, _step(line.replace("\t", " ").strip(), flavour)))
        except _NotRead as reason:
            faults.append((number, reason.fault))
    if not steps and not faults:
        faults.append((1, MacroFault.NOTHING))
    return steps, faults


def steps_for(changes: Iterable[FieldChange], flavour: Flavour) -> str:
    """Return lines that do to another record what was done to one; what comes by itself is left out."""
    lines: list[str] = []
    for change in changes:
        if change.tag not in _BY_ITSELF and change.sign not in (Sign.SAME, Sign.MOVED):
            lines += _lines_for(change.old, change.new, flavour)
    return "\n".join(lines)


def _step(line: str, flavour: Flavour) -> Step:
    if len(line) > _LONGEST_LINE:
        raise _NotRead(MacroFault.TOO_LONG)
    if has_no_text(line):
        raise _NotRead(MacroFault.HIDDEN_SIGN)
    read = {"+": _added, "-": _deleted, "=": _set, "~": _replaced}.get(line[0])
    if read is None:
        raise _NotRead(MacroFault.NO_STEP)
    return read(unicodedata.normalize("NFC", line[1:].strip()), flavour)


def _added(text: str, flavour: Flavour) -> Step:
    field = field_of_line(text, flavour)
    if field is None or not field.tag[1:].isdecimal():
        raise _NotRead(MacroFault.NO_FIELD)
    if field.tag == _OWN_NUMBER:
        raise _NotRead(MacroFault.OWN_NUMBER)
    return AddField(field)


def _deleted(text: str, flavour: Flavour) -> Step:
    tags, rest = _tag_and_rest(text)
    indicators, rest = _indicators_and_rest(rest, flavour)
    if not rest:
        return DeleteFields(tags, indicators)
    subfields = tuple(_subfields(rest, flavour))
    if not indicators and not any(value for _, value in subfields):
        return DeleteSubfields(tags, "".join(code for code, _ in subfields))
    return DeleteFields(tags, indicators, subfields)


def _set(text: str, flavour: Flavour) -> Step:
    if "/" in text[:4]:
        return _set_positions(text, flavour)
    tags, rest = _tag_and_rest(text)
    if _INDICATORS.fullmatch(rest):
        return SetIndicators(tags, _BLANK.sub(" ", rest))
    subfields = _subfields(rest, flavour)
    if len(subfields) != 1 or not subfields[0][1]:
        raise _NotRead(MacroFault.NO_SUBFIELD)
    made = None if ANY in tags else field_in(f"{tags} {rest}", flavour, every_code=True)
    return SetSubfield(tags, *subfields[0], made)


def _set_positions(text: str, flavour: Flavour) -> Step:
    parts = _POSITIONS.fullmatch(text)
    if parts is None or flavour != Flavour.MARC21:
        raise _NotRead(MacroFault.NO_POSITIONS)
    tag, start, value = parts[1], int(parts[2]), (parts[4] or "").strip().replace("#", " ")
    length = int(parts[3]) - start + 1 if parts[3] else len(value)
    if not value or len(value) != length or start + length > POSITIONED[tag]:
        raise _NotRead(MacroFault.WRONG_LENGTH)
    return SetPositions(tag, start, value)


def _replaced(text: str, flavour: Flavour) -> Step:
    tags, rest = _tag_and_rest(text)
    code, texts = rest[1:2], rest[2:].strip()
    if not rest.startswith(SIGNS[flavour]) or not code.strip():
        raise _NotRead(MacroFault.NO_SUBFIELD)
    between = texts[:1]
    parts = texts[1:-1].split(between) if len(texts) > 1 and texts.endswith(between) else []
    if between.isalnum() or len(parts) != 2 or not parts[0]:
        raise _NotRead(MacroFault.NO_REPLACEMENT)
    return ReplaceText(tags, code, *parts)


def _tag_and_rest(text: str) -> tuple[str, str]:
    parts = _TAG.fullmatch(text)
    if parts is None or parts[1].upper() == LEADER:
        raise _NotRead(MacroFault.NO_TAG)
    tags = parts[1].lower()
    if tags == _OWN_NUMBER:
        raise _NotRead(MacroFault.OWN_NUMBER)
    if tags == ANY * 3:
        raise _NotRead(MacroFault.NO_TAG)
    return tags, (parts[2] or "").strip()


def _indicators_and_rest(text: str, flavour: Flavour) -> tuple[str, str]:
    first, _, rest = text.partition(" ")
    if first.startswith(SIGNS[flavour]) or not _INDICATORS.fullmatch(first):
        return "", text
    return _BLANK.sub(" ", first), rest.strip()


def _subfields(text: str, flavour: Flavour) -> list[tuple[str, str]]:
    field = field_in(f"245 {text}", flavour, every_code=True) if text.startswith(SIGNS[flavour]) else None
    if field is None:
        raise _NotRead(MacroFault.NO_SUBFIELD)
    return field.subfields


def _lines_for(old: MarcField | None, new: MarcField | None, flavour: Flavour) -> list[str]:
    if old and new and old.is_control and new.is_control and old.tag in POSITIONED:
        return [f"= {old.tag}/{start:02} {value.replace(' ', '#')}" for start, value in _rewritten(old.text, new.text)]
    gone = [f"- {old.tag if old.is_control else line_of(old, flavour)}"] if old else []
    come = [f"+ {line_of_field(new, flavour)}"] if new else []
    return [*gone, *come]


def _rewritten(old: str, new: str) -> list[tuple[int, str]]:
    """Return where positions differ, and what stands there now."""
    found: list[tuple[int, str]] = []
    for place, letter in enumerate(new):
        if old[place : place + 1] == letter:
            continue
        if found and found[-1][0] + len(found[-1][1]) == place:
            found[-1] = (found[-1][0], found[-1][1] + letter)
        else:
            found.append((place, letter))
    return found
