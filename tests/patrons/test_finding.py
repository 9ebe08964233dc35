from datetime import date

import pytest
from django.db import connection

from accounts.models import AuditEntry
from common.encryption import decrypt, keyed_hash
from patrons.errors import PatronRefused
from patrons.rules import age_on, has_expired, name_keys
from patrons.selectors import (
    MOST_FOUND,
    find_patron_by_national_id,
    find_patrons,
    get_patron_by_card,
    patrons_by_cards,
    with_phone_ending,
    working_card,
    working_cards,
)
from patrons.services.register import change_patron, register_patron
from tests.factories import TODAY, CardFactory, PatronFactory, StaffAccountFactory
from tests.patrons.test_register import details


@pytest.fixture(autouse=True)
def danish(alpha):
    alpha.language, alpha.barcode_schemes = "da", {}
    connection.set_tenant(alpha)


def named(given, family, **columns):
    keys = name_keys(given, family, "da")
    return PatronFactory(given_name=given, family_name=family, sort_key=keys[0], given_name_key=keys[1], **columns)


def names(text):
    return [patron.display_name for patron in find_patrons(text)]


@pytest.mark.parametrize(
    "text",
    ["Øst", "øst", "ØSTERGAARD", "Åse", "åse øst", "Øster Åse", "østergaard, åse", "Østergård", "Aase", " Åse  Øst "],
)
def test_finds_a_name_by_its_beginning_in_either_order(text):
    named("Åse", "Østergaard")
    named("Bo", "Hansen")

    assert names(text) == ["Åse Østergaard"]


@pytest.mark.parametrize("text", ["", "Ø", "Øs", "  ", "gaard", "Åse Hansen", "%", "___", "'; --"])
def test_finds_nobody_by_less_than_three_letters_or_a_middle(text):
    named("Åse", "Østergaard")

    assert names(text) == []


def test_sorts_as_the_alphabet_does_and_stops_somewhere():
    for family in ("Åby", "Ærø", "Ørsted", "Andersen"):
        named("Kim", family)
    assert names("Kim") == ["Kim Andersen", "Kim Ærø", "Kim Ørsted", "Kim Åby"]

    for number in range(MOST_FOUND + 5):
        named("Kim", f"Zander {number}")
    assert len(names("Kim")) == MOST_FOUND


@pytest.mark.parametrize("text", ["14.03.1984", "14.3.84", "1984-03-14", "14031984", "140384", "14/03/1984"])
def test_finds_by_birth_date(text):
    named("Åse", "Østergaard", birth_date=date(1984, 3, 14))
    named("Bo", "Hansen", birth_date=date(1984, 3, 15))

    assert names(text) == ["Åse Østergaard"]


def test_two_digits_stand_for_the_year_of_either_century():
    named("Åse", "Østergaard", birth_date=date(1924, 3, 14))
    named("Bo", "Hansen", birth_date=date(2024, 3, 14))

    assert names("140324") == ["Bo Hansen", "Åse Østergaard"]


@pytest.mark.parametrize("text", ["290223", "310299", "991399", "00000000", "29.02.00"])
def test_a_day_that_never_was_finds_nobody(text):
    named("Åse", "Østergaard")

    assert names(text) == []


@pytest.mark.parametrize("text", ["+4512345678", "+45 12 34 56 78", "Aase@Post.Example", "20 9000 0001", "2090000001"])
def test_finds_by_phone_e_mail_and_card(text):
    named("Åse", "Østergaard", phone="+4512345678", email="aase@post.example", card="2090000001")
    named("Bo", "Hansen")

    assert names(text) == ["Åse Østergaard"]


@pytest.mark.parametrize(
    ("kept", "text"),
    [
        ("12 34 56 78", "12345678"),
        ("12 34 56 78", "+45 12345678"),
        ("+45 12 34 56 78", "12 34 56 78"),
        ("0045-12345678", "1234 5678"),
        ("+46 (0)70-123 45 67", "070-123 45 67"),
        ("012 345", "012345"),
    ],
)
def test_finds_a_phone_number_however_it_is_written(kept, text):
    named("Åse", "Østergaard", phone=kept)
    named("Bo", "Hansen", phone="87654321")

    assert names(text) == ["Åse Østergaard"]


@pytest.mark.parametrize("text", ["2090012345678", "+46 70 12345678", "345678", "+47 12345678"])
def test_numbers_that_only_end_like_a_phone_number_find_nobody(text):
    named("Åse", "Østergaard", phone="+45 12345678")

    assert names(text) == []


def test_a_phone_number_is_looked_up_by_its_index():
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")

    plan = with_phone_ending("12345678").explain()

    assert "patron_phone_ending" in plan


def test_does_not_find_who_has_left():
    named("Åse", "Østergaard", left=True)

    assert names("Østergaard") == []


def test_a_protected_name_shows_as_its_alias():
    named("Åse", "Østergaard", alias="Patron 17")

    assert names("Østergaard") == ["Patron 17"]


def test_finds_in_this_municipality_only(alpha, beta):
    connection.set_tenant(beta)
    named("Åse", "Østergaard", card="2090000001")
    connection.set_tenant(alpha)

    assert names("Østergaard") == []
    assert get_patron_by_card("2090000001") is None


def test_finds_in_few_queries_however_many_there_are(django_assert_num_queries):
    for number in range(20):
        named("Kim", f"Zander {number}")

    with django_assert_num_queries(3):
        found = find_patrons("Kim")
        assert all(list(patron.cards.all()) for patron in found)


def test_a_card_that_has_ended_belongs_to_nobody():
    patron = named("Åse", "Østergaard", card=False)
    CardFactory(patron=patron, number="2090000001", ended=True)
    CardFactory(patron=patron, number="2090000002")

    assert get_patron_by_card("2090000001") is None
    assert get_patron_by_card("2090-0000 02") == patron
    assert working_card(patron) == "2090000002"
    assert working_cards([patron]) == {patron.pk: "2090000002"}
    assert patrons_by_cards(["2090000001", "2090000002", "x"]) == {"2090000002": patron}


# --- National identity numbers ---


def registered(now, **values):
    return register_patron(
        details=details(national_id="140384-1234", **values), card_number="2090000001", staff=None, now=now
    )


def test_keeps_a_national_identity_number_encrypted_and_finds_it_by_its_hash(now):
    patron = registered(now)

    stored = bytes(patron.national_id_encrypted)
    assert b"1403841234" not in stored
    assert decrypt(stored) == "1403841234"
    assert bytes(patron.national_id_hash) == keyed_hash("1403841234")
    assert find_patron_by_national_id(" 140384 1234", staff=StaffAccountFactory(), today=TODAY) == patron


def test_logs_the_look_up_and_never_the_number(now, caplog):
    registered(now)
    staff = StaffAccountFactory()

    find_patron_by_national_id("140384-1234", staff=staff, today=TODAY)
    find_patron_by_national_id("010101-0101", staff=staff, today=TODAY)

    entries = AuditEntry.objects.filter(action="patrons.look_up_national_id").order_by("pk")
    assert [(entry.actor, entry.facts) for entry in entries] == [(staff, {"found": True}), (staff, {"found": False})]
    written = " ".join(str(values) for values in AuditEntry.objects.values()) + caplog.text
    assert "1403841234" not in written.replace("-", "")


def test_a_look_up_needs_the_permission(now):
    registered(now)

    with pytest.raises(PatronRefused) as refused:
        find_patron_by_national_id("140384-1234", staff=StaffAccountFactory(school_librarian=True), today=TODAY)

    assert refused.value.codes == ["NOT_PERMITTED"]
    assert not AuditEntry.objects.filter(action="patrons.look_up_national_id").exists()


def test_an_empty_number_leaves_the_stored_one(now):
    patron = registered(now)

    changed = change_patron(patron=patron, details=details(), staff=StaffAccountFactory(), now=now)

    assert decrypt(bytes(changed.national_id_encrypted)) == "1403841234"


# --- Ages and cards ---


@pytest.mark.parametrize(
    ("born", "day", "age"),
    [
        (date(2010, 11, 19), date(2026, 11, 19), 16),
        (date(2010, 11, 20), date(2026, 11, 19), 15),
        (date(2008, 2, 29), date(2026, 2, 28), 17),
        (date(2008, 2, 29), date(2026, 3, 1), 18),
        (None, date(2026, 3, 1), None),
    ],
)
def test_counts_full_years(born, day, age):
    assert age_on(born, day) == age


def test_the_last_day_of_a_membership_counts():
    assert not has_expired(date(2026, 11, 19), date(2026, 11, 19))
    assert has_expired(date(2026, 11, 18), date(2026, 11, 19))
    assert not has_expired(None, date(2026, 11, 19))
