import re
import uuid
from datetime import timedelta

import pytest

from accounts.models import AuditEntry
from circulation.models import Loan
from patrons.models import Patron
from tests.factories import (
    TODAY,
    BlockFactory,
    ItemFactory,
    LoanFactory,
    SchoolClassFactory,
)
from tests.factories.schools import ClassMembershipFactory

SCAN = {"X-Scan": "1"}


def scan(client, school_class, barcode, **fields):
    """Scan as the page does: with the fields that its hidden inputs hold."""
    values = {"scan": barcode, "scan_id": str(uuid.uuid4()), "scan_number": "1", "to": "pupils"} | fields
    return client.post(f"/school/class/{school_class.pk}/scan", values, headers=SCAN)


def hidden(response, name):
    """Return what an answer puts into a hidden field of the scan form."""
    return re.search(rf'name="{name}" id="scan-{name}" value="([^"]*)"', response.content.decode())[1]


def test_lists_the_classes_of_her_own_school_and_of_another_when_asked(school_client, school_class, pupils):
    SchoolClassFactory(name="9.Z", school_year="2019-2020", branch=school_class.branch)
    SchoolClassFactory(name="Gone", branch=school_class.branch, gone_on=TODAY)
    choir = SchoolClassFactory(name="Kor", kind="TEACHING", register_key="c", branch=school_class.branch)
    other = SchoolClassFactory(name="1.A", branch__name="Other school")

    page = school_client.get("/school/")

    assert [each.name for each in page.context["classes"]] == ["5.B"]
    assert page.context["groups"] == [choir]
    assert page.context["classes"][0].pupils == 3
    assert f'href="?school={other.branch_id}"' in page.content.decode()
    there = school_client.get(f"/school/?school={other.branch_id}")
    assert [each.name for each in there.context["classes"]] == ["1.A"]


def test_who_is_at_no_school_chooses_one(librarian_client, school_class, pupils):
    assert [each.name for each in librarian_client.get("/school/").context["classes"]] == ["5.B"]

    other = SchoolClassFactory(name="1.A", branch__name="Other school")

    page = librarian_client.get("/school/?forget", follow=True)
    assert page.context["school"] is None
    assert "Choose a school" in page.content.decode()
    assert librarian_client.get("/school/?school=no").status_code == 200
    there = librarian_client.get(f"/school/?school={other.branch_id}")
    assert [each.name for each in there.context["classes"]] == ["1.A"]


def test_says_how_a_class_comes_to_be_when_there_is_none(school_client, alpha):
    assert "Add one by hand" in school_client.get("/school/").content.decode()


def test_orders_the_pupils_by_either_name(school_client, school_class, pupils):
    for pupil, key in zip(pupils, ("c", "b", "a"), strict=True):
        Patron.objects.filter(pk=pupil.pk).update(sort_key=key)

    def names(query):
        page = school_client.get(f"/school/class/{school_class.pk}/{query}")
        return [line.pupil.given_name for line in page.context["sheet"].pupils]

    assert names("") == names("?sort=nonsense") == ["Anna", "Bo", "Carla"]
    assert names("?sort=family") == ["Carla", "Bo", "Anna"]


def test_shows_whose_item_comes_first(school_client, school_class, pupils):
    page = school_client.get(f"/school/class/{school_class.pk}/").content.decode()

    assert "Scan the item for Anna Pupil" in page


def test_lends_a_pile_to_the_pupils_in_order(school_client, school_class, pupils, pile):
    fields = {"pupil": pupils[0].pk, "record": ""}
    for item in pile[:3]:
        response = scan(school_client, school_class, item.barcode, **fields)
        assert (response.status_code, response.headers["X-Scan-Kind"]) == (200, "ok")
        fields = {"pupil": hidden(response, "pupil"), "record": hidden(response, "record")}

    loans = Loan.objects.order_by("pk").values_list("item_id", "patron_id")
    assert list(loans) == [(item.pk, pupil.pk) for item, pupil in zip(pile, pupils, strict=False)]
    assert "3 of 3 have the title" in response.content.decode()
    assert "Everybody has the title" in response.content.decode()


def test_one_due_date_holds_for_all(school_client, school_class, pupils, pile):
    due = TODAY + timedelta(days=99)

    scan(school_client, school_class, pile[0].barcode, pupil=pupils[0].pk, due=due.isoformat())

    assert Loan.objects.get().due_date == due


def test_says_who_lacks_it(school_client, school_class, pupils, pile):
    scan(school_client, school_class, pile[0].barcode, pupil=pupils[1].pk)

    page = school_client.get(f"/school/class/{school_class.pk}/?record={pile[0].record_id}").content.decode()

    assert "1 of 3 have the title" in page
    assert "Lacking it: Anna Pupil, Carla Pupil" in " ".join(page.split())


def test_lends_to_the_teacher(school_client, school_class, pupils, pile):
    response = scan(school_client, school_class, pile[0].barcode, to="teacher")

    assert response.headers["X-Scan-Kind"] == "ok"
    assert Loan.objects.get().patron == school_class.teacher
    assert "Tove Teacher has 1 item." in response.content.decode()


def test_a_class_without_a_teacher_says_so(school_client, school_class, pile):
    school_class.teacher = None
    school_class.save()

    response = scan(school_client, school_class, pile[0].barcode, to="teacher")

    assert (response.status_code, response.headers["X-Scan-Kind"]) == (409, "stop")
    assert "The class has no teacher to lend to." in response.content.decode()
    assert not Loan.objects.exists()


def test_an_item_of_another_title_is_lent_with_a_word_and_keeps_the_turn(school_client, school_class, pupils, pile):
    stray = ItemFactory(record__title="Something else")

    response = scan(school_client, school_class, stray.barcode, pupil=pupils[0].pk, record=pile[0].record_id)

    assert response.headers["X-Scan-Kind"] == "notice"
    assert "Another title" in response.content.decode()
    assert hidden(response, "pupil") == str(pupils[0].pk)


@pytest.mark.parametrize("barcode", ["", "4711", "<b>x</b>", "x" * 500, "٣٤٥"])
def test_an_unknown_barcode_is_a_clear_stop(school_client, school_class, pupils, barcode):
    response = scan(school_client, school_class, barcode, pupil=pupils[0].pk)

    assert (response.status_code, response.headers["X-Scan-Kind"]) == (404, "stop")
    assert hidden(response, "pupil") == str(pupils[0].pk)
    assert not Loan.objects.exists()


def test_the_same_scan_again_is_the_first_result(school_client, school_class, pupils, pile):
    fields = {"scan_id": "a" * 32, "pupil": pupils[0].pk}
    scan(school_client, school_class, pile[0].barcode, **fields)

    response = scan(school_client, school_class, pile[0].barcode, **fields)

    assert response.headers["X-Scan-Kind"] == "ok"
    assert Loan.objects.count() == 1


def test_a_pupil_who_has_left_the_class_gets_nothing(school_client, school_class, pupils, pile):
    pupils[0].class_memberships.update(until=TODAY)

    response = scan(school_client, school_class, pile[0].barcode, pupil=pupils[0].pk)

    # The turn went to somebody who isn't there any more: the page shows who's next instead of lending to anybody.
    assert response.status_code == 409
    assert not Loan.objects.exists()


def test_a_refusal_shows_every_reason_and_keeps_the_turn(school_client, school_class, pupils, pile):
    BlockFactory(patron=pupils[0], reason="Owes a book")
    LoanFactory(item=pile[0])

    response = scan(school_client, school_class, pile[0].barcode, pupil=pupils[0].pk)

    text = response.content.decode()
    assert response.status_code == 409
    assert "Owes a book" in text
    assert "On loan to another patron." in text
    assert hidden(response, "pupil") == str(pupils[0].pk)


def test_an_override_with_a_reason_lends_for_this_item_only(school_client, school_class, pupils, pile):
    pupils[0].expires_on = TODAY - timedelta(days=1)
    pupils[0].save()
    refused = scan(school_client, school_class, pile[0].barcode, pupil=pupils[0].pk)
    assert refused.status_code == 409
    assert 'value="PATRON_EXPIRED"' in refused.content.decode()

    address = f"/school/class/{school_class.pk}/override"
    fields = {"scan": pile[0].barcode, "scan_id": "b" * 32, "pupil": pupils[0].pk, "to": "pupils"}
    without = school_client.post(address, fields | {"code": "PATRON_EXPIRED", "reason": ""}, headers=SCAN)
    response = school_client.post(
        address, fields | {"code": "PATRON_EXPIRED", "reason": "Renewed on Monday"}, headers=SCAN
    )

    assert without.status_code == 409
    assert (response.status_code, Loan.objects.get().patron) == (200, pupils[0])
    assert "Overridden" in response.content.decode()
    assert scan(school_client, school_class, pile[1].barcode, pupil=pupils[0].pk).status_code == 409


def test_undo_takes_a_scan_back_and_gives_the_turn_back(school_client, school_class, pupils, pile):
    scan(school_client, school_class, pile[0].barcode, pupil=pupils[0].pk)
    entry = AuditEntry.objects.get(action="circulation.check_out")
    address = f"/school/class/{school_class.pk}/undo/{entry.pk}?record={pile[0].record_id}&to=pupils"

    response = school_client.post(address, headers={"HX-Request": "true"})

    assert response.status_code == 200
    assert "Undone" in response.content.decode()
    assert hidden(response, "pupil") == str(pupils[0].pk)
    assert not Loan.objects.filter(returned_at__isnull=True).exists()
    assert school_client.post(address, headers={"HX-Request": "true"}).status_code == 409


@pytest.mark.parametrize(
    ("command", "begins", "ends"),
    [
        ("pupil-after", 0, 1),
        ("pupil-after", 2, 0),
        ("pupil-before", 0, 2),
        ("skip-pupil", 0, 1),
        ("nonsense", 1, 1),
        ("pupil:" + "9" * 40, 1, 1),
    ],
)
def test_commands_choose_who_is_next(school_client, school_class, pupils, command, begins, ends):
    response = scan(school_client, school_class, "", command=command, pupil=pupils[begins].pk)

    assert response.headers["X-Scan-Kind"] == "none"
    assert hidden(response, "pupil") == str(pupils[ends].pk)


def test_chooses_a_pupil_and_another_title(school_client, school_class, pupils, pile):
    chosen = scan(school_client, school_class, "", command=f"pupil:{pupils[2].pk}", pupil=pupils[0].pk)
    another = scan(
        school_client, school_class, "", command="another-title", pupil=pupils[2].pk, record=pile[0].record_id
    )

    assert hidden(chosen, "pupil") == str(pupils[2].pk)
    assert (hidden(another, "record"), hidden(another, "pupil")) == ("", str(pupils[0].pk))


def test_works_as_a_plain_form(school_client, school_class, pupils, pile):
    response = school_client.post(
        f"/school/class/{school_class.pk}/scan", {"scan": pile[0].barcode, "pupil": pupils[0].pk}, follow=True
    )

    assert response.status_code == 200
    assert f"{pile[0].barcode} Rubber-Tarzan" in response.content.decode()
    assert Loan.objects.get().patron == pupils[0]


@pytest.mark.parametrize(
    "query", ["record=x&pupil=y&due=z&to=q", "record=999999&pupil=999999&due=9999-99-99", "due=9999-12-31", "record=٣"]
)
def test_nonsense_in_the_address_counts_as_not_given(school_client, school_class, pupils, query):
    assert school_client.get(f"/school/class/{school_class.pk}/?{query}").status_code == 200
    assert school_client.get(f"/school/class/{school_class.pk}/list?{query}").status_code == 200


def test_the_list_for_the_teacher_says_who_has_it(school_client, school_class, pupils, pile):
    scan(school_client, school_class, pile[0].barcode, pupil=pupils[0].pk)

    page = school_client.get(f"/school/class/{school_class.pk}/list?record={pile[0].record_id}").content.decode()

    assert pile[0].barcode in page
    assert page.count("Lacks it") == 2


@pytest.mark.parametrize("page", ["", "scan", "return", "return/scan", "list", "override", "undo/1", "change"])
def test_a_class_that_is_not_there_is_a_404(school_client, alpha, page):
    address = f"/school/class/999999/{page}"
    is_post = page.startswith(("scan", "return/scan", "override", "undo"))

    response = school_client.post(address, {"scan": "1"}, headers=SCAN) if is_post else school_client.get(address)

    assert response.status_code == 404


def test_is_for_those_who_lend_to_classes(admin_client, librarian_client, client_of_alpha, school_class):
    assert admin_client.get("/school/").status_code == 403
    assert librarian_client.get("/school/").status_code == 200
    assert client_of_alpha.get("/school/").status_code == 302


def test_the_number_of_queries_of_a_scan_does_not_grow_with_the_class(
    school_client, school_class, pupils, pile, django_assert_max_num_queries
):
    scan(school_client, school_class, pile[0].barcode, pupil=pupils[0].pk)
    for _ in range(20):
        ClassMembershipFactory(school_class=school_class)

    with django_assert_max_num_queries(30):
        scan(school_client, school_class, pile[1].barcode, pupil=pupils[1].pk, record=pile[0].record_id)
