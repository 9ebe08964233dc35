"""What a guardian reads of the fees she pays for a child, on her page of fees and payments."""

from datetime import date

import pytest

from patrons.models import Guardianship, Patron
from tests.factories import TODAY, FeeFactory, GuardianshipFactory


@pytest.fixture
def child(patron):
    """Ingrid's child, with a fee for two loans that she is liable for."""
    child = GuardianshipFactory(guardian=patron, child__given_name="Bo", child__family_name="Tvede").child
    covers = [{"loan": 1, "title": "Tine"}]
    fee = FeeFactory(patron=child, liable=patron, kind="OVERDUE", description="Lucky Per", covers=covers)
    fee.entries.update(rule={"from_day": 8, "step_total": "40.00", "days_late": 9, "calendar": "EVERY_DAY"})
    return child


def page_of(browser):
    return browser.get("/me/money").content.decode().replace("\xa0", " ")


def test_where_the_loans_are_shown_the_fee_tells_what_it_is_for(at_home, child):
    page = page_of(at_home)

    assert all(word in page for word in ("for Bo Tvede", "Lucky Per", "Tine", "40.00", "9 days late, every day counts"))


def _hide_loans(child):
    Guardianship.objects.update(shows_loans=False)


def _come_of_age(child):
    Patron.objects.filter(pk=child.pk).update(birth_date=date(TODAY.year - 18, TODAY.month, TODAY.day))


@pytest.mark.parametrize("happens", [_hide_loans, _come_of_age])
@pytest.mark.parametrize("balance", [40, 0])
def test_where_they_are_not_shown_it_tells_kind_day_and_amount_only(at_home, child, happens, balance):
    happens(child)
    child.fees.update(balance=balance)

    page = page_of(at_home)

    assert all(word in page for word in ("Overdue", "for Bo Tvede", "40.00"))
    assert not any(word in page for word in ("Lucky Per", "Tine", "9 days late"))


def test_a_protected_child_is_called_by_its_alias(at_home, child):
    Patron.objects.filter(pk=child.pk).update(alias="Reader 7")

    page = page_of(at_home)

    assert "for Reader 7" in page
    assert not any(name in page for name in ("for Bo", "Tvede"))
