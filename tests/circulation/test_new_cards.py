"""What a new card costs in place of a lost one."""

from decimal import Decimal

import pytest

from accounts.models import AuditEntry
from circulation.models import CirculationRule, Fee
from circulation.services.new_cards import replace_card
from patrons.errors import PatronRefused
from patrons.models import Card, Guardianship
from patrons.services.cards import add_card
from tests.factories import NOW, CardFactory, PatronFactory, RuleFactory

NUMBER = "2090000088"


@pytest.fixture(autouse=True)
def _any_number(alpha):
    alpha.barcode_schemes = {}


@pytest.fixture
def costs(library):
    CirculationRule.objects.all().delete()
    RuleFactory(set={"card_fee": "25.00"})
    return library


def give(library, patron=None, **values):
    values = {"number": NUMBER, "reason": "LOST", **values}
    patron = patron or library.patron
    return replace_card(patron=patron, branch=library.main, staff=library.staff, now=NOW, **values)


def test_a_lost_card_costs_what_the_rules_say(costs):
    fee = give(costs)

    fee.refresh_from_db()
    assert (fee.kind, fee.balance, fee.patron, fee.liable) == ("CARD", Decimal("25.00"), costs.patron, None)
    entry = fee.entries.get()
    assert (entry.amount, entry.rule["value"]) == (Decimal("25.00"), "card_fee")
    card = Card.objects.get(number=NUMBER)
    charged = AuditEntry.objects.get(action="circulation.charge_card")
    assert charged.facts == {"amount": "25.00", "card_id": card.pk}


def test_the_guardian_is_liable_for_a_childs(costs):
    child, guardian = PatronFactory(child=True, home_branch=costs.main), PatronFactory(home_branch=costs.main)
    Guardianship.objects.create(child=child, guardian=guardian)

    assert give(costs, child).liable == guardian


def test_a_card_that_is_handed_in_costs_nothing(costs):
    assert give(costs, reason="REPLACED") is None
    assert not Fee.objects.exists()


def test_without_a_rule_it_costs_nothing(library):
    assert give(library) is None
    assert not Fee.objects.exists()


def test_let_off_she_pays_nothing_and_the_log_says_why(costs):
    assert give(costs, free_because="Stolen, police report seen") is None

    assert not Fee.objects.exists()
    facts = AuditEntry.objects.get(action="circulation.free_card").facts
    assert (facts["amount"], facts["reason"]) == ("25.00", "Stolen, police report seen")


def test_a_refused_card_is_not_charged(costs):
    CardFactory(number=NUMBER)

    with pytest.raises(PatronRefused):
        give(costs)

    assert not Fee.objects.exists()


def test_one_more_card_costs_nothing(costs):
    add_card(patron=costs.patron, number=NUMBER, staff=costs.staff, now=NOW)

    assert not Fee.objects.exists()
