"""Refusals in the words of the school desk."""

from collections.abc import Sequence
from dataclasses import replace

from django.utils.translation import gettext

from circulation.errors import Code
from common.errors import Reason, Refused
from holdings.selectors import branch_names
from schools.errors import (
    CLASS_EXISTS,
    CLASS_FROM_REGISTER,
    NAME_MISSING,
    NO_TEACHER,
    NOT_IN_CLASS,
    NOT_THE_LATEST,
    NOTHING_TO_MOVE,
)
from web.account.requests import StaffRequest
from web.words.for_staff import ReasonText, reason_texts


def class_text(code: str) -> str:
    """Return what one of the schools' own reasons means, nothing for another."""
    return {
        NOT_IN_CLASS: gettext("This pupil isn't in the class any more."),
        NO_TEACHER: gettext("The class has no teacher to lend to."),
        CLASS_EXISTS: gettext("The school has a class of this name this year."),
        NAME_MISSING: gettext("It needs a name."),
        NOTHING_TO_MOVE: gettext("No class has a pupil to move. Somebody else may have begun the year meanwhile."),
        CLASS_FROM_REGISTER: gettext("A class of the school register moves when the register does."),
        NOT_THE_LATEST: gettext("Only the latest change of a school can be taken back, and only once."),
    }.get(code, "")


def words(request: StaffRequest, refused: Refused) -> list[ReasonText]:
    """Return a refusal's reasons for the person who reads them."""
    staff, tenant = request.staff, request.tenant
    told = reason_texts(
        refused.reasons, permissions=staff.permissions, currency=tenant.currency, branches=branch_names()
    )
    return [replace(each, text=class_text(each.code) or each.text) for each in told]


def second_of_title(request: StaffRequest, notices: Sequence[Reason]) -> list[ReasonText]:
    """Return the news that a pupil has the title already; the rest of the news is for the desk, not the class."""
    told = tuple(each for each in notices if each.code == Code.HAS_SAME_TITLE)
    return reason_texts(told, permissions=request.staff.permissions, currency=request.tenant.currency)


def unknown(barcode: str) -> ReasonText:
    """Say that no item has what was scanned."""
    if not barcode:
        return ReasonText("NOTHING_SCANNED", gettext("Nothing was scanned."))
    return ReasonText(
        "ITEM_UNKNOWN",
        gettext("No item has the barcode %(barcode)s.") % {"barcode": barcode},
        next_step=gettext("Check the label, or look the title up in the catalogue."),
    )
