from datetime import date, timedelta

import pytest
from django.contrib.auth.hashers import check_password

from accounts.models import AuditEntry
from patrons.errors import PatronLogInRefused, PatronRefused
from patrons.models import Block, Card, Patron
from patrons.selectors import active_blocks, guardians_of, wards_of
from patrons.services.blocks import lift_block, set_block
from patrons.services.cards import replace_card
from patrons.services.categories import add_category, change_category
from patrons.services.log_in import prove_patron
from patrons.services.register import PatronDetails, register_patron, set_pin
from tests.factories import (
    TODAY,
    BranchFactory,
    ItemTypeFactory,
    PatronCategoryFactory,
    PatronFactory,
    StaffAccountFactory,
)


@pytest.fixture(autouse=True)
def any_card(alpha):
    """Let any number be a card's, for tests that aren't about it."""
    alpha.barcode_schemes = {}


def details(**values):
    return PatronDetails(
        **{
            "given_name": "Åse",
            "family_name": "Østergaard",
            "category": PatronCategoryFactory(),
            "home_branch": BranchFactory(),
            "birth_date": date(1984, 3, 14),
        }
        | values
    )


def register(now, **values):
    known = {name: values.pop(name) for name in ("card_number", "pin", "guardians") if name in values}
    return register_patron(details=details(**values), staff=None, now=now, **{"card_number": "2090000001"} | known)


def test_adds_a_patron_with_her_card(alpha, now):
    patron = register(now, card_number=" 2090 000-001", pin="4711")

    card = Card.objects.get()
    assert (card.number, card.patron, card.is_active) == ("2090000001", patron, True)
    assert check_password("4711", patron.pin)
    assert "4711" not in patron.pin
    assert AuditEntry.objects.get().action == "patrons.register"


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"given_name": "  "}, "NAME_MISSING"),
        ({"birth_date": TODAY + timedelta(days=1)}, "BIRTH_DATE_IN_FUTURE"),
        ({"national_id": "12345"}, "NATIONAL_ID_MALFORMED"),
        ({"national_id": "x" * 500}, "NATIONAL_ID_MALFORMED"),
        ({"pin": "123"}, "PIN_MALFORMED"),
        ({"pin": "123456789"}, "PIN_MALFORMED"),
        ({"pin": "12ab"}, "PIN_MALFORMED"),
        ({"card_number": ""}, "CARD_MALFORMED"),
        ({"card_number": "x" * 33}, "CARD_MALFORMED"),
    ],
)
def test_refuses_what_can_not_be(alpha, now, values, code):
    with pytest.raises(PatronRefused) as refused:
        register(now, **values)

    assert refused.value.codes == [code]
    assert not Patron.objects.exists()
    assert not AuditEntry.objects.exists()


def test_says_everything_that_is_wrong_at_once(alpha, now):
    with pytest.raises(PatronRefused) as refused:
        register(now, given_name="", national_id="1", pin="x", card_number="")

    assert sorted(refused.value.codes) == [
        "CARD_MALFORMED",
        "NAME_MISSING",
        "NATIONAL_ID_MALFORMED",
        "PIN_MALFORMED",
    ]


def test_a_card_has_the_check_digit_of_the_municipality(alpha, now):
    alpha.barcode_schemes = {"card": {"prefix": "20", "length": 10, "check_digit": "mod10"}}

    with pytest.raises(PatronRefused) as refused:
        register(now, card_number="2090000001")

    assert refused.value.reasons[0].facts["problem"] == "CHECK_DIGIT"


def test_a_card_and_a_national_identity_number_belong_to_one(alpha, now):
    register(now, national_id="140384-1234")

    with pytest.raises(PatronRefused) as refused:
        register(now, national_id="1403841234")

    assert sorted(refused.value.codes) == ["CARD_TAKEN", "NATIONAL_ID_TAKEN"]
    assert Patron.objects.count() == 1


def test_a_child_has_guardians_who_are_adults(alpha, now):
    guardian, child = PatronFactory(), PatronFactory(child=True)

    ward = register(now, guardians=[guardian])
    with pytest.raises(PatronRefused) as refused:
        register(now, card_number="2090000002", guardians=[child])

    assert guardians_of(ward) == [guardian]
    assert wards_of(guardian) == [ward]
    assert refused.value.codes == ["GUARDIAN_IS_CHILD"]


# --- Cards and PINs ---


def test_a_new_card_ends_the_one_before(alpha, now):
    patron = PatronFactory(card="2090000001")

    replace_card(patron=patron, number="2090 000 002", reason="LOST", staff=StaffAccountFactory(), now=now)

    cards = Card.objects.order_by("pk").values_list("number", "is_active", "ended_reason")
    assert list(cards) == [("2090000001", False, "LOST"), ("2090000002", True, "")]


def test_a_card_of_somebody_else_ends_nothing(alpha, now):
    patron = PatronFactory(card="2090000001")
    PatronFactory(card="2090000002")

    with pytest.raises(PatronRefused) as refused:
        replace_card(patron=patron, number="2090000002", reason="LOST", staff=StaffAccountFactory(), now=now)

    assert refused.value.codes == ["CARD_TAKEN"]
    assert Card.objects.get(number="2090000001").is_active


def test_a_pin_has_four_to_eight_digits(alpha):
    patron = PatronFactory()
    set_pin(patron=patron, pin="12345678", staff=None)

    for wrong in ("", "123", "123456789", "12 34", "١٢٣٤x"):
        with pytest.raises(PatronRefused):
            set_pin(patron=patron, pin=wrong, staff=None)

    patron.refresh_from_db()
    assert check_password("12345678", patron.pin)


def test_card_and_pin_prove_who_she_is(alpha):
    patron = PatronFactory(card="2090000001")
    set_pin(patron=patron, pin="4711", staff=None)

    assert prove_patron(card_number="2090 000 001", pin="4711") == patron
    for card, pin in (("2090000001", "4712"), ("2090000009", "4711"), ("", ""), ("2090000001", "")):
        with pytest.raises(PatronLogInRefused) as refused:
            prove_patron(card_number=card, pin=pin)
        assert refused.value.codes == ["WRONG_CARD_OR_PIN"]


# --- Blocks ---


def block(patron, now, **values):
    return set_block(
        patron=patron,
        staff=StaffAccountFactory(name="Lis Librarian"),
        now=now,
        **{"reason": "Moved", "until": None, "item_type": None} | values,
    )


def test_a_block_holds_until_its_day_or_until_it_is_lifted(alpha, now):
    patron = PatronFactory()
    forever = block(patron, now)
    block(patron, now, reason="Films", until=TODAY, item_type=ItemTypeFactory(code="film"))

    assert active_blocks(patron, day=TODAY).count() == 2
    assert list(active_blocks(patron, day=TODAY + timedelta(days=1))) == [forever]
    assert forever.set_by == "Lis Librarian"


def test_the_same_block_sent_twice_is_one(alpha, now):
    patron = PatronFactory()

    assert block(patron, now) == block(patron, now)
    assert Block.objects.count() == 1


def test_lifting_needs_the_permission_and_happens_once(alpha, now):
    set_by_desk = block(PatronFactory(), now)
    supervisor = StaffAccountFactory(supervisor=True)

    with pytest.raises(PatronRefused) as refused:
        lift_block(block=set_by_desk, staff=StaffAccountFactory(), now=now)
    lift_block(block=set_by_desk, staff=supervisor, now=now)
    lift_block(block=set_by_desk, staff=supervisor, now=now + timedelta(days=1))

    set_by_desk.refresh_from_db()
    assert refused.value.codes == ["NOT_PERMITTED"]
    assert set_by_desk.lifted_at == now
    assert AuditEntry.objects.filter(action="patrons.lift_block").count() == 1


# --- Categories ---


def test_adds_and_changes_a_category(alpha):
    category = add_category(code="guest", name=" Guest ", kind="ADULT", actor=None)

    change_category(category=category, name="Visitor", kind="INSTITUTION", actor=None)

    category.refresh_from_db()
    assert (category.code, category.name, category.kind) == ("guest", "Visitor", "INSTITUTION")


@pytest.mark.parametrize(
    ("values", "codes"),
    [
        ({"code": "Å"}, ["CODE_MALFORMED"]),
        ({"code": "guest"}, ["CODE_TAKEN"]),
        ({"code": "", "name": " "}, ["NAME_MISSING", "CODE_MALFORMED"]),
    ],
)
def test_refuses_a_category_that_can_not_be(alpha, values, codes):
    PatronCategoryFactory(code="guest")

    with pytest.raises(PatronRefused) as refused:
        add_category(**{"code": "new", "name": "New", "kind": "ADULT", "actor": None} | values)

    assert refused.value.codes == codes
