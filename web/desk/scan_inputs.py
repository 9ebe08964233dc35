"""What a scan at the desk means: the fields that come with it, and whether it's a card, an item or a name."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.dateparse import parse_date, parse_datetime

from common.barcodes import clean_barcode
from holdings.selectors import get_item_by_barcode
from patrons.selectors import find_patrons, get_patron_by_card, patron_by_number
from web.account.requests import DeskRequest

LONGEST_SCAN = 200
# With what a service adds to it, a scan's id fits into the audit log.
LONGEST_ID = 50


@dataclass(frozen=True)
class Scan:
    """One scan or command as the browser sent it.

    :ivar id: the browser's id of the scan, the same when it's sent again; a page without script gets a fresh one
    :ivar number: its place in the list on the screen
    :ivar since: when the desk began to serve the patron, for the receipt
    :ivar on_site: what's lent stays in the library
    """

    text: str
    id: str
    number: str
    command: str
    patron_id: int | None
    due_date: date | None
    back_dated_to: date | None
    since: datetime | None
    on_site: bool = False

    @property
    def barcode(self) -> str:
        """The text as barcodes are stored."""
        return clean_barcode(self.text)

    @property
    def row_id(self) -> str:
        """The scan's name among the page's elements."""
        return "".join(character for character in self.id if character.isascii() and character.isalnum())


@dataclass(frozen=True)
class Found:
    """What a scanned text stands for; at most one of them.

    :ivar patrons: several, or one whom only staff can tell for sure
    :ivar without_card: whether the patron was found by name, so that staff still have to ask who she is
    """

    item: Any = None
    patron: Any = None
    patrons: tuple[Any, ...] = ()
    without_card: bool = False


def read_scan(request: DeskRequest) -> Scan:
    """Return the scan of a request; what can't be read counts as not given."""
    values = request.POST
    return Scan(
        text=values.get("scan", "").replace("\x00", "").strip()[:LONGEST_SCAN],
        id=values.get("scan_id", "").replace("\x00", "")[:LONGEST_ID] or uuid.uuid4().hex,
        number=values.get("scan_number", "")[:6] if values.get("scan_number", "").isdecimal() else "",
        command=values.get("command", "")[:40],
        patron_id=number_in(values, "patron"),
        due_date=day_in(values, "due"),
        back_dated_to=day_in(values, "returned"),
        since=moment_in(values, "since"),
        on_site=bool(values.get("on_site")),
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


def moment_in(values: Mapping[str, str], name: str) -> datetime | None:
    """Return a moment with its time zone from a form or address, or None when there's none that could be one."""
    try:
        moment = parse_datetime(values.get(name, "").replace(" ", "+")[:40])
    except ValueError:
        return None
    return moment if moment and moment.tzinfo and 2000 < moment.year < 9000 else None


def patron_in(scan: Scan) -> Any:
    """Return the patron whom the desk serves now, by her number alone, or None."""
    return patron_by_number(scan.patron_id) if scan.patron_id else None


def look_up(scan: Scan, *, has_patron: bool) -> Found:
    """Find what was scanned: while a patron is served an item comes first, otherwise a card, then a name.

    An item's and a card's number can coincide, and then the moment decides. Only a card, or a name while nobody is
    served, chooses a patron by itself: an unknown barcode may well be somebody's phone number or birth date.
    """
    steps = (_item, _card) if has_patron else (_card, _item)
    for step in steps:
        if found := step(scan):
            return found
    named = find_patrons(scan.text)
    is_name = any(character.isalpha() for character in scan.text)
    if len(named) == 1 and is_name and not has_patron:
        return Found(patron=named[0], without_card=True)
    return Found(patrons=tuple(named))


def _item(scan: Scan) -> Found | None:
    item = get_item_by_barcode(scan.barcode)
    return Found(item=item) if item else None


def _card(scan: Scan) -> Found | None:
    patron = get_patron_by_card(scan.barcode)
    return Found(patron=patron) if patron else None
