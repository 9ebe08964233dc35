"""What the class pages show, prepared for their templates."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import Http404, HttpRequest
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext

from catalogue.selectors import get_record
from schools.selectors import ClassSheet, class_sheet, get_class
from web.desk.areas import desk_areas

TO_PUPILS, TO_TEACHER = "pupils", "teacher"


@dataclass(frozen=True)
class Lending:
    """What the next scan means: which title, to whom, until when."""

    record_id: int | None
    pupil_id: int | None
    to: str
    due_date: date | None

    @classmethod
    def of(cls, values: Any) -> "Lending":
        """Read it from a form or an address; what can't be read counts as not given."""
        due = values.get("due", "")
        try:
            due_date = parse_date(due)
        except ValueError:
            due_date = None
        to = TO_TEACHER if values.get("to") == TO_TEACHER else TO_PUPILS
        return cls(_number(values.get("record")), _number(values.get("pupil")), to, due_date)


def class_or_404(pk: int) -> Any:
    """Return the class.

    :raises Http404: if this municipality has none with the number
    """
    school_class = get_class(pk)
    if school_class is None:
        raise Http404
    return school_class


def sheet_context(
    request: HttpRequest, school_class: Any, lending: Lending, *, after: int | None = None
) -> dict[str, Any]:
    """Return what the class page and its out-of-band parts need.

    :param after: who got the last item; the next who lacks one takes the next scan
    """
    today = timezone.localdate()
    sheet = class_sheet(school_class, record_id=lending.record_id, today=today)
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
        "today": today,
        "scan_label": scan_label(school_class, current, lending),
        "fields": {
            "record": lending.record_id or "",
            "pupil": current.pupil.pk if current else "",
            "to": lending.to,
            "due": lending.due_date.isoformat() if lending.due_date else "",
        },
    }


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
    return int(text) if text and text.isdecimal() and len(text) < 18 else None
