"""Lists within the desk's pages in the order that's chosen: a patron's loans and money, debts, messages, inventory."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from circulation.models import DebtClaim
from notices.models import Notice
from tests.factories import NOW, TODAY, FeeFactory, ItemFactory, LoanFactory, PatronFactory, RecordFactory

# By these the lists stand as they are at first: neither by title nor by any other column.
TITLES = ("Bjerget", "Ager", "Cirkel")


@pytest.fixture
def things(patron, desk_branch, rules):
    """Return three of everything that the lists have, each list in the order of TITLES at first."""
    rules.values |= {"hand_over_days": 30, "hand_over_minimum": "0.00"}
    rules.save()
    for number, title in enumerate(TITLES):
        record = RecordFactory(title=title)
        ItemFactory(record=record, home_branch=desk_branch, call_number=f"{number}")
        LoanFactory(
            item=ItemFactory(record=record),
            patron=patron,
            lending_branch=desk_branch,
            due_date=TODAY + timedelta(days=number),
        )
        Notice.objects.create(
            patron=patron,
            branch=desk_branch,
            kind="OVERDUE_1",
            key=f"test:{number}",
            channel="EMAIL",
            addressee="Ingrid Solvang",
            language="en",
            subject=title,
            body="…",
            state="FAILED",
            created_at=NOW,
        )
    # The newest stand first.
    for title in reversed(TITLES):
        FeeFactory(patron=patron, branch=desk_branch, description=title, amount=Decimal("10.00"), due_date=TODAY)
        FeeFactory(patron=patron, branch=desk_branch, description=title, amount=Decimal("9.00"), balance=Decimal(0))
    return patron


def debts_of(things, desk_branch):
    for title in TITLES:
        FeeFactory(
            patron=things,
            branch=desk_branch,
            description=title,
            amount=Decimal("80.00"),
            due_date=TODAY - timedelta(days=90),
        )
    assert not DebtClaim.objects.exists()


@pytest.mark.parametrize(
    ("table", "address", "column", "titles"),
    [
        ("patron-loans", "patron", "title", lambda page: [row["title"] for row in page["loans"]]),
        ("unpaid-fees", "patron_money", "what", lambda page: [line.fee.description for line in page["open"]]),
        ("settled-fees", "patron_money", "what", lambda page: [line.fee.description for line in page["settled"]]),
        ("problem-messages", "messages", "message", lambda page: [row["notice"].subject for row in page["rows"]]),
        ("not-seen", "inventory", "title", lambda page: [item.record.title for item in page["missing"]]),
        ("debts-ripe", "debts", "what", lambda page: [debt.fee.description for debt in page["shown"]]),
    ],
)
def test_is_put_in_the_order_that_is_chosen_and_back(
    supervisor_client, things, desk_branch, table, address, column, titles
):
    if table == "debts-ripe":
        debts_of(things, desk_branch)
    place = reverse(f"desk:{address}", args=[things.pk] if address.startswith("patron") else [])
    asked = {"since": NOW.isoformat(), "compare": "1"} if address == "inventory" else {}

    def read(**order):
        answer = supervisor_client.get(place, asked | order)
        return titles(answer.context), answer.content.decode()

    first, page = read()
    assert (first, "aria-sort" in page) == (list(TITLES), False)
    assert read(order=f"{table}:{column}")[0] == ["Ager", "Bjerget", "Cirkel"]
    assert read(order=f"{table}:-{column}")[0] == ["Cirkel", "Bjerget", "Ager"]
    kept, page = read()
    assert kept == ["Cirkel", "Bjerget", "Ager"]
    assert 'aria-sort="descending"' in page
    assert read(order=f"{table}:")[0] == list(TITLES)


def test_messages_are_sorted_by_the_patron_s_name_as_it_is_shown(librarian_client, desk_branch):
    names = ({"given_name": "Zara", "family_name": "Abel"}, {"given_name": "Aage", "family_name": "Ritt"})
    for number, name in enumerate((*names, {"given_name": "Bo", "family_name": "Bak", "alias": "Mikkel M."})):
        patron = PatronFactory(**name)
        values = {"channel": "EMAIL", "language": "en", "subject": "Late", "body": "…", "created_at": NOW}
        Notice.objects.create(
            patron=patron, branch=desk_branch, kind="OVERDUE_1", key=f"n:{number}", state="FAILED", **values
        )

    page = librarian_client.get(reverse("desk:messages"), {"order": "problem-messages:patron"})

    shown = [row["notice"].patron.display_name for row in page.context["rows"]]
    assert shown == ["Aage Ritt", "Mikkel M.", "Zara Abel"]


def test_another_order_leads_back_to_the_list_on_a_long_page(supervisor_client, things):
    page = supervisor_client.get(reverse("desk:patron", args=[things.pk])).content.decode()

    assert 'href="?order=patron-loans%3Atitle#loans"' in page
    assert "overdue first" in page
    sorted_page = supervisor_client.get(
        reverse("desk:patron", args=[things.pk]), {"order": "patron-loans:title"}
    ).content.decode()
    assert "overdue first" not in sorted_page


def test_what_was_unticked_at_an_inventory_stays_so_in_another_order(supervisor_client, things):
    asked = {"since": NOW.isoformat(), "compare": "1"}
    address = reverse("desk:inventory")
    items = list(supervisor_client.get(address, asked).context["missing"])

    page = supervisor_client.get(
        address, asked | {"order": "not-seen:title", "but": f"{items[1].pk},x,,{'9' * 400}"}
    ).content.decode()

    for item in items:
        assert (f'value="{item.pk}" checked' in page) is (item != items[1])
