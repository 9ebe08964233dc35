"""A new school year begun by hand: classes move up in one go, leavers keep their loans, and it can be taken back."""

import pytest
from django.db import connection

from accounts.models import AuditEntry
from schools.errors import ClassRefused
from schools.models import ClassMembership, RollOver, SchoolClass
from schools.rules import is_last_grade, name_a_grade_up, year_after
from schools.selectors.classes import year_at
from schools.selectors.leavers import leavers_with_loans
from schools.services.roll_over import ClassStep, begin_year, undo_year
from tests.factories import NOW, TODAY, BranchFactory, ClassMembershipFactory, LoanFactory, SchoolClassFactory
from tests.schools.rosters import classes_of

THIS, NEXT = "2026-2027", "2027-2028"


@pytest.fixture
def branch(alpha):
    return BranchFactory(school=True)


@pytest.fixture
def five(branch):
    return SchoolClassFactory(branch=branch, name="5.B", grade=5)


@pytest.fixture
def nine(branch):
    return SchoolClassFactory(branch=branch, name="9.A", grade=9)


@pytest.fixture
def pupils(five, nine):
    return [ClassMembershipFactory(school_class=each).pupil for each in (five, five, nine)]


def begin(branch, *steps, year=THIS):
    given = [ClassStep(school_class, name, grade) for school_class, name, grade in steps]
    return begin_year(branch=branch, from_year=year, steps=given, staff=None, now=NOW)


@pytest.mark.parametrize(
    ("name", "next_name"),
    [("5.B", "6.B"), ("9A", "10A"), ("0. Blå", "1. Blå"), ("Hold 3", "Hold 4"), ("Kor", "Kor"), ("", "")],
)
def test_a_name_goes_a_grade_up(name, next_name):
    assert name_a_grade_up(name) == next_name


def test_years_and_last_grades():
    assert year_after("2026-2027") == "2027-2028"
    assert [is_last_grade(grade) for grade in (None, 8, 9, 10)] == [False, False, True, True]


def test_classes_move_up_and_leavers_keep_their_loans(branch, five, nine, pupils):
    anna, bo, leaver = pupils
    loan = LoanFactory(patron=leaver, lending_branch=branch)
    LoanFactory(patron=anna, lending_branch=branch)

    begin(branch, (five, "6.B", 6), (nine, "", None))

    new = SchoolClass.objects.get(school_year=NEXT)
    assert (new.name, new.grade, new.continues, new.teacher) == ("6.B", 6, five, five.teacher)
    assert (classes_of(anna), classes_of(bo), classes_of(leaver)) == (["6.B"], ["6.B"], [])
    (left,) = leavers_with_loans(branch.pk)
    assert (left, left.last_class, left.open_loans, left.left_on) == (leaver, "9.A", [loan], TODAY)
    assert year_at(branch.pk, TODAY) == NEXT
    facts = AuditEntry.objects.get(action="schools.begin_year").facts
    assert (facts["moved"], facts["left"]) == (2, 1)


def test_doing_it_twice_changes_nothing(branch, five, pupils):
    begin(branch, (five, "6.B", 6))
    before = set(ClassMembership.objects.values_list("pk", "school_class", "until"))

    with pytest.raises(ClassRefused) as refused:
        begin(branch, (five, "6.B", 6))

    assert refused.value.codes == ["NOTHING_TO_MOVE"]
    assert set(ClassMembership.objects.values_list("pk", "school_class", "until")) == before


def test_two_classes_of_one_name_become_one_and_others_stay(branch, five, nine, pupils):
    other = ClassMembershipFactory(school_class__branch=branch, school_class__name="5.C")

    begin(branch, (five, "6.X", 6), (other.school_class, "6.X", 6))

    assert SchoolClass.objects.get(school_year=NEXT).memberships.filter(until__isnull=True).count() == 3
    assert classes_of(pupils[2]) == ["9.A"]


def test_a_class_that_is_there_already_takes_them_in(branch, five, pupils):
    there = SchoolClassFactory(branch=branch, name="6.B", school_year=NEXT)
    ClassMembershipFactory(school_class=there, pupil=pupils[0])

    begin(branch, (five, "6.B", 6))

    assert there.memberships.filter(until__isnull=True).count() == 2


@pytest.mark.parametrize(
    ("changed", "name", "code"),
    [({"register_key": "a"}, "6.B", "CLASS_FROM_REGISTER"), ({}, " ", "NAME_MISSING")],
)
def test_what_cannot_be_done_changes_nothing(branch, five, pupils, changed, name, code):
    SchoolClass.objects.filter(pk=five.pk).update(**changed)

    with pytest.raises(ClassRefused) as refused:
        begin(branch, (five, name, 6))

    assert refused.value.codes == [code]
    assert classes_of(pupils[0]) == ["5.B"]
    assert not RollOver.objects.exists()


def test_it_is_taken_back_whole_and_once(branch, five, nine, pupils):
    before = set(ClassMembership.objects.values_list("pk", "school_class", "pupil", "until"))
    done = begin(branch, (five, "6.B", 6), (nine, "", None))

    undo_year(roll_over=done, staff=None, now=NOW)

    assert set(ClassMembership.objects.values_list("pk", "school_class", "pupil", "until")) == before
    assert not SchoolClass.objects.filter(school_year=NEXT).exists()
    with pytest.raises(ClassRefused) as refused:
        undo_year(roll_over=done, staff=None, now=NOW)
    assert refused.value.codes == ["NOT_THE_LATEST"]


def test_a_neighbours_leavers_are_not_there(branch, nine, pupils, beta):
    LoanFactory(patron=pupils[2], lending_branch=branch)
    begin(branch, (nine, "", None))
    connection.set_tenant(beta)

    assert not leavers_with_loans(branch.pk).exists()
