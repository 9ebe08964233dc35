"""A new school year in the register: classes go on, leavers leave, and all of it can be taken back."""

from datetime import timedelta

import pytest

from accounts.models import AuditEntry
from patrons.models import Patron
from schools.errors import RosterRefused
from schools.models import ClassMembership, School, SchoolClass, SchoolPerson
from schools.selectors.standing import standing_of
from schools.services.roster_undo import undo_roster
from schools.services.rosters import take_over
from tests.factories import NOW, ClassMembershipFactory, LoanFactory, SchoolFactory
from tests.schools.rosters import A, B, class_named, classes_of, next_year, pupil, roster, taken, teacher

NEXT = "2027-2028"
AUGUST = NOW + timedelta(days=260)
A2, B2 = next_year(A), next_year(B)


@pytest.fixture
def school(alpha):
    school = SchoolFactory()
    taken(school, roster(school, *(pupil(f"a{n}") for n in range(4)), *(pupil(f"b{n}", "b") for n in range(4))))
    return school


def in_august(school, *more, groups=(A2, B2)):
    people = [*(pupil(f"a{n}", "a2") for n in range(4)), *(pupil(f"b{n}", "b2") for n in range(4))]
    return roster(school, *people, *more, groups=groups, year=NEXT)


def patron_of(key):
    return SchoolPerson.objects.filter(key=key).latest("pk").patron


def test_classes_go_on_and_the_old_year_stays_known(school):
    update = take_over(school=school, export=in_august(school), source="FETCH", now=AUGUST)

    assert update.state == "APPLIED"
    assert class_named("6.A").continues == class_named("5.A")
    assert classes_of(patron_of("a1")) == ["6.A"]
    assert ClassMembership.objects.filter(school_class__name="5.A", until__isnull=False).count() == 4
    assert School.objects.get().school_year == NEXT
    assert take_over(school=school, export=in_august(school), source="FETCH", now=AUGUST) is None


def mixed(school):
    """Half of each class is in each of the new ones, and these have other letters."""
    x, y = next_year(A, line="X"), next_year(B, line="Y")
    people = [pupil(f"{line}{n}", "a2" if n % 2 else "b2") for line in "ab" for n in range(4)]
    return roster(school, *people, groups=(x, y), year=NEXT)


def test_a_class_that_nothing_tells_is_a_persons_to_say(school):
    waiting = take_over(school=school, export=mixed(school), source="FETCH", now=AUGUST)
    assert waiting.state == "PROPOSED"

    for answers in ({}, {"a": "a2"}, {"a": "a2", "b": "nowhere"}):
        with pytest.raises(RosterRefused) as refused:
            taken(school, mixed(school), answers=answers, now=AUGUST)
        assert refused.value.codes == ["CLASS_UNANSWERED"]
    taken(school, mixed(school), answers={"a": "a2", "b": ""}, now=AUGUST)

    assert SchoolClass.objects.get(register_key="a2").continues.name == "5.A"
    assert SchoolClass.objects.get(register_key="b2").continues is None


def state():
    return {
        "standing": standing_of(School.objects.get()),
        "memberships": set(ClassMembership.objects.filter(until__isnull=True).values_list("school_class", "pupil")),
        "classes": set(SchoolClass.objects.values_list("pk", "gone_on", "name")),
        "left": set(Patron.objects.filter(left_at__isnull=False).values_list("pk", flat=True)),
    }


def test_a_new_year_is_taken_back_whole(school):
    before = state()
    leaver = patron_of("b3")
    loan = LoanFactory(patron=leaver)
    export = in_august(school, pupil("new", "a2"), teacher("t", "a2"))
    export = roster(school, *(each for each in export.people if each.key != "b3"), groups=export.groups, year=NEXT)
    update = take_over(school=school, export=export, source="FETCH", now=AUGUST)
    assert state()["left"] == {leaver.pk}

    undone = undo_roster(update=update, staff=None, now=AUGUST)

    after = state()
    came = set(Patron.objects.filter(school_times__key__in=["new", "t"]).values_list("pk", flat=True))
    assert after.pop("left") == came
    before.pop("left")
    assert after == before
    loan.refresh_from_db()
    assert (loan.patron, loan.returned_at, undone.state) == (leaver, None, "UNDONE")
    assert AuditEntry.objects.filter(action="schools.undo_roster").count() == 1
    # And once more: the same people come again.
    again = take_over(school=school, export=export, source="FETCH", now=AUGUST)
    assert again.counts == update.counts
    assert Patron.objects.filter(school_times__key="new").distinct().count() == 1


def refused_undo(update):
    with pytest.raises(RosterRefused) as refused:
        undo_roster(update=update, staff=None, now=AUGUST)
    return refused.value.codes


def test_only_the_latest_is_taken_back_and_only_once(school):
    first = take_over(school=school, export=in_august(school), source="FETCH", now=AUGUST)
    second = take_over(school=school, export=in_august(school, pupil("new", "a2")), source="FETCH", now=AUGUST)

    assert refused_undo(first) == ["NOT_THE_LATEST"]
    undo_roster(update=second, staff=None, now=AUGUST)
    assert refused_undo(second) == ["NOT_THE_LATEST"]
    undo_roster(update=first, staff=None, now=AUGUST)
    assert School.objects.get().school_year == "2026-2027"


def test_a_class_that_was_used_meanwhile_stays(school):
    update = take_over(school=school, export=in_august(school), source="FETCH", now=AUGUST)
    by_hand = ClassMembershipFactory(school_class=class_named("6.A"))

    undo_roster(update=update, staff=None, now=AUGUST)

    by_hand.refresh_from_db()
    assert by_hand.school_class == class_named("6.A")
    assert not SchoolClass.objects.filter(name="6.B").exists()
