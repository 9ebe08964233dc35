import pytest

from patrons.models import Card
from schools.models import ClassTeacher, SchoolClass
from tests.factories import TODAY, PatronFactory, SchoolClassFactory


def fill(school_branch, **fields):
    return {"name": "6.C", "branch": school_branch.pk, "grade": "6", "teacher": "", "pupils": ""} | fields


def in_class(school_class):
    return set(school_class.memberships.filter(until__isnull=True).values_list("pupil__given_name", flat=True))


def test_adds_a_class_by_cards(school_client, school_branch):
    PatronFactory(given_name="Dan", card="2080000201")
    PatronFactory(given_name="Eva", card="2080000202")
    PatronFactory(given_name="Tom", card="2080000203")

    response = school_client.post(
        "/school/class/add",
        fill(school_branch, teacher="2080 000203", pupils="2080000201\n 2080-000202 \n\n2080000201"),
    )

    school_class = SchoolClass.objects.get()
    assert (response.status_code, response.url) == (302, f"/school/class/{school_class.pk}/")
    assert (school_class.name, school_class.school_year, school_class.teacher.given_name) == ("6.C", "2026-2027", "Tom")
    assert in_class(school_class) == {"Dan", "Eva"}


def test_names_the_cards_that_nobody_has(school_client, school_branch):
    response = school_client.post("/school/class/add", fill(school_branch, pupils="1\n2", teacher="3"))

    assert response.status_code == 422
    assert response.context["form"].errors["pupils"] == ["No patrons have these cards: 1, 2."]
    assert response.context["form"].errors["teacher"] == ["No patron has this card."]
    assert not SchoolClass.objects.exists()


def test_refuses_the_same_name_twice_in_a_year(school_client, school_branch):
    SchoolClassFactory(name="6.C", branch=school_branch)

    response = school_client.post("/school/class/add", fill(school_branch))

    assert response.context["form"].errors["name"] == ["The school has a class of this name this year."]
    assert SchoolClass.objects.count() == 1


@pytest.mark.parametrize(
    "fields", [{"name": ""}, {"name": "x" * 61}, {"grade": "-1"}, {"grade": "x"}, {"branch": "999999"}, {"branch": "x"}]
)
def test_asks_for_what_is_missing_or_wrong(school_client, school_branch, fields):
    assert school_client.post("/school/class/add", fill(school_branch, **fields)).status_code == 422


def test_refuses_a_class_as_large_as_a_school(school_client, school_branch):
    response = school_client.post(
        "/school/class/add", fill(school_branch, pupils="\n".join(str(number) for number in range(101)))
    )

    assert response.context["form"].errors["pupils"] == ["At most 100 pupils."]


def test_changes_a_class_and_remembers_who_left(school_client, school_class, pupils, school_branch):
    PatronFactory(given_name="Dan", card="2080000201")

    page = school_client.get(f"/school/class/{school_class.pk}/change").content.decode()
    response = school_client.post(
        f"/school/class/{school_class.pk}/change",
        fill(school_branch, name="5.B", grade="5", pupils="2080000100\n2080000101\n2080000201"),
    )

    assert "2080000102" in page
    assert response.status_code == 302
    assert in_class(school_class) == {"Anna", "Bo", "Dan"}
    assert school_class.memberships.get(pupil=pupils[2]).until is not None
    school_class.refresh_from_db()
    assert school_class.teacher is None


def change(client, school_class, **values):
    values = {"name": "5.B", "branch": school_class.branch_id, "grade": "5", "teacher": ""} | values
    return client.post(f"/school/class/{school_class.pk}/change", values)


def test_keeps_a_pupil_who_has_no_working_card(school_client, school_class, pupils):
    Card.objects.filter(patron=pupils[2]).update(is_active=False)

    page = school_client.get(f"/school/class/{school_class.pk}/change").content.decode()
    change(school_client, school_class, pupils="2080000100\n2080000101")

    assert "Carla Pupil leaves the class" in page
    assert in_class(school_class) == {"Anna", "Bo", "Carla"}


def test_lets_a_pupil_without_a_card_go_when_she_is_ticked(school_client, school_class, pupils):
    Card.objects.filter(patron=pupils[2]).update(is_active=False)

    change(school_client, school_class, pupils="2080000100\n2080000101", leaves=[pupils[2].pk])

    assert in_class(school_class) == {"Anna", "Bo"}


def test_keeps_a_pupil_whom_somebody_else_added_meanwhile(school_client, school_class, pupils):
    shown = [pupils[0].pk, pupils[1].pk]

    change(school_client, school_class, pupils="2080000100", shown=shown)

    assert in_class(school_class) == {"Anna", "Carla"}


def test_an_administrator_and_a_stranger_may_not(admin_client, client_of_alpha, school_class):
    assert admin_client.get("/school/class/add").status_code == 403
    assert client_of_alpha.get("/school/class/add").status_code == 302


def test_the_registers_teachers_are_chosen_by_name(school_client, school_class, pupils):
    teachers = [PatronFactory(given_name=name, card=False) for name in ("Åse", "Bo")]
    for teacher in teachers:
        ClassTeacher.objects.create(school_class=school_class, teacher=teacher, since=TODAY)
    address = f"/school/class/{school_class.pk}/change"
    sent = {"name": "5.B", "branch": school_class.branch_id, "grade": 5}

    assert "Bo Solvang" in school_client.get(address).content.decode()
    school_client.post(address, sent | {"taught_by": teachers[1].pk, "pupils": ""})
    school_class.refresh_from_db()
    assert school_class.teacher == teachers[1]
    assert f'<option value="{teachers[1].pk}" selected' in school_client.get(address).content.decode()

    stranger = PatronFactory(card=False)
    assert school_client.post(address, sent | {"taught_by": stranger.pk}).status_code == 422
