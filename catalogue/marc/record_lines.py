"""A whole record as lines of text and back, for whoever edits one: `LDR` and control fields too, every subfield code.

A line that wasn't touched gives back the field it was made from, whatever that has in it; so nothing is lost by opening
a record. The grammar of a field is that of `catalogue.marc.field_lines`.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from catalogue.marc.field_lines import field_in, has_no_text, line_of
from catalogue.marc.fixed_fields import LEADER
from catalogue.marc.records import Flavour, MarcField, MarcRecord

LONGEST = 200_000
_LONGEST_LINE, _MOST_LINES = 20_000, 1000
_BREAK = re.compile(r"\r\n|\r|\n")
_CONTROL = re.compile(r"(LDR|00[1-9]) (.*)")
# Here a blank means something, and is written as cataloguers write it.
_CODED = frozenset({LEADER, "006", "007", "008"})
_DANISH_LEADER = "00000n    2200000   4500"
_UNPRINTED = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")


class LineFault(StrEnum):
    """Why a line can't be read."""

    NO_FIELD = "NO_FIELD"
    TOO_LONG = "TOO_LONG"
    TOO_MANY = "TOO_MANY"


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed.

    :ivar numbers: the line, from 1, that each field begins in
    :ivar leader_line: the leader's; 0 for none
    :ivar faults: the lines that can't be read, and why
    """

    record: MarcRecord
    numbers: tuple[int, ...]
    leader_line: int
    faults: tuple[tuple[int, LineFault], ...]


def lines_of_record(record: MarcRecord) -> str:
    """Return the record as lines; danMARC2's leader says nothing, and is left out, as one that's missing is."""
    leader = [] if record.flavour == Flavour.DANMARC2 or not record.leader else [f"{LEADER} {_coded(record.leader)}"]
    return "\n".join([*leader, *(line_of_field(field, record.flavour) for field in record.fields)])


def record_in(text: str, flavour: Flavour, before: MarcRecord | None = None) -> Typed:
    """Return the record in lines of text.

    :param before: the record that the lines were made from, whose fields stay as they were where a line is the same
    """
    known = {line_of_field(field, flavour): field for field in before.fields} if before else {}
    leader = before.leader if before else _DANISH_LEADER if flavour == Flavour.DANMARC2 else ""
    leader_line = 0
    fields: list[tuple[int, MarcField]] = []
    faults: list[tuple[int, LineFault]] = []
    for number, line in _whole_lines(text[: LONGEST + 1]):
        if flavour == Flavour.MARC21 and line.startswith(f"{LEADER} "):
            leader, leader_line = _leader(line, leader), number
        elif field := known.get(line) or field_of_line(line, flavour):
            fields.append((number, field))
        else:
            faults.append((number, LineFault.TOO_LONG if len(line) > _LONGEST_LINE else LineFault.NO_FIELD))
        if len(fields) + len(faults) > _MOST_LINES:
            faults.append((number, LineFault.TOO_MANY))
            break
    if len(text) > LONGEST and not faults:
        faults.append((1, LineFault.TOO_LONG))
    record = MarcRecord(flavour, leader, [field for _, field in fields])
    return Typed(record, tuple(number for number, _ in fields), leader_line, tuple(faults))


def _whole_lines(text: str) -> list[tuple[int, str]]:
    """Return the lines with their numbers; an indented one goes on with the one before."""
    found: list[tuple[int, list[str]]] = []
    for number, line in enumerate(_BREAK.split(text), 1):
        if not line.strip():
            continue
        if found and line[0].isspace() and not line.strip()[:3].isdecimal():
            found[-1][1].append(line.strip())
        else:
            found.append((number, [line]))
    return [(number, parts[0] if len(parts) == 1 else " ".join(parts)) for number, parts in found]


def field_of_line(line: str, flavour: Flavour) -> MarcField | None:
    """Return the field in a line, a control field too, or None if it says none."""
    if len(line) > _LONGEST_LINE:
        return None
    line = line.replace("\t", " ").strip()
    parts = _CONTROL.fullmatch(line) if flavour == Flavour.MARC21 else None
    if parts and not parts[2].lstrip().startswith("$"):
        tag, value = parts.groups()
        if has_no_text(value):
            return None
        return MarcField(tag, value.replace("#", " ") if tag in _CODED else value.strip())
    return field_in(line, flavour, every_code=True)


def _leader(line: str, before: str) -> str:
    typed = line[len(LEADER) + 1 :].replace("#", " ")
    return typed if typed.isascii() and typed.isprintable() else before


def line_of_field(field: MarcField, flavour: Flavour) -> str:
    """Return one field as its line, a control field too."""
    if field.is_control:
        line = f"{field.tag} {_coded(field.text) if field.tag in _CODED else field.text}"
    else:
        line = line_of(field, flavour)
    return _UNPRINTED.sub(" ", line)


def _coded(text: str) -> str:
    return text.replace(" ", "#")
