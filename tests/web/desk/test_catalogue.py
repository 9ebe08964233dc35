"""The catalogue at the desk: search, titles with their items, item pages and the forms that add and change items."""

from decimal import Decimal

import pytest

from catalogue.search.writing import rebuild
from holdings.models import Item
from tests.factories import (
    BranchFactory,
    HoldFactory,
    ItemFactory,
    ItemTypeFactory,
    LoanFactory,
    RecordFactory,
    ShelvingLocationFactory,
    StaffAccountFactory,
    TransitFactory,
)


def text_of(answer):
    return answer.content.decode()


@pytest.fixture
def details(desk_branch, number_of):
    """Return a form that adds an item."""
    return {
        "barcode": number_of("item", 5),
        "item_type": ItemTypeFactory().pk,
        "home_branch": desk_branch.pk,
        "status": "AVAILABLE",
        "price": "249,00",
        "call_number": "Lar",
    }


# --- Search ---


def test_what_comes_first_can_be_chosen_and_keeps_the_rest(librarian_client, patron, rules):
    RecordFactory(title="Lucky Zebra", author="Aho, Juhani")
    RecordFactory(title="Lucky Abe", author="Zola, Emile")
    rebuild()

    address = f"/desk/search?q=lucky&everywhere=1&language=dan&language=eng&patron={patron.pk}"
    pages = {sort: librarian_client.get(f"{address}&sort={sort}") for sort in ("title", "author", "available")}

    titles = {sort: [row["hit"].title for row in page.context["hits"]] for sort, page in pages.items()}
    assert titles["title"] == ["Lucky Abe", "Lucky Zebra"] == titles["author"][::-1]
    page = text_of(pages["author"]).partition('<form class="row small"')[2].partition("</form>")[0]
    assert '<option value="author" selected>' in page
    for name, value in (("language", "dan"), ("language", "eng"), ("everywhere", 1), ("patron", patron.pk)):
        assert f'<input type="hidden" name="{name}" value="{value}">' in page
    assert 'name="sort" value' not in page


def test_goes_straight_to_the_item_of_a_barcode(librarian_client, item):
    assert librarian_client.get("/desk/search", {"q": item.barcode}).url == f"/desk/items/{item.barcode}"


def test_goes_straight_to_the_title_of_an_isbn(librarian_client, rules):
    record = RecordFactory(isbns=["9788702078343"])

    assert librarian_client.get("/desk/search", {"q": "978-87-02-07834-3"}).url == f"/desk/records/{record.pk}"


def test_keeps_the_patron_whom_a_hold_is_for(librarian_client, patron):
    page = text_of(librarian_client.get("/desk/search", {"patron": patron.pk}))

    assert "For a hold for Ingrid Solvang." in page
    assert f'<input type="hidden" name="patron" value="{patron.pk}">' in page


# --- A title ---


def test_shows_every_item_with_where_it_is_now(librarian_client, item):
    lent = LoanFactory(item=ItemFactory(record=item.record, home_branch=item.home_branch)).item
    HoldFactory(record=item.record)

    page = text_of(librarian_client.get(f"/desk/records/{item.record_id}"))

    assert item.barcode in page
    assert lent.barcode in page
    assert "On the shelf" in page
    assert "On loan" in page
    assert "1 waits" in page


def test_knows_no_title_of_a_stale_page(librarian_client, rules):
    for address in ("/desk/records/999999", "/desk/records/999999/items/new", "/desk/items/3099999999"):
        assert librarian_client.get(address).status_code == 404


# --- An item ---


def test_shows_who_has_an_item(librarian_client, patron, item):
    LoanFactory(item=item, patron=patron)

    page = text_of(librarian_client.get(f"/desk/items/{item.barcode}"))

    assert "On loan until 10 Dec 2026" in page
    assert f'href="/desk/patrons/{patron.pk}#loans"' in page


def test_keeps_who_has_an_item_from_who_serves_no_patrons(logged_in, desk_branch, patron, item):
    LoanFactory(item=item, patron=patron)
    admin = logged_in(StaffAccountFactory(it_admin=True), desk_branch)

    page = text_of(admin.get(f"/desk/items/{item.barcode}"))

    assert "On loan until" in page
    assert "Solvang" not in page


def test_shows_where_an_item_travels_and_whom_it_lies_ready_for(librarian_client, patron, desk_branch, rules):
    travelling = TransitFactory(to_branch=BranchFactory(name="East Library")).item
    ready = HoldFactory(ready=True, patron=patron, pickup_branch=desk_branch, shelf_number=47).trapped_item

    assert "On its way to East Library" in text_of(librarian_client.get(f"/desk/items/{travelling.barcode}"))
    assert "047" in text_of(librarian_client.get(f"/desk/items/{ready.barcode}"))


def test_shows_what_was_done_to_an_item(librarian_client, patron, item, scan):
    scan(librarian_client, item.barcode, patron=patron.pk)
    scan(librarian_client, item.barcode, at="desk:check_in_scan")

    page = text_of(librarian_client.get(f"/desk/items/{item.barcode}"))

    assert page.index("Checked in") < page.index("Checked out")
    assert "Lis Librarian" in page
    assert "Solvang" not in page


# --- Adding and changing ---


def test_suggests_the_next_free_barcode(librarian_client, item, number_of):
    ItemFactory(barcode=number_of("item", 41))

    page = text_of(librarian_client.get(f"/desk/records/{item.record_id}/items/new"))

    assert f'value="{number_of("item", 42)}"' in page


def test_adds_an_item_to_a_title(librarian_client, item, details, number_of):
    answer = librarian_client.post(f"/desk/records/{item.record_id}/items/new", details)

    added = Item.objects.get(barcode=number_of("item", 5))
    assert answer.url == f"/desk/records/{item.record_id}"
    assert (added.price, added.call_number, added.record) == (Decimal("249.00"), "Lar", item.record)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"barcode": "123"}, "It has another length"),
        ({"barcode": ""}, "This field is required."),
        ({"price": "-1"}, "greater than or equal to 0"),
        ({"price": "much"}, "This isn&#x27;t an amount."),
        ({"status": "ON_LOAN"}, "Select a valid choice."),
        ({"home_branch": "999"}, "Select a valid choice."),
        ({"call_number": "x" * 61}, "at most 60 characters"),
    ],
)
def test_adds_no_item_with_a_fault_and_says_where_it_is(librarian_client, item, details, changed, said):
    answer = librarian_client.post(f"/desk/records/{item.record_id}/items/new", details | changed)

    assert answer.status_code == 422
    assert said in text_of(answer)
    assert Item.objects.count() == 1


def test_adds_no_item_under_a_barcode_with_a_wrong_check_digit(librarian_client, item, details):
    wrong = details["barcode"][:-1] + str((int(details["barcode"][-1]) + 1) % 10)

    answer = librarian_client.post(f"/desk/records/{item.record_id}/items/new", details | {"barcode": wrong})

    assert "The check digit is wrong" in text_of(answer)
    assert Item.objects.count() == 1


def test_adds_no_item_into_another_branchs_room(librarian_client, item, details):
    room = ShelvingLocationFactory(branch=BranchFactory())

    answer = librarian_client.post(f"/desk/records/{item.record_id}/items/new", details | {"location": room.pk})

    assert "This room belongs to another branch." in text_of(answer)


def test_changes_an_item(librarian_client, item, details):
    answer = librarian_client.post(f"/desk/items/edit/{item.barcode}", details | {"status": "MISSING"})

    item.refresh_from_db()
    assert answer.url == f"/desk/items/{item.barcode}"
    assert item.status == Item.Status.MISSING


def test_leaves_the_state_of_an_item_on_loan_alone(librarian_client, patron, item, details):
    LoanFactory(item=item, patron=patron)

    answer = librarian_client.post(f"/desk/items/edit/{item.barcode}", details | {"status": "AVAILABLE"})

    item.refresh_from_db()
    assert answer.status_code == 422
    assert item.status == Item.Status.ON_LOAN
