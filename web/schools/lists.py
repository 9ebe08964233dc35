"""Lists uploaded for a class, line by line before anything is done: items to lend or take back, and pupils."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext

from circulation.services.batches import LONGEST_BATCH
from common.barcodes import clean_barcode
from holdings.selectors import items_with_record
from patrons.selectors import patrons_by_cards, working_cards
from patrons.selectors.names import patrons_by_names
from web.account.requests import DeskRequest
from web.desk.item_texts import status_kind
from web.schools.words import unknown
from web.ui.uploaded_lists import ListRefusedError, rows_of, text_of


@dataclass(frozen=True)
class Line:
    """A line of a list.

    :ivar text: the barcode or card, or what stands there when it's neither
    :ivar found: the item or the patron, or None
    :ivar kind: the sign of the item's state
    :ivar problem: what's wrong with the line, nothing if it's well
    """

    number: int
    text: str
    found: Any = None
    kind: str = ""
    problem: str = ""


@dataclass(frozen=True)
class Listed:
    """An uploaded list, or why the file is none.

    :ivar status: of the answer
    """

    lines: Sequence[Line] = ()
    problem: str = ""
    status: int = 200


def listed_items(request: DeskRequest) -> Listed | None:
    """Return the items of an uploaded list, None when nothing was sent."""
    if request.method == "POST" and "file" not in request.FILES:
        return Listed(problem=gettext("There's no barcode in the list."), status=422)
    return _listed(request, _items)


def listed_pupils(request: DeskRequest) -> Listed | None:
    """Return the pupils of an uploaded list of cards or names, None when there's no file."""
    return _listed(request, _pupils)


def _listed(request: DeskRequest, read: Any) -> Listed | None:
    file = request.FILES.get("file")
    if file is None:
        return None
    try:
        rows = rows_of(text_of(file))
    except ListRefusedError as refused:
        return Listed(problem=refused.text, status=refused.status)
    if not rows:
        return Listed(problem=gettext("There's no barcode in the list."), status=422)
    if len(rows) > LONGEST_BATCH:
        text = gettext("A list may have %(limit)d barcodes; this one has %(count)d.")
        return Listed(problem=text % {"limit": LONGEST_BATCH, "count": len(rows)}, status=422)
    return Listed(read(rows))


def _items(rows: list[list[str]]) -> list[Line]:
    """Return a line for each barcode, the same one once; it may stand in any cell."""
    cells = [[clean_barcode(cell) for cell in row] for row in rows]
    wanted = {cell for row in cells for cell in row}
    items = {item.barcode: item for item in items_with_record().filter(barcode__in=wanted)}
    chosen = [next((cell for cell in row if cell in items), row[0]) for row in cells]
    if not any(character.isdigit() for cell in cells[0] for character in cell):
        # Headings of a spreadsheet; a barcode has digits.
        chosen = chosen[1:]
    return [_item_line(number, code, items.get(code)) for number, code in enumerate(dict.fromkeys(chosen), start=1)]


def _item_line(number: int, barcode: str, item: Any) -> Line:
    if item is None:
        return Line(number, barcode, problem=unknown(barcode).text)
    return Line(number, barcode, item, status_kind(item))


def _pupils(rows: list[list[str]]) -> list[Line]:
    """Return a line for each pupil: the card may stand in any cell, the name in the first, or in two."""
    cards = [[clean_barcode(cell) for cell in row] for row in rows]
    by_card = patrons_by_cards([cell for row in cards for cell in row])
    names = [(" ".join(row), " ".join(row[:2]), row[0]) for row in rows]
    by_name = patrons_by_names({name for several in names for name in several})
    own = working_cards([patron for people in by_name.values() for patron in people])
    lines = []
    for number, (row, several) in enumerate(zip(cards, names, strict=True), start=1):
        card = next((cell for cell in row if cell in by_card), "")
        people = next((by_name[name] for name in several if name in by_name), [])
        if card:
            lines.append(Line(number, card, by_card[card]))
        elif len(people) == 1 and people[0].pk in own:
            lines.append(Line(number, own[people[0].pk], people[0]))
        else:
            lines.append(Line(number, several[-1], problem=_why_nobody(several[-1], people)))
    return lines


def _why_nobody(text: str, people: list[Any]) -> str:
    if len(people) > 1:
        return gettext("Several patrons have this name: write the card instead.")
    if people or any(character.isdigit() for character in text):
        return gettext("No patron has this card.") if not people else gettext("This person has no working card.")
    return gettext("Nobody fits “%(text)s”.") % {"text": text}
