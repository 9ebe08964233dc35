"""Cases I.H2, H3, H6 and I.F10: where returns go, scans replayed after an outage, and lost things that come back."""

from datetime import timedelta

import pytest

from circulation.errors import Code
from circulation.models import Hold, Loan, Transit
from circulation.services.check_in import check_in
from circulation.services.outages import Recorded, replay_scan, settle_by_action
from circulation.services.recall import recall_loan
from circulation.services.report_item import report_lost
from circulation.services.results import GoesTo
from tests.factories import BranchGroupFactory, HoldFactory, LoanFactory, RuleFactory

HOUR = timedelta(hours=1)


def _scan(library, item, now, branch=None):
    return check_in(item=item, branch=branch or library.east, staff=library.staff, now=now)


def test_i_h2_outside_its_group_it_goes_home(library, now):
    library.main.group = BranchGroupFactory()
    library.main.save()
    RuleFactory(values={"return_policy": "STAY_IN_GROUP"}, branch=library.main)
    loan = LoanFactory(item=library.item(), lending_branch=library.main)

    result = _scan(library, loan.item, now)

    assert (result.goes_to, result.branch) == (GoesTo.TRANSIT, library.main)
    assert Transit.objects.get(item=loan.item).to_branch == library.main


def test_i_h3_what_was_called_back_goes_to_who_waits_and_not_home(library, now):
    RuleFactory(values={"recall_min_days": 1, "recall_notice_days": 3}, branch=library.main)
    loan = LoanFactory(item=library.item(), patron=library.patron, lending_branch=library.main)
    hold = HoldFactory(record=loan.item.record, patron=library.another_patron(), pickup_branch=library.east)
    recall_loan(loan=loan, staff=library.staff, now=now)

    assert _scan(library, loan.item, now).hold == hold
    hold.refresh_from_db()
    assert (hold.state, Transit.objects.count()) == (Hold.State.READY, 0)


@pytest.fixture
def send(library, now):
    """Return a function that sends what main recorded so many hours ago."""

    def send(kind, item, hours, *, patron=None):
        at = now - hours * HOUR
        recorded = Recorded(
            scan_id=f"scan-{kind}-{hours}",
            kind=kind,
            text=item.barcode,
            said=at.isoformat(),
            happened_at=at,
            sent_at=now,
            patron_id=patron.pk if patron else None,
        )
        return replay_scan(recorded=recorded, branch=library.main, is_hers=True, staff=library.staff, now=now)

    return send


def test_i_h6_lent_and_returned_in_the_outage_each_at_its_own_time(library, send, now):
    item, patron = library.item(), library.another_patron(keeps_history=True)

    send("CHECK_OUT", item, 5, patron=patron)
    send("CHECK_IN", item, 4)
    send("CHECK_OUT", item, 3, patron=library.patron)

    first, second = Loan.objects.order_by("pk")
    assert (first.loaned_at, first.returned_at) == (now - 5 * HOUR, now - 4 * HOUR)
    assert (second.patron, second.loaned_at, second.returned_at) == (library.patron, now - 3 * HOUR, None)


def test_i_h6_on_loan_to_another_it_is_kept_for_staff_who_check_it_in_first(library, send, now):
    loan = LoanFactory(item=library.item(), lending_branch=library.main)

    open_scan = send("CHECK_OUT", loan.item, 3, patron=library.patron)

    assert [reason.code for reason in open_scan.reasons] == [Code.ITEM_ON_LOAN]
    loan.refresh_from_db()
    assert (loan.returned_at, Loan.objects.count()) == (None, 1)

    _scan(library, loan.item, now - 3 * HOUR, library.main)
    settle_by_action(scan=open_scan.scan, staff=library.staff, at=now - 3 * HOUR, now=now)
    loan.refresh_from_db()
    assert loan.returned_at == now - 3 * HOUR
    assert Loan.objects.get(returned_at=None).patron == library.patron


def test_i_f10_a_lost_item_that_is_scanned_is_found_and_its_loan_ends(library, now):
    loan = LoanFactory(item=library.item(), patron=library.patron, lending_branch=library.main)
    report_lost(item=loan.item, staff=library.staff, now=now)

    result = _scan(library, loan.item, now, library.main)

    loan.refresh_from_db()
    loan.item.refresh_from_db()
    assert (loan.returned_at, loan.item.status, result.goes_to) == (now, "AVAILABLE", GoesTo.SHELF)
    assert Code.ITEM_WAS_LOST in [notice.code for notice in result.notices]


def test_i_f10_a_withdrawn_item_that_is_scanned_is_put_aside_and_stays_withdrawn(library, now):
    item = library.item(withdrawn=True)

    assert _scan(library, item, now).goes_to == GoesTo.ASIDE
    item.refresh_from_db()
    assert item.status == "WITHDRAWN"
