"""The desk's lists as files: what the page shows, all of it, in its order, with its rights, as Excel and as CSV."""

from datetime import timedelta

import pytest
from django.urls import reverse

from catalogue.search.writing import rebuild
from circulation.models import BulkChange, BulkLine
from tests.factories import (
    NOW,
    TODAY,
    BranchFactory,
    HoldFactory,
    ItemFactory,
    LoanFactory,
    PatronFactory,
    RecordFactory,
    TransitFactory,
)
from tests.spreadsheets import cells_of, sheet_name_of
from web.ui import list_files

BARCODE = "0012345678901234567890"
ITEMS = "/desk/item-list"


def excel(client, address, **asked):
    return cells_of(client.get(address, asked).getvalue())


@pytest.fixture
def lists(desk_branch, patron, rules):
    """Return one row in each of the day's lists: its address, its name, and what stands in which of its columns."""
    late = LoanFactory(lending_branch=desk_branch, patron=patron, due_date=TODAY - timedelta(days=3))
    told = LoanFactory(
        item=ItemFactory(home_branch=desk_branch), patron=patron, claim="RETURNED", claimed_at=NOW, due_date=TODAY
    )
    wanted = ItemFactory(home_branch=desk_branch)
    HoldFactory(record=wanted.record, patron=patron, pickup_branch=desk_branch)
    ready = HoldFactory(
        ready=True,
        patron=patron,
        pickup_branch=desk_branch,
        trapped_item=ItemFactory(home_branch=desk_branch, status="ON_HOLD_SHELF"),
        shelf_number=47,
        shelf_until=TODAY + timedelta(days=1),
    )
    hopeless = HoldFactory(record=RecordFactory(), patron=patron, pickup_branch=desk_branch)
    came = TransitFactory(to_branch=desk_branch, from_branch=BranchFactory(name="East"), sent_at=NOW)
    return [
        ("/desk/overdue", "overdue", {"Barcode": late.item.barcode, "Patron": patron.display_name}),
        ("/desk/claims", "claims", {"Barcode": told.item.barcode, "Patron": patron.display_name}),
        ("/desk/holds", "picks", {"Barcode": wanted.barcode, "Patron": patron.short_name}),
        ("/desk/shelf", "shelf-ready", {"No.": 47.0, "Title": ready.record.title}),
        ("/desk/holds/hopeless", "hopeless", {"Title": hopeless.record.title, "Patron": patron.short_name}),
        ("/desk/transits", "transits", {"Barcode": came.item.barcode, "From": "East"}),
    ]


def test_each_of_the_days_lists_can_be_taken(librarian_client, lists):
    for address, name, expected in lists:
        page = librarian_client.get(address).content.decode()
        assert f'name="file" value="{name}.xlsx"' in page, name
        head, row = excel(librarian_client, address, file=f"{name}.xlsx")
        found = dict(zip(head, row, strict=False))
        assert {column: found[column] for column in expected} == expected, name


def test_a_list_has_what_its_filters_leave_in_its_order_and_all_pages(librarian_client, desk_branch, rules):
    record = RecordFactory(title="=HYPERLINK(1)", author="+45", year=1999)
    for place in range(60):
        ItemFactory(home_branch=desk_branch, record=record, barcode=f"{BARCODE}{place:02}", call_number=f"{place:02}")
    ItemFactory(home_branch=BranchFactory(name="East"))

    answer = librarian_client.get(ITEMS, {"order": "items:-shelf-mark", "page": "2", "file": "items.xlsx"})
    data = answer.getvalue()
    head, *rows = cells_of(data)

    assert answer["Content-Disposition"] == 'attachment; filename="items.xlsx"'
    assert answer["Content-Type"] == "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    assert sheet_name_of(data) == "Items"
    assert head[:5] == ["Barcode", "Shelf mark", "Title", "Author", "Year"]
    assert [row[0] for row in rows] == [f"{BARCODE}{place:02}" for place in reversed(range(60))]
    assert rows[0][2:5] == ["=HYPERLINK(1)", "+45", 1999.0]

    chosen = librarian_client.get(f"{ITEMS}?file=items.csv&mark=07&column=barcode&column=title&column=nosuch")
    assert chosen.getvalue().decode() == f"\ufeffBarcode,Title\r\n{BARCODE}07,'=HYPERLINK(1)\r\n"


def test_has_all_overdue_loans_and_no_phone_of_a_protected_patron(librarian_client, patron, desk_branch, monkeypatch):
    monkeypatch.setattr("web.desk.lists._MOST_OVERDUE", 1)
    hidden = PatronFactory(home_branch=desk_branch, alias="Protected person", phone="12345678")
    for reader in (patron, hidden):
        LoanFactory(lending_branch=desk_branch, patron=reader, due_date=TODAY - timedelta(days=3))

    head, *rows = excel(librarian_client, "/desk/overdue", file="overdue.xlsx")
    found = {row[head.index("Patron")]: row for row in rows}

    assert found.keys() == {patron.display_name, "Protected person"}
    assert "12345678" not in found["Protected person"]
    assert len(librarian_client.get("/desk/overdue").context["lines"]) == 1


def test_more_rows_than_excel_takes_lead_back_with_the_reason_and_csv_has_them_all(
    librarian_client, desk_branch, rules, monkeypatch
):
    monkeypatch.setattr(list_files, "MOST_IN_EXCEL", 1)
    for _ in range(2):
        ItemFactory(home_branch=desk_branch)

    page = librarian_client.get(f"{ITEMS}?status=&file=items.xlsx&column=barcode", follow=True)

    assert page.redirect_chain == [(f"{ITEMS}?status=", 302)]
    assert "An Excel file holds 1 rows at most." in page.content.decode()
    assert len(librarian_client.get(f"{ITEMS}?file=items.csv").getvalue().splitlines()) == 3


@pytest.mark.parametrize("asked", ["items.exe", "overdue.xlsx", "items", "../items.xlsx", "items.xlsx.csv"])
def test_what_is_no_file_of_the_page_is_the_page(librarian_client, item, asked):
    answer = librarian_client.get(ITEMS, {"file": asked})

    assert answer.status_code == 200
    assert answer.context["rows"]


def test_the_report_of_a_change_in_bulk(librarian_client, desk_branch, rules):
    item = ItemFactory(home_branch=desk_branch)
    fields = {"barcodes": f"{item.barcode}\nnosuch", "status": "MISSING"}
    librarian_client.post(reverse("desk:new_bulk_change"), fields)
    bulk = BulkChange.objects.get()

    head, *rows = excel(librarian_client, reverse("desk:bulk_change", args=[bulk.pk]), file="bulk-lines.xlsx")

    assert head == ["Barcode", "Title", "Shelf mark", "State", "Why"]
    assert [(row[0], row[3]) for row in rows] == [(item.barcode, "To be changed"), ("NOSUCH", "Can't be changed")]
    assert rows[1][4] == "No item has the barcode NOSUCH."
    assert BulkLine.objects.count() == 2


def test_titles_that_a_search_finds_with_the_columns_that_are_wanted(librarian_client, rules, monkeypatch):
    for title in ("Lucky Zebra", "Lucky Abe"):
        columns = {
            "isbns": ["9788702123456", "9788702123463"],
            "series": "Katz ; 3",
            "all_series": ["Katz ; 3", "Regn"],
        }
        RecordFactory(title=title, author="Aho, Juhani", language="dan", **columns)
    rebuild()
    monkeypatch.setattr("web.desk.title_list.LARGEST_PAGE", 1)
    asked = {"q": "lucky", "everywhere": "1", "sort": "title", "file": "titles.xlsx"}

    head, *rows = excel(librarian_client, "/desk/search", **asked)
    found = dict(zip(head, rows[0], strict=False))
    assert [row[head.index("Title")] for row in rows] == ["Lucky Abe", "Lucky Zebra"]
    assert (found["ISBN"], found["Language"]) == ("9788702123456; 9788702123463", "Danish")
    assert found["Series"] == "Katz ; 3; Regn"

    asked |= {"file": "titles.csv", "column": ["author", "title"]}
    lines = librarian_client.get("/desk/search", asked).getvalue().decode().splitlines()
    assert lines == ["\ufeffTitle,Author", 'Lucky Abe,"Aho, Juhani"', 'Lucky Zebra,"Aho, Juhani"']

    monkeypatch.setattr("web.desk.title_list.MOST_HITS", 1)
    page = librarian_client.get("/desk/search", asked, follow=True)
    assert "More than 1 titles fit." in page.content.decode()
