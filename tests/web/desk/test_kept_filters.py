"""Lists come back as they were left, for as long as somebody is logged in."""

import pytest

from tests.factories import BranchFactory, HoldFactory, ItemFactory, SchoolClassFactory, ShelvingLocationFactory


def test_a_list_comes_back_with_its_filters_in_the_address(librarian_client, item):
    asked = "branch=&status=LOST&mark=Ab"
    librarian_client.get(f"/desk/item-list?{asked}")

    assert librarian_client.get("/desk/item-list").url == f"/desk/item-list?{asked}"
    assert librarian_client.get("/desk/item-list?page=2").status_code == 200


def test_the_newest_choice_counts_and_none_is_none(librarian_client, desk_branch, rules):
    room = ShelvingLocationFactory(branch=desk_branch)
    ItemFactory(home_branch=desk_branch, location=room)
    librarian_client.get(f"/desk/holds?room={room.pk}")
    assert librarian_client.get("/desk/holds").url == f"/desk/holds?room={room.pk}"

    librarian_client.get("/desk/holds?room=")

    assert librarian_client.get("/desk/holds").status_code == 200


def test_a_room_of_another_branch_hides_nothing_here(librarian_client, desk_branch, rules):
    item = ItemFactory(home_branch=desk_branch, location=ShelvingLocationFactory(branch=desk_branch))
    HoldFactory(record=item.record, pickup_branch=desk_branch)
    elsewhere = ShelvingLocationFactory(branch=BranchFactory())

    page = librarian_client.get(f"/desk/holds?room={elsewhere.pk}")

    assert item.barcode in page.content.decode()


def test_each_session_has_its_own(librarian_client, supervisor_client, item):
    librarian_client.get("/desk/item-list?status=LOST")

    assert supervisor_client.get("/desk/item-list").status_code == 200


@pytest.mark.parametrize("text", ["%00", "x" * 3000, "%F0%9F%93%9A&mark=é"])
def test_whatever_was_asked_can_be_asked_again(librarian_client, item, text):
    librarian_client.get(f"/desk/item-list?mark={text}")

    assert librarian_client.get("/desk/item-list", follow=True).status_code == 200


def test_the_order_of_pupils_is_kept_from_class_to_class(school_client, school_branch, rules):
    one, other = SchoolClassFactory(branch=school_branch), SchoolClassFactory(branch=school_branch, name="6.C")
    school_client.get(f"/school/class/{one.pk}/?sort=family")

    assert school_client.get(f"/school/class/{other.pk}/").url == f"/school/class/{other.pk}/?sort=family"

    school_client.get(f"/school/class/{other.pk}/?sort=")
    assert school_client.get(f"/school/class/{one.pk}/").status_code == 200
