"""Lists of barcodes, cards and names, uploaded where they can be pasted; nothing is done before somebody says so."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from circulation.models import Loan
from patrons.models import Card
from schools.models import SchoolClass
from tests.factories import PatronFactory

WRONG = [(b"PK\x03\x04\x00\x00", 422), (b"\x81\x8d", 422), (b"1\n" * 60_000, 413), (b"\n;\n", 422), (b"1\n" * 501, 422)]


def upload(client, address, data, **fields):
    return client.post(address, {"file": SimpleUploadedFile("list.csv", data), **fields})


@pytest.mark.parametrize("where", ["", "return"])
def test_shows_each_line_of_a_list_and_offers_to_work_it_off(school_client, school_class, pupils, pile, where):
    barcodes = [item.barcode for item in pile[:2]]
    data = (
        f"Stregkode;Titel\r\n{barcodes[0]};Rubber-Tarzan\r\nRubber-Tarzan;{barcodes[1]}\r\n{barcodes[0]}\r\n39999\r\n"
    )

    answer = upload(school_client, f"/school/class/{school_class.pk}/{where}", data.encode("utf-8-sig"))

    lines = answer.context["listed"].lines
    assert answer.status_code == 200
    assert [(line.number, line.text) for line in lines] == [(1, barcodes[0]), (2, barcodes[1]), (3, "39999")]
    assert [line.found for line in lines] == [pile[0], pile[1], None]
    page = answer.content.decode()
    assert "No item has the barcode 39999." in page
    assert f'data-scan-held data-scan-list="{chr(10).join([*barcodes, "39999", ""])}"' in page
    assert not Loan.objects.exists()


@pytest.mark.parametrize("where", ["", "return"])
@pytest.mark.parametrize(("data", "status"), WRONG)
def test_refuses_a_file_that_is_no_list(school_client, school_class, pupils, where, data, status):
    answer = upload(school_client, f"/school/class/{school_class.pk}/{where}", data)

    assert answer.status_code == status
    assert answer.context["listed"].problem in answer.content.decode(errors="replace").replace("&#x27;", "'")
    assert "data-scan-held" not in answer.content.decode()


def test_says_so_when_no_file_came(school_client, school_class, pupils):
    assert school_client.post(f"/school/class/{school_class.pk}/", {}).status_code == 422


def test_a_class_of_another_is_not_found(school_client, school_class):
    assert upload(school_client, "/school/class/999999/", b"1").status_code == 404


def form(branch, **fields):
    return {"name": "6.C", "branch": branch.pk, "grade": "6", "teacher": "", "pupils": ""} | fields


def test_reads_cards_and_names_into_the_form_and_saves_nothing_yet(school_client, school_branch):
    dan = PatronFactory(given_name="Dan", family_name="Ørsted", card="2080000201")
    eva = PatronFactory(given_name="Eva", family_name="Berg", card="2080000202")
    for patron in (dan, eva):
        PatronFactory(given_name="Twin", family_name="Same", card=f"208000030{patron.pk % 10}")
    no_card = PatronFactory(given_name="Nina", family_name="Lost", card="2080000203")
    Card.objects.filter(patron=no_card).update(is_active=False)
    data = "Ørsted;Dan;2080 000201\nBerg, Eva;\nTwin Same\nNina Lost\n777\nNobody Else\n".encode("latin-1")

    answer = upload(school_client, "/school/class/add", data, **form(school_branch))

    assert [(line.text, line.problem) for line in answer.context["listed"].lines] == [
        ("2080000201", ""),
        ("2080000202", ""),
        ("Twin Same", "Several patrons have this name: write the card instead."),
        ("Nina Lost", "This person has no working card."),
        ("777", "No patron has this card."),
        ("Nobody Else", "Nobody fits “Nobody Else”."),
    ]
    assert answer.status_code == 422
    assert answer.context["form"]["pupils"].value().splitlines()[:2] == ["2080000201", "2080000202"]
    assert not SchoolClass.objects.exists()


def test_a_good_list_is_saved_with_the_next_press(school_client, school_branch):
    for number, name in enumerate(("Dan", "Eva")):
        PatronFactory(given_name=name, card=f"208000020{number}")

    shown = upload(school_client, "/school/class/add", b"2080000200\n", **form(school_branch, pupils="2080000201"))

    assert shown.status_code == 200
    assert not SchoolClass.objects.exists()
    fields = form(school_branch, pupils=shown.context["form"]["pupils"].value())
    assert school_client.post("/school/class/add", fields).status_code == 302
    assert SchoolClass.objects.get().memberships.count() == 2


def test_a_protected_name_is_found_by_card_only(school_client, school_branch):
    PatronFactory(given_name="Pia", family_name="Hidden", card="2080000204", alias="Somebody")

    answer = upload(school_client, "/school/class/add", b"Pia Hidden\n", **form(school_branch))

    assert answer.context["listed"].lines[0].found is None


@pytest.mark.parametrize(("data", "status"), WRONG)
def test_the_form_keeps_what_was_typed_when_the_file_is_no_list(school_client, school_class, pupils, data, status):
    address = f"/school/class/{school_class.pk}/change"

    answer = upload(school_client, address, data, **form(school_class.branch, pupils="2080000100"))

    assert answer.status_code == status
    assert answer.context["form"]["pupils"].value() == "2080000100"
    assert school_class.memberships.filter(until__isnull=True).count() == 3
