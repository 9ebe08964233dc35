"""What a scan at the desk means: the fields that come with it, and whether it's a card, an item or a name."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import HttpRequest
from django.utils.dateparse import parse_date

from common.barcodes import clean_barcode
from holdings.selectors import get_item_by_barcode
from patrons.selectors import find_patrons, get_patron, get_patron_by_card

LONGEST_SCAN = 200


@dataclass(frozen=True)
class Scan:
    """One scan or command as the browser sent it.

    :ivar id: the browser's id of the scan, the same when it's sent again; a page without script gets a fresh one
    :ivar number: its place in the list on the screen
    """

    text: str
    id: str
    number: str
    command: str
    patron_id: int | None
    due_date: date | None
    back_dated_to: date | None

    @property
    def barcode(self) -> str:
        """The text as barcodes are stored."""
        return clean_barcode(self.text)

    @property
    def row_id(self) -> str:
        """The scan's name among the page's elements."""
        return "".join(character for character in self.id if character.isalnum())


@dataclass(frozen=True)
class Found:
    """What a scanned text stands for; at most one of them."""

    item: Any = None
    patron: Any = None
    patrons: tuple[Any, ...] = ()


def read_scan(request: HttpRequest) -> Scan:
    """Return the scan of a request; what can't be read counts as not given."""
    values = request.POST
    return Scan(
        text=values.get("scan", "").replace("\x00", "").strip()[:LONGEST_SCAN],
        id=values.get("scan_id", "").replace("\x00", "")[:64] or uuid.uuid4().hex,
        number=values.get("scan_number", "")[:6] if values.get("scan_number", "").isdecimal() else "",
        command=values.get("command", ""),
        patron_id=number_in(values, "patron"),
        due_date=day_in(values, "due"),
        back_dated_to=day_in(values, "returned"),
    )


def number_in(values: Mapping[str, str], name: str) -> int | None:
    """Return a row's number from a form or address, or None when there's none that could be one."""
    text = values.get(name, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 18 else None


def day_in(values: Mapping[str, str], name: str) -> date | None:
    """Return a day from a form or address, or None when there's none that could be one."""
    try:
        return parse_date(values.get(name, "")[:10])
    except ValueError:
        return None


def patron_in(scan: Scan) -> Any:
    """Return the patron whom the desk serves now, or None."""
    return get_patron(scan.patron_id) if scan.patron_id else None


def look_up(scan: Scan, *, has_patron: bool) -> Found:
    """Find what was scanned: while a patron is served an item comes first, otherwise a card, then a name.

    An item's and a card's number can coincide, and then the moment decides.
    """
    steps = (_item, _card) if has_patron else (_card, _item)
    for step in steps:
        if found := step(scan):
            return found
    named = find_patrons(scan.text)
    return Found(patron=named[0]) if len(named) == 1 else Found(patrons=tuple(named))


def _item(scan: Scan) -> Found | None:
    item = get_item_by_barcode(scan.barcode)
    return Found(item=item) if item else None


def _card(scan: Scan) -> Found | None:
    patron = get_patron_by_card(scan.barcode)
    return Found(patron=patron) if patron else None
