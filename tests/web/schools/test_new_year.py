"""The guided page of a new school year: choose, look, do, take back; and the list of who left with loans."""

import pytest

from schools.models import ClassMembership, RollOver, SchoolClass
from tests.factories import ClassMembershipFactory, LoanFactory, SchoolClassFactory

YEAR = {"year": "2026-2027"}


@pytest.fixture
def nine(school_class):
    nine = SchoolClassFactory(branch=school_class.branch, name="9.A", grade=9)
    leaver = ClassMembershipFactory(school_class=nine, pupil__given_name="Leaver").pupil
    LoanFactory(patron=leaver, lending_branch=school_class.branch, item__record__title="Rubber-Tarzan")
    return nine


def choices(*given):
    values = dict(YEAR)
    for school_class, what, name in given:
        values |= {f"what:{school_class.pk}": what, f"name:{school_class.pk}": name}
    return values


def test_proposes_looks_does_and_takes_back(school_client, school_class, pupils, nine):
    first = school_client.get("/school/new-year")
    assert [(line.what, line.name) for line in first.context["lines"]] == [("moves", "6.B"), ("leaves", "10.A")]

    chosen = choices((school_class, "moves", "6.B"), (nine, "leaves", ""))
    look = school_client.post("/school/new-year", chosen)
    assert look.context["summary"] == {"moved": 3, "left": 1, "loans": 1}
    assert "Nothing has been done yet." in look.content.decode()
    assert not RollOver.objects.exists()

    done = school_client.post("/school/new-year", chosen | {"confirmed": "1"}, follow=True)
    assert "The school year 2027-2028 has begun." in done.content.decode()
    assert [each.name for each in done.context["classes"]] == ["6.B"]
    assert "1 pupil who has left still has something." in done.content.decode()
    listed = school_client.get("/school/leavers").content.decode()
    assert "Leaver" in listed
    assert "Rubber-Tarzan" in listed

    back = school_client.post("/school/new-year/take-back", {"roll_over": RollOver.objects.get().pk}, follow=True)
    assert "Taken back." in back.content.decode()
    assert [each.name for each in back.context["classes"]] == ["5.B", "9.A"]
    assert not SchoolClass.objects.filter(school_year="2027-2028").exists()


def test_a_second_desk_is_told_that_the_year_has_begun(school_client, school_class, pupils):
    chosen = choices((school_class, "moves", "6.B")) | {"confirmed": "1"}
    school_client.post("/school/new-year", chosen)

    again = school_client.post("/school/new-year", chosen)

    assert again.status_code == 422
    assert "Somebody else has begun the year meanwhile." in again.content.decode()
    assert RollOver.objects.count() == 1
    stale = school_client.post("/school/new-year/take-back", {"roll_over": "0"}, follow=True)
    assert "Only the latest change" in stale.content.decode()


def test_a_name_is_needed_where_a_class_goes_on(school_client, school_class, pupils):
    answer = school_client.post("/school/new-year", choices((school_class, "moves", " ")) | {"confirmed": "1"})

    assert answer.status_code == 422
    assert "It needs a name." in answer.content.decode()
    assert ClassMembership.objects.filter(until__isnull=True).count() == 3


def test_classes_of_the_register_are_not_moved_by_hand(school_client, school_class, pupils):
    SchoolClass.objects.update(register_key="a")

    page = school_client.get("/school/new-year")

    assert page.context["lines"] == []
    assert "those of the school register move by themselves" in page.content.decode()


def test_the_start_page_says_when_the_classes_are_last_years(school_client, school_class, pupils):
    SchoolClass.objects.update(school_year="2025-2026")

    page = school_client.get("/school/")

    assert [each.name for each in page.context["classes"]] == ["5.B"]
    assert "The classes are still those of 2025-2026." in page.content.decode()


def test_only_who_lends_to_classes_may(client_of_alpha, admin_client, school_class):
    for address in ("/school/new-year", "/school/leavers"):
        assert admin_client.get(address).status_code == 403
        assert client_of_alpha.get(address).status_code == 302
