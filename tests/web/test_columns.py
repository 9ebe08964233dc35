"""The columns of lists: chosen in a menu that's a plain form, kept with the account, and the same on every screen."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import AuditEntry, StaffAccount
from tests.factories import ItemFactory, StaffAccountFactory
from web.ui.columns import MOST_COLUMNS, Column, Table, register


def choose(client, table, *columns, **more):
    return client.post(f"/account/columns/{table}", {"column": columns, "next": "/desk/item-list?status=LOST", **more})


def left_out(client):
    return StaffAccount.objects.get(pk=client.staff.pk).list_columns


@pytest.fixture
def item(desk_branch):
    return ItemFactory(home_branch=desk_branch)


def test_shows_all_columns_at_first(librarian_client, item):
    page = librarian_client.get("/desk/item-list").content.decode()

    assert "data-without" not in page
    page = page.partition('action="/account/columns/items"')[2].partition("</form>")[0]
    assert page.count('name="column"') == page.count(" checked>") + page.count(" checked disabled>") == 6


def test_leaves_out_what_is_not_ticked_and_goes_back_to_the_list(librarian_client, item):
    response = choose(librarian_client, "items", "shelf-mark", "state", "last-seen")

    assert (response.status_code, response.url) == (302, "/desk/item-list?status=LOST")
    assert left_out(librarian_client) == {"items": ["barcode", "is-at"]}
    page = librarian_client.get("/desk/item-list?branch=").content.decode()
    assert '<table class="rows rows-wide" data-without="3 5">' in page
    assert '<input type="checkbox" name="column" value="barcode"> ' in page
    assert '<input type="checkbox" name="column" value="state" checked> ' in page
    assert '<input type="checkbox" name="column" value="title" checked disabled> ' in page


def test_a_needed_column_stays_whatever_is_sent(librarian_client, item):
    choose(librarian_client, "items")

    assert left_out(librarian_client) == {"items": ["barcode", "is-at", "last-seen", "shelf-mark", "state"]}
    assert 'data-without="1 3 4 5 6"' in librarian_client.get("/desk/item-list").content.decode()


def test_shows_all_again(librarian_client):
    choose(librarian_client, "items", "state")
    choose(librarian_client, "claims", "title")
    choose(librarian_client, "items", "state", all="1")

    assert left_out(librarian_client) == {"claims": ["barcode", "patron", "said-on", "shelf-mark"]}


def test_each_account_has_its_own(librarian_client, supervisor_client, item):
    choose(librarian_client, "items", "state")

    assert left_out(supervisor_client) == {}
    assert "data-without" not in supervisor_client.get("/desk/item-list").content.decode()


def test_is_noted_in_the_log(librarian_client):
    choose(librarian_client, "items", "state")

    entry = AuditEntry.objects.get(action="accounts.leave_out_columns")
    assert (entry.actor, entry.facts) == (librarian_client.staff, {"list": "items"})


@pytest.mark.parametrize("columns", [["nonsense"], ["act", "\x00"], ["title"] * 50, ["é" * 5000]])
def test_what_the_list_has_not_is_not_kept(librarian_client, columns):
    assert choose(librarian_client, "claims", *columns).status_code in (302, 400)
    assert set(left_out(librarian_client).get("claims", ())) <= {"barcode", "patron", "said-on", "shelf-mark"}


def test_a_list_that_is_not_there_can_not_be_changed(librarian_client):
    assert choose(librarian_client, "nonsense", "title").status_code == 404
    assert left_out(librarian_client) == {}


@pytest.mark.parametrize("back", ["https://elsewhere.example/", "//elsewhere.example", "javascript:alert(1)", ""])
def test_leads_nowhere_else(librarian_client, back):
    assert choose(librarian_client, "items", "state", next=back).url == "/account/"


def test_a_column_that_is_gone_since_hides_nothing(librarian_client, item):
    StaffAccount.objects.filter(pk=librarian_client.staff.pk).update(list_columns={"items": ["was-once"], "gone": []})

    assert "data-without" not in librarian_client.get("/desk/item-list").content.decode()


def test_costs_no_query(librarian_client, item):
    librarian_client.get("/desk/item-list")
    with CaptureQueriesContext(connection) as before:
        librarian_client.get("/desk/item-list")
    choose(librarian_client, "items", "state")
    with CaptureQueriesContext(connection) as after:
        librarian_client.get("/desk/item-list")

    assert len(after) == len(before)


def test_an_account_of_the_same_number_elsewhere_keeps_its_own(librarian_client, beta):
    number = librarian_client.staff.pk
    connection.set_tenant(beta)
    StaffAccountFactory(pk=number)
    connection.set_tenant(librarian_client.municipality)

    choose(librarian_client, "items", "state")

    connection.set_tenant(beta)
    assert StaffAccount.objects.get(pk=number).list_columns == {}
    connection.set_tenant(librarian_client.municipality)


def test_a_table_must_fit_its_style_sheet_and_have_a_name_of_its_own():
    many = tuple(Column(str(number), "x") for number in range(MOST_COLUMNS + 1))

    for wrong in (Table("items", ()), Table("many", many), Table("twice", (Column("a", "A"), Column("a", "B")))):
        with pytest.raises(ValueError, match="can't be registered"):
            register(wrong)
