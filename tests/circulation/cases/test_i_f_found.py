"""Cases I.F3, F6 and F7 after a while: what was paid for a lost item whose loan is long over."""

from collections import Counter
from datetime import timedelta
from decimal import Decimal

import pytest

from circulation.models import CirculationRule, Fee
from circulation.selectors.fees import credit_of, owed_by
from circulation.services.check_in import check_in
from circulation.services.check_out import check_out
from circulation.services.fees import take_payment
from circulation.services.nightly.forgetting import forget_traces
from circulation.services.report_item import report_lost, withdraw_item
from patrons.services.forgetting import forget_person
from tests.factories import RuleFactory
from tests.factories.moments import TODAY

PRICE, PROCESSING = Decimal("99.00"), Decimal("20.00")
LATER = timedelta(days=90)


class Lost:
    """An item that was lent at east, reported lost and paid for; its loan is over."""

    def __init__(self, library, now):
        self.library, self.now = library, now
        self.item = library.item(price=PRICE)
        self.patron = library.patron
        self.loan = check_out(
            item=self.item, patron=self.patron, branch=library.east, staff=library.staff, now=now
        ).loan
        report_lost(item=self.item, staff=library.staff, now=now)

    def pay(self):
        take_payment(
            patron=self.patron,
            amount=PRICE + PROCESSING,
            method="CASH",
            staff=self.library.staff,
            now=self.now,
            form_id="form-0001",
        )

    def forget(self, after=LATER):
        counts = Counter()
        forget_traces(on=TODAY + after, now=self.now + after, counts=counts)
        return +counts

    def find(self):
        return check_in(item=self.item, branch=self.library.east, staff=self.library.staff, now=self.now + LATER)


@pytest.fixture
def lost(library, now):
    CirculationRule.objects.all().delete()
    values = {"lost_charged_at_once": True, "lost_ends_loan": True, "processing_fee": "20.00", "block_at_debt": None}
    RuleFactory(set=values)
    return lambda: Lost(library, now)


def test_i_f3_months_later_what_was_paid_is_still_credited(lost):
    it = lost()
    it.pay()
    it.forget()

    it.find()

    assert credit_of(it.patron.pk) == PRICE
    # From now on it's forgotten as any fee.
    assert it.forget(2 * LATER)["fees"] == 1


def test_i_f3_what_leaves_the_library_for_good_is_forgotten_as_any_fee(lost, library, now):
    it = lost()
    it.pay()
    type(it.item).objects.filter(pk=it.item.pk).update(status="MISSING")
    withdraw_item(item=it.item, reason="Never came back", staff=library.staff, now=now)

    assert it.forget()["fees"] == 2
    assert not Fee.objects.filter(loan__isnull=False).exists()


@pytest.mark.parametrize(
    ("whose", "credit"), [("DESK", PRICE), ("ITEM_HOME", Decimal(0))], ids=["where it was lent", "where it belongs"]
)
def test_i_f6_the_policy_is_that_of_the_branch_whose_rules_the_loan_followed(library, alpha, lost, whose, credit):
    type(alpha).objects.filter(pk=alpha.pk).update(settings={"circulation": {"rules_of_loans": whose}})
    RuleFactory(values={"found_policy": "KEEP"}, branch=library.main)
    it = lost()
    it.pay()

    it.find()

    assert credit_of(it.patron.pk) == credit


def test_i_f6_and_that_of_where_the_patron_belongs(library, alpha, lost):
    type(alpha).objects.filter(pk=alpha.pk).update(
        settings={"circulation": {"municipality_code": "0580", "partner_codes": ["0540"]}}
    )
    RuleFactory(values={"found_policy": "KEEP"}, residence="PARTNER")
    type(library.patron).objects.filter(pk=library.patron.pk).update(municipality_code="0540")
    it = lost()
    it.pay()

    it.find()

    assert credit_of(it.patron.pk) == 0


def test_i_f7_whoever_has_been_forgotten_since_stands_in_no_way_of_the_item_s_return(lost, now):
    it = lost()
    it.pay()
    type(it.patron).objects.filter(pk=it.patron.pk).update(left_at=now)
    forget_person(it.patron.pk)

    it.find()

    it.item.refresh_from_db()
    # On its way home.
    assert (it.item.status, owed_by(it.patron.pk)) == ("IN_TRANSIT", 0)
