"""What the class pages show, prepared for their templates."""

import uuid
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.http import Http404
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext

from catalogue.selectors import get_record
from common.barcodes import clean_barcode
from schools.selectors.classes import ClassSheet, class_sheet, get_class, open_loans_of_class
from web.account.requests import DeskRequest
from web.desk.areas import desk_areas

TO_PUPILS, TO_TEACHER = "pupils", "teacher"
BY_FAMILY_NAME = "family"
_LONGEST_SCAN = 200
# With what an override adds, a scan's id fits into the audit log.
_LONGEST_ID = 50
_LAST_YEAR = 2100
# So many who lack the title are named beside the progress.
_FEW = 6


@dataclass(frozen=True)
class Lending:
    """What the next scan means: which title, to whom, until when."""

    record_id: int | None
    pupil_id: int | None
    to: str
    due_date: date | None
    by_family_name: bool = False

    @classmethod
    def of(cls, values: Any) -> "Lending":
        """Read it from a form or an address; what can't be read counts as not given."""
        due = values.get("due", "")
        try:
            due_date = parse_date(due)
        except ValueError:
            due_date = None
        # A due date so far ahead is a slip of the finger, and calendars end somewhere.
        if due_date and due_date.year > _LAST_YEAR:
            due_date = None
        to = TO_TEACHER if values.get("to") == TO_TEACHER else TO_PUPILS
        by_family_name = values.get("sort") == BY_FAMILY_NAME
        return cls(_number(values.get("record")), _number(values.get("pupil")), to, due_date, by_family_name)

    def as_fields(self) -> dict[str, str]:
        """Return it as the fields that go with every scan."""
        return {
            "record": str(self.record_id or ""),
            "pupil": str(self.pupil_id or ""),
            "to": self.to,
            "due": self.due_date.isoformat() if self.due_date else "",
            "sort": BY_FAMILY_NAME if self.by_family_name else "",
        }


@dataclass(frozen=True)
class Scanned:
    """One scan as the browser sent it.

    :ivar id: the browser's id of the scan; a page without script gets a fresh one
    :ivar number: its place in the list on the screen
    """

    barcode: str
    id: str
    number: str

    @classmethod
    def of(cls, values: Any) -> "Scanned":
        """Read it from a form."""
        number = values.get("scan_number", "")[:6]
        return cls(
            barcode=clean_barcode(values.get("scan", "")[:_LONGEST_SCAN]),
            id=values.get("scan_id", "")[:_LONGEST_ID] or uuid.uuid4().hex,
            number=number if number.isascii() and number.isdecimal() else "",
        )

    @property
    def row_id(self) -> str:
        """The scan's name among the page's elements."""
        return "".join(character for character in self.id if character.isascii() and character.isalnum())


def class_or_404(pk: int) -> Any:
    """Return the class.

    :raises Http404: if this municipality has none with the number
    """
    school_class = get_class(pk)
    if school_class is None:
        raise Http404
    return school_class


def sheet_context(
    request: DeskRequest, school_class: Any, lending: Lending, *, after: int | None = None
) -> dict[str, Any]:
    """Return what the class page and its out-of-band parts need.

    :param after: who got the last item; the next who lacks one takes the next scan
    """
    now, today = timezone.now(), timezone.localdate()
    sheet = class_sheet(school_class, record_id=lending.record_id, now=now, by_family_name=lending.by_family_name)
    current = _current(sheet, lending, after)
    title = get_record(lending.record_id) if lending.record_id else None
    return {
        "areas": desk_areas(request, "school"),
        "class": school_class,
        "sheet": sheet,
        "lending": lending,
        "title": title,
        "current": current,
        "have": len(sheet.pupils) - len(sheet.lacking),
        "lack": len(sheet.lacking),
        "all": len(sheet.pupils),
        "lacking": sheet.lacking if title and len(sheet.lacking) <= _FEW else (),
        "today": today,
        "scan_label": scan_label(school_class, current, lending),
        "fields": replace(lending, pupil_id=current.pupil.pk if current else None).as_fields(),
    }


def still_out(school_class: Any) -> dict[str, Any]:
    """Return what a class has on loan, and the titles of which several are out, to take back as one."""
    loans = open_loans_of_class(school_class)
    of_title: dict[int, list[Any]] = {}
    for loan in loans:
        of_title.setdefault(loan.item.record_id, []).append(loan.item)
    sets = [
        {"title": items[0].record.title, "barcodes": [item.barcode for item in items]}
        for items in of_title.values()
        if len(items) > 1
    ]
    return {"loans": loans, "sets": sets}


def scan_label(school_class: Any, current: Any, lending: Lending) -> str:
    """Return the words above the scan box: whose item comes next."""
    if lending.to == TO_TEACHER:
        if school_class.teacher is None:
            return gettext("This class has no teacher to lend to")
        return gettext("Scan items for %(name)s") % {"name": school_class.teacher.display_name}
    if current is None:
        return gettext("Everybody has the title. Scan an item to begin another")
    return gettext("Scan the item for %(name)s") % {"name": current.pupil.display_name}


def _current(sheet: ClassSheet, lending: Lending, after: int | None) -> Any:
    if after is None and lending.pupil_id is not None:
        chosen = next((line for line in sheet.pupils if line.pupil.pk == lending.pupil_id), None)
        if chosen is not None:
            return chosen
    if lending.record_id is None:
        return sheet.next_pupil() if after is None else _line_after(sheet, after)
    return sheet.next_pupil(after=after)


def _line_after(sheet: ClassSheet, after: int) -> Any:
    numbers = [line.pupil.pk for line in sheet.pupils]
    return sheet.pupils[(numbers.index(after) + 1) % len(numbers)] if after in numbers else sheet.next_pupil()


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 18 else None
