import pytest

from accounts.models import AuditEntry
from circulation.errors import CheckInRefused, Code
from circulation.models import Hold, Transit
from circulation.services.check_in import check_in
from circulation.services.report_item import report_lost, report_missing
from holdings.models import Item
from notices.models import Notice
from tests.factories import HoldFactory, LoanFactory


def test_notes_a_lent_item_as_lost_and_keeps_the_loan(library, now):
    loan = LoanFactory(item=library.item(), patron=library.patron)

    report_lost(item=loan.item, staff=library.staff, now=now)

    assert Item.objects.get(pk=loan.item_id).status == Item.Status.LOST
    loan.refresh_from_db()
    assert loan.returned_at is None
    assert AuditEntry.objects.get().action == "circulation.report_lost"


def test_puts_the_hold_of_a_missing_item_back_into_the_queue(library, now):
    item = library.item()
    hold = HoldFactory(record=item.record, pickup_branch=library.main)
    check_in(item=item, branch=library.main, staff=library.staff, now=now)

    report_missing(item=item, staff=library.staff, now=now)

    hold.refresh_from_db()
    assert (hold.state, hold.trapped_item) == (Hold.State.QUEUED, None)
    assert Notice.objects.get().state == Notice.State.CANCELLED


def test_ends_the_journey_of_an_item_that_never_arrived_f8(library, now):
    hold = HoldFactory(in_transit=True, trapped_item=library.item(), pickup_branch=library.east)

    report_missing(item=hold.trapped_item, staff=library.staff, now=now)

    assert Transit.objects.get().cancelled_at == now
    hold.refresh_from_db()
    assert hold.state == Hold.State.QUEUED


@pytest.mark.parametrize(
    ("report", "item", "code"),
    [
        (report_missing, lambda library: LoanFactory(item=library.item()).item, Code.ITEM_ON_LOAN),
        (report_lost, lambda library: library.item(withdrawn=True), Code.ITEM_WITHDRAWN),
        (report_lost, lambda library: Item(pk=10**9), Code.ITEM_UNKNOWN),
    ],
)
def test_refuses(library, now, report, item, code):
    item = item(library)

    with pytest.raises(CheckInRefused) as refused:
        report(item=item, staff=library.staff, now=now)

    assert refused.value.codes == [code]
    assert not AuditEntry.objects.exists()
