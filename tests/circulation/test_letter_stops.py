"""I.E17 A letter that stops from borrowing: from the reminder or invoice on that a rule names, until it's settled."""

from collections import Counter
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import AuditEntry
from circulation.errors import CheckOutRefused, Code, Override
from circulation.models import CirculationRule, Fee
from circulation.selectors.reversals import Wanted, preview
from circulation.services.check_in import check_in
from circulation.services.check_out import check_out
from circulation.services.fees import take_payment, waive
from circulation.services.fees.reversal import reverse_charges
from circulation.services.letter_stops import lift_settled, set_stops
from circulation.services.nightly.overdue_fees import charge_overdue_fees
from circulation.services.nightly.overdue_notices import make_overdue_notices
from circulation.services.notice_checks import register as register_checks
from circulation.services.renew import renew_loan
from circulation.services.undo import undo
from notices.models import Notice
from notices.services.sending import send_batch
from patrons.models import Block
from tests.factories import NOW, TODAY, BlockFactory, LoanFactory, PatronFactory, RuleFactory, StaffAccountFactory


@pytest.fixture
def rules(library):
    def rules(**values):
        CirculationRule.objects.all().delete()
        values = {
            "block_at_notice": "INVOICE",
            "fee_steps": None,
            "processing_fee": None,
            "block_at_debt": None,
            **values,
        }
        return RuleFactory(set=values)

    return rules


def late_loan(library, days=31, **values):
    due_date = TODAY - timedelta(days=days)
    return LoanFactory(
        item=library.item(),
        patron=library.patron,
        due_date=due_date,
        loaned_on=due_date - timedelta(days=28),
        notices_made=2,
        **values,
    )


def night(days=0):
    now = NOW + timedelta(days=days)
    charge_overdue_fees(on=TODAY + timedelta(days=days), now=now, counts=Counter())
    make_overdue_notices(on=TODAY + timedelta(days=days), now=now, counts=Counter())


def stopped(library):
    codes = []
    try:
        check_out(item=library.item(), patron=library.patron, branch=library.main, staff=library.staff, now=NOW)
    except CheckOutRefused as refused:
        codes = refused.codes
    assert codes in ([], ["PATRON_BLOCKED"])
    return bool(codes)


def give_back(library, loan):
    return check_in(item=loan.item, branch=library.main, staff=library.staff, now=NOW)


def test_e17_an_invoice_stops_once_and_its_return_lifts_the_stop(library, rules):
    rules()
    loan = late_loan(library)

    night()
    night()

    block = Block.objects.get()
    assert (block.kind, block.reason, block.until) == ("UNPAID", "Not settled: invoice", None)
    assert stopped(library)
    give_back(library, loan)
    assert not stopped(library)
    actions = AuditEntry.objects.filter(action__startswith="patrons.").order_by("pk").values_list("action", flat=True)
    assert list(actions) == ["patrons.set_block", "patrons.lift_block"]


def test_e17_no_other_letter_stops(library, rules):
    rules(block_at_notice="OVERDUE_3")
    late_loan(library)

    night()

    assert Notice.objects.get().kind == "INVOICE"
    assert not stopped(library)


def test_e17_of_several_loans_the_last_one_lifts_it(library, rules):
    rules()
    first, second = late_loan(library), late_loan(library)
    night()

    give_back(library, first)
    assert stopped(library)
    give_back(library, second)

    assert not stopped(library)


def test_e17_what_is_still_owed_keeps_it_until_it_is_paid_or_given_up(library, rules):
    rules(processing_fee="90.00")
    staff = StaffAccountFactory(supervisor=True)
    loan = late_loan(library)
    night()
    give_back(library, loan)
    [fee] = Fee.objects.filter(balance__gt=0)
    assert stopped(library)

    take_payment(patron=library.patron, amount=fee.balance / 2, method="CASH", staff=staff, now=NOW, form_id="form-01")
    assert stopped(library)
    waive(fee=fee, amount=fee.balance / 2, reason="agreed", staff=staff, now=NOW)

    assert not stopped(library)


def test_e17_a_payment_lifts_it(library, rules):
    rules(processing_fee="90.00")
    staff = StaffAccountFactory(supervisor=True)
    give_back_later = late_loan(library)
    night()
    give_back(library, give_back_later)

    take_payment(
        patron=library.patron,
        amount=Fee.objects.get(balance__gt=0).balance,
        method="CASH",
        staff=staff,
        now=NOW,
        form_id="form-01",
    )

    assert not stopped(library)


def test_e17_a_renewal_lifts_the_stop_of_a_reminder(library, rules):
    rules(block_at_notice="OVERDUE_1")
    loan = late_loan(library, days=1)
    loan.notices_made = 0
    loan.save()
    night()
    assert stopped(library)

    override = Override([Code.PATRON_BLOCKED], "Brought it along")
    renew_loan(loan=loan, staff=StaffAccountFactory(supervisor=True), now=NOW, override=override)

    assert not stopped(library)


def test_e17_an_undone_return_stops_again(library, rules):
    rules()
    loan = late_loan(library)
    night()
    returned = give_back(library, loan)
    assert not Block.objects.filter(lifted_at=None).exists()

    undo(entry=AuditEntry.objects.get(pk=returned.entry_id), staff=library.staff, now=NOW)

    assert stopped(library)


def test_e17_what_staff_set_stays_and_what_staff_lifted_is_not_set_again(library, rules):
    rules()
    loan = late_loan(library)
    night()
    Block.objects.update(lifted_at=NOW, lifted_by="Sus")
    by_hand = BlockFactory(patron=library.patron)

    returned = give_back(library, loan)
    undo(entry=AuditEntry.objects.get(pk=returned.entry_id), staff=library.staff, now=NOW)

    assert list(Block.objects.filter(lifted_at=None)) == [by_hand]


def test_e17_the_night_lifts_what_was_settled_without_a_desk(library, rules):
    rules(processing_fee="90.00")
    loan = late_loan(library)
    night()
    give_back(library, loan)
    Fee.objects.update(balance=0)

    night(1)

    assert not stopped(library)


def test_e17_a_bulk_reversal_lifts_what_it_settles_at_once(library, rules):
    rules(block_at_notice="OVERDUE_1", fee_steps=[{"from_day": 1, "adult": "20.00", "child": "20.00"}])
    loan = late_loan(library, days=1)
    loan.notices_made = 0
    loan.save()
    night()
    give_back(library, loan)
    assert stopped(library)
    wanted = Wanted(since=TODAY, until=TODAY)
    staff = StaffAccountFactory(supervisor=True)

    reverse_charges(wanted=wanted, digest=preview(wanted).digest, reason="Wrong rule", staff=staff, now=NOW)

    assert not stopped(library)


def test_e17_what_a_renewal_settled_long_ago_is_not_set_again(library, rules):
    rules(block_at_notice="OVERDUE_1")
    loan = late_loan(library, days=1)
    loan.notices_made = 0
    loan.save()
    night()
    override = Override([Code.PATRON_BLOCKED], "Brought it along")
    renew_loan(loan=loan, staff=StaffAccountFactory(supervisor=True), now=NOW, override=override)
    later = NOW + timedelta(days=3)
    again = renew_loan(loan=loan, staff=library.staff, now=later)

    undo(entry=AuditEntry.objects.get(pk=again.entry_id), staff=library.staff, now=later)

    assert not stopped(library)


def test_e17_an_undone_renewal_of_what_was_late_stops_again(library, rules):
    rules(block_at_notice="OVERDUE_1")
    loan = late_loan(library, days=1)
    loan.notices_made = 0
    loan.save()
    night()
    override = Override([Code.PATRON_BLOCKED], "Brought it along")
    renewed = renew_loan(loan=loan, staff=StaffAccountFactory(supervisor=True), now=NOW, override=override)
    assert not stopped(library)

    undo(entry=AuditEntry.objects.get(pk=renewed.entry_id), staff=library.staff, now=NOW)

    assert stopped(library)


def test_e17_many_stops_are_set_and_lifted_in_as_many_statements_as_one(library, django_assert_num_queries):
    patrons = [PatronFactory(home_branch=library.main) for _ in range(3)]
    letters = [(patron.pk, f"INVOICE:{patron.pk}", "INVOICE") for patron in patrons]
    set_stops(letters[:1], now=NOW)

    with django_assert_num_queries(2):
        assert set_stops(letters[1:], now=NOW) == 2
    with django_assert_num_queries(5):
        assert lift_settled([patron.pk for patron in patrons], now=NOW, actor=None) == 3

    noted = AuditEntry.objects.filter(action__startswith="patrons.").order_by("pk")
    assert list(noted.values_list("action", "subject_type", "subject_id")) == [
        (action, "patrons.patron", patron.pk)
        for action in ("patrons.set_block", "patrons.lift_block")
        for patron in patrons
    ]


def test_e17_who_lifts_a_stop_keeps_others_from_lifting_it_too(library, rules):
    rules(processing_fee="90.00")
    loan = late_loan(library)
    night()
    give_back(library, loan)

    with CaptureQueriesContext(connection) as asked:
        lift_settled(None, now=NOW, actor=None)

    [stops] = [query["sql"] for query in asked if 'FROM "patrons_block"' in query["sql"]]
    assert 'FOR NO KEY UPDATE OF "patrons_block"' in stops


def test_an_invoice_s_stop_rests_on_the_processing_fee_of_what_came_back_before_it_went_out(library, rules):
    register_checks()
    rules(processing_fee="50.00")
    early, late = late_loan(library), late_loan(library)
    night()
    check_in(item=early.item, branch=library.main, staff=library.staff, now=NOW)
    send_batch(now=NOW + timedelta(hours=20))
    check_in(item=late.item, branch=library.main, staff=library.staff, now=NOW + timedelta(days=1))
    [of_early, of_late] = Fee.objects.filter(kind="PROCESSING").order_by("loan_id")
    supervisor = StaffAccountFactory(supervisor=True)

    def settle(fee):
        waive(fee=fee, amount=fee.balance, reason="agreed", staff=supervisor, now=NOW + timedelta(days=2))
        return Block.objects.get().lifted_at is not None

    assert Notice.objects.get(kind="INVOICE").about["loans"] == [late.pk]
    assert (settle(of_late), settle(of_early)) == (False, True)
