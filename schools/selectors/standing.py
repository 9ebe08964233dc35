"""Reads a school as it's stored, for an export to be compared with."""

from schools.models import ClassMembership, School, SchoolClass, SchoolPerson
from schools.register.people import GroupKind, RegisterGroup, Role
from schools.register.standing import KnownPerson, Standing


def standing_of(school: School) -> Standing:
    """Return what's known of a school by the register's keys. Three statements."""
    classes = SchoolClass.objects.filter(
        branch_id=school.branch_id, school_year=school.school_year, gone_on__isnull=True
    ).exclude(register_key="")
    groups = tuple(
        RegisterGroup(each.register_key, each.name, GroupKind(each.kind), each.grade, each.line) for each in classes
    )
    in_class = dict(
        ClassMembership.objects.filter(
            school_class__in=classes.filter(kind=SchoolClass.Kind.CLASS), until__isnull=True
        ).values_list("pupil_id", "school_class__register_key")
    )
    people = SchoolPerson.objects.filter(school=school, until__isnull=True).order_by("pk")
    return Standing(
        number=school.number,
        school_year=school.school_year,
        groups=groups,
        people={
            each.key: KnownPerson(each.key, Role.PUPIL in each.roles, in_class.get(each.patron_id, ""), each.told)
            for each in people
        },
    )
