"""What differs between two contents of a record, as rows with a sign, a word and both sides."""

from collections.abc import Iterable
from typing import Any

from catalogue.marc import field_lines
from catalogue.marc.records import Flavour, MarcField
from catalogue.rules.record_diff import FieldChange, Part, Sign
from web.words.about_records import SIGNS


def diff_rows(changes: Iterable[FieldChange], *, with_same: bool = False) -> list[dict[str, Any]]:
    """Return a row for each field; those that are the same on both sides only when they're asked for."""
    return [_row(change) for change in changes if with_same or change.sign != Sign.SAME]


def field_pieces(field: MarcField, flavour: Flavour) -> list[dict[str, Any]]:
    """Return a field's indicators and subfields, or its value; codes with the sign that the family writes."""
    return _pieces(field, flavour, (), marked=False)


def _row(change: FieldChange) -> dict[str, Any]:
    kind, word = SIGNS[change.sign]
    before, after = change.flavours
    is_gone, is_new = change.sign == Sign.REMOVED, change.sign == Sign.ADDED
    return {
        "sign": change.sign.value,
        "kind": kind,
        "word": word,
        "tag": change.tag,
        "old": _pieces(change.old, before, change.old_parts, marked=is_gone),
        "new": _pieces(change.new, after, change.new_parts, marked=is_new),
    }


def _pieces(
    field: MarcField | None, flavour: Flavour, parts: tuple[Part, ...], *, marked: bool
) -> list[dict[str, Any]]:
    """Return a side's pieces; those that the other side hasn't got are marked."""
    if field is None:
        return []
    whole = [("", field.text)] if field.is_control else [("", field.indicators), *field.subfields]
    shown = [(part.code, part.value, not part.is_same) for part in parts] or [(*each, marked) for each in whole]
    sign = field_lines.SIGNS[flavour]
    return [
        {"code": code and f"{sign}{code}", "value": _blanks(code, value), "marked": is_marked}
        for code, value, is_marked in shown
    ]


def _blanks(code: str, value: str) -> str:
    """Show blanks of indicators and fixed fields, which mean something there, as cataloguers write them."""
    return value if code else value.replace(" ", "#")
