"""Whatever moves money locks loans, then fees, then credit: two desks that cross each other never wait in a circle."""

import re
from decimal import Decimal

import pytest

from accounts.models import AuditEntry
from circulation.models import Fee
from circulation.services.fees import take_back_payment, take_payment, waive
from circulation.services.undo import undo
from patrons.services.merge import merge_patrons
from tests.factories import NOW, FeeFactory, LoanFactory, PatronFactory, StaffAccountFactory
from tests.locks import locks_of


@pytest.fixture
def fee(library):
    """Return a fee of 40 for a loan that's over."""
    loan = LoanFactory(item=library.item(), patron=library.patron, returned=True)
    return FeeFactory(patron=library.patron, loan=loan, branch=library.main)


@pytest.fixture
def by():
    """Return who may do everything with fees, and when."""
    return {"staff": StaffAccountFactory(supervisor=True), "now": NOW}


def locked(action):
    """Return what an action locked of loans, fees and credit, in its order."""
    with locks_of() as locks:
        action()
    tables = [(re.search(r'FROM "circulation_(loan|fee)"', sql), sql, params) for sql, params in locks]
    found = [_name(match.group(1), sql, params) for match, sql, params in tables if match]
    return [name for place, name in enumerate(found) if found.index(name) == place]


def _name(table, sql, params):
    is_credit = table == "fee" and "NOT" not in sql.replace("FOR NO KEY", "") and "CREDIT" in params
    return "credit" if is_credit else table


def test_taking_a_payment_back_locks_loans_fees_and_credit_in_this_order(library, fee, by):
    amount, method = Decimal("50.00"), "CASH"
    receipt = take_payment(
        patron=library.patron, amount=amount, method=method, form_id="form-0001", keep_rest=True, **by
    )

    order = locked(lambda: take_back_payment(receipt=receipt, reason="Typed wrong", **by))

    assert order == ["loan", "fee", "credit"]


def test_undoing_a_waiver_locks_the_loan_before_the_fee(fee, by):
    waive(fee=fee, amount=Decimal("40.00"), reason="Mistake", **by)
    entry = AuditEntry.objects.get(action="circulation.waive_fee")

    assert locked(lambda: undo(entry=entry, **by)) == ["loan", "fee"]
    assert Fee.objects.get(pk=fee.pk).balance == Decimal("40.00")


def test_merging_patrons_locks_their_fees_before_their_credit(library, fee, by):
    other = PatronFactory(home_branch=library.main)

    order = locked(lambda: merge_patrons(goes=other, stays=library.patron, **by))

    assert order[-2:] == ["fee", "credit"]


def test_merging_patrons_locks_the_loans_that_move_before_any_fee(library, fee, by):
    """As taking back what was paid for one of them does: else each holds what the other waits for."""
    with locks_of() as locks:
        merge_patrons(goes=library.patron, stays=PatronFactory(home_branch=library.main), **by)

    moved = [at for at, (sql, values) in enumerate(locks) if '"circulation_loan"."patron_id" =' in sql]
    fees = [at for at, (sql, _values) in enumerate(locks) if 'FROM "circulation_fee"' in sql]
    assert moved[:1] < fees[:1]
