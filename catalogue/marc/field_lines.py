"""Fields as lines of text, as cataloguers write them: `652 00 *m86-096`, or in MARC 21 `650 #7 $aHavet$2danskemne`.

An indented line without a tag goes on with the one before. `@` takes a sign that would begin a subfield, or another
`@`, as it is, as in danMARC2's own lines: `@*` is a star and `@@` an at sign. There `@å` is the one letter that sorts
as å and is written aa, and `@0153` the sign of that number; `@U+0153` is that in both families.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence

from catalogue.marc.records import SUBFIELD, Flavour, MarcField

SIGNS = {Flavour.DANMARC2: "*", Flavour.MARC21: "$"}
_LINE = re.compile(r"([0-9a-z]{3})[ \t]*(?:([0-9a-z_#]{2})[ \t]*)?(?=[*$])(.*)", re.DOTALL)
_NO_TEXT = {"Cc", "Cn", "Co", "Cs", "Zl", "Zp"}
_BLANK = re.compile("[_#]")
_CODE = re.compile(r"[0-9a-zæøå&]")
_EVERY_CODE = re.compile(r"[0-9A-Za-zæøåÆØÅ!-/:-@\[-`{-~]")
_PIECE = re.compile(r"@(U\+(?:10)?[0-9A-Fa-f]{4}|[@*$åÅ]|[0-9A-Fa-f]{4})|([^@*$]+|@)|([*$])")
_DOUBLE_A = {"å": "ꜳ", "Å": "Ꜳ"}
_NO_INDICATORS = {Flavour.DANMARC2: "00", Flavour.MARC21: "  "}
_MOST_FIELDS = 500


def lines_of(fields: Iterable[MarcField], flavour: Flavour) -> str:
    """Return fields as lines; control fields, which nobody adds to, are left out."""
    return "\n".join(line_of(field, flavour) for field in fields if not field.is_control)


def line_of(field: MarcField, flavour: Flavour) -> str:
    """Return one field with subfields as its line."""
    sign = SIGNS[flavour]
    subfields = "".join(f"{sign}{code}{_escaped(value, sign)}" for code, value in field.subfields)
    return f"{field.tag} {field.indicators.replace(' ', '#')} {subfields}"


def fields_in(text: str, flavour: Flavour) -> tuple[list[MarcField], list[int]]:
    """Return the fields in lines of text, and the numbers of lines, from 1, that say none.

    Empty subfields are left out. Text is composed, and has no control characters.
    """
    fields: list[MarcField] = []
    wrong: list[int] = []
    for number, line in _whole_lines(text)[: _MOST_FIELDS + 1]:
        field = field_in(line, flavour) if len(fields) < _MOST_FIELDS else None
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


def field_in(line: str, flavour: Flavour, *, every_code: bool = False) -> MarcField | None:
    """Return the field in a line, or None if it says none.

    :param every_code: take capital codes and empty subfields too, as they stand in whole records
    """
    parts = _LINE.fullmatch(line)
    if not parts or has_no_text(line) or not (every_code or parts[1].isdecimal()):
        return None
    indicators = _BLANK.sub(" ", parts[2]) if parts[2] else _NO_INDICATORS[flavour]
    subfields = _subfields(parts[3], flavour)
    pattern = _EVERY_CODE if every_code else _CODE
    if not every_code:
        subfields = [(code, value) for code, value in subfields if value or not code]
    if not subfields or not all(pattern.fullmatch(code) and not has_no_text(value) for code, value in subfields):
        return None
    text = "".join(f"{SUBFIELD}{code}{value}" for code, value in subfields)
    return MarcField(parts[1], unicodedata.normalize("NFC", f"{indicators}{text}"))


def subfields_begun(line: str, flavour: Flavour) -> int:
    """Return how many subfields begin in the beginning of a field's line."""
    return sum(other == SIGNS[flavour] for _, _, other in _PIECE.findall(line))


def has_no_text(line: str) -> bool:
    """Say whether there's a sign in it that belongs in no text."""
    return any(unicodedata.category(letter) in _NO_TEXT for letter in line)


def _subfields(text: str, flavour: Flavour) -> list[tuple[str, str]]:
    """Return code and value of each subfield; a code alone is "" for a sign with none."""
    sign = SIGNS[flavour]
    pieces: list[list[str]] = []
    for escaped, plain, other in _PIECE.findall(text):
        if other == sign:
            pieces.append([])
        elif not pieces:
            return []
        else:
            pieces[-1].append(_meant(escaped, flavour) if escaped else plain or other)
    found = ["".join(piece) for piece in pieces]
    return [(piece[:1], piece[1:].strip()) for piece in found]


def _meant(escaped: str, flavour: Flavour) -> str:
    """Return what stands for itself behind an `@`, or is named there by its number; nothing else is an escape."""
    is_danish = flavour == Flavour.DANMARC2
    if escaped in ("@", SIGNS[flavour]):
        return escaped
    if is_danish and escaped in _DOUBLE_A:
        return _DOUBLE_A[escaped]
    if escaped.startswith("U+") or (is_danish and len(escaped) == 4):
        return chr(int(escaped.removeprefix("U+"), 16))
    return f"@{escaped}"


def _escaped(value: str, sign: str) -> str:
    value = value.replace("@", "@@").replace(sign, f"@{sign}")
    return value.replace("ꜳ", "@å").replace("Ꜳ", "@Å") if sign == SIGNS[Flavour.DANMARC2] else value
