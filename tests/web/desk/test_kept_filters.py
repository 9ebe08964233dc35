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


@pytest.mark.parametrize("address", ["transits?late=1", "messages?all=1", "item-list?branch=&status=LOST"])
def test_a_list_is_cleared_by_a_link(librarian_client, rules, address):
    path = f"/desk/{address.partition('?')[0]}"
    librarian_client.get(f"/desk/{address}")
    assert librarian_client.get(path).url == f"/desk/{address}"

    assert librarian_client.get(f"{path}?forget=1").url == path
    assert librarian_client.get(path).status_code == 200


def test_the_way_back_stands_there_only_while_something_is_narrowed(librarian_client, item):
    assert "forget=1" not in librarian_client.get("/desk/item-list").content.decode()
    assert 'href="/desk/item-list?forget=1"' in librarian_client.get("/desk/item-list?status=LOST").content.decode()


@pytest.mark.parametrize(("kept", "back"), [("transits?late=1", "transits?late="), ("messages?all=1", "messages?all=")])
def test_the_other_choice_is_kept_too(librarian_client, rules, kept, back):
    librarian_client.get(f"/desk/{kept}")

    assert librarian_client.get(f"/desk/{back}").status_code == 200
    assert librarian_client.get(f"/desk/{back.partition('?')[0]}").status_code == 200


def test_claims_are_kept_by_their_state(supervisor_client, rules):
    page = supervisor_client.get("/desk/debts?state=PAID")

    assert "Nothing fits." in page.content.decode()
    assert supervisor_client.get("/desk/debts").url == "/desk/debts?state=PAID"
    assert supervisor_client.get("/desk/debts?state=nonsense").context["state"] == ""


def test_the_consoles_lists_are_kept(admin_client):
    for asked in ("outbox?state=FAILED&channel=", "audit?area=accounts.&who=&since=&until="):
        admin_client.get(f"/console/{asked}")

        assert admin_client.get(f"/console/{asked.partition('?')[0]}").url == f"/console/{asked}"
    assert admin_client.get("/console/audit?about=accounts.staffaccount%3A1").status_code == 200
