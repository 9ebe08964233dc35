"""Two entries of one person become one, whichever room their things are in."""

from datetime import timedelta

import pytest
from django.db.models import ForeignKey

from accounts.models import AuditEntry
from circulation.models import Fee, Hold, Loan
from patrons.errors import PatronRefused
from patrons.models import Card, Guardianship, Patron, PatronNote
from patrons.selectors import get_patron_by_card
from patrons.services.merge import merge_patrons, what_moves
from schools.models import ClassMembership
from tests.factories import (
    NOW,
    ClassMembershipFactory,
    FeeFactory,
    GuardianshipFactory,
    HoldFactory,
    LoanFactory,
    PatronFactory,
    PatronNoteFactory,
    RecordFactory,
    StaffAccountFactory,
)


@pytest.fixture
def entries(alpha):
    return PatronFactory(card="2090000001", phone="", email=""), PatronFactory(card="2090000002", phone="12345678")


def merge(goes, stays, **role):
    return merge_patrons(goes=goes, stays=stays, staff=StaffAccountFactory(supervisor=True, **role), now=NOW)


def test_everything_moves_and_both_cards_find_her(entries):
    stays, goes = entries
    loan, hold, fee = LoanFactory(patron=goes), HoldFactory(patron=goes), FeeFactory(patron=goes)
    note = PatronNoteFactory(patron=goes)

    assert merge(goes, stays) == stays

    assert {row.patron for row in (Loan.objects.get(pk=loan.pk), Hold.objects.get(pk=hold.pk))} == {stays}
    assert (Fee.objects.get(pk=fee.pk).patron, PatronNote.objects.get(pk=note.pk).patron) == (stays, stays)
    assert get_patron_by_card("2090000001") == get_patron_by_card("2090000002") == stays
    goes.refresh_from_db()
    assert (goes.left_at, goes.left_reason, goes.merged_into) == (NOW, "MERGED", stays)
    assert Patron.objects.get(pk=stays.pk).phone == "12345678"


def test_no_reference_to_the_entry_that_goes_is_left(entries):
    stays, goes = entries
    LoanFactory(patron=goes, returned=True)
    GuardianshipFactory(guardian=goes)
    ClassMembershipFactory(pupil=goes)

    merge(goes, stays)

    left = [
        relation.related_model.__name__
        for relation in Patron._meta.related_objects
        if isinstance(relation.field, ForeignKey)
        and relation.related_model._default_manager.filter(**{relation.field.name: goes}).exists()
    ]
    assert left == []


def test_tells_beforehand_what_moves_and_changes_nothing(entries):
    stays, goes = entries
    LoanFactory(patron=goes)
    HoldFactory.create_batch(2, patron=goes)

    counts, reasons = what_moves(goes=goes, stays=stays)

    assert counts == {"patrons.card": 1, "circulation.loan": 1, "circulation.hold": 2}
    assert reasons == []
    assert Card.objects.filter(patron=goes).count() == 1


def test_of_two_holds_on_one_title_the_further_one_stays_in_the_earlier_place(entries):
    stays, goes = entries
    record = RecordFactory()
    earlier = HoldFactory(patron=stays, record=record, requested_at=NOW - timedelta(days=9))
    ready = HoldFactory(patron=goes, ready=True)
    Hold.objects.filter(pk=ready.pk).update(record=record)

    merge(goes, stays)

    earlier.refresh_from_db()
    ready.refresh_from_db()
    assert (earlier.state, earlier.end_reason) == ("CANCELLED", "MERGED")
    assert (ready.state, ready.patron, ready.requested_at) == ("READY", stays, NOW - timedelta(days=9))


def test_nobody_becomes_her_own_guardian_or_the_same_childs_twice(entries):
    stays, goes = entries
    GuardianshipFactory(child=goes, guardian=stays)
    child = PatronFactory(child=True)
    for guardian in entries:
        GuardianshipFactory(child=child, guardian=guardian)

    merge(goes, stays)

    assert [(link.child, link.guardian) for link in Guardianship.objects.all()] == [(child, stays)]


def test_a_pupil_stands_in_her_class_once(entries):
    stays, goes = entries
    membership = ClassMembershipFactory(pupil=stays)
    ClassMembershipFactory(pupil=goes, school_class=membership.school_class)

    merge(goes, stays)

    assert list(ClassMembership.objects.all()) == [membership]


def test_past_loans_are_forgotten_if_she_who_stays_keeps_none(entries):
    stays, goes = entries
    Patron.objects.filter(pk=goes.pk).update(keeps_history=True)
    goes.refresh_from_db()
    over = LoanFactory(patron=goes, returned=True)

    merge(goes, stays)

    assert Loan.objects.get(pk=over.pk).patron is None


def test_a_protected_name_stays_protected(entries):
    stays, goes = entries
    Patron.objects.filter(pk=goes.pk).update(alias="Anna A", sort_key="anna a", given_name_key="anna a")
    goes.refresh_from_db()

    merge(goes, stays)

    stays.refresh_from_db()
    assert (stays.alias, stays.sort_key) == ("Anna A", "anna a")


def test_takes_over_the_national_id_but_never_merges_two(entries):
    stays, goes = entries
    Patron.objects.filter(pk=goes.pk).update(national_id_hash=b"1" * 32, national_id_encrypted=b"x")
    other = PatronFactory(national_id_hash=b"2" * 32)

    merge(Patron.objects.get(pk=goes.pk), stays)

    stays.refresh_from_db()
    assert bytes(stays.national_id_hash) == b"1" * 32
    with pytest.raises(PatronRefused) as refused:
        merge(other, stays)
    assert refused.value.codes == ["BOTH_HAVE_NATIONAL_ID"]


def test_refuses_itself_those_who_left_and_whoever_may_not(entries):
    stays, goes = entries
    loan = LoanFactory(patron=goes)

    with pytest.raises(PatronRefused, match="SAME_PATRON"):
        merge(stays, stays)
    with pytest.raises(PatronRefused, match="HAS_LEFT"):
        merge(PatronFactory(left=True), stays)
    with pytest.raises(PatronRefused, match="NOT_PERMITTED"):
        merge_patrons(goes=goes, stays=stays, staff=StaffAccountFactory(), now=NOW)

    assert Loan.objects.get(pk=loan.pk).patron == goes
    assert not AuditEntry.objects.exists()


def test_merging_again_changes_nothing(entries):
    stays, goes = entries
    merge(goes, stays)
    merge(goes, stays)

    assert AuditEntry.objects.filter(action="patrons.merge").count() == 1
    entry = AuditEntry.objects.get(action="patrons.merge")
    assert entry.facts == {"merged_id": goes.pk, "moved": {"patrons.card": 1}}
