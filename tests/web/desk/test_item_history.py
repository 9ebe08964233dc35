"""What was done to an item, as its page tells it: in words, and nothing about whoever borrowed it."""

from decimal import Decimal

from accounts.models import AuditEntry
from circulation.models import Loan
from common.audit import record as record_entry
from tests.factories import FeeFactory, LoanFactory


def text_of(answer):
    return answer.content.decode()


def history_of(client, item):
    page = text_of(client.get(f"/desk/items/{item.barcode}"))
    return page.split("What was done to it", 1)[1]


def test_tells_nothing_of_what_the_borrower_owed(librarian_client, scan, patron, item, desk_branch):
    late = LoanFactory(patron=patron, overdue=True, lending_branch=desk_branch)
    FeeFactory(patron=patron, loan=late, amount=Decimal("155.43"))
    scan(librarian_client, item.barcode, patron=patron.pk)
    assert Loan.objects.filter(item=item).exists()

    told = history_of(librarian_client, item)

    assert "Checked out" in told
    for secret in ("155.43", "155,43", "OWES", "HAS_OVERDUE", "notices"):
        assert secret not in told


def test_names_what_was_changed_as_the_form_does(librarian_client, item):
    facts = {
        "status": ["AVAILABLE", "MISSING"],
        "call_number": ["", "86 Lin"],
        "location_id": [1, 2],
        "note": ["", "x"],
    }
    record_entry(action="holdings.change_item", actor=librarian_client.staff, subject=item, facts=facts)

    told = history_of(librarian_client, item)

    assert "Room, Shelf mark: – → 86 Lin, State: on the shelf → missing, Note: – → x" in told


def test_says_that_it_was_undone(librarian_client, item):
    librarian_client.post(f"/desk/items/report/{item.barcode}", {"what": "missing"})
    entry = AuditEntry.objects.get(action="circulation.report_missing")

    page = librarian_client.post(f"/desk/undo/{entry.pk}", follow=True)

    assert f"Undone: {item.barcode} {item.record.title}" in text_of(page)
