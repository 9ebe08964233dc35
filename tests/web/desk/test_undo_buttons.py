"""What was done by a form can be taken back at once, by the button beside the words that say it."""

import re
from datetime import timedelta

import pytest

from accounts.models import AuditEntry
from circulation.models import Fee, Hold, Loan
from circulation.services.picks import not_on_shelf
from holdings.models import Item
from tests.factories import NOW, TODAY, FeeFactory, HoldFactory, LoanFactory

_UNDO = re.compile(r'action="(/desk/undo/\d+)"')


def post(client, address, **form):
    """Post a form and return the page that follows with the address of its undo button."""
    page = client.post(address, form, follow=True).content.decode()
    return page, _UNDO.search(page)


def take_back(client, button):
    return client.post(button.group(1))


def test_a_cancelled_hold(librarian_client, patron, item):
    hold = HoldFactory(record=item.record, patron=patron, pickup_branch=item.home_branch)
    page, button = post(librarian_client, f"/desk/holds/{hold.pk}/cancel")
    assert "is cancelled" in page

    answer = take_back(librarian_client, button)

    assert answer.headers["Location"] == f"/desk/patrons/{patron.pk}#holds"
    assert Hold.objects.get(pk=hold.pk).state == Hold.State.QUEUED
    assert "Undone: Lucky Per" in librarian_client.get(f"/desk/patrons/{patron.pk}").content.decode()


def test_a_refusal_says_why(librarian_client, patron, item):
    hold = HoldFactory(record=item.record, patron=patron, pickup_branch=item.home_branch)
    _, button = post(librarian_client, f"/desk/holds/{hold.pk}/cancel")
    HoldFactory(record=item.record, patron=patron, pickup_branch=item.home_branch)

    take_back(librarian_client, button)

    assert "Has a hold on this already." in librarian_client.get(f"/desk/patrons/{patron.pk}").content.decode()
    assert Hold.objects.get(pk=hold.pk).state == Hold.State.CANCELLED


def test_a_hold_that_was_not_collected(librarian_client, patron, item):
    hold = HoldFactory(
        ready=True,
        trapped_item=item,
        patron=patron,
        pickup_branch=item.home_branch,
        shelf_until=TODAY - timedelta(days=1),
    )
    _, button = post(librarian_client, f"/desk/holds/{hold.pk}/not-collected")
    assert Hold.objects.get(pk=hold.pk).state == Hold.State.EXPIRED

    # The list offers it as long as the item lies there.
    offered = _UNDO.findall(librarian_client.get("/desk/shelf").content.decode())
    assert offered == [button.group(1)]
    assert take_back(librarian_client, button).headers["Location"] == "/desk/shelf"

    assert Hold.objects.get(pk=hold.pk).state == Hold.State.READY


def test_an_item_that_was_not_on_its_shelf(librarian_client, item):
    hold = HoldFactory(record=item.record, pickup_branch=item.home_branch)
    _, button = post(librarian_client, f"/desk/holds/{hold.pk}/not-there", item=item.pk)

    assert take_back(librarian_client, button).headers["Location"] == "/desk/holds"

    assert Item.objects.get(pk=item.pk).not_found_count == 0
    assert item.barcode in librarian_client.get("/desk/holds").content.decode()


def test_the_items_own_page_undoes_that_too(librarian_client, item):
    hold = HoldFactory(record=item.record, pickup_branch=item.home_branch)
    not_on_shelf(item=item, hold=hold, staff=librarian_client.staff, now=NOW)

    page = librarian_client.get(f"/desk/items/{item.barcode}").content.decode()

    assert "Didn&#x27;t find an item on its shelf" in page
    take_back(librarian_client, _UNDO.search(page))
    assert Item.objects.get(pk=item.pk).not_found_count == 0


def test_the_items_own_page_undoes_the_reader_s_own_scan_for_a_day(
    librarian_client, supervisor_client, scan, patron, item
):
    loan = LoanFactory(item=item, patron=patron)
    scan(librarian_client, item.barcode, at="desk:check_in_scan")
    address = f"/desk/items/{item.barcode}"
    button = _UNDO.search(librarian_client.get(address).content.decode())

    # A colleague isn't led to who had it.
    assert _UNDO.search(supervisor_client.get(address).content.decode()) is None
    assert take_back(librarian_client, button).headers["Location"] == "/desk/check-in"

    assert Loan.objects.get(pk=loan.pk).returned_at is None
    # What was taken back isn't offered again, nor what's a day old.
    assert _UNDO.search(librarian_client.get(address).content.decode()) is None
    scan(librarian_client, item.barcode, at="desk:check_in_scan")
    AuditEntry.objects.filter(action="circulation.check_in").update(at=NOW - timedelta(hours=25))
    assert _UNDO.search(librarian_client.get(address).content.decode()) is None


def test_each_loan_that_was_renewed_with_the_others(librarian_client, patron):
    loans = LoanFactory.create_batch(2, patron=patron)
    refused = LoanFactory(patron=patron, renewals=3)

    page, _ = post(librarian_client, f"/desk/patrons/{patron.pk}/renew")

    buttons = [*_UNDO.finditer(page)]
    assert [Loan.objects.get(pk=loan.pk).renewals for loan in (*loans, refused)] == [1, 1, 3]
    for button in buttons:
        take_back(librarian_client, button)
    assert (len(buttons), [Loan.objects.get(pk=loan.pk).renewals for loan in loans]) == (2, [0, 0])
    assert _UNDO.search(librarian_client.get(f"/desk/patrons/{patron.pk}").content.decode()) is None


@pytest.mark.parametrize(("address", "said"), [("waive", "waiver undone"), ("write-off", "write-off undone")])
def test_a_fee_that_was_given_up(supervisor_client, librarian_client, patron, desk_branch, address, said):
    fee = FeeFactory(patron=patron, branch=desk_branch, amount="60.00")
    form = {"amount": "60.00", "reason": "It stood on the shelf", "form_id": "form-0001"}
    _, button = post(supervisor_client, f"/desk/fees/{fee.pk}/{address}", **form)
    assert Fee.objects.get().balance == 0
    take_back(librarian_client, button)
    assert Fee.objects.get().balance == 0

    answer = take_back(supervisor_client, button)

    assert answer.headers["Location"] == f"/desk/patrons/{patron.pk}#fees"
    assert Fee.objects.get().balance == 60
    assert said in supervisor_client.get(f"/desk/patrons/{patron.pk}").content.decode().lower()
