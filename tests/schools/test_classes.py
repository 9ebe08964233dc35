from datetime import timedelta

import pytest
from django.db import connection

from accounts.models import AuditEntry
from circulation.errors import CheckOutRefused, Override
from circulation.models import Loan
from schools.errors import ClassRefused
from schools.models import ClassMembership, SchoolClass
from schools.selectors.classes import class_sheet, classes, get_class, open_loans_of_class, pupils_of
from schools.services.classes import add_class, change_class
from schools.services.lending import lend_to_pupil, lend_to_teacher
from tests.factories import (
    NOW,
    TODAY,
    BlockFactory,
    BranchFactory,
    ClassMembershipFactory,
    ItemFactory,
    LoanFactory,
    PatronFactory,
    RecordFactory,
    RuleFactory,
    SchoolClassFactory,
    StaffAccountFactory,
)


@pytest.fixture
def school_class(alpha):
    RuleFactory()
    return SchoolClassFactory(name="5.B")


@pytest.fixture
def pupils(school_class):
    return [
        ClassMembershipFactory(school_class=school_class, pupil__given_name=name, pupil__given_name_key=name).pupil
        for name in ("carla", "anna", "bo")
    ]


def add(**values):
    return add_class(
        **{
            "branch": values.get("branch") or BranchFactory(),
            "name": "6.C",
            "grade": 6,
            "school_year": "2026-2027",
            "teacher": None,
            "pupils": PatronFactory.create_batch(2),
            "staff": None,
            "today": TODAY,
        }
        | values
    )


def test_adds_a_class_with_its_pupils(alpha):
    school_class = add()

    assert len(pupils_of(school_class)) == 2
    assert AuditEntry.objects.get().facts == {"pupils": 2}


def test_a_name_is_taken_once_a_year_and_school(alpha):
    school = BranchFactory(code="school")
    add(branch=school)

    add(branch=school, school_year="2027-2028")
    add(branch=BranchFactory())
    with pytest.raises(ClassRefused) as refused:
        add(branch=school)

    assert refused.value.codes == ["CLASS_EXISTS"]
    assert SchoolClass.objects.count() == 3


def test_a_class_needs_a_name(alpha):
    with pytest.raises(ClassRefused) as refused:
        add(name=" ")

    assert refused.value.codes == ["NAME_MISSING"]
    assert not ClassMembership.objects.exists()


def test_whoever_leaves_keeps_her_loans_and_can_come_back(school_class, pupils):
    carla, anna, bo = pupils
    LoanFactory(patron=bo)
    values = {"branch": school_class.branch, "name": "5.B", "grade": 5, "teacher": None, "staff": None, "today": TODAY}

    change_class(school_class=school_class, pupils=[carla, anna], **values)
    assert pupils_of(school_class) == [anna, carla]
    assert Loan.objects.get().patron == bo

    change_class(school_class=school_class, pupils=[carla, anna, bo], **values)
    assert ClassMembership.objects.filter(pupil=bo).count() == 2
    assert AuditEntry.objects.filter(action="schools.change_class").order_by("-pk")[0].facts == {"came": 1, "left": 0}


def test_lists_a_years_classes_with_those_who_are_in_them_now(school_class, pupils):
    SchoolClassFactory(school_year="2019-2020")
    ClassMembershipFactory(school_class=school_class, until=TODAY - timedelta(days=1))

    assert [
        (each.name, each.pupils) for each in classes(branch_id=school_class.branch_id, school_year="2026-2027")
    ] == [("5.B", 3)]


def test_a_neighbours_class_is_not_there(alpha, beta, school_class):
    connection.set_tenant(beta)

    assert get_class(school_class.pk) is None


def test_the_sheet_says_who_has_the_title_in_the_order_of_names(school_class, pupils, django_assert_num_queries):
    carla, _anna, _bo = pupils
    record = RecordFactory()
    LoanFactory(patron=carla, item__record=record, due_date=TODAY - timedelta(days=1))
    LoanFactory(patron=school_class.teacher, item__record=record)

    with django_assert_num_queries(3):
        sheet = class_sheet(school_class, record_id=record.pk, now=NOW)

    assert [(line.number, line.pupil.given_name, line.loan is not None) for line in sheet.pupils] == [
        (1, "anna", False),
        (2, "bo", False),
        (3, "carla", True),
    ]
    assert [line.pupil.given_name for line in sheet.lacking] == ["anna", "bo"]
    assert (sheet.pupils[2].loans, sheet.pupils[2].overdue, len(sheet.teacher_loans)) == (1, 1, 1)
    assert sheet.next_pupil(after=sheet.pupils[1].pupil.pk).pupil.given_name == "anna"


def test_lists_everything_that_is_still_out_overdue_first(school_class, pupils):
    late = LoanFactory(patron=pupils[0], due_date=TODAY - timedelta(days=1))
    early = LoanFactory(patron=school_class.teacher, due_date=TODAY + timedelta(days=1))
    LoanFactory()

    assert open_loans_of_class(school_class) == [late, early]


def lend(school_class, service=lend_to_pupil, **values):
    return service(
        **{
            "school_class": school_class,
            "branch": school_class.branch,
            "staff": StaffAccountFactory(school_librarian=True),
        }
        | values
    )


def test_lends_to_a_pupil_until_the_day_that_all_get(school_class, pupils, now):
    due = TODAY + timedelta(days=90)

    result = lend(school_class, pupil_id=pupils[0].pk, item=ItemFactory(), now=now, due_date=due)

    assert (result.loan.patron, result.loan.due_date) == (pupils[0], due)


def test_lends_to_nobody_outside_the_class(school_class, pupils, now):
    for pupil_id in (0, 999999, PatronFactory().pk):
        with pytest.raises(ClassRefused) as refused:
            lend(school_class, pupil_id=pupil_id, item=ItemFactory(), now=now)
        assert refused.value.codes == ["NOT_IN_CLASS"]

    assert not Loan.objects.exists()


def test_the_rules_of_circulation_hold_here_too(school_class, pupils, now):
    BlockFactory(patron=pupils[0])
    item = ItemFactory()

    with pytest.raises(CheckOutRefused) as refused:
        lend(school_class, pupil_id=pupils[0].pk, item=item, now=now)

    assert refused.value.codes == ["PATRON_BLOCKED"]
    assert not Loan.objects.exists()


def test_an_override_lends_all_the_same(school_class, pupils, now):
    pupils[0].expires_on = TODAY - timedelta(days=1)
    pupils[0].save()

    result = lend(
        school_class,
        pupil_id=pupils[0].pk,
        item=ItemFactory(),
        now=now,
        override=Override(["PATRON_EXPIRED"], "Comes on Monday"),
    )

    assert result.loan.patron == pupils[0]


def test_lends_to_the_teacher_if_there_is_one(school_class, now):
    result = lend(school_class, lend_to_teacher, item=ItemFactory(), now=now)
    assert result.loan.patron == school_class.teacher

    school_class.teacher = None
    with pytest.raises(ClassRefused) as refused:
        lend(school_class, lend_to_teacher, item=ItemFactory(), now=now)
    assert refused.value.codes == ["NO_TEACHER"]
