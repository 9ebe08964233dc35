"""The desk's pages for many items at once: a list or a search, the preview, the change, its undo; weeding lists."""

import html
import io
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from circulation.models import BulkChange
from circulation.services.bulk_changes import begin_change
from circulation.tasks import change_in_bulk, undo_bulk_change
from holdings.models import Item
from tests.factories import TODAY, BranchFactory, ItemFactory, LoanFactory, ShelvingLocationFactory
from tests.web.desk.test_items_in_motion import text_of


@pytest.fixture
def work(monkeypatch, django_capture_on_commit_callbacks):
    """Return a function that posts to a page, and does what that sent to the workers."""
    sent = []
    for task in (change_in_bulk, undo_bulk_change):
        monkeypatch.setattr(task, "delay", lambda task=task, **message: sent.append((task, message)))

    def post(client, name, pk):
        with django_capture_on_commit_callbacks(execute=True):
            answer = client.post(reverse(name, args=[pk]))
        while sent:
            task, message = sent.pop()
            task.run(**message)
        return answer

    return post


def propose(client, **fields):
    answer = client.post(reverse("desk:new_bulk_change"), fields)
    assert answer.status_code == 302, text_of(answer)
    return BulkChange.objects.latest("pk")


def test_changes_a_pasted_list_and_undoes_it(librarian_client, desk_branch, rules, work):
    east = BranchFactory(name="East")
    free, lent = ItemFactory(home_branch=desk_branch), ItemFactory(home_branch=desk_branch)
    LoanFactory(item=lent, lending_branch=desk_branch)
    fields = {"barcodes": f"{free.barcode};Lucky Per\n{lent.barcode}\nnosuch", "status": "WITHDRAWN", "reason": "Worn"}

    bulk = propose(librarian_client, **fields, home_branch_id=east.pk)
    page = text_of(librarian_client.get(reverse("desk:bulk_change", args=[bulk.pk])))
    assert "Change 1 item" in page
    assert "On loan to another patron." in page
    assert "No item has the barcode NOSUCH." in page
    assert Item.objects.get(pk=free.pk).status == "AVAILABLE"

    work(librarian_client, "desk:make_bulk_change", bulk.pk)
    page = text_of(librarian_client.get(reverse("desk:bulk_change", args=[bulk.pk])))
    assert "Undo all of it" in page
    assert Item.objects.get(pk=free.pk).status == "WITHDRAWN"
    assert "Worn" in text_of(librarian_client.get(reverse("desk:item", args=[free.barcode])))
    assert "Lis Librarian" in text_of(librarian_client.get(reverse("desk:new_bulk_change")))

    work(librarian_client, "desk:take_back_bulk_change", bulk.pk)
    assert Item.objects.get(pk=free.pk).home_branch == desk_branch
    assert Item.objects.get(pk=free.pk).status == "AVAILABLE"
    again = work(librarian_client, "desk:make_bulk_change", bulk.pk)
    assert "It has been begun or undone already." in text_of(librarian_client.get(again.url))


def test_the_page_of_a_running_change_leaves_its_buttons_alone(librarian_client, desk_branch, rules, work, monkeypatch):
    item = ItemFactory(home_branch=desk_branch)
    bulk = propose(librarian_client, barcodes=item.barcode, status="MISSING")
    begin_change(bulk_id=bulk.pk, staff=None, now=timezone.now())
    address = reverse("desk:bulk_change", args=[bulk.pk])

    page = librarian_client.get(address)
    assert "Go on" not in text_of(page)
    assert "Undo all of it" in text_of(page)
    polled = f"{address}?seen={page.context['seen']}"
    answer = librarian_client.get(polled, headers={"HX-Request": "true"})
    assert "0 %" in text_of(answer)
    assert "<button" not in answer.content.decode()

    work(librarian_client, "desk:make_bulk_change", bulk.pk)
    assert Item.objects.get(pk=item.pk).status == "AVAILABLE"
    BulkChange.objects.update(worked_at=timezone.now() - timedelta(minutes=5))
    broke_off = librarian_client.get(polled, headers={"HX-Request": "true"})
    assert broke_off["HX-Retarget"] == "#bulk-state"
    assert "Go on" in text_of(broke_off)
    work(librarian_client, "desk:make_bulk_change", bulk.pk)
    assert Item.objects.get(pk=item.pk).status == "MISSING"
    done = librarian_client.get(polled, headers={"HX-Request": "true"})
    assert 'data-oob="#bulk-said"' in done.content.decode()
    assert "Undo all of it" in text_of(done)


def test_a_weeding_list_keeps_its_copies_when_it_is_withdrawn(librarian_client, desk_branch, rules, work):
    first = ItemFactory(home_branch=desk_branch)
    fields = {"status": "WITHDRAWN", "reason": "Worn", "copies_kept": "1", "keeps_last_anywhere": "on"}
    address = reverse("desk:new_bulk_change")
    form = librarian_client.get(f"{address}?asked=1&copies=1&last_anywhere=1&from=weeding&status=WITHDRAWN")
    assert (form.context["form"].initial["copies_kept"], form.context["form"].initial["keeps_last_anywhere"]) == (
        1,
        True,
    )

    bulk = propose(librarian_client, barcodes=first.barcode, **fields)

    page = text_of(librarian_client.get(reverse("desk:bulk_change", args=[bulk.pk])))
    assert "It's one of the last copies, which are to stay." in html.unescape(page)


def test_takes_a_file(librarian_client, desk_branch, rules):
    item = ItemFactory(home_branch=desk_branch)
    file = SimpleUploadedFile("list.csv", f'"{item.barcode}";"Lucky Per"'.encode())

    bulk = propose(librarian_client, file=file, status="MISSING")

    assert [line.item for line in bulk.lines.all()] == [item]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"barcodes": "", "status": "MISSING"}, "There's no barcode in the list."),
        ({"barcodes": "1"}, "Choose the items, and what's to become of them."),
        ({"barcodes": "1", "status": "WITHDRAWN"}, "This field is required."),
        ({"barcodes": "1", "status": "ON_LOAN"}, "Select a valid choice"),
        ({"barcodes": "1\n" * 5 + "\n".join(map(str, range(20_002))), "status": "MISSING"}, "this one has 20002"),
        ({"barcodes": "1", "file": SimpleUploadedFile("x.xlsx", b"PK\x03\x04\x00")}, "The file isn't a text file."),
    ],
)
def test_says_what_is_wrong_with_a_list(librarian_client, fields, said):
    answer = librarian_client.post(reverse("desk:new_bulk_change"), fields)

    assert answer.status_code == 422
    assert said in html.unescape(text_of(answer))
    assert not BulkChange.objects.exists()


def test_a_room_and_another_branch_contradict(librarian_client, desk_branch, rules):
    room, item = ShelvingLocationFactory(branch=BranchFactory()), ItemFactory(home_branch=desk_branch)

    fields = {"barcodes": item.barcode, "home_branch_id": desk_branch.pk, "location_id": room.pk}
    answer = librarian_client.post(reverse("desk:new_bulk_change"), fields)

    assert answer.status_code == 422
    assert "This room belongs to another branch." in text_of(answer)


def barcodes_on(page):
    return page.context["form"].initial["barcodes"].split()


def test_takes_what_another_page_lists(librarian_client, desk_branch, rules):
    marked = ItemFactory(home_branch=desk_branch, call_number="Mdr 7")
    other = ItemFactory(home_branch=desk_branch, record=marked.record)
    address = reverse("desk:new_bulk_change")

    listed = librarian_client.get(reverse("desk:item_list"), {"mark": "Mdr"})
    assert f"{address}?branch={desk_branch.pk}&amp;mark=Mdr&amp;from=items" in listed.content.decode()
    assert barcodes_on(librarian_client.get(f"{address}?branch=&mark=Mdr&from=items")) == [marked.barcode]
    assert barcodes_on(librarian_client.get(f"{address}?record={marked.record_id}")) == [other.barcode, marked.barcode]
    assert barcodes_on(librarian_client.get(f"{address}?item={marked.barcode}")) == [marked.barcode]
    assert barcodes_on(librarian_client.get(address)) == []


def test_lists_what_may_be_weeded_and_withdraws_it(librarian_client, desk_branch, rules):
    old = ItemFactory(home_branch=desk_branch, record__title="Gammel Æblekage", record__year=1970)
    ItemFactory(home_branch=desk_branch, record__title="New one", record__year=2026)
    asked = {"asked": "1", "before": "2000", "copies": "0", "unused": str(TODAY - timedelta(days=300))}

    page = librarian_client.get(reverse("desk:weeding"), asked)
    assert [item.barcode for item in page.context["page"]] == [old.barcode]
    assert page.context["query"].startswith(f"branch={desk_branch.pk}&")
    file = librarian_client.get(reverse("desk:weeding"), {**asked, "file": "weeding.csv"}).getvalue()
    assert [line.split(",")[0] for line in file.decode().splitlines()[1:]] == [old.barcode]
    assert "Gammel Æblekage" in file.decode()

    form = librarian_client.get(
        f"{reverse('desk:new_bulk_change')}?{page.context['query']}from=weeding&status=WITHDRAWN"
    )
    assert barcodes_on(form) == [old.barcode]
    assert form.context["form"].initial["status"] == "WITHDRAWN"


def test_a_weeding_list_keeps_the_last_copies_until_told_otherwise(librarian_client, desk_branch, rules):
    ItemFactory(home_branch=desk_branch)

    first = librarian_client.get(reverse("desk:weeding"))
    assert "page" not in first.context
    assert first.context["asked"]["last_anywhere"]
    asked = {"asked": "1", "copies": "0"}
    assert len(librarian_client.get(reverse("desk:weeding"), asked).context["page"]) == 1
    kept = librarian_client.get(reverse("desk:weeding"), {**asked, "last_anywhere": "1"})
    assert len(kept.context["page"]) == 0


LABELS = {"what": "BOTH", "sheet": "A4-3x8", "first": "1", "kind": "CODE128"}


def test_prints_labels_and_remembers_how(librarian_client, desk_branch, rules):
    room = ShelvingLocationFactory(branch=desk_branch, name="Børn")
    item = ItemFactory(home_branch=desk_branch, record__title="Æblet", call_number="86 Å", location=room)
    address = reverse("desk:labels")

    sent = librarian_client.post(address, {**LABELS, "barcodes": item.barcode, "first": "4", "sheet": "A4-5x13"})

    assert sent["Content-Type"] == "application/pdf"
    text = PdfReader(io.BytesIO(sent.content)).pages[0].extract_text()
    for part in (item.barcode, "Æblet", "86", "Å", "Børn"):
        assert part in text
    form = librarian_client.get(address, {"item": item.barcode})
    assert barcodes_on(form) == [item.barcode]
    assert form.context["form"].initial["sheet"] == "A4-5x13"


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"barcodes": "nosuch"}, "No item has the barcode NOSUCH."),
        ({"first": "25"}, "This sheet has 24 labels."),
        ({"kind": "EAN13"}, "can't be printed as bars of this kind."),
        ({"kind": "CODE39", "sheet": "A4-5x13", "barcodes": "301000000000000017"}, "is too long for these labels."),
        ({"barcodes": "\n".join(map(str, range(1001)))}, "this one has 1001"),
    ],
)
def test_says_why_there_are_no_labels(librarian_client, desk_branch, rules, fields, said):
    ItemFactory(home_branch=desk_branch, barcode="301000000000000017")

    answer = librarian_client.post(reverse("desk:labels"), {**LABELS, "barcodes": "301000000000000017", **fields})

    assert answer.status_code == 422
    assert said in html.unescape(text_of(answer))
