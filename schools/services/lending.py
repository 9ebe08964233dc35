"""Lends to a class and takes back from it; every loan is one of `circulation`, with its rules, locks and audit."""

from dataclasses import replace
from datetime import date, datetime

from accounts.models import StaffAccount
from circulation.errors import Code, Override
from circulation.services.check_out import check_out
from circulation.services.results import CheckOutResult
from common.errors import Reason
from holdings.models import Branch, Item
from patrons.models import Patron
from schools.errors import NO_TEACHER, NOT_IN_CLASS, ClassRefused
from schools.models import SchoolClass


def lend_to_pupil(
    *,
    school_class: SchoolClass,
    pupil_id: int,
    item: Item,
    branch: Branch,
    staff: StaffAccount,
    now: datetime,
    due_date: date | None = None,
    override: Override | None = None,
    scan_id: str | None = None,
) -> CheckOutResult:
    """Lend an item to a pupil of the class, all with one due date if one is given.

    :raises ClassRefused: NOT_IN_CLASS
    :raises circulation.errors.CheckOutRefused: with every reason found
    """
    pupil = Patron.objects.filter(
        pk=pupil_id, class_memberships__school_class=school_class, class_memberships__until__isnull=True
    ).first()
    if pupil is None:
        raise ClassRefused([Reason(NOT_IN_CLASS)])
    return check_out(
        item=item,
        patron=pupil,
        branch=branch,
        staff=staff,
        now=now,
        due_date=due_date,
        override=override,
        scan_id=scan_id,
    )


def lend_to_teacher(
    *,
    school_class: SchoolClass,
    item: Item,
    branch: Branch,
    staff: StaffAccount,
    now: datetime,
    due_date: date | None = None,
    override: Override | None = None,
    scan_id: str | None = None,
) -> CheckOutResult:
    """Lend an item of a class set to the class's teacher; that she has others of the title is no news then.

    :raises ClassRefused: NO_TEACHER
    :raises circulation.errors.CheckOutRefused: with every reason found
    """
    if school_class.teacher is None:
        raise ClassRefused([Reason(NO_TEACHER)])
    result = check_out(
        item=item,
        patron=school_class.teacher,
        branch=branch,
        staff=staff,
        now=now,
        due_date=due_date,
        override=override,
        scan_id=scan_id,
    )
    return replace(result, notices=tuple(each for each in result.notices if each.code != Code.HAS_SAME_TITLE))
