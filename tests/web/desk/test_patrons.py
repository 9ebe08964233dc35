"""Patrons at the desk: look-up, page, register, edit, block, card and PIN."""

from datetime import date
from decimal import Decimal

import pytest

from accounts.models import AuditEntry
from circulation.models import CirculationRule, Fee
from common.encryption import keyed_hash
from patrons.models import Block, Card, Patron
from tests.factories import (
    BlockFactory,
    CardFactory,
    FeeFactory,
    GuardianshipFactory,
    HoldFactory,
    LoanFactory,
    PatronCategoryFactory,
    PatronFactory,
    RuleFactory,
)


def text_of(answer):
    return answer.content.decode()


@pytest.fixture
def details(patron, number_of):
    """Return a form that registers somebody."""
    return {
        "given_name": "Åse",
        "family_name": "Øster",
        "category": patron.category_id,
        "home_branch": patron.home_branch_id,
        "birth_date": "1990-02-03",
        "email": "ase@post.example",
        "language": "da",
        "channel": "EMAIL",
        "card_number": number_of("card", 77),
        "pin": "4711",
    }


# --- Look-up ---


@pytest.mark.parametrize(
    "text", ["sol", "Ingrid", "Ingrid Sol", "Solvang, Ingrid", "14.03.1984", "ingrid@post.example"]
)
def test_finds_a_patron_by_what_she_says(librarian_client, patron, text):
    Patron.objects.filter(pk=patron.pk).update(email="ingrid@post.example")

    page = librarian_client.post("/desk/patrons", {"q": text}, follow=True)

    assert text not in page.redirect_chain[-1][0]
    assert f'href="/desk/patrons/{patron.pk}"' in text_of(page)


def test_goes_straight_to_the_patron_of_a_card(librarian_client, patron):
    assert librarian_client.post("/desk/patrons", {"q": "2090000001"}).url == f"/desk/patrons/{patron.pk}"
    assert librarian_client.get("/desk/patrons", {"q": "2090000001"}).url == f"/desk/patrons/{patron.pk}"


def test_looks_for_no_name_that_stands_in_an_address(librarian_client, patron):
    page = librarian_client.get("/desk/patrons", {"q": "solvang"})

    assert f"/desk/patrons/{patron.pk}" not in text_of(page)


def test_asks_for_three_letters(librarian_client, patron):
    assert "Write at least three letters." in text_of(librarian_client.post("/desk/patrons", {"q": "so"}, follow=True))


@pytest.mark.parametrize("token", ["solvang", "æ", "gAAAAA=="])
def test_looks_for_nothing_when_an_address_was_made_up(librarian_client, patron, token):
    page = librarian_client.get("/desk/patrons", {"found": token})

    assert page.status_code == 200
    assert "Seen lately" in text_of(page)


def test_suggests_patrons_while_a_name_is_typed(librarian_client, patron):
    answer = librarian_client.post("/desk/patrons/suggestions", {"q": "solv"})

    assert f'data-href="/desk/patrons/{patron.pk}"' in text_of(answer)


def test_lists_patrons_seen_lately_the_newest_first(librarian_client, patron):
    other = PatronFactory(given_name="Bo", family_name="Kvist")
    librarian_client.get(f"/desk/patrons/{patron.pk}")
    librarian_client.get(f"/desk/patrons/{other.pk}")

    page = text_of(librarian_client.get("/desk/patrons"))

    assert 0 < page.index("Bo Kvist") < page.index("Ingrid Solvang")


def test_finds_a_patron_by_national_id_and_logs_it(librarian_client, patron):
    Patron.objects.filter(pk=patron.pk).update(national_id_hash=keyed_hash("1403840009"))

    answer = librarian_client.post("/desk/patrons/by-national-id", {"national_id": "140384-0009"})

    entry = AuditEntry.objects.get(action="patrons.look_up_national_id")
    assert answer.url == f"/desk/patrons/{patron.pk}"
    assert entry.actor == librarian_client.staff
    assert "140384" not in str(entry.facts)


def test_says_that_nobody_has_the_national_id(librarian_client, patron):
    answer = librarian_client.post("/desk/patrons/by-national-id", {"national_id": "010101-0101"})

    assert answer.status_code == 404
    assert "No patron has this number." in text_of(answer)


def test_keeps_the_national_id_from_who_may_not_edit(school_client, rules):
    assert school_client.post("/desk/patrons/by-national-id", {"national_id": "140384-0009"}).status_code == 403
    assert "national" not in text_of(school_client.get("/desk/patrons"))


# --- The page ---


def test_shows_loans_fees_holds_and_family(librarian_client, patron, desk_branch):
    LoanFactory(patron=patron, item__record__title="The King's Fall", overdue=True)
    FeeFactory(patron=patron, amount="60.00", description="Two film cases")
    HoldFactory(ready=True, patron=patron, pickup_branch=desk_branch, shelf_number=52, record__title="Jerusalem")
    child = GuardianshipFactory(guardian=patron, child=PatronFactory(child=True, given_name="Alma")).child

    page = text_of(librarian_client.get(f"/desk/patrons/{patron.pk}"))

    assert "10 days late" in page
    assert "The King&#x27;s Fall" in page
    assert "Two film cases" in page
    assert "052" in page
    assert f'href="/desk/patrons/{child.pk}"' in page


def test_says_why_a_loan_cant_be_renewed(librarian_client, patron):
    loan = LoanFactory(patron=patron)
    HoldFactory.create_batch(2, record=loan.item.record)

    page = text_of(librarian_client.get(f"/desk/patrons/{patron.pk}"))

    assert "2 patrons wait for this title." in page


def test_knows_no_patron_of_a_stale_page(librarian_client, rules):
    assert librarian_client.get("/desk/patrons/999999").status_code == 404


# --- Register and edit ---


def test_registers_a_patron_with_her_card(librarian_client, details, number_of):
    answer = librarian_client.post("/desk/patrons/new", details)

    added = Patron.objects.get(family_name="Øster")
    assert answer.url == f"/desk/patrons/{added.pk}"
    assert added.birth_date == date(1990, 2, 3)
    assert added.cards.get().number == number_of("card", 77)


def test_registers_a_child_with_her_guardian(librarian_client, patron, details):
    child = PatronCategoryFactory(child=True)

    librarian_client.post("/desk/patrons/new", details | {"category": child.pk, "guardian_card": "2090000001"})

    assert Patron.objects.get(family_name="Øster").guardianships.get().guardian == patron


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"card_number": "2090000001"}, "It has another length than the municipality&#x27;s numbers."),
        ({"card_number": ""}, "This field is required."),
        ({"given_name": " "}, "This field is required."),
        ({"birth_date": "2030-01-01"}, "This day is still to come."),
        ({"birth_date": "31.31.1990"}, "This isn&#x27;t a day."),
        ({"pin": "12"}, "A PIN has four to eight digits."),
        ({"national_id": "nonsense"}, "This isn&#x27;t a national identity number."),
        ({"guardian_card": "2000000000"}, "No patron has this card."),
        ({"category": "99999"}, "Select a valid choice."),
        ({"email": "no address"}, "Enter a valid email address."),
        ({"given_name": "x" * 81}, "at most 80 characters"),
        ({"card_number": "-"}, "It has characters that the municipality&#x27;s numbers don&#x27;t have."),
    ],
)
def test_registers_nobody_with_a_fault_and_says_where_it_is(librarian_client, details, changed, said):
    before = Patron.objects.count()

    answer = librarian_client.post("/desk/patrons/new", details | changed)

    assert answer.status_code == 422
    assert said in text_of(answer)
    assert Patron.objects.count() == before


def test_registers_nobody_under_a_card_that_another_has(librarian_client, details, number_of):
    CardFactory(number=number_of("card", 78))

    answer = librarian_client.post("/desk/patrons/new", details | {"card_number": number_of("card", 78)})

    assert answer.status_code == 422
    assert "Another patron has this card." in text_of(answer)


def test_changes_what_is_known_about_a_patron(librarian_client, patron, details):
    answer = librarian_client.post(f"/desk/patrons/{patron.pk}/edit", details | {"city": "Fjordby"})

    patron.refresh_from_db()
    assert answer.status_code == 302
    assert (patron.given_name, patron.city) == ("Åse", "Fjordby")
    assert patron.cards.get().number == "2090000001"


def test_shows_the_form_filled_in(librarian_client, patron):
    page = text_of(librarian_client.get(f"/desk/patrons/{patron.pk}/edit"))

    assert 'value="Solvang"' in page
    assert 'value="1984-03-14"' in page


# --- Blocks, cards, PINs ---


def test_sets_a_block_once_however_often_its_sent(librarian_client, patron):
    form = {"reason": "Two cases are missing", "until": "2026-12-03"}

    for _ in range(2):
        librarian_client.post(f"/desk/patrons/{patron.pk}/block", form)

    block = Block.objects.get(patron=patron)
    assert (block.reason, block.until, block.item_type) == ("Two cases are missing", date(2026, 12, 3), None)


@pytest.mark.parametrize(
    "form", [{"reason": ""}, {"reason": "x", "until": "2026-11-18"}, {"reason": "x", "until": "no"}]
)
def test_sets_no_block_without_reason_or_with_a_day_gone_by(librarian_client, patron, form):
    answer = librarian_client.post(f"/desk/patrons/{patron.pk}/block", form)

    assert answer.status_code == 422
    assert "data-dialog-auto" in text_of(answer)
    assert not Block.objects.exists()


def test_lets_a_supervisor_lift_a_block(supervisor_client, patron, now):
    block = BlockFactory(patron=patron)

    supervisor_client.post(f"/desk/blocks/{block.pk}/lift")

    block.refresh_from_db()
    assert block.lifted_at == now


def test_lets_no_librarian_lift_a_block(librarian_client, patron):
    block = BlockFactory(patron=patron)

    answer = librarian_client.post(f"/desk/blocks/{block.pk}/lift")

    block.refresh_from_db()
    assert answer.status_code == 403
    assert block.lifted_at is None


def test_gives_a_new_card_and_ends_the_old_one(librarian_client, patron, number_of):
    number = number_of("card", 88)

    librarian_client.post(f"/desk/patrons/{patron.pk}/card", {"card_number": number, "reason": "LOST"})

    assert list(Card.objects.filter(patron=patron, is_active=True).values_list("number", flat=True)) == [number]


def test_charges_a_lost_card_unless_somebody_writes_why_not(librarian_client, patron, number_of):
    CirculationRule.objects.all().delete()
    RuleFactory(set={"card_fee": "25.00"})
    sent = {"card_number": number_of("card", 88), "reason": "LOST"}
    page = f"/desk/patrons/{patron.pk}/card"

    refused = librarian_client.post(page, sent | {"is_free": "on", "free_because": " "})
    free = librarian_client.post(page, sent | {"is_free": "on", "free_because": "Stolen"})
    charged = librarian_client.post(page, sent | {"card_number": number_of("card", 89)})

    assert [each.status_code for each in (refused, free, charged)] == [422, 302, 302]
    assert "Write why." in text_of(refused)
    assert Fee.objects.get(patron=patron).balance == Decimal("25.00")


@pytest.mark.parametrize("number", ["2090000001", "---", "", "x" * 40])
def test_gives_no_card_that_cant_be_one(librarian_client, patron, number):
    answer = librarian_client.post(f"/desk/patrons/{patron.pk}/card", {"card_number": number, "reason": "LOST"})

    assert answer.status_code == 422
    assert Card.objects.get(patron=patron).is_active


def test_gives_a_new_pin(librarian_client, patron):
    assert librarian_client.post(f"/desk/patrons/{patron.pk}/pin", {"pin": "8642"}).status_code == 302
    assert librarian_client.post(f"/desk/patrons/{patron.pk}/pin", {"pin": "abcd"}).status_code == 422


# --- Dialogs ---


@pytest.mark.parametrize("name", ["block", "card", "pin", "payment", "fee"])
def test_opens_a_dialog_when_its_asked_for(librarian_client, patron, name):
    address = f"/desk/patrons/{patron.pk}/dialogs/{name}"

    fragment = text_of(librarian_client.get(address, headers={"HX-Request": "true"}))
    page = text_of(librarian_client.get(address))

    assert fragment.lstrip().startswith("<dialog")
    assert f'<dialog class="dialog" id="{name}"' in page
    assert "<h1>Ingrid Solvang</h1>" in page


def test_asks_for_the_rest_of_a_fee_when_its_waived(supervisor_client, patron):
    fee = FeeFactory(patron=patron, amount="60.00")

    fragment = text_of(supervisor_client.get(f"/desk/patrons/{patron.pk}/dialogs/waiver-{fee.pk}"))

    assert 'value="60.00"' in fragment


def test_opens_no_dialog_about_things_of_another_patron(supervisor_client, patron):
    for name in (f"waiver-{FeeFactory().pk}", f"move-{HoldFactory().pk}", "waiver-", "waiver-x", "nonsense", "move-0"):
        assert supervisor_client.get(f"/desk/patrons/{patron.pk}/dialogs/{name}").status_code == 404


def test_opens_no_dialog_for_who_may_not(librarian_client, school_client, patron):
    fee = FeeFactory(patron=patron)

    assert librarian_client.get(f"/desk/patrons/{patron.pk}/dialogs/waiver-{fee.pk}").status_code == 403
    assert school_client.get(f"/desk/patrons/{patron.pk}/dialogs/payment").status_code == 403
