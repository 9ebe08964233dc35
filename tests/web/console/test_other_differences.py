"""On the page of differences: item types, categories, own texts, colours, barcodes and what branches decide."""

import pytest

from holdings.models import ItemType
from holdings.services.item_types import change_item_type
from notices.models import NoticeKind
from notices.services.settings import change_branch_messages
from notices.services.templates import Place, save_template
from patrons.models import PatronCategory
from patrons.services.categories import change_category
from tenants.models import Municipality, PolicyTemplate
from tenants.rules import barcode_schemes_of
from tenants.services.settings import change_barcodes, change_look
from tests.factories import BranchFactory
from tests.web.console.test_rule_differences import PAGE, rows_of
from web.console.settings import STANDARD_LOOK


@pytest.fixture
def followed(alpha):
    """Let Alpha follow a template in all it has."""
    template = PolicyTemplate.objects.create(
        code="test",
        name="Test standard",
        country="DK",
        item_types=[{"code": "book", "name": {"en": "Book", "da": "Bog"}}],
        patron_categories=[{"code": "adult", "name": {"en": "Adult", "da": "Voksen"}, "kind": "ADULT"}],
    )
    Municipality.objects.filter(pk=alpha.pk).update(
        template=template, theme={}, barcode_schemes=barcode_schemes_of(alpha.pk)
    )
    names = ("Bog", "Voksen") if alpha.language == "da" else ("Book", "Adult")
    book, adult = template.item_types[0]["name"], template.patron_categories[0]["name"]
    ItemType.objects.create(code="book", name=names[0], names=book)
    PatronCategory.objects.create(code="adult", name=names[1], names=adult, kind="ADULT")
    return template


@pytest.fixture
def branch():
    return BranchFactory(code="main", name="Main library")


def _rows(client, label):
    return [row for row in rows_of(client.get(PAGE)) if row.startswith(label)]


def test_nothing_differs_where_all_is_the_template_s(admin_client, followed, branch):
    page = admin_client.get(PAGE).content.decode().replace("&#x27;", "'")

    assert "Types and categories are the template's." in page
    assert "Every setting is the standard's." in page
    assert "Every text is the built-in one." in page


def test_a_type_differs_property_by_property(admin_client, followed):
    book = ItemType.objects.get(code="book")
    change_item_type(item_type=book, name=book.name, is_lent=False, actor=admin_client.staff)

    [row] = _rows(admin_client, book.name)

    assert row == f"{book.name} Lent out No Template: Yes 19 Nov 2026 11:30 {admin_client.staff.name}"
    assert f'href="/console/kinds/types/{book.pk}"' in admin_client.get(PAGE).content.decode()


def test_a_name_in_another_language_differs_by_itself(admin_client, followed):
    adult = PatronCategory.objects.get(code="adult")
    change_category(category=adult, name=adult.name, kind="ADULT", names=adult.names | {"sv": "Vuxen"}, actor=None)

    [row] = _rows(admin_client, adult.name)

    assert "Name (Swedish) Vuxen Template: –" in row


def test_a_category_of_its_own_and_one_that_is_only_in_the_template(admin_client, followed):
    PatronCategory.objects.filter(code="adult").update(code="grown-up", name="Grown-up")

    assert _rows(admin_client, "Grown-up") == ["Grown-up Patron category in use Template: – from the beginning"]
    [missing] = [row for row in rows_of(admin_client.get(PAGE)) if "Template: in use" in row]
    assert missing.endswith("Patron category – Template: in use from the beginning")


def test_an_own_text_shows_its_first_other_line_and_a_branch_s_the_municipality_s(admin_client, followed, branch):
    texts = {"subject": "Ready!", "body": "Come and get {title}."}
    place = {"kind": NoticeKind.HOLD_READY, "language": "en"}
    save_template(place=Place(**place), **texts, staff=admin_client.staff)
    save_template(place=Place(**place, branch=branch), **texts | {"body": "Hurry."}, staff=admin_client.staff)

    everywhere, here = _rows(admin_client, "Hold ready")

    assert everywhere.startswith("Hold ready English, All but text messages Ready! Standard: ")
    assert "Ready!" not in everywhere.partition("Standard: ")[2]
    assert here.startswith(
        "Hold ready English, All but text messages, Main library Hurry. Standard: Come and get {title}."
    )
    assert here.endswith(admin_client.staff.name)
    assert f'href="/console/notices/HOLD_READY/en?branch={branch.pk}"' in admin_client.get(PAGE).content.decode()


def test_what_a_branch_decides_stands_beside_the_municipality_s(admin_client, followed, branch):
    change_branch_messages(branch=branch, values={"digest": False, "sms_sender": "Main"}, staff=admin_client.staff)

    [digest] = _rows(admin_client, "Send all that")
    [sender] = _rows(admin_client, "Sender of text messages")

    assert "Main library No Standard: Yes 19 Nov 2026 11:30" in digest
    assert sender.startswith("Sender of text messages Main library Main Standard: – 19 Nov 2026 11:30")


def test_colours_and_barcodes_with_who_chose_them(admin_client, followed, alpha):
    change_look(municipality=alpha, colours=STANDARD_LOOK | {"brand": "#123456"}, actor=admin_client.staff)
    schemes = barcode_schemes_of(alpha.pk)
    schemes["card"]["prefix"] = "7"
    change_barcodes(municipality=alpha, schemes=schemes, actor=admin_client.staff)

    [colour] = _rows(admin_client, "Colour by day")
    [prefix] = _rows(admin_client, "Cards begin with")

    who = f"19 Nov 2026 11:30 {admin_client.staff.name}"
    assert colour == f"Colour by day Municipality #123456 Standard: {STANDARD_LOOK['brand']} {who}"
    standard = barcode_schemes_of(alpha.pk)["card"]["prefix"]
    assert prefix == f"Cards begin with Municipality 7 Standard: {standard} {who}"
