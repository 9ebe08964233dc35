"""The order of lists: chosen by a column's head, kept while somebody is logged in, the same on every page."""

from datetime import timedelta

import pytest
from django.utils import translation

from holdings.models import Item
from tests.factories import ItemFactory, LoanFactory, RecordFactory, TransitFactory
from web.ui.columns import TABLES
from web.ui.sorting import ordered

LIST = "/desk/item-list"


class Asked:
    """A request as far as an order is concerned."""

    method = "GET"

    def __init__(self, **orders):
        self.session = {"kept_orders": orders}


def by_name(rows, order, language="da"):
    with translation.override(language):
        return [row["name"] for row in ordered(Asked(staff=order), "staff", rows)]


def test_sorts_letters_as_the_reader_s_language_does_and_numbers_by_value():
    rows = [{"name": name} for name in ("Åse", "Zeno", "Øre", "Ærø", "Anna 10", "Anna 9")]

    assert by_name(rows, "name") == ["Anna 9", "Anna 10", "Zeno", "Ærø", "Øre", "Åse"]
    assert by_name(rows, "-name") == ["Åse", "Øre", "Ærø", "Zeno", "Anna 10", "Anna 9"]


def test_equal_rows_keep_the_list_s_own_order_and_those_without_a_value_come_last():
    rows = [{"name": "B", "username": "x"}, {"name": "", "username": "y"}, {"name": "A", "username": "x"}]

    for order in ("user-name", "-user-name"):
        names = by_name(rows, order)
        assert names.index("B") < names.index("A")
    assert by_name(rows, "name") == ["A", "B", ""]
    assert by_name(rows, "-name") == ["B", "A", ""]


@pytest.mark.parametrize("order", ["", "nonsense", "second-factor", "-", "--name"])
def test_what_can_not_be_chosen_leaves_the_list_as_it_is(order):
    rows = [{"name": "B"}, {"name": "A"}]

    assert by_name(rows, order) == ["B", "A"]


@pytest.fixture
def items(desk_branch):
    """Return a page and a half of items whose titles come in three kinds, so that most are equal."""
    records = [RecordFactory(title=title) for title in ("Bjerget", "Ager", "Cirkel")]
    return [
        ItemFactory(home_branch=desk_branch, record=records[n % 3], call_number=f"{n:03d}", barcode=f"5012{n:06d}")
        for n in range(75)
    ]


def barcodes(page):
    return [row["item"].barcode for row in page.context["rows"]]


@pytest.mark.parametrize("falling", [False, True])
def test_pages_of_a_list_in_order_have_every_row_once(librarian_client, items, falling):
    first = librarian_client.get(LIST, {"order": f"items:{'-' if falling else ''}title"})
    pages = [barcodes(first), barcodes(librarian_client.get(LIST, {"page": 2}))]

    wanted = Item.objects.order_by("-record__title" if falling else "record__title", "call_number")
    assert [code for page in pages for code in page] == list(wanted.values_list("barcode", flat=True))


def test_a_head_leads_to_the_order_then_the_other_way_then_back(librarian_client, items):
    page = librarian_client.get(LIST, {"branch": "", "page": 2}).content.decode()
    assert '<th scope="col"><a class="sort" href="?branch=&amp;order=items%3Atitle">Title</a></th>' in page

    page = librarian_client.get(LIST, {"branch": "", "order": "items:title"}).content.decode()
    head = '<th scope="col" aria-sort="{}"><a class="sort" href="?branch=&amp;order=items%3A{}">Title</a></th>'
    assert head.format("ascending", "-title") in page
    page = librarian_client.get(LIST, {"branch": "", "order": "items:-title"}).content.decode()
    assert head.format("descending", "") in page
    page = librarian_client.get(LIST, {"branch": "", "order": "items:"}).content.decode()
    assert "aria-sort" not in page


def test_the_order_is_kept_by_list_and_for_one_person(librarian_client, supervisor_client, items):
    librarian_client.get(LIST, {"order": "items:-barcode"})

    assert 'aria-sort="descending"' in librarian_client.get(LIST).content.decode()
    assert "aria-sort" not in librarian_client.get("/desk/overdue").content.decode()
    assert "aria-sort" not in supervisor_client.get(LIST).content.decode()


@pytest.mark.parametrize("order", ["overdue:due", "items:record__title", "items:phone", "items:\x01", "x", "a" * 5000])
def test_nothing_else_can_be_ordered_by(librarian_client, items, order):
    page = librarian_client.get(LIST, {"order": order})

    assert page.status_code == 200
    assert "aria-sort" not in page.content.decode()


def test_the_day_s_lists_are_put_in_order(librarian_client, desk_branch, now):
    for number, title in enumerate(("Bjerget", "Ager", "Cirkel")):
        record = RecordFactory(title=title)
        sent_at = now - timedelta(days=number)
        TransitFactory(item=ItemFactory(record=record), to_branch=desk_branch, sent_at=sent_at)
        LoanFactory(overdue=True, lending_branch=desk_branch, item=ItemFactory(record=record))

    for table in ("transits", "overdue"):
        page = librarian_client.get(f"/desk/{table}", {"order": f"{table}:-title"})
        assert [line.item.record.title for line in page.context["lines"]] == ["Cirkel", "Bjerget", "Ager"]


def test_only_columns_that_are_seen_can_be_chosen():
    for table in TABLES.values():
        assert not [column.name for column in table.columns if column.sort and column.is_unseen], table.name
