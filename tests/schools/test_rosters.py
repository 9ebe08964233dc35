"""What a register says is proposed, taken over, declined; people, classes and memberships follow."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.db import connection

from accounts.models import AuditEntry
from circulation.models import Hold, Loan
from patrons.models import Patron
from patrons.services.forgetting import forget_person
from patrons.services.merge import merge_patrons
from schools.errors import RosterRefused
from schools.models import ClassMembership, ClassTeacher, PupilContact, RosterUpdate, School, SchoolClass, SchoolPerson
from schools.register.difference import Doubt
from schools.selectors.proposals import proposal
from schools.selectors.standing import standing_of
from schools.services.rosters import confirm, decline, take_over
from tests.factories import (
    NOW,
    TODAY,
    ClassMembershipFactory,
    HoldFactory,
    LoanFactory,
    PatronFactory,
    SchoolClassFactory,
    SchoolFactory,
    StaffAccountFactory,
)
from tests.locks import statements_of
from tests.schools.rosters import CHOIR, A, B, classes_of, proposed, pupil, roster, taken, teacher

TOMORROW = NOW + timedelta(days=1)


@pytest.fixture
def school(alpha):
    return SchoolFactory()


def patron_of(key):
    return SchoolPerson.objects.select_related("patron").get(key=key, until__isnull=True).patron


def test_a_proposal_changes_nothing_and_a_confirmed_one_brings_everybody(school):
    born = date(2015, 3, 4)
    export = roster(
        school,
        pupil("u1", birth_date=born, email="u1@skole.example", city="Åby", groups=("c",)),
        pupil("u2", "b"),
        teacher("t1", "a", "c"),
        groups=(A, B, CHOIR),
    )

    update = proposed(school, export)
    assert (Patron.objects.count(), SchoolClass.objects.count()) == (0, 0)
    assert update.counts == {"came": 3, "new_groups": 3}
    update = confirm(update=update, answers={}, staff=None, now=NOW)

    ida = patron_of("u1")
    assert (ida.given_name, ida.birth_date, ida.email, ida.city) == ("Ida u1", born, "u1@skole.example", "Åby")
    assert (ida.category.code, patron_of("t1").category.code) == ("pupil", "teacher")
    assert (ida.home_branch, ida.channel) == (school.branch, Patron.Channel.EMAIL)
    assert (classes_of(ida), classes_of(patron_of("u2"))) == (["5.A", "Kor"], ["5.B"])
    assert sorted(ClassTeacher.objects.values_list("school_class__name", flat=True)) == ["5.A", "Kor"]
    assert PupilContact.objects.filter(person__patron=ida, has_custody=True).count() == 1
    assert (update.state, update.roster, update.decided_at) == (RosterUpdate.State.APPLIED, None, NOW)
    assert School.objects.get().school_year == "2026-2027"
    assert AuditEntry.objects.filter(action="patrons.register").count() == 3
    assert AuditEntry.objects.get(action="schools.apply_roster").facts["came"] == 3


def test_the_same_again_is_nothing(school):
    export = roster(school, pupil("u1"), teacher("t1", "a"))
    taken(school, export)

    assert proposed(school, export) is None
    assert take_over(school=school, export=export, source="FETCH", now=NOW) is None
    assert RosterUpdate.objects.count() == 1


def test_what_was_read_is_not_readable_in_the_database(school):
    update = proposed(school, roster(school, pupil("u1", given_name="Hemmelig")))

    assert b"Hemmelig" not in bytes(update.roster)


def test_moves_renames_and_corrections_follow(school):
    taken(school, roster(school, pupil("u1"), pupil("u2")))
    ida = patron_of("u1")
    Patron.objects.filter(pk=ida.pk).update(email="own@post.example", channel=Patron.Channel.SMS, language="sv")
    told = replace(pupil("u1", "b"), family_name="Lund")

    update = taken(school, roster(school, told, pupil("u2"), groups=(A, replace(B, name="5.X"))), now=TOMORROW)

    ida.refresh_from_db()
    assert (ida.family_name, ida.sort_key[:4]) == ("Lund", patron_of("u1").sort_key[:4])
    assert (ida.email, ida.channel, ida.language) == ("own@post.example", Patron.Channel.SMS, "sv")
    assert classes_of(ida) == ["5.X"]
    assert ClassMembership.objects.get(pupil=ida, until__isnull=False).until == TODAY + timedelta(days=1)
    assert update.counts == {"moved": 1, "changed": 1, "renamed": 1}


def test_whoever_leaves_keeps_her_loans_and_loses_her_holds(school):
    taken(school, roster(school, pupil("u1"), pupil("u2")))
    gone = patron_of("u1")
    loan, hold = LoanFactory(patron=gone), HoldFactory(patron=gone)

    taken(school, roster(school, pupil("u2")), now=TOMORROW)

    gone.refresh_from_db()
    hold.refresh_from_db()
    assert (gone.left_reason, classes_of(gone)) == (Patron.LeftReason.SCHOOL, [])
    assert Loan.objects.get(pk=loan.pk).returned_at is None
    assert hold.state == Hold.State.CANCELLED
    assert SchoolPerson.objects.get(key="u1").until == TODAY + timedelta(days=1)


def test_whoever_comes_back_is_the_same_patron(school):
    taken(school, roster(school, pupil("u1"), pupil("u2")))
    ida = patron_of("u1")
    taken(school, roster(school, pupil("u2")), now=TOMORROW)

    taken(school, roster(school, pupil("u1", "b"), pupil("u2")), now=TOMORROW)

    assert patron_of("u1") == ida
    assert (patron_of("u1").left_at, classes_of(ida)) == (None, ["5.B"])
    assert SchoolPerson.objects.filter(key="u1").count() == 2


def test_a_pupil_who_changes_schools_is_one_patron(school):
    other = SchoolFactory()
    taken(school, roster(school, pupil("u1"), pupil("u2")))
    ida = patron_of("u1")
    LoanFactory(patron=ida)

    taken(other, roster(other, pupil("u1", "b")))
    taken(school, roster(school, pupil("u2")))

    ida.refresh_from_db()
    assert patron_of("u1") == ida
    assert (ida.left_at, ida.home_branch, classes_of(ida)) == (None, other.branch, ["5.B"])


def test_a_teacher_of_two_schools_stays_while_one_has_her(school):
    other = SchoolFactory()
    taken(school, roster(school, teacher("t1", "a"), pupil("u1")))
    taken(other, roster(other, teacher("t1", "b"), pupil("u2", "b")))
    bo = SchoolPerson.objects.filter(key="t1")[0].patron

    taken(school, roster(school, pupil("u1")))

    bo.refresh_from_db()
    assert bo.left_at is None
    assert Patron.objects.filter(given_name="Bo").count() == 1
    assert ClassTeacher.objects.get(until__isnull=True).school_class.branch == other.branch


def test_a_protected_name_is_never_shown(school):
    taken(
        school,
        roster(school, pupil("u1", is_protected=True, alias="Elev Alm"), pupil("u2", is_protected=True), pupil("u3")),
    )

    assert patron_of("u1").display_name == "Elev Alm"
    hidden = patron_of("u2")
    assert hidden.display_name
    assert "Ida" not in hidden.display_name
    assert "ida" not in hidden.sort_key + hidden.given_name_key

    taken(school, roster(school, pupil("u1"), pupil("u2", is_protected=True), pupil("u3", is_protected=True)))

    assert patron_of("u1").display_name == "Ida u1 Holm"
    assert patron_of("u3").is_protected


def test_a_class_and_pupils_that_were_made_by_hand_become_the_registers(school):
    by_hand = SchoolClassFactory(branch=school.branch, name="5.A", grade=None)
    known = ClassMembershipFactory(
        school_class=by_hand, pupil__given_name="Ida u1", pupil__family_name="Holm", pupil__address="Egen vej 1"
    ).pupil
    hers = known.birth_date

    export = roster(school, pupil("u1", birth_date=hers, is_protected=True, alias="Elev"), pupil("u2", birth_date=hers))
    update = taken(school, export)

    by_hand.refresh_from_db()
    known.refresh_from_db()
    assert (by_hand.register_key, by_hand.grade) == ("a", 5)
    assert patron_of("u1") == known
    assert (known.address, known.alias) == ("Egen vej 1", "Elev")
    assert classes_of(known) == ["5.A"]
    assert update.counts["recognised"] == 1
    assert Patron.objects.filter(school_times__isnull=False).count() == 2


def test_nobody_is_recognised_where_two_fit(school):
    by_hand = SchoolClassFactory(branch=school.branch, name="5.A")
    twins = [
        ClassMembershipFactory(school_class=by_hand, pupil__given_name="Ida u1", pupil__family_name="Holm").pupil
        for _ in range(2)
    ]

    taken(school, roster(school, pupil("u1", birth_date=twins[0].birth_date)))

    assert patron_of("u1") not in twins


def test_a_group_that_is_gone_has_nobody_and_one_made_by_hand_stays(school):
    taken(school, roster(school, pupil("u1"), pupil("u2"), groups=(A, CHOIR)))
    ida = patron_of("u1")
    club = ClassMembershipFactory(school_class__branch=school.branch, school_class__name="Skak", pupil=ida).school_class

    taken(school, roster(school, pupil("u1", "b"), pupil("u2", "b"), groups=(B,)), now=TOMORROW)

    assert classes_of(ida) == ["5.B", club.name]
    assert SchoolClass.objects.get(register_key="c").gone_on == TODAY + timedelta(days=1)
    # Its key comes back: so does the class.
    taken(school, roster(school, pupil("u1"), pupil("u2")), now=TOMORROW)
    assert SchoolClass.objects.get(register_key="a").gone_on is None


def test_a_doubtful_export_waits_for_a_person(school):
    taken(school, roster(school, *(pupil(f"u{n}") for n in range(20))))

    update = take_over(school=school, export=roster(school, pupil("u1")), source="FETCH", now=NOW)

    assert (update.state, update.doubts) == (RosterUpdate.State.PROPOSED, [Doubt.MANY_LEFT])
    assert SchoolPerson.objects.filter(until__isnull=True).count() == 20


def test_a_plain_export_is_taken_over_by_itself_but_never_the_first(school):
    first = take_over(school=school, export=roster(school, pupil("u1")), source="FETCH", now=NOW)
    assert first.state == RosterUpdate.State.PROPOSED
    confirm(update=first, answers={}, staff=None, now=NOW)

    update = take_over(school=school, export=roster(school, pupil("u1"), pupil("u2")), source="FETCH", now=NOW)

    assert update.state == RosterUpdate.State.APPLIED
    assert classes_of(patron_of("u2")) == ["5.A"]


def test_changes_only_touch_whom_they_name(school):
    taken(school, roster(school, pupil("u1"), pupil("u2"), pupil("u3")))
    changes = roster(
        school,
        replace(pupil("u2", ""), family_name="Lund"),
        groups=(),
        year="",
        is_partial=True,
        gone=frozenset({"u3"}),
        joined=frozenset({("u1", "b")}),
        parted=frozenset({("u1", "a")}),
    )

    take_over(school=school, export=changes, source="FETCH", now=TOMORROW)

    assert classes_of(patron_of("u1")) == ["5.B"]
    assert (patron_of("u2").family_name, classes_of(patron_of("u2"))) == ("Lund", ["5.A"])
    assert not SchoolPerson.objects.filter(key="u3", until__isnull=True).exists()
    assert SchoolClass.objects.filter(gone_on__isnull=True).count() == 2


def test_changes_wait_until_what_they_add_to_is_decided(school):
    proposed(school, roster(school, pupil("u1")))

    with pytest.raises(RosterRefused) as refused:
        proposed(school, roster(school, pupil("u2"), is_partial=True))

    assert refused.value.codes == ["UPDATE_WAITING"]


def test_a_newer_proposal_overtakes_an_older_one(school):
    older = proposed(school, roster(school, pupil("u1")))
    newer = proposed(school, roster(school, pupil("u1"), pupil("u2")))

    for decide in (lambda: confirm(update=older, answers={}, staff=None, now=NOW), lambda: declined(older)):
        with pytest.raises(RosterRefused) as refused:
            decide()
        assert refused.value.codes == ["UPDATE_OVERTAKEN"]
    older.refresh_from_db()
    assert (older.state, older.roster) == (RosterUpdate.State.OVERTAKEN, None)
    assert confirm(update=newer, answers={}, staff=None, now=NOW).counts["came"] == 2


def declined(update):
    return decline(update=update, staff=None, now=NOW)


def test_a_declined_proposal_changes_nothing_and_is_forgotten(school):
    update = declined(proposed(school, roster(school, pupil("u1"))))

    assert (update.state, update.roster) == (RosterUpdate.State.DECLINED, None)
    assert not Patron.objects.exists()
    with pytest.raises(RosterRefused) as refused:
        confirm(update=update, answers={}, staff=None, now=NOW)
    assert refused.value.codes == ["UPDATE_DECIDED"]


def test_a_neighbours_schools_and_people_are_not_there(school, beta):
    taken(school, roster(school, pupil("u1")))
    connection.set_tenant(beta)

    assert not School.objects.exists()
    assert not RosterUpdate.objects.exists()
    theirs = SchoolFactory(number=school.number)
    taken(theirs, roster(theirs, pupil("u1")))
    assert standing_of(theirs).people.keys() == {"u1"}


def test_names_of_all_letters_and_lengths_are_kept_or_cut(school):
    taken(
        school,
        roster(
            school, pupil("u1", given_name="Ájlin Čáhppes", family_name="الأحمد"), pupil("u2", given_name="x" * 300)
        ),
    )

    assert patron_of("u1").display_name == "Ájlin Čáhppes الأحمد"
    assert len(patron_of("u2").given_name) == 80


def test_who_is_forgotten_leaves_no_key_and_no_contacts(school):
    taken(school, roster(school, pupil("u1"), pupil("u2")))
    ida = patron_of("u1")

    forget_person(ida.pk)

    assert not SchoolPerson.objects.filter(key="u1").exists()
    assert PupilContact.objects.count() == 1


def test_two_entries_of_one_pupil_become_one_that_the_register_does_not_overwrite(school):
    taken(school, roster(school, pupil("u1"), teacher("t1", "a")))
    known = PatronFactory(child=True, given_name="Ida", address="Egen vej 1", birth_date=None)
    ClassMembershipFactory(school_class=SchoolClass.objects.get(name="5.A"), pupil=known)

    merge_patrons(goes=patron_of("u1"), stays=known, staff=StaffAccountFactory(supervisor=True), now=NOW)
    taken(school, roster(school, pupil("u1", "b", address="Skolevej 1"), teacher("t1", "a")), now=TOMORROW)

    known.refresh_from_db()
    assert patron_of("u1") == known
    assert (known.address, classes_of(known)) == ("Egen vej 1", ["5.B"])


def test_the_only_teacher_is_the_classs_and_of_several_a_person_chooses(school):
    taken(school, roster(school, pupil("u1"), teacher("t1", "a", "b"), teacher("t2", "b", given_name="Åse")))

    assert SchoolClass.objects.get(name="5.A").teacher == patron_of("t1")
    assert SchoolClass.objects.get(name="5.B").teacher is None

    # Whom a person chose stays until she has left.
    SchoolClass.objects.filter(name="5.B").update(teacher=patron_of("t2"))
    gone = patron_of("t2")
    taken(school, roster(school, pupil("u1"), teacher("t1", "a", "b")))
    assert SchoolClass.objects.get(name="5.B").teacher == patron_of("t1") != gone


def test_two_keys_of_one_person_are_one_patron(school):
    taken(school, roster(school, pupil("u1"), pupil("u2", "b")))
    goes, stays = patron_of("u1"), patron_of("u2")
    merge_patrons(goes=goes, stays=stays, staff=StaffAccountFactory(supervisor=True), now=NOW)

    taken(school, roster(school, replace(pupil("u1"), level=5), pupil("u2", "b")), now=TOMORROW)
    assert classes_of(stays) == ["5.A", "5.B"]
    update = proposed(school, roster(school, pupil("u3"), *(pupil(f"v{n}") for n in range(3))))

    assert [each.name for each in proposal(update).left] == [stays.display_name] * 2


def test_a_teacher_whom_two_schools_name_at_once_is_one_patron(school):
    with statements_of("pg_advisory_xact_lock") as locks:
        taken(school, roster(school, teacher("t1", "a")))

    assert len(locks) == 1
