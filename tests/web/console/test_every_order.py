"""Every head by which one of the staff's lists is put in order: the page comes, whole, and always the same."""

import re
from datetime import timedelta
from decimal import Decimal
from urllib.parse import urlencode

from django.db import connection

from accounts.models import StaffAccount
from circulation.models import Fee, Hold, Loan, TransferLimit, Transit
from holdings.models import Item, Order, OrderedItem
from notices.models import Notice
from patrons.models import Patron
from schools.models import SchoolClass
from tenants.models import Municipality, PolicyTemplate
from tests.factories import (
    NOW,
    TODAY,
    BranchFactory,
    FeeFactory,
    HoldFactory,
    ItemFactory,
    ItemTypeFactory,
    LoanFactory,
    PatronFactory,
    RecordFactory,
    RuleFactory,
    SchoolClassFactory,
    StaffAccountFactory,
    TransitFactory,
)
from web.ui.columns import TABLES

AT_THE_DESK = {
    "claims": "/desk/claims",
    "debts-ripe": "/desk/debts",
    "hopeless": "/desk/holds/hopeless",
    "items": "/desk/item-list",
    "late-transits": "/desk/transits?late=1",
    "memberships": "/desk/memberships",
    "not-seen": f"/desk/inventory?compare=1&since={NOW:%Y-%m-%dT%H:%MZ}",
    "orders": "/desk/orders",
    "overdue": "/desk/overdue",
    "patron-loans": "/desk/patrons/{reader}",
    "picks": "/desk/holds",
    "problem-messages": "/desk/messages",
    "settled-fees": "/desk/patrons/{reader}/money",
    "shelf-ready": "/desk/shelf",
    "shelf-to-clear": "/desk/shelf",
    "transits": "/desk/transits",
    "weeding": "/desk/weeding?asked=1&copies=0",
    "unpaid-fees": "/desk/patrons/{reader}/money",
}
AT_SCHOOL = {"classes": "/school/"}
IN_THE_CONSOLE = {"jobs": "/console/jobs", "staff": "/console/staff", "transfer-limits": "/console/branches/not-sent"}
OF_THE_CONSORTIUM = {"all-jobs": "/jobs", "municipalities": "/", "staff": "/staff", "templates": "/templates"}
OF_THE_CONSORTIUM |= {"cataloguing": "/cataloguing"}
# What stands in a library's lists.
OF_A_LIBRARY = (Fee, Hold, Item, Loan, Notice, Order, Patron, SchoolClass, StaffAccount, TransferLimit, Transit)
_CHANGING = re.compile(r'<input type="hidden" name="csrfmiddlewaretoken"[^>]*>')


def test_every_list_whose_order_can_be_chosen_is_pressed():
    pressed = {*AT_THE_DESK, *AT_SCHOOL, *IN_THE_CONSOLE, *OF_THE_CONSORTIUM}

    assert pressed == {name for name, table in TABLES.items() if any(column.sort for column in table.columns)}


def test_all_heads_of_a_library_s_lists(supervisor_client, school_client, admin_client, desk_branch, school_branch):
    reader = at_the_desk(desk_branch)
    desk = {name: address.format(reader=reader.pk) for name, address in AT_THE_DESK.items()}
    teacher = PatronFactory()
    SchoolClassFactory.create_batch(3, branch=school_branch, teacher=teacher)
    StaffAccountFactory.create_batch(3, name="Karen Holm")
    for code in ("game", "music", "film"):
        kind = ItemTypeFactory(code=code, name=code)
        TransferLimit.objects.create(from_branch=desk_branch, to_branch=school_branch, item_type=kind)

    press_both_ways({supervisor_client: desk, school_client: AT_SCHOOL, admin_client: IN_THE_CONSOLE}, *OF_A_LIBRARY)


def test_all_heads_of_the_consortium_s_lists(operator_client):
    Municipality.objects.update(population=1000)
    StaffAccountFactory.create_batch(3, name="Karen Holm")
    for number in range(3):
        PolicyTemplate.objects.create(code=f"same-{number}", name="Same rules", country="DK")

    press_both_ways({operator_client: OF_THE_CONSORTIUM}, Municipality, PolicyTemplate, StaffAccount)


def at_the_desk(branch):
    """Give each list of the branch three rows that are the same in nearly every column, and return who has loans."""
    RuleFactory(set={"hand_over_days": 30, "hand_over_minimum": "0.00"})
    record, elsewhere = RecordFactory(title="Same title"), BranchFactory(name="Elsewhere")
    of_branch = {"home_branch": branch, "record": record, "call_number": "86 Holm"}
    reader = PatronFactory(home_branch=branch)
    owed = {"patron": reader, "branch": branch, "due_date": TODAY - timedelta(days=90), "description": "Late"}
    written = {"patron": reader, "branch": branch, "kind": "OVERDUE_1", "channel": "EMAIL", "language": "en"}
    written |= {"subject": "Late", "state": Notice.State.FAILED, "problem": "ADDRESS_REFUSED", "created_at": NOW}
    for number in range(3):
        LoanFactory(item=ItemFactory(**of_branch), patron=reader, lending_branch=branch)
        FeeFactory(amount=Decimal("80.00"), **owed)
        FeeFactory(amount=Decimal("80.00"), balance=Decimal(0), **owed)
        Notice.objects.create(key=f"test:{number}", **written)
        order = Order.objects.create(title="Same title", supplier="Holm", ordered_on=TODAY)
        OrderedItem.objects.create(order=order, item=ItemFactory(on_order=True, **of_branch))
        ItemFactory(**of_branch)
        patron = PatronFactory(given_name="Ida", family_name="Lund", home_branch=branch, expires_on=TODAY)
        LoanFactory(overdue=True, item=ItemFactory(**of_branch), patron=patron, lending_branch=branch)
        LoanFactory(item=ItemFactory(**of_branch), patron=patron, claim=Loan.Claim.RETURNED, claimed_at=NOW)
        TransitFactory(
            item=ItemFactory(**of_branch), from_branch=elsewhere, to_branch=branch, sent_at=NOW - timedelta(days=30)
        )
        asked_for = {"patron": patron, "pickup_branch": branch, "requested_at": NOW}
        HoldFactory(record=RecordFactory(title="Same title"), hopeless_since=NOW, **asked_for)
        to_fetch, ready, too_long = (
            ItemFactory(**of_branch | {"record": RecordFactory(title="Same title")}) for _ in range(3)
        )
        HoldFactory(record=to_fetch.record, **asked_for)
        HoldFactory(ready=True, trapped_item=ready, **asked_for)
        HoldFactory(ready=True, trapped_item=too_long, shelf_until=TODAY - timedelta(days=9), **asked_for)
    return reader


def press_both_ways(lists_of, *models):
    """Press all heads: falling shows the same rows as rising, and rising the same order each time.

    :param models: what the database meets the other way round the second time
    """
    for client, lists in lists_of.items():
        rising, falling = press(client, lists), press(client, lists, falling=True)
        assert {name: sorted(each) for name, each in rising.items()} == {n: sorted(each) for n, each in falling.items()}
        rewrite(*models)
        assert press(client, lists) == rising


def press(client, lists, *, falling=False):
    """Return the rows of each list by each of its heads."""
    sign = "-" if falling else ""
    return {
        (name, column.name): rows(client, address, name, f"{sign}{column.name}")
        for name, address in lists.items()
        for column in TABLES[name].columns
        if column.sort
    }


def rows(client, address, name, order):
    page = client.get(f"{address}{'&' if '?' in address else '?'}{urlencode({'order': f'{name}:{order}'})}")
    assert page.status_code == 200, f"{address} by {order}"
    html = page.content.decode()
    # A page may have two lists, and each keeps its own order.
    tables = re.findall(r"<table\b.*?</table>", html, re.DOTALL)
    [[head, body]] = [each.split("</thead>") for each in tables if f"order={name}%3A" in each]
    assert f'aria-sort="{"descending" if order.startswith("-") else "ascending"}"' in head, f"{address} by {order}"
    found = [_CHANGING.sub("", row) for row in re.findall(r"<tr\b.*?</tr>", body, re.DOTALL)]
    assert len(found) >= 2, f"{address} has too few rows"
    return found


def rewrite(*models):
    """Let the database meet the rows the other way round."""
    with connection.cursor() as cursor:
        for model in models:
            table = model._meta.db_table
            for pk in model.objects.order_by("-pk").values_list("pk", flat=True):
                cursor.execute(f"UPDATE {table} SET id = id WHERE id = %s", [pk])
