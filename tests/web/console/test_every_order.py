"""Every head by which one of the staff's lists is put in order: the page comes, whole, and always the same."""

import re
from datetime import timedelta
from urllib.parse import urlencode

from django.db import connection

from accounts.models import StaffAccount
from circulation.models import Hold, Loan, TransferLimit, Transit
from holdings.models import Item
from patrons.models import Patron
from schools.models import SchoolClass
from tenants.models import Municipality, PolicyTemplate
from tests.factories import (
    NOW,
    TODAY,
    BranchFactory,
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
    "hopeless": "/desk/holds/hopeless",
    "items": "/desk/item-list",
    "late-transits": "/desk/transits?late=1",
    "memberships": "/desk/memberships",
    "overdue": "/desk/overdue",
    "picks": "/desk/holds",
    "shelf-ready": "/desk/shelf",
    "shelf-to-clear": "/desk/shelf",
    "transits": "/desk/transits",
}
AT_SCHOOL = {"classes": "/school/"}
IN_THE_CONSOLE = {"jobs": "/console/jobs", "staff": "/console/staff", "transfer-limits": "/console/branches/not-sent"}
OF_THE_CONSORTIUM = {"all-jobs": "/jobs", "municipalities": "/", "staff": "/staff", "templates": "/templates"}
# What stands in a library's lists.
OF_A_LIBRARY = (Item, Loan, Hold, Transit, Patron, SchoolClass, StaffAccount, TransferLimit)
_CHANGING = re.compile(r'<input type="hidden" name="csrfmiddlewaretoken"[^>]*>')


def test_every_list_whose_order_can_be_chosen_is_pressed():
    pressed = {*AT_THE_DESK, *AT_SCHOOL, *IN_THE_CONSOLE, *OF_THE_CONSORTIUM}

    assert pressed == {name for name, table in TABLES.items() if any(column.sort for column in table.columns)}


def test_all_heads_of_a_library_s_lists(librarian_client, school_client, admin_client, desk_branch, school_branch):
    at_the_desk(desk_branch)
    teacher = PatronFactory()
    SchoolClassFactory.create_batch(3, branch=school_branch, teacher=teacher)
    StaffAccountFactory.create_batch(3, name="Karen Holm")
    for code in ("game", "music", "film"):
        kind = ItemTypeFactory(code=code, name=code)
        TransferLimit.objects.create(from_branch=desk_branch, to_branch=school_branch, item_type=kind)

    press_both_ways(
        {librarian_client: AT_THE_DESK, school_client: AT_SCHOOL, admin_client: IN_THE_CONSOLE}, *OF_A_LIBRARY
    )


def test_all_heads_of_the_consortium_s_lists(operator_client):
    Municipality.objects.update(population=1000)
    StaffAccountFactory.create_batch(3, name="Karen Holm")
    for number in range(3):
        PolicyTemplate.objects.create(code=f"same-{number}", name="Same rules", country="DK")

    press_both_ways({operator_client: OF_THE_CONSORTIUM}, Municipality, PolicyTemplate, StaffAccount)


def at_the_desk(branch):
    """Give each list of the branch three rows that are the same in nearly every column."""
    RuleFactory()
    record, elsewhere = RecordFactory(title="Same title"), BranchFactory(name="Elsewhere")
    of_branch = {"home_branch": branch, "record": record, "call_number": "86 Holm"}
    for _ in range(3):
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
