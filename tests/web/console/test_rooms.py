"""Rooms of a branch, from the console to where they're used."""

import pytest

from accounts.models import AuditEntry
from holdings.models import ShelvingLocation
from tests.factories import BranchFactory, ItemFactory, RuleFactory, ShelvingLocationFactory, StaffAccountFactory


@pytest.fixture
def branch(alpha):
    RuleFactory()
    return BranchFactory(name="Main Library", code="main")


@pytest.fixture
def rooms(branch):
    return f"/console/branches/{branch.pk}/rooms"


def _names(branch):
    return list(ShelvingLocation.objects.filter(branch=branch).order_by("pk").values_list("name", flat=True))


def test_a_room_made_here_can_be_chosen_for_an_item(admin_client, logged_in, branch, rooms):
    answer = admin_client.post(rooms, {"new-room": " Attic "}, follow=True)

    assert (_names(branch), [row["items"] for row in answer.context["rooms"]]) == (["Attic"], [0])
    entry = AuditEntry.objects.get(action="holdings.add_room")
    assert (entry.actor_id, entry.subject_id, entry.facts["name"]) == (admin_client.staff.pk, branch.pk, "Attic")
    librarian = logged_in(StaffAccountFactory(), branch)
    form = librarian.get(f"/desk/items/edit/{ItemFactory(home_branch=branch).barcode}")
    assert b">Main Library: Attic</option>" in form.content


def test_renames_a_room_with_what_stands_in_it(admin_client, branch, rooms):
    room = ShelvingLocationFactory(branch=branch, name="Attic")
    item = ItemFactory(home_branch=branch, location=room)

    answer = admin_client.post(f"{rooms}/{room.pk}", {"room": "Loft"}, follow=True)

    item.refresh_from_db()
    assert item.location.name == "Loft"
    assert [row["items"] for row in answer.context["rooms"]] == [1]
    facts = AuditEntry.objects.get(action="holdings.rename_room").facts
    assert facts == {"room_id": room.pk, "before": "Attic", "after": "Loft"}


def test_removes_a_room_only_when_no_item_belongs_there(admin_client, branch, rooms):
    room = ShelvingLocationFactory(branch=branch, name="Attic")
    item = ItemFactory(home_branch=branch, location=room)

    refused = admin_client.post(f"{rooms}/{room.pk}", {"remove": "1"})

    item.refresh_from_db()
    assert (refused.status_code, item.location) == (422, room)
    assert b"Items that belong here: 1." in refused.content

    item.location = None
    item.save()
    assert admin_client.post(f"{rooms}/{room.pk}", {"remove": "1"}).status_code == 302
    assert _names(branch) == []
    assert AuditEntry.objects.get(action="holdings.remove_room").facts == {"room_id": room.pk, "name": "Attic"}
    assert admin_client.post(f"{rooms}/{room.pk}", {"remove": "1"}).status_code == 404


@pytest.mark.parametrize("name", ["", "  ", "x" * 61, "ATTIC"])
def test_refuses_a_name_that_can_not_be_and_keeps_what_was_typed(admin_client, branch, rooms, name):
    ShelvingLocationFactory(branch=branch, name="Attic")
    other = ShelvingLocationFactory(branch=branch, name="Cellar")

    answers = [
        admin_client.post(rooms, {"new-room": name}),
        admin_client.post(f"{rooms}/{other.pk}", {"room": name}),
    ]

    assert [answer.status_code for answer in answers] == [422, 422]
    assert _names(branch) == ["Attic", "Cellar"]
    assert answers[0].context["new_room"] == name
    assert [row["typed"] for row in answers[1].context["rooms"]] == ["Attic", name]


def test_two_branches_may_have_a_room_of_one_name_and_not_each_other_s(admin_client, branch, rooms):
    elsewhere = ShelvingLocationFactory(branch=BranchFactory(), name="Attic")

    assert admin_client.post(rooms, {"new-room": "Attic"}).status_code == 302
    assert admin_client.post(f"{rooms}/{elsewhere.pk}", {"room": "Mine"}).status_code == 404
    elsewhere.refresh_from_db()
    assert elsewhere.name == "Attic"
