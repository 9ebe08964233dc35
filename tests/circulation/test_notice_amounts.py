"""A message that claims money says what's owed when it goes out, not when it was written."""

from collections import Counter
from datetime import timedelta
from decimal import Decimal

import pytest

from circulation.models import Fee, Loan
from circulation.services.check_in import check_in
from circulation.services.nightly.overdue_fees import charge_overdue_fees
from circulation.services.nightly.overdue_notices import make_overdue_notices
from circulation.services.notice_amounts import register as register_amounts
from circulation.services.notice_checks import register
from notices.models import Notice
from notices.services.sending import send_batch
from tests.factories import LoanFactory, PatronFactory, RuleFactory, StaffAccountFactory
from tests.factories.moments import NOW, TODAY


@pytest.fixture
def written(alpha):
    """Return a function that writes one letter about three loans: each 99 and 20 of an invoice, and an overdue fee."""
    register()
    register_amounts()
    RuleFactory(set={"processing_fee": "20.00", "replacement_fee": True, "invoice_reminder_days": 14})

    def written(*, days, notices_made):
        due_date = TODAY - timedelta(days=days)
        patron = PatronFactory(email="ingrid@post.example")
        values = {"patron": patron, "due_date": due_date, "loaned_on": due_date, "notices_made": notices_made}
        loans = [LoanFactory(item__price=Decimal("99.00"), **values) for _ in range(3)]
        charge_overdue_fees(on=TODAY, now=NOW, counts=Counter())
        make_overdue_notices(on=TODAY, now=NOW, counts=Counter())
        return loans

    return written


def owed(loans):
    return sum(Fee.objects.filter(loan__in=loans).values_list("balance", flat=True))


def sent():
    send_batch(now=NOW + timedelta(hours=20))
    return Notice.objects.get()


def test_an_invoice_claims_the_fees_but_no_price_for_what_came_back(written):
    back, paid, lost = written(days=31, notices_made=2)
    Loan.objects.filter(pk=back.pk).update(returned_at=NOW, returned_to=back.lending_branch)
    Fee.objects.filter(loan=back, kind="REPLACEMENT").update(balance=0)
    Fee.objects.filter(loan=paid).update(balance=0)

    letter = sent()

    assert (letter.kind, letter.state, letter.about["loans"]) == ("INVOICE", "SENT", [paid.pk, lost.pk])
    assert [item["price"]["amount"] for item in letter.context["items"]] == ["0.00", "99.00"]
    amounts = {name: Decimal(letter.context[name]["amount"]) for name in ("replacement", "processing", "total")}
    assert amounts == {"replacement": 99, "processing": 40, "total": owed([back, lost])}
    assert f"Total: {owed([back, lost])}" in letter.body
    assert back.item.barcode not in letter.body


def test_an_invoice_of_which_nothing_is_owed_any_more_is_not_sent(written):
    written(days=31, notices_made=2)
    Fee.objects.update(balance=0)

    assert sent().state == "CANCELLED"


def test_an_invoice_that_is_still_owed_stays_as_it_was_written(written):
    loans = written(days=31, notices_made=2)
    body = Notice.objects.get().body

    letter = sent()

    assert (letter.state, letter.body) == ("SENT", body)
    assert letter.context["total"] == {"amount": str(owed(loans))}


def test_a_reminder_says_what_is_owed_for_being_late_by_now(written):
    loans = written(days=15, notices_made=1)
    Fee.objects.filter(loan__in=loans[:2]).update(balance=0)

    letter = sent()

    assert (letter.kind, letter.state) == ("OVERDUE_2", "SENT")
    assert letter.context["fees"] == {"amount": str(owed(loans))}
    assert owed(loans) > 0


def test_a_reminder_claims_the_processing_fee_of_what_came_back_before_the_invoice_went_out(written):
    back, _other, _another = written(days=31, notices_made=2)
    check_in(item=back.item, branch=back.lending_branch, staff=StaffAccountFactory(), now=NOW)
    invoice = sent()
    day = {"on": TODAY + timedelta(days=15), "now": NOW + timedelta(days=15)}
    make_overdue_notices(**day, counts=Counter())

    reminder = Notice.objects.get(kind="INVOICE_REMINDER")

    assert back.pk not in invoice.about["loans"]
    # Its price is gone; that it was invoiced, and late, is still owed.
    assert {fee.kind for fee in Fee.objects.filter(loan=back, balance__gt=0)} == {"PROCESSING", "OVERDUE"}
    assert back.pk in reminder.about["loans"]
    assert reminder.context["total"] == invoice.context["total"] == {"amount": str(owed(Loan.objects.all()))}
