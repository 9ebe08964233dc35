"""Case II.K1: what an outage's scans become, one by one; what's not possible is kept for staff, and newer news win."""

import itertools
from datetime import timedelta

import pytest

from circulation.errors import Code
from circulation.models import Hold, Loan, OutageScan
from circulation.services.check_in import check_in
from circulation.services.outages import Recorded, replay_scan
from tests.factories import NOW, TODAY, CardFactory, HoldFactory, LoanFactory, TransitFactory

THEN = NOW - timedelta(hours=2)
_numbers = itertools.count(1)


def _sent(library, kind, text, **values):
    """Send one recorded scan, two hours old, and return its state with the reasons against it."""
    recorded = Recorded(
        scan_id=f"outage-{next(_numbers)}",
        kind=kind,
        text=text,
        said=THEN.isoformat(),
        happened_at=THEN,
        sent_at=NOW,
        **({"card": library.patron.cards.get(is_active=True).number} if kind == "CHECK_OUT" else {}) | values,
    )
    replayed = replay_scan(recorded=recorded, branch=library.main, is_hers=True, staff=library.staff, now=NOW)
    return replayed.scan.state, [reason.code for reason in replayed.reasons]


def _lend(library, item, **values):
    return _sent(library, "CHECK_OUT", item.barcode, **values)


def test_ii_k1_a_due_date_that_staff_chose_or_an_item_from_elsewhere_is_no_exception(library):
    chosen, foreign = library.item(), library.item(home_branch=library.east)

    assert _lend(library, chosen, due_date=TODAY + timedelta(days=200)) == ("DONE", [])
    assert _lend(library, foreign) == ("DONE", [])

    assert Loan.objects.get(item=chosen).due_date == TODAY + timedelta(days=200)
    assert Loan.objects.get(item=foreign).lending_branch == library.main


def test_ii_k1_a_reference_item_or_one_that_is_ready_for_another_is_kept_for_staff(library):
    """Ours: what the desk would have refused online isn't lent behind its back; staff may do it with a reason."""
    hold = HoldFactory(ready=True, trapped_item=library.item(), pickup_branch=library.main)

    assert _lend(library, library.item(reference_only=True)) == ("OPEN", [Code.ITEM_REFERENCE_ONLY])
    assert _lend(library, hold.trapped_item) == ("OPEN", [Code.ITEM_ON_HOLD])

    hold.refresh_from_db()
    assert (Loan.objects.count(), hold.state) == (0, Hold.State.READY)


def test_ii_k1_unknown_barcodes_are_kept_for_staff(library):
    assert _sent(library, "CHECK_OUT", "3099999998") == ("OPEN", [Code.ITEM_UNKNOWN])
    assert _sent(library, "CHECK_IN", "3099999999") == ("OPEN", [Code.ITEM_UNKNOWN])
    assert OutageScan.objects.filter(state="OPEN").count() == 2


def test_ii_k1_on_loan_to_somebody_else_is_kept_for_staff(library):
    lent = LoanFactory(item=library.item(), lending_branch=library.main)

    assert _lend(library, lent.item) == ("OPEN", [Code.ITEM_ON_LOAN])
    assert Loan.objects.get() == lent


def test_ii_k1_a_lost_item_that_is_found_is_taken_back_and_one_that_is_lent_is_asked_about(library):
    """Ours: a return is never refused, so a lost item that comes back in an outage is found."""
    found, lent = library.item(lost=True), library.item(lost=True)

    assert _sent(library, "CHECK_IN", found.barcode) == ("DONE", [])
    assert _lend(library, lent) == ("OPEN", [Code.ITEM_LOST])

    found.refresh_from_db()
    assert found.status == "AVAILABLE"


@pytest.mark.parametrize(
    ("renewals", "codes"), [(2, []), (3, [Code.ALREADY_ON_LOAN_TO_PATRON, Code.RENEWAL_LIMIT_REACHED])]
)
def test_ii_k1_her_own_loan_is_renewed_unless_it_was_renewed_too_often(library, renewals, codes):
    loan = LoanFactory(item=library.item(), patron=library.patron, lending_branch=library.main, renewals=renewals)

    assert _lend(library, loan.item) == ("OPEN" if codes else "DONE", codes)

    loan.refresh_from_db()
    assert loan.renewals == 3


def test_ii_k1_what_was_on_its_way_arrives_and_travels_on_by_itself(library):
    """Ours: a check-in is carried out in full, journeys included, and the row says where the item goes."""
    item = library.item()
    transit = TransitFactory(item=item, from_branch=library.east, to_branch=library.main, sent_at=THEN)

    assert _sent(library, "CHECK_IN", item.barcode) == ("DONE", [])

    transit.refresh_from_db()
    assert transit.received_at == THEN


def test_ii_k1_a_card_that_has_ended_is_kept_for_staff(library):
    old = CardFactory(patron=library.patron, ended=True)

    assert _lend(library, library.item(), card=old.number) == ("OPEN", [Code.CARD_UNKNOWN])
    assert not Loan.objects.exists()


def test_ii_k1_what_the_server_knows_since_wins(library):
    item = library.item()
    check_in(item=item, branch=library.east, staff=library.staff, now=NOW - timedelta(hours=1))

    assert _lend(library, item) == ("OPEN", [Code.SCANNED_SINCE])
    assert not Loan.objects.exists()
