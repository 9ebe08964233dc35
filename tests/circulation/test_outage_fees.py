"""What nights charged while a return or renewal waited in a desk's browser is taken back when it's sent."""

from collections import Counter
from datetime import timedelta
from decimal import Decimal

import pytest

from accounts.models import AuditEntry
from circulation.models import CirculationRule, Fee, Loan
from circulation.selectors.fees import credit_of
from circulation.services.fees import take_payment
from circulation.services.nightly.overdue_fees import charge_overdue_fees
from circulation.services.outages import Recorded, replay_scan
from circulation.services.undo import undo
from tests.factories import NOW, TODAY, LoanFactory

IN_TIME = NOW - timedelta(days=2)


@pytest.fixture
def loan(library):
    """Return a loan that was due two days ago, and was charged for by the last two nights."""
    made = due_in_time(library)
    charge()
    return made


@pytest.fixture
def together(library):
    """Return two such loans that cost one fee together."""
    rule = CirculationRule.objects.get()
    rule.values["fee_grouping"] = "DUE_DATE"
    rule.save()
    made = due_in_time(library), due_in_time(library)
    charge()
    return made


def due_in_time(library):
    item = library.item(last_seen_at=NOW - timedelta(days=30))
    return LoanFactory(item=item, patron=library.patron, due_date=TODAY - timedelta(days=2))


def charge():
    night(-1)
    night(0)
    assert Fee.objects.get().balance == 20


def night(days):
    charge_overdue_fees(on=TODAY + timedelta(days=days), now=NOW + timedelta(days=days), counts=Counter())


def send(library, loan, kind, **values):
    recorded = Recorded(
        scan_id=f"kept-{kind}",
        kind=kind,
        text=loan.item.barcode,
        said=IN_TIME.isoformat(),
        happened_at=IN_TIME,
        sent_at=NOW,
        **values,
    )
    return replay_scan(recorded=recorded, branch=library.main, is_hers=True, staff=library.staff, now=NOW)


def balance():
    return Fee.objects.get(kind="OVERDUE").balance


def test_a_return_in_time_costs_nothing_and_is_forgotten(library, loan):
    assert send(library, loan, "CHECK_IN").scan.state == "DONE"

    loan.refresh_from_db()
    assert (balance(), loan.returned_at, loan.patron) == (0, IN_TIME, None)
    night(1)
    assert balance() == 0


def test_a_return_in_time_ends_its_part_of_a_fee_for_several(library, together):
    first, second = together

    send(library, first, "CHECK_IN")

    fee = Fee.objects.get()
    assert ([line["loan"] for line in fee.covers], fee.balance, fee.closed_at) == ([second.pk], 20, None)


def test_what_was_paid_for_it_is_her_credit(library, loan):
    pay = {"patron": library.patron, "method": "CASH", "staff": library.staff, "now": NOW, "form_id": "form-0001"}
    take_payment(amount=Decimal(20), **pay)

    send(library, loan, "CHECK_IN")

    assert (balance(), credit_of(library.patron.pk)) == (0, 20)


def test_a_renewal_in_time_costs_nothing(library, loan):
    replayed = send(library, loan, "CHECK_OUT", patron_id=library.patron.pk)

    assert replayed.result.was_renewal
    assert (balance(), Loan.objects.get().renewals) == (0, 1)


def test_a_scan_that_is_refused_takes_nothing_back(library, loan):
    replayed = send(library, loan, "CHECK_OUT", patron_id=library.another_patron().pk)

    assert replayed.scan.state == "OPEN"
    assert balance() == 20


def test_undone_the_fee_stands_again_and_grows(library, loan):
    send(library, loan, "CHECK_IN")
    undo(entry=AuditEntry.objects.get(action="circulation.check_in"), staff=library.staff, now=NOW)

    assert balance() == 20
    night(6)
    assert balance() == 60
