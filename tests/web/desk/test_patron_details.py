"""The page with a patron's cards, notes, family and membership, and what's done there."""

import re
from datetime import date, timedelta

import pytest

from accounts.models import AuditEntry
from patrons.models import Card, Guardianship, Patron, PatronNote
from tests.factories import (
    NOW,
    TODAY,
    BlockFactory,
    CardFactory,
    FeeFactory,
    GuardianshipFactory,
    LoanFactory,
    PatronCategoryFactory,
    PatronFactory,
    PatronNoteFactory,
)

HTMX = {"HX-Request": "true"}


def details(client, patron):
    return client.get(f"/desk/patrons/{patron.pk}/details").content.decode()


def test_shows_cards_notes_family_and_blocks_that_are_over(librarian_client, patron):
    CardFactory(patron=patron, number="2090000009", ended=True, ended_at=NOW)
    PatronNoteFactory(patron=patron, text="Reads German")
    GuardianshipFactory(child=patron, guardian=PatronFactory(given_name="Gro", family_name="Guard"))
    BlockFactory(patron=patron, reason="Long over", lifted_at=NOW, lifted_by="Sus")

    page = details(librarian_client, patron)

    for text in ("2090000001", "2090000009", "Reads German", "Gro Guard", "no consent yet", "Long over", "Sus"):
        assert text in page


@pytest.mark.parametrize("name", ["note", "morecard", "guardian", "contact", "leave"])
def test_each_dialog_opens(librarian_client, patron, name):
    response = librarian_client.get(f"/desk/patrons/{patron.pk}/dialogs/{name}", headers=HTMX)

    assert (response.status_code, "<dialog" in response.content.decode()) == (200, True)


def test_adds_a_card_and_says_when_it_is_taken(librarian_client, patron, number_of):
    taken = librarian_client.post(f"/desk/patrons/{patron.pk}/cards", {"card_number": "2090000001"})
    assert taken.status_code == 422
    assert Card.objects.filter(patron=patron).count() == 1

    added = librarian_client.post(f"/desk/patrons/{patron.pk}/cards", {"card_number": number_of("card", 77)})

    assert added.status_code == 302
    assert Card.objects.filter(patron=patron, is_active=True).count() == 2


def test_reports_a_card_lost_and_found(librarian_client, patron):
    card = patron.cards.get()

    librarian_client.post(f"/desk/cards/{card.pk}/lost")
    card.refresh_from_db()
    assert not card.is_active
    librarian_client.post(f"/desk/cards/{card.pk}/found")

    card.refresh_from_db()
    assert card.is_active
    assert librarian_client.post("/desk/cards/999999/lost").status_code == 404


def test_a_note_that_stands_out_is_read_in_the_panel_of_check_out(librarian_client, patron, scan):
    note = PatronNoteFactory(patron=patron, text="Ask for the new address", pops_up=True)
    panel = scan(librarian_client, "2090000001").content.decode()
    assert f"read-note-{note.pk}" in panel

    read = scan(librarian_client, "", patron=patron.pk, command=f"read-note-{note.pk}").content.decode()

    assert "Ask for the new address" in read
    assert f"read-note-{note.pk}" not in read
    note.refresh_from_db()
    assert (note.read_by, note.read_at) == ("Lis Librarian", NOW)


def test_a_note_that_was_read_yesterday_stands_out_again(librarian_client, patron, scan):
    note = PatronNoteFactory(patron=patron, pops_up=True, read_at=NOW - timedelta(days=1), read_by="Lis")

    assert f"read-note-{note.pk}" in scan(librarian_client, "2090000001").content.decode()


@pytest.mark.parametrize("command", ["read-note-0", "read-note-x", "read-note-999999", "read-note-"])
def test_a_note_of_nobody_is_read_by_nobody(librarian_client, patron, scan, command):
    assert scan(librarian_client, "", patron=patron.pk, command=command).status_code == 404


def test_a_note_of_somebody_else_is_not_read_in_passing(librarian_client, patron, scan):
    note = PatronNoteFactory(pops_up=True)

    assert scan(librarian_client, "", patron=patron.pk, command=f"read-note-{note.pk}").status_code == 404
    assert PatronNote.objects.get().read_at is None


def test_writes_and_takes_away_a_note(librarian_client, patron):
    response = librarian_client.post(f"/desk/patrons/{patron.pk}/notes", {"text": "Reads German", "pops_up": "on"})
    assert response.url == f"/desk/patrons/{patron.pk}"
    note = PatronNote.objects.get()

    assert "Reads German" in librarian_client.get(f"/desk/patrons/{patron.pk}").content.decode()
    librarian_client.post(f"/desk/notes/{note.pk}/read")
    librarian_client.post(f"/desk/notes/{note.pk}/end")

    assert "Reads German" not in librarian_client.get(f"/desk/patrons/{patron.pk}").content.decode()


@pytest.mark.parametrize("fields", [{"text": ""}, {"text": "x", "until": "2020-01-01"}, {"text": "x" * 501}])
def test_refuses_a_note_that_says_nothing_or_is_over(librarian_client, patron, fields):
    assert librarian_client.post(f"/desk/patrons/{patron.pk}/notes", fields).status_code == 422
    assert not PatronNote.objects.exists()


def test_sets_and_removes_a_guardian(librarian_client, patron):
    guardian = PatronFactory(card="2090000005")
    wrong = librarian_client.post(f"/desk/patrons/{patron.pk}/guardians", {"guardian_card": "2099999999"})
    assert wrong.status_code == 422
    fields = {"guardian_card": "2090000005", "has_consented": "on"}

    librarian_client.post(f"/desk/patrons/{patron.pk}/guardians", fields)
    link = Guardianship.objects.get()
    assert (link.guardian, link.consented_at, link.shows_loans) == (guardian, NOW, False)
    librarian_client.post(f"/desk/patrons/{patron.pk}/guardians/remove", {"guardian": guardian.pk})

    assert not Guardianship.objects.exists()
    again = librarian_client.post(f"/desk/patrons/{patron.pk}/guardians/remove", {"guardian": guardian.pk})
    assert again.status_code == 404


def test_renews_and_ends_a_membership(librarian_client, patron):
    category = PatronCategoryFactory(code="yearly", membership_months=12)
    Patron.objects.filter(pk=patron.pk).update(category=category, expires_on=TODAY + timedelta(days=3))
    assert patron.display_name in librarian_client.get("/desk/memberships").content.decode()

    librarian_client.post(f"/desk/patrons/{patron.pk}/membership")
    patron.refresh_from_db()
    assert patron.expires_on == date(2027, 11, 22)
    assert patron.display_name not in librarian_client.get("/desk/memberships").content.decode()

    assert librarian_client.post(f"/desk/patrons/{patron.pk}/leave", {"reason": "X"}).status_code == 422
    librarian_client.post(f"/desk/patrons/{patron.pk}/leave", {"reason": "DECEASED"})
    patron.refresh_from_db()
    assert patron.left_reason == "DECEASED"
    assert librarian_client.post(f"/desk/patrons/{patron.pk}/membership").status_code == 409
    librarian_client.post(f"/desk/patrons/{patron.pk}/come-back")

    patron.refresh_from_db()
    assert patron.left_at is None


def test_writes_down_whether_past_loans_are_kept(librarian_client, patron):
    librarian_client.post(f"/desk/patrons/{patron.pk}/history", {"keeps": "1"})
    patron.refresh_from_db()
    assert patron.keeps_history
    loan = LoanFactory(patron=patron, returned=True)

    librarian_client.post(f"/desk/patrons/{patron.pk}/history", {"keeps": "0"})

    loan.refresh_from_db()
    assert loan.patron is None


def test_asks_who_has_no_card_for_the_birth_date(librarian_client, patron, scan):
    assert "identity-birth_date" in scan(librarian_client, "Solvang").content.decode()
    assert "identity-birth_date" not in scan(librarian_client, "2090000001").content.decode()
    address = f"/desk/patrons/{patron.pk}/identify"

    right = librarian_client.post(address, {"birth_date": "14.03.1984"}, headers=HTMX).content.decode()
    wrong = librarian_client.post(address, {"birth_date": "15.03.1984"}, headers=HTMX).content.decode()
    unread = librarian_client.post(address, {"birth_date": "soon"}, headers=HTMX).content.decode()

    assert "The birth date is right" in right
    assert "isn&#x27;t the patron&#x27;s birth date" in wrong
    assert "day, month and year" in unread
    assert AuditEntry.objects.filter(action="patrons.identify").count() == 2


def test_shows_a_protected_address_only_to_those_who_may_and_once(librarian_client, supervisor_client, patron):
    Patron.objects.filter(pk=patron.pk).update(
        alias="Anna A", address="Hidden Road 7", phone="12345678", email="hidden@post.example"
    )
    secrets = ("Hidden Road 7", "12345678", "hidden@post.example", "Solvang")
    for client in (librarian_client, supervisor_client):
        pages = client.get(f"/desk/patrons/{patron.pk}").content.decode() + details(client, patron)
        assert not [secret for secret in secrets if secret in pages]
    address = f"/desk/patrons/{patron.pk}/protected"

    assert librarian_client.post(address, {"reason": "Why"}).status_code == 403
    assert supervisor_client.post(address, {"reason": ""}).status_code == 422
    shown = supervisor_client.post(address, {"reason": "Letter"}).content.decode()

    assert not [secret for secret in secrets if secret not in shown]
    assert AuditEntry.objects.get(action="patrons.see_protected").facts == {"reason": "Letter"}
    assert librarian_client.get(f"/desk/patrons/{patron.pk}/edit").status_code == 403


def test_finds_compares_and_merges_duplicates(supervisor_client, patron):
    double = PatronFactory(family_name="Solvang", card="2090000005")
    loan = LoanFactory(patron=double)
    assert f"/desk/patrons/{patron.pk}/compare?other={double.pk}" in (
        supervisor_client.get("/desk/patrons/duplicates").content.decode()
    )
    assert "Perhaps registered twice" in details(supervisor_client, patron)

    compared = supervisor_client.get(f"/desk/patrons/{patron.pk}/compare?card=2090000005").content.decode()
    assert "2090000005" in compared
    response = supervisor_client.post(f"/desk/patrons/{patron.pk}/merge", {"other": double.pk})

    loan.refresh_from_db()
    assert (response.status_code, loan.patron) == (302, patron)
    assert supervisor_client.get("/desk/patrons/duplicates").context["groups"] == []


@pytest.mark.parametrize(("born", "asks"), [(date(1990, 5, 17), True), (date(1985, 2, 3), False), (None, False)])
def test_asks_whether_two_people_born_on_different_days_are_one(supervisor_client, patron, born, asks):
    patron.birth_date = date(1985, 2, 3)
    patron.save()
    other = PatronFactory(birth_date=born)

    page = supervisor_client.get(f"/desk/patrons/{patron.pk}/compare?other={other.pk}").content.decode()

    assert ("are they one person?" in page) is asks


def test_says_why_two_entries_cannot_be_merged(supervisor_client, patron):
    gone = PatronFactory(left=True)

    page = supervisor_client.get(f"/desk/patrons/{patron.pk}/compare?other={gone.pk}").content.decode()
    refused = supervisor_client.post(f"/desk/patrons/{patron.pk}/merge", {"other": gone.pk})

    assert "This membership is over." in page
    assert refused.status_code == 409
    assert supervisor_client.get(f"/desk/patrons/{patron.pk}/compare?card=77").status_code == 404
    assert supervisor_client.post(f"/desk/patrons/{patron.pk}/merge", {"other": "x"}).status_code == 404


def test_a_librarian_merges_nobody(librarian_client, patron):
    other = PatronFactory()

    assert librarian_client.post(f"/desk/patrons/{patron.pk}/merge", {"other": other.pk}).status_code == 403
    assert Patron.objects.filter(left_at__isnull=False).count() == 0


def test_asks_before_somebody_is_registered_twice(librarian_client, patron, number_of):
    fields = {
        "given_name": "Ingrid",
        "family_name": "Solvang",
        "birth_date": "1984-03-14",
        "category": patron.category_id,
        "home_branch": patron.home_branch_id,
        "language": "en",
        "channel": "EMAIL",
        "card_number": number_of("card", 78),
        "pin": "4711",
        "municipality_code": "0540",
    }

    asked = librarian_client.post("/desk/patrons/new", fields)
    assert asked.status_code == 422
    assert "is registered already" in asked.content.decode()
    # A PIN is never sent back to a page.
    assert "Type the PIN again" in str(asked.context["form"].errors["pin"])
    assert 'value="4711"' not in asked.content.decode()
    assert Patron.objects.count() == 1

    librarian_client.post("/desk/patrons/new", fields | {"register_anyway": "1"})

    assert set(Patron.objects.values_list("municipality_code", flat=True)) == {"", "0540"}


def test_lists_who_has_died_with_loans_or_debts(librarian_client):
    died = {"left_reason": "DECEASED", "left_at": NOW}
    borrower, settled = PatronFactory(family_name="Borrower", **died), PatronFactory(family_name="Settled", **died)
    guardian, debtor = PatronFactory(family_name="Guardian", **died), PatronFactory(family_name="Debtor", **died)
    LoanFactory(patron=borrower)
    LoanFactory(patron=settled, returned=True)
    FeeFactory(patron=debtor, amount=40), FeeFactory(patron=debtor, amount=15, liable=guardian)
    FeeFactory(patron=settled, balance=0)
    LoanFactory(patron=PatronFactory(family_name="Moved", left_reason="MOVED", left_at=NOW))

    page = librarian_client.get("/desk/patrons/deceased").content.decode()

    cells = [re.findall(r">([^<>]+)</(?:a|td)>", row) for row in re.findall(r"<tr><td.*?</tr>", page)]
    assert {name.split()[-1]: (int(loans), owed.split()[0]) for name, _since, loans, owed, _branch in cells} == {
        "Borrower": (1, "0.00"),
        "Guardian": (0, "15.00"),
        "Debtor": (0, "55.00"),
    }


@pytest.mark.parametrize(("reason", "word"), [("DECEASED", "Deceased"), ("MOVED", "Moved away")])
def test_the_patron_s_page_says_why_the_membership_is_over(librarian_client, rules, reason, word):
    gone = PatronFactory(left_reason=reason, left_at=NOW)

    page = librarian_client.get(f"/desk/patrons/{gone.pk}").content.decode()

    assert word in page
    assert "Is a patron again" in page


def test_the_page_of_an_entry_that_was_merged_leads_to_the_other(librarian_client, rules):
    stays = PatronFactory()
    gone = PatronFactory(left_reason="MERGED", left_at=NOW, merged_into=stays)

    page = librarian_client.get(f"/desk/patrons/{gone.pk}").content.decode()

    assert f'<a href="/desk/patrons/{stays.pk}">See the other entry</a>' in page
    assert "Is a patron again" not in page


def test_says_who_gets_a_childs_messages_and_how(librarian_client, patron):
    child = PatronFactory(channel="LETTER", birth_date=date(2018, 5, 1))
    guardian = PatronFactory(given_name="Gro", family_name="Guard", channel="EMAIL", email="gro@example.org")
    GuardianshipFactory(child=child, guardian=guardian, shows_loans=True)

    page = librarian_client.get(f"/desk/patrons/{child.pk}").content.decode()

    assert '<dt>Messages by</dt><dd><span class="nowrap">Gro Guard</span> <span class="soft">E-mail</span></dd>' in page
