"""Makes a branch a school of the register's."""

from django.db import IntegrityError, transaction

from accounts.models import StaffAccount
from common.audit import record
from common.errors import Reason
from holdings.models import Branch
from patrons.models import PatronCategory
from schools.errors import BRANCH_IS_SCHOOL, NUMBER_MISSING, NUMBER_TAKEN, SchoolRefused
from schools.models import School


@transaction.atomic
def add_school(
    *,
    branch: Branch,
    number: str,
    pupil_category: PatronCategory,
    staff_category: PatronCategory,
    staff: StaffAccount | None,
) -> School:
    """Say under which number the register knows a school library's school.

    :raises SchoolRefused: NUMBER_MISSING, NUMBER_TAKEN or BRANCH_IS_SCHOOL
    """
    if School.objects.filter(branch=branch).exists():
        raise SchoolRefused([Reason(BRANCH_IS_SCHOOL)])
    school = School(branch=branch)
    _fill(school, number, pupil_category, staff_category)
    record(action="schools.add_school", actor=staff, subject=school, facts={"number": school.number})
    return school


@transaction.atomic
def change_school(
    *,
    school: School,
    number: str,
    pupil_category: PatronCategory,
    staff_category: PatronCategory,
    staff: StaffAccount | None,
) -> School:
    """Change a school's number or what its people become; who is known already stays as she is.

    :raises SchoolRefused: NUMBER_MISSING or NUMBER_TAKEN
    """
    school = School.objects.select_for_update(of=("self",)).select_related("branch").get(pk=school.pk)
    before = school.number
    _fill(school, number, pupil_category, staff_category)
    facts = {"before": before, "number": school.number}
    record(action="schools.change_school", actor=staff, subject=school, facts=facts)
    return school


def _fill(school: School, number: str, pupil_category: PatronCategory, staff_category: PatronCategory) -> None:
    number = number.strip()
    if not number:
        raise SchoolRefused([Reason(NUMBER_MISSING)])
    school.number, school.pupil_category, school.staff_category = number, pupil_category, staff_category
    try:
        with transaction.atomic():
            school.save()
    except IntegrityError as taken:
        # Two desks may have made the same branch a school at once.
        code = NUMBER_TAKEN if School.objects.filter(number=number).exclude(pk=school.pk).exists() else BRANCH_IS_SCHOOL
        raise SchoolRefused([Reason(code, facts={"number": number})]) from taken
