import pytest

from accounts.models import AuditEntry
from circulation.models import TransferLimit
from tests.factories import BranchFactory, ItemTypeFactory

PAGE = "/console/branches/not-sent"


@pytest.fixture
def main(alpha):
    return BranchFactory(name="North Library", code="north")


@pytest.fixture
def island(alpha):
    return BranchFactory(name="Island Library", code="island")


def _ways():
    return list(TransferLimit.objects.order_by("pk").values_list("from_branch__code", "to_branch__code", "item_type"))


def _sent(main, island, **values):
    return {"from_branch": main.pk, "to_branch": island.pk, "item_type": ""} | values


def test_says_that_anything_may_be_sent_until_a_way_is_added(admin_client, main, island):
    assert b"Any item may be sent to any branch" in admin_client.get(PAGE).content

    answer = admin_client.post(PAGE, _sent(main, island), follow=True)

    assert _ways() == [("north", "island", None)]
    assert [limit.to_branch.name for limit in answer.context["limits"]] == ["Island Library"]
    assert b"Any item may be sent to any branch" not in answer.content


def test_adds_both_ways_for_one_type(admin_client, main, island):
    game = ItemTypeFactory(name="Board game")

    answer = admin_client.post(PAGE, _sent(main, island, item_type=game.pk, both_ways="on"), follow=True)

    assert _ways() == [("north", "island", game.pk), ("island", "north", game.pk)]
    assert answer.content.count(b"<td>Board game</td>") == 2
    assert AuditEntry.objects.filter(action="circulation.add_transfer_limit").count() == 2


def test_takes_a_way_away_and_notes_who_did(admin_client, main, island):
    limit = TransferLimit.objects.create(from_branch=main, to_branch=island)

    admin_client.post(f"{PAGE}/{limit.pk}/remove")

    assert _ways() == []
    entry = AuditEntry.objects.get(action="circulation.remove_transfer_limit")
    assert (entry.actor_id, entry.subject_id) == (admin_client.staff.pk, main.pk)
    assert entry.facts["to_branch_id"] == island.pk
    assert admin_client.post(f"{PAGE}/{limit.pk}/remove").status_code == 404


@pytest.mark.parametrize(
    "wrong",
    [{"to_branch": ""}, {"from_branch": "999999"}, {"to_branch": "x"}, {"item_type": "999999"}],
)
def test_says_what_is_wrong(admin_client, main, island, wrong):
    answer = admin_client.post(PAGE, _sent(main, island, **wrong))

    assert answer.status_code == 422
    assert _ways() == []


def test_refuses_one_branch_twice_and_what_is_in_the_list(admin_client, main, island):
    same = admin_client.post(PAGE, _sent(main, main))
    TransferLimit.objects.create(from_branch=main, to_branch=island)
    again = admin_client.post(PAGE, _sent(main, island))
    narrower = admin_client.post(PAGE, _sent(main, island, item_type=ItemTypeFactory().pk))

    assert [answer.status_code for answer in (same, again, narrower)] == [422, 422, 422]
    assert b"Choose two different branches." in same.content
    assert b"This is in the list already." in narrower.content
    assert _ways() == [("north", "island", None)]
    assert not AuditEntry.objects.filter(action="circulation.add_transfer_limit").exists()


def test_is_for_administrators(librarian_client, main, island):
    assert librarian_client.get(PAGE).status_code == 403
    assert librarian_client.post(PAGE, _sent(main, island)).status_code == 403
    assert _ways() == []
