"""Classes and pupils."""

import factory
from factory.django import DjangoModelFactory

from schools.models import ClassMembership, School, SchoolClass
from tests.factories.holdings import BranchFactory
from tests.factories.moments import TODAY
from tests.factories.patrons import PatronCategoryFactory, PatronFactory


class SchoolFactory(DjangoModelFactory):
    """A school library that the register knows."""

    class Meta:
        model = School

    branch = factory.SubFactory(BranchFactory, school=True)
    number = factory.Sequence(lambda n: f"{999001 + n}")
    pupil_category = factory.SubFactory(PatronCategoryFactory, code="pupil", kind="CHILD")
    staff_category = factory.SubFactory(PatronCategoryFactory, code="teacher", kind="ADULT")


class SchoolClassFactory(DjangoModelFactory):
    """Class 5.B of this school year."""

    class Meta:
        model = SchoolClass

    branch = factory.SubFactory(BranchFactory, school=True)
    name = factory.Sequence(lambda n: f"5.{n}")
    grade = 5
    school_year = "2026-2027"
    teacher = factory.SubFactory(PatronFactory)


class ClassMembershipFactory(DjangoModelFactory):
    """A pupil in a class."""

    class Meta:
        model = ClassMembership

    school_class = factory.SubFactory(SchoolClassFactory)
    pupil = factory.SubFactory(PatronFactory, child=True)
    since = TODAY.replace(month=8, day=1)
