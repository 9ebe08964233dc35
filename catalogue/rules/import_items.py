"""The items that an incoming record brings: in which field they stand, and what its codes are called here.

A profile says it in lines, for every supplier writes them otherwise (952 of Koha, 852 and 949 of MARC 21, 096 of
danMARC2):

    952 barcode=p branch=a room=c type=y mark=o price=g
    branch CPL = hb
    type * = BOOK

The first line names a field and which of its subfields is what. The others translate codes; `*` stands for any that no
other line names, and for none at all.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from catalogue.marc.records import MarcRecord

PARTS = ("barcode", "branch", "room", "type", "mark", "volume", "price", "acquired", "note", "status")
CODED = ("branch", "room", "type", "status")
ANY = "*"
# Told of an item that was on order: nothing stands against it. Among an entry's reasons it comes after all that does.
ITEM_ARRIVES = "ITEM_ARRIVES"
MOST_LINES = 500
_FIELD = re.compile(r"([0-9A-Za-z]{3})((?:\s+[a-z]+=[0-9a-zæøå])+)")
_CODE = re.compile(r"([a-z]+)\s+(\S.{0,79}?)\s*=\s*(\S.{0,79})")


class NotReadable(ValueError):
    """Lines that say nothing that's known.

    :ivar lines: their numbers from 1
    """

    def __init__(self, lines: list[int]) -> None:
        super().__init__(str(lines))
        self.lines = lines


@dataclass(frozen=True, slots=True)
class ItemReading:
    """How a profile reads items.

    :ivar subfields: which subfield is what, by the names in `PARTS`
    :ivar codes: what a part's code in the file is called here, by part and folded code
    """

    tag: str
    subfields: Mapping[str, str]
    codes: Mapping[tuple[str, str], str]


def item_reading(text: str) -> ItemReading:
    """Return what a profile's lines say.

    :raises NotReadable: if a line isn't like the others, or none names a field with a barcode
    """
    tag, subfields, wrong = "", dict[str, str](), list[int]()
    codes: dict[tuple[str, str], str] = {}
    lines = text.splitlines()
    for number, line in enumerate(map(str.strip, lines[:MOST_LINES]), start=1):
        field, code = _FIELD.fullmatch(line), _CODE.fullmatch(line)
        if field and not tag:
            tag = field[1].upper()
            subfields = dict(pair.split("=") for pair in field[2].split())
        elif code and code[1] in CODED:
            codes[code[1], code[2].casefold()] = code[3]
        elif line:
            wrong.append(number)
    if wrong or len(lines) > MOST_LINES or "barcode" not in subfields or not subfields.keys() <= set(PARTS):
        raise NotReadable(wrong or [1])
    return ItemReading(tag, subfields, codes)


def items_in(record: MarcRecord, reading: ItemReading) -> list[dict[str, str]]:
    """Return what a record says of each of its items, part by part, codes as they're called here."""
    items = []
    for each in record.fields:
        if each.tag != reading.tag:
            continue
        came: dict[str, str] = {}
        for code, value in each.subfields:
            came.setdefault(code, value.strip())
        values = {part: _named(part, came.get(reading.subfields.get(part, ""), ""), reading) for part in PARTS}
        items.append({part: value for part, value in values.items() if value})
    return items


def _named(part: str, value: str, reading: ItemReading) -> str:
    if part not in CODED:
        return value
    return reading.codes.get((part, value.casefold())) or reading.codes.get((part, ANY)) or value
