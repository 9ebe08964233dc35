from datetime import timedelta

import pytest

from accounts.models import AuditEntry
from patrons.errors import PatronRefused
from patrons.models import Card, ContactPerson, Guardianship, PatronNote
from patrons.selectors import get_patron_by_card
from patrons.selectors.desk_page import notes_of, wards_shown_to
from patrons.services.cards import add_card, end_card, find_card_again, replace_card
from patrons.services.family import add_contact, add_guardian, remove_contact, remove_guardian
from patrons.services.identity import check_birth_date, see_protected
from patrons.services.notes import acknowledge_note, end_note, write_note
from tests.factories import NOW, TODAY, PatronFactory, PatronNoteFactory, StaffAccountFactory


@pytest.fixture
def patron(alpha):
    alpha.barcode_schemes = {}
    return PatronFactory(card="2090000001")


@pytest.fixture
def staff(alpha):
    return StaffAccountFactory(name="Lis Librarian")


def actions():
    return list(AuditEntry.objects.order_by("pk").values_list("action", flat=True))


def test_a_second_card_works_beside_the_first(patron, staff):
    add_card(patron=patron, number="2090 000 002", staff=staff, now=NOW)

    assert get_patron_by_card("2090000001") == get_patron_by_card("2090000002") == patron


def test_a_lost_card_works_no_more_until_it_is_found(patron, staff):
    card = patron.cards.get()

    for _ in range(2):
        end_card(card=card, reason="LOST", staff=staff, now=NOW)
    assert get_patron_by_card("2090000001") is None
    for _ in range(2):
        find_card_again(card=card, staff=staff)

    assert get_patron_by_card("2090000001") == patron
    assert actions() == ["patrons.end_card", "patrons.find_card_again"]


def test_a_new_card_ends_all_others_and_a_refused_one_none(patron, staff):
    taken = PatronFactory().cards.get().number
    with pytest.raises(PatronRefused, match="CARD_TAKEN"):
        replace_card(patron=patron, number=taken, reason="LOST", staff=staff, now=NOW)
    assert get_patron_by_card("2090000001") == patron

    replace_card(patron=patron, number="2090000003", reason="LOST", staff=staff, now=NOW)

    old = Card.objects.get(number="2090000001")
    assert (old.is_active, old.ended_reason, old.ended_at) == (False, "LOST", NOW)


def test_a_note_stands_until_its_day_or_until_it_is_taken_away(patron, staff):
    note = write_note(
        patron=patron, text=" Reads\nGerman ", pops_up=False, only_once=True, until=TODAY, staff=staff, now=NOW
    )

    assert (note.text, note.only_once, note.written_by) == ("Reads German", False, "Lis Librarian")
    assert notes_of(patron, day=TODAY) == [note]
    assert notes_of(patron, day=TODAY + timedelta(days=1)) == []
    end_note(note=note, staff=staff, now=NOW)
    assert notes_of(patron, day=TODAY) == []


def test_the_same_note_again_is_one_and_an_empty_one_none(patron, staff):
    wanted = {"pops_up": True, "only_once": False, "until": None, "staff": staff, "now": NOW}
    for _ in range(2):
        write_note(patron=patron, text="Bring the box", **wanted)
    with pytest.raises(PatronRefused, match="NOTE_EMPTY"):
        write_note(patron=patron, text=" \n ", **wanted)

    assert PatronNote.objects.count() == 1
    assert actions() == ["patrons.write_note"]


@pytest.mark.parametrize(("only_once", "is_over"), [(True, True), (False, False)])
def test_a_note_that_was_read_says_by_whom_and_is_over_if_it_was_for_once(patron, staff, only_once, is_over):
    note = PatronNoteFactory(patron=patron, pops_up=True, only_once=only_once)

    read = acknowledge_note(note=note, staff=staff, now=NOW)

    assert (read.read_by, read.read_at, read.ended_at is not None) == ("Lis Librarian", NOW, is_over)


def test_a_guardian_is_an_adult_and_another(patron, staff):
    agreed = {"has_consented": True, "shows_loans": True, "staff": staff, "now": NOW}
    with pytest.raises(PatronRefused, match="GUARDIAN_IS_CHILD"):
        add_guardian(child=patron, guardian=PatronFactory(child=True), **agreed)
    with pytest.raises(PatronRefused, match="GUARDIAN_IS_HERSELF"):
        add_guardian(child=patron, guardian=patron, **agreed)
    assert not Guardianship.objects.exists()


def test_consent_keeps_its_day_and_can_be_withdrawn(patron, staff):
    guardian = PatronFactory()
    agreed = {"child": patron, "guardian": guardian, "shows_loans": False, "staff": staff}

    add_guardian(**agreed, has_consented=True, now=NOW)
    again = add_guardian(**agreed, has_consented=True, now=NOW + timedelta(days=1))
    assert (again.consented_at, wards_shown_to(guardian, day=TODAY)) == (NOW, [])

    assert add_guardian(**agreed, has_consented=False, now=NOW).consented_at is None
    assert remove_guardian(child=patron, guardian_id=guardian.pk, staff=staff)
    assert not remove_guardian(child=patron, guardian_id=guardian.pk, staff=staff)


def test_an_institution_has_contact_persons(patron, staff):
    known = {"patron": patron, "name": " Kirsten ", "role": "Head", "email": "k@post.example", "phone": ""}
    contact = add_contact(**known, staff=staff)
    assert add_contact(**known, staff=staff) == contact
    assert contact.name == "Kirsten"
    with pytest.raises(PatronRefused, match="NAME_MISSING"):
        add_contact(**(known | {"name": " "}), staff=staff)

    remove_contact(contact=contact, staff=staff)

    assert not ContactPerson.objects.exists()
    assert actions() == ["patrons.add_contact", "patrons.remove_contact"]


def test_the_birth_date_tells_who_she_is_and_each_question_is_noted(patron, staff):
    assert check_birth_date(patron=patron, told=patron.birth_date, staff=staff)
    assert not check_birth_date(patron=patron, told=TODAY, staff=staff)
    patron.birth_date = None
    assert not check_birth_date(patron=patron, told=TODAY, staff=staff)

    assert list(AuditEntry.objects.order_by("pk").values_list("facts", flat=True)) == [
        {"right": True},
        {"right": False},
        {"right": False},
    ]


def test_a_protected_name_is_seen_by_those_who_may_and_each_look_is_noted(patron, staff):
    with pytest.raises(PatronRefused, match="NOT_PERMITTED"):
        see_protected(patron=patron, reason="Curious", staff=staff)
    assert actions() == []

    see_protected(patron=patron, reason="Letter to the court", staff=StaffAccountFactory(supervisor=True))

    assert AuditEntry.objects.get().facts == {"reason": "Letter to the court"}
