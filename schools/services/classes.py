"""Adds classes and changes them by hand."""

from collections.abc import Sequence
from datetime import date

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from accounts.models import StaffAccount
from common.audit import record
from common.errors import Reason
from holdings.models import Branch
from patrons.models import Patron
from schools.errors import CLASS_EXISTS, NAME_MISSING, ClassRefused
from schools.models import ClassMembership, SchoolClass


@transaction.atomic
def add_class(
    *,
    branch: Branch,
    name: str,
    grade: int | None,
    school_year: str,
    teacher: Patron | None,
    pupils: Sequence[Patron],
    staff: StaffAccount | None,
    today: date,
) -> SchoolClass:
    """Add a class with its pupils.

    :raises ClassRefused: NAME_MISSING or CLASS_EXISTS
    """
    _refuse_name(name, SchoolClass.objects.filter(branch=branch, school_year=school_year, name=name))
    try:
        school_class = SchoolClass.objects.create(
            branch=branch, name=name, grade=grade, school_year=school_year, teacher=teacher
        )
    except IntegrityError as taken:
        raise ClassRefused([Reason(CLASS_EXISTS, facts={"name": name})]) from taken
    ClassMembership.objects.bulk_create(
        [ClassMembership(school_class=school_class, pupil=pupil, since=today) for pupil in pupils]
    )
    record(action="schools.add_class", actor=staff, subject=school_class, facts={"pupils": len(pupils)})
    return school_class


@transaction.atomic
def change_class(
    *,
    school_class: SchoolClass,
    branch: Branch,
    name: str,
    grade: int | None,
    teacher: Patron | None,
    pupils: Sequence[Patron],
    staff: StaffAccount | None,
    today: date,
) -> SchoolClass:
    """Change a class and who is in it; whoever leaves it keeps her loans, and her time in it stays known.

    :raises ClassRefused: NAME_MISSING or CLASS_EXISTS
    """
    school_class = SchoolClass.objects.select_for_update().get(pk=school_class.pk)
    namesakes = SchoolClass.objects.filter(branch=branch, school_year=school_class.school_year, name=name)
    _refuse_name(name, namesakes.exclude(pk=school_class.pk))
    school_class.branch, school_class.name, school_class.grade, school_class.teacher = branch, name, grade, teacher
    school_class.save(update_fields=["branch", "name", "grade", "teacher"])
    current = ClassMembership.objects.filter(school_class=school_class, until__isnull=True)
    wanted = {pupil.pk for pupil in pupils}
    left = current.exclude(pupil_id__in=wanted).update(until=today)
    known = set(current.values_list("pupil_id", flat=True))
    ClassMembership.objects.bulk_create(
        [ClassMembership(school_class=school_class, pupil_id=pk, since=today) for pk in sorted(wanted - known)]
    )
    facts = {"came": len(wanted - known), "left": left}
    record(action="schools.change_class", actor=staff, subject=school_class, facts=facts)
    return school_class


def _refuse_name(name: str, namesakes: QuerySet[SchoolClass]) -> None:
    if not name.strip():
        raise ClassRefused([Reason(NAME_MISSING)])
    if namesakes.exists():
        raise ClassRefused([Reason(CLASS_EXISTS, facts={"name": name})])
