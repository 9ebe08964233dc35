"""Fields as lines of text, as cataloguers write them: `652 00 *m86-096`, or in MARC 21 `650 #7 $aHavet$2danskemne`.

An indented line without a tag goes on with the one before. `@` takes the next sign as it is, as in danMARC2's own
lines; so `@*` is a star and `@@` an at sign.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence

from catalogue.marc.records import SUBFIELD, Flavour, MarcField

SIGNS = {Flavour.DANMARC2: "*", Flavour.MARC21: "$"}
_LINE = re.compile(r"(\d{3})[ \t]*(?:([0-9a-z_#]{2})[ \t]*)?(?=[*$])(.*)", re.DOTALL)
_NO_TEXT = {"Cc", "Cn", "Co", "Cs"}
_BLANK = re.compile("[_#]")
_CODE = re.compile(r"[0-9a-zæøå&]")
_NO_INDICATORS = {Flavour.DANMARC2: "00", Flavour.MARC21: "  "}
_MOST_FIELDS = 500


def lines_of(fields: Iterable[MarcField], flavour: Flavour) -> str:
    """Return fields as lines; control fields, which nobody adds to, are left out."""
    sign = SIGNS[flavour]
    lines = []
    for field in fields:
        if field.is_control:
            continue
        subfields = "".join(f"{sign}{code}{_escaped(value, sign)}" for code, value in field.subfields)
        lines.append(f"{field.tag} {field.indicators.replace(' ', '#')} {subfields}")
    return "\n".join(lines)


def fields_in(text: str, flavour: Flavour) -> tuple[list[MarcField], list[int]]:
    """Return the fields in lines of text, and the numbers of lines, from 1, that say none.

    Empty subfields are left out. Text is composed, and has no control characters.
    """
    fields: list[MarcField] = []
    wrong: list[int] = []
    for number, line in _whole_lines(text)[: _MOST_FIELDS + 1]:
        field = _field(line, flavour) if len(fields) < _MOST_FIELDS else None
        if field is None:
            wrong.append(number)
        else:
            fields.append(field)
    return fields, wrong


def _whole_lines(text: str) -> Sequence[tuple[int, str]]:
    found: list[tuple[int, str]] = []
    for number, line in enumerate(text.replace("\t", " ").splitlines(), 1):
        if not line.strip():
            continue
        if found and line[0].isspace() and not line.strip()[:3].isdecimal():
            found[-1] = (found[-1][0], f"{found[-1][1].rstrip()} {line.strip()}")
        else:
            found.append((number, line.strip()))
    return found


def _field(line: str, flavour: Flavour) -> MarcField | None:
    parts = _LINE.fullmatch(line)
    if not parts or not parts[1].isascii() or any(unicodedata.category(letter) in _NO_TEXT for letter in line):
        return None
    indicators = _BLANK.sub(" ", parts[2]) if parts[2] else _NO_INDICATORS[flavour]
    subfields = _subfields(parts[3], SIGNS[flavour])
    if not subfields or not all(_CODE.fullmatch(code) for code, _ in subfields):
        return None
    text = "".join(f"{SUBFIELD}{code}{value}" for code, value in subfields)
    return MarcField(parts[1], unicodedata.normalize("NFC", f"{indicators}{text}"))


def _subfields(text: str, sign: str) -> list[tuple[str, str]]:
    """Return code and value of each subfield that says anything; a code alone is "" for a sign with none."""
    pieces: list[str] = []
    is_escaped = False
    for letter in text:
        if letter == sign and not is_escaped:
            pieces.append("")
        elif letter == "@" and not is_escaped:
            is_escaped = True
            continue
        elif pieces:
            pieces[-1] += letter
        else:
            return []
        is_escaped = False
    found = [(piece[:1], piece[1:].strip()) for piece in pieces]
    return [(code, value) for code, value in found if value or not code]


def _escaped(value: str, sign: str) -> str:
    return value.replace("@", "@@").replace(sign, f"@{sign}")
