"""The pages on which copies are ordered, received, claimed and cancelled, and what a title's page says of them."""

from datetime import timedelta

import pytest
from django.urls import reverse

from circulation.models import Hold
from holdings.models import Item, Order
from holdings.services.orders import BranchCopies, Copies, OrderFacts, order_copies
from tests.factories import TODAY, BranchFactory, HoldFactory, ItemTypeFactory, RuleFactory, ShelvingLocationFactory
from tests.factories.catalogue import RecordFactory

LIST = "/desk/orders"


@pytest.fixture
def novel(alpha):
    return RecordFactory(title="Regnens hus")


@pytest.fixture
def placed(librarian_client, novel, desk_branch, now):
    """Return a function that orders two copies for the desk's branch."""

    def place(**values):
        facts = OrderFacts(**{"supplier": "Bogladen", "ordered_on": TODAY - timedelta(days=30), **values})
        copies = Copies(ItemTypeFactory(), [BranchCopies(desk_branch, 2)])
        return order_copies(record=novel, facts=facts, copies=copies, actor=librarian_client.staff, now=now)

    return place


def page_of(order):
    return reverse("desk:order", args=[order.pk])


def text_of(answer):
    return " ".join(answer.content.decode().split())


def test_copies_are_ordered_from_the_title_s_page(librarian_client, novel, desk_branch):
    address = reverse("desk:new_order", args=[novel.pk])
    assert address in text_of(librarian_client.get(reverse("desk:record", args=[novel.pk])))
    east = BranchFactory(code="east", name="East")
    room = ShelvingLocationFactory(branch=east, name="Fiction")
    values = {
        "supplier": "Bogladen",
        "number": "B-77",
        "ordered_on": TODAY.isoformat(),
        "item_type": ItemTypeFactory().pk,
    }
    values |= {f"copies-{desk_branch.pk}": "2", f"copies-{east.pk}": "1", f"room-{east.pk}": room.pk, "price": "199,50"}

    answer = librarian_client.post(address, values)

    order = Order.objects.get()
    assert answer.url == page_of(order)
    items = Item.objects.filter(ordered__order=order).order_by("pk")
    assert [(item.home_branch.code, item.location_id, str(item.price)) for item in items] == [
        ("east", room.pk, "199.50"),
        ("main", None, "199.50"),
        ("main", None, "199.50"),
    ]
    assert '<option value="Bogladen">' in text_of(librarian_client.get(address))


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        ({"supplier": ""}, "required"),
        ({"ordered_on": "yesterday"}, "This isn’t a day."),
        ({"ordered_on": "1926-01-01"}, "This day is too far away."),
        ({"expected_on": "2026-01-01"}, "It can&#x27;t come before it was ordered."),
        ({"copies": ""}, "Say how many copies"),
        ({"copies": "201"}, "200"),
        ({"copies": "-1"}, "0"),
        ({"price": "much"}, "This isn"),
        ({"item_type": "999999"}, "valid choice"),
        ({"room": "999999"}, "valid choice"),
    ],
)
def test_what_cannot_be_ordered_is_said_and_kept_in_the_form(librarian_client, novel, desk_branch, sent, told):
    names = {"copies": f"copies-{desk_branch.pk}", "room": f"room-{desk_branch.pk}"}
    values = {"supplier": "Bogladen", "ordered_on": TODAY.isoformat(), "item_type": ItemTypeFactory().pk}
    values |= {names["copies"]: "1", **{names.get(name, name): value for name, value in sent.items()}}

    answer = librarian_client.post(reverse("desk:new_order", args=[novel.pk]), values | {"note": "Keep me"})

    assert answer.status_code == 422
    assert told.replace("’", "&#x27;") in text_of(answer)
    assert "Keep me" in text_of(answer)
    assert not Order.objects.exists()
    assert not Item.objects.exists()


def test_lists_what_is_awaited_and_marks_what_is_late(librarian_client, placed, desk_branch):
    late = placed(expected_on=TODAY - timedelta(days=3))
    soon = placed(supplier="Akademi", expected_on=TODAY + timedelta(days=3))

    def listed(**asked):
        text = text_of(librarian_client.get(LIST, {"which": "", **asked}))
        return [order for order in (late, soon) if page_of(order) in text]

    assert listed() == [late, soon]
    assert "late since" in text_of(librarian_client.get(LIST))
    assert listed(which="late") == [late]
    assert listed(supplier="Akademi") == [soon]
    assert listed(branch=BranchFactory().pk) == []
    assert listed(branch="x", which="x", supplier="a\x00b") == []
    Item.objects.update(status="AVAILABLE")
    assert (listed(), listed(which="all")) == ([], [late, soon])


def test_is_sorted_by_its_heads_and_given_as_a_file(librarian_client, placed):
    placed(supplier="Zeta")
    placed(supplier="Alfa")

    text = text_of(librarian_client.get(LIST, {"order": "orders:supplier"}))
    assert text.index(">Alfa</td>") < text.index(">Zeta</td>")
    file = librarian_client.get(LIST, {"file": "orders.csv", "column": "supplier"})
    assert file.getvalue().decode("utf-8-sig").split() == ["Supplier", "Alfa", "Zeta"]


def test_a_copy_arrives_by_the_scan_of_its_label(librarian_client, placed, novel, desk_branch, number_of):
    RuleFactory()
    order = placed()
    hold = HoldFactory(record=novel, pickup_branch=desk_branch)
    first, second = Item.objects.filter(ordered__order=order).order_by("pk")
    text = text_of(librarian_client.get(page_of(order)))
    assert text.count("autofocus") == 1

    answer = librarian_client.post(page_of(order), {"what": "arrived", "item": second.pk, "barcode": "wrong"})
    assert answer.status_code == 409
    assert 'value="wrong" aria-invalid="true" autofocus' in text_of(answer)
    values = {"what": "arrived", "item": first.pk, "barcode": number_of("item", 77)}
    answer = librarian_client.post(page_of(order), values, follow=True)

    hold.refresh_from_db()
    assert hold.state == Hold.State.READY
    assert f"Item {number_of('item', 77)} has arrived. Hold shelf {hold.shelf_number:03d}" in text_of(answer)
    assert librarian_client.post(page_of(order), values | {"barcode": ""}).status_code == 409


def test_names_only_its_own_copies(librarian_client, placed):
    order, other = placed(), placed()
    item = Item.objects.filter(ordered__order=other).first()

    assert librarian_client.post(page_of(order), {"what": "arrived", "item": item.pk}).status_code == 404
    assert librarian_client.post(page_of(order), {"what": "arrived", "item": "x"}).status_code == 404
    assert librarian_client.post(page_of(order), {"what": "else"}).status_code == 404
    assert librarian_client.post(f"{LIST}/404", {"what": "claimed"}).status_code == 404
    assert librarian_client.get(f"{LIST}/404").status_code == 404
    assert Item.objects.filter(status="ON_ORDER").count() == 4


def test_claims_changes_extends_and_cancels(librarian_client, placed, desk_branch):
    order = placed(expected_on=TODAY - timedelta(days=3))
    page = page_of(order)

    assert librarian_client.post(page, {"what": "claimed"}).url == page
    facts = {"supplier": "Akademi", "ordered_on": TODAY.isoformat()}
    assert librarian_client.post(f"{page}/edit", facts).url == page
    more = {"item_type": ItemTypeFactory().pk, f"copies-{desk_branch.pk}": "1"}
    assert librarian_client.post(f"{page}/more", more | {f"copies-{desk_branch.pk}": "x"}).status_code == 422
    assert librarian_client.post(f"{page}/more", more).url == page
    items = list(Item.objects.filter(ordered__order=order).order_by("pk").values_list("pk", flat=True))
    assert text_of(librarian_client.get(f"{page}/cancel")).count('name="item"') == len(items) == 3
    assert text_of(librarian_client.get(f"{page}/cancel")).count(" checked>") == 3
    refused = librarian_client.post(f"{page}/cancel", {"item": ["x", "9" * 40]})
    assert refused.status_code == 409
    # Refused, the next press cancels nothing that she hadn't ticked.
    assert text_of(refused).count('name="item"') == 3
    assert " checked>" not in text_of(refused)
    assert librarian_client.post(f"{page}/cancel", {"item": items[:2]}).url == page

    order.refresh_from_db()
    assert (order.supplier, order.expected_on, order.claims, order.cancelled) == ("Akademi", None, 1, 2)
    text = text_of(librarian_client.get(page))
    assert "Claimed a late order" in text
    assert "Lis Librarian" in text
    assert "2 cancelled" in text


def test_the_second_of_two_editors_reads_what_the_first_has_saved(librarian_client, placed):
    page = f"{page_of(placed())}/edit"
    as_read = librarian_client.get(page).context["form"].as_read
    facts = {"supplier": "Bogladen", "ordered_on": (TODAY - timedelta(days=30)).isoformat(), "as_read": as_read}
    librarian_client.post(page, facts | {"number": "B-1"})

    answer = librarian_client.post(page, facts | {"number": "B-2"})

    assert answer.status_code == 409
    assert Order.objects.get().number == "B-1"


def test_a_title_s_page_says_when_its_copies_are_expected(librarian_client, placed, novel, client_of_alpha):
    order = placed(expected_on=TODAY + timedelta(days=3))
    later = placed(expected_on=TODAY + timedelta(days=9))

    text = text_of(librarian_client.get(reverse("desk:record", args=[novel.pk])))
    assert text.count(f'<a href="{page_of(order)}">expected') == 2
    assert page_of(later) in text
    text = text_of(client_of_alpha.get(reverse("portal:record", args=[novel.pk])))
    assert text.count("expected ") == 1
