"""Cases I.F3, F6 and F7 after a while: what was paid for a lost item whose loan is long over."""

from collections import Counter
from datetime import timedelta
from decimal import Decimal

import pytest

from accounts.models import AuditEntry
from circulation.errors import Code, UndoRefused
from circulation.models import CirculationRule, Fee
from circulation.selectors.fees import credit_of, owed_by
from circulation.services.check_in import check_in
from circulation.services.check_out import check_out
from circulation.services.fees import take_payment
from circulation.services.nightly.forgetting import forget_traces
from circulation.services.report_item import report_lost, withdraw_item
from circulation.services.undo import undo
from notices.models import Notice
from patrons.services.forgetting import forget_person
from tests.factories import BlockFactory, RuleFactory
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

    def find(self, after=LATER):
        return check_in(item=self.item, branch=self.library.east, staff=self.library.staff, now=self.now + after)

    def undo(self, found):
        undo(entry=AuditEntry.objects.get(pk=found.entry_id), staff=self.library.staff, now=self.now)


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


@pytest.mark.parametrize("noted", ["LOST", "MISSING"])
def test_i_f3_what_was_withdrawn_in_between_is_credited_when_it_is_found(lost, library, now, noted):
    it = lost()
    it.pay()
    type(it.item).objects.filter(pk=it.item.pk).update(status=noted)
    withdraw_item(item=it.item, reason="Never came back", staff=library.staff, now=now)
    # The processing fee is forgotten, the claim isn't.
    assert it.forget()["fees"] == 1

    found = it.find()

    assert (found.item.status, found.goes_to.value, found.changed) == ("WITHDRAWN", "ASIDE", True)
    assert credit_of(it.patron.pk) == PRICE
    [settled] = [notice.facts for notice in found.notices if notice.code == Code.LOST_CLAIM_ENDED]
    assert (settled["taken_back"], settled["credited"]) == ("0.00", "99.00")
    again = it.find()
    assert (again.changed, credit_of(it.patron.pk)) == (False, PRICE)
    assert it.forget(2 * LATER)["fees"] == 1


def test_i_f2_what_was_withdrawn_and_is_still_owed_is_owed_no_more_and_an_undone_scan_claims_it_again(lost, library):
    it = lost()
    withdraw_item(item=it.item, reason="Never came back", staff=library.staff, now=it.now)

    found = it.find()

    assert owed_by(it.patron.pk) == PROCESSING
    [settled] = [notice.facts for notice in found.notices if notice.code == Code.LOST_CLAIM_ENDED]
    assert (settled["taken_back"], settled["credited"]) == ("99.00", "0.00")
    it.undo(found)
    assert owed_by(it.patron.pk) == PRICE + PROCESSING


@pytest.mark.parametrize(
    ("is_paid", "moved"), [(True, ("0.00", "99.00")), (False, ("99.00", "0.00"))], ids=["paid", "owed"]
)
def test_i_f2_says_what_became_of_the_claim_when_the_loan_is_still_open(lost, library, is_paid, moved):
    RuleFactory(values={"lost_ends_loan": False}, branch=library.east)
    it = lost()
    if is_paid:
        it.pay()

    found = it.find(timedelta(days=2))

    assert found.loan == it.loan
    [settled] = [notice.facts for notice in found.notices if notice.code == Code.LOST_CLAIM_ENDED]
    assert (settled["taken_back"], settled["credited"]) == moved


def test_i_f6_what_was_withdrawn_follows_the_policy_too(lost, library):
    RuleFactory(values={"found_policy": "KEEP"}, branch=library.east)
    it = lost()
    it.pay()
    withdraw_item(item=it.item, reason="Never came back", staff=library.staff, now=it.now)

    it.find()

    assert credit_of(it.patron.pk) == 0


def test_i_f2_an_undone_scan_of_a_lost_item_stops_the_patron_again(lost, library):
    it = lost()
    key = f"INVOICE:{it.patron.pk}:{TODAY}"
    about = {"loans": [it.loan.pk]}
    Notice.objects.create(
        patron=it.patron, branch=library.main, kind="INVOICE", key=key, about=about, channel="EMAIL", created_at=it.now
    )
    block = BlockFactory(patron=it.patron, cause=f"letter:{key}")
    RuleFactory(values={"block_at_notice": "INVOICE"}, branch=library.main)
    Fee.objects.get(kind="PROCESSING").entries.create(kind="WAIVER", amount=-PROCESSING, at=it.now)
    Fee.objects.filter(kind="PROCESSING").update(balance=0)

    found = it.find()
    block.refresh_from_db()
    assert block.lifted_at is not None

    it.undo(found)
    block.refresh_from_db()
    assert block.lifted_at is None


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


def test_i_f_undone_after_it_was_paid_the_loan_is_hers_again(lost):
    it = lost()
    it.pay()
    it.loan.refresh_from_db()
    assert it.loan.patron is None

    undo(entry=AuditEntry.objects.get(action="circulation.report_lost"), staff=it.library.staff, now=it.now)

    it.loan.refresh_from_db()
    assert (it.loan.patron, it.loan.returned_at, credit_of(it.patron.pk)) == (it.patron, None, PRICE + PROCESSING)


def test_i_f_undone_when_nobody_knows_who_had_it_changes_nothing(lost):
    it = lost()
    it.pay()
    entry = AuditEntry.objects.get(action="circulation.report_lost")
    del entry.facts["patron_id"]

    with pytest.raises(UndoRefused) as refusal:
        undo(entry=entry, staff=it.library.staff, now=it.now)

    it.loan.refresh_from_db()
    it.item.refresh_from_db()
    assert refusal.value.codes == [Code.CHANGED_SINCE]
    assert (it.loan.returned_at, it.item.status) == (it.now, "LOST")


def test_i_f_back_before_its_due_date_with_the_claim_ended_the_loan_forgets_at_once(lost):
    CirculationRule.objects.all().delete()
    RuleFactory(set={"lost_charged_at_once": True, "processing_fee": None, "block_at_debt": None})
    it = lost()
    assert owed_by(it.patron.pk) == PRICE

    it.find(after=timedelta(0))

    it.loan.refresh_from_db()
    assert (owed_by(it.patron.pk), it.loan.patron) == (0, None)
