"""The order of branches, moved by one at a time on the console's list."""

import re

import pytest

from accounts.models import AuditEntry
from holdings.models import Branch
from holdings.selectors import all_branches
from holdings.services.branches import move_branch
from tests.factories import BranchFactory
from tests.locks import locks_of
from tests.web.console.pages import sent_forms

LIST, MOVE = "/console/branches", "/console/branches/order"


@pytest.fixture
def branches(admin_client, alpha):
    """Return three branches that were never put in order, so that their names decide."""
    Branch.objects.update(position=9)
    return [BranchFactory(name=name, code=name.lower(), position=0) for name in ("Ask", "Birk", "Cedar")]


def order():
    return [branch.name for branch in all_branches() if branch.name in {"Ask", "Birk", "Cedar"}]


def as_read(client):
    [form] = [each for each in sent_forms(client.get(LIST)) if each.action == MOVE]
    return form.values


@pytest.mark.parametrize(
    ("way", "which", "then", "button"),
    [
        ("up", 2, ["Ask", "Cedar", "Birk"], "up"),
        ("up", 1, ["Birk", "Ask", "Cedar"], "down"),
        ("down", 0, ["Birk", "Ask", "Cedar"], "down"),
    ],
)
def test_a_branch_moves_by_one_and_the_focus_with_it(admin_client, branches, way, which, then, button):
    moved = branches[which]

    answer = admin_client.post(MOVE, as_read(admin_client) | {way: moved.pk})

    assert (answer.status_code, answer.url) == (302, f"{LIST}#{button}-{moved.pk}")
    assert order() == then
    [entry] = AuditEntry.objects.filter(action="holdings.move_branch")
    places = {"before": which + 1, "after": then.index(moved.name) + 1}
    assert (entry.actor_id, entry.subject_id, entry.facts) == (admin_client.staff.pk, moved.pk, {"place": places})


def test_at_its_end_a_branch_stays_and_its_button_is_off(admin_client, branches):
    move_branch(branch=branches[0], up=True, actor=admin_client.staff)

    assert order() == ["Ask", "Birk", "Cedar"]
    assert not AuditEntry.objects.filter(action="holdings.move_branch").exists()
    page = admin_client.get(LIST).content.decode()
    assert re.findall(r'<button[^>]* id="(up|down)-\d+"[^>]* disabled', page) == ["up", "down"]


def test_who_saw_another_order_moves_nothing_and_reads_the_new_one(admin_client, branches):
    mine = as_read(admin_client)
    admin_client.post(MOVE, mine | {"up": branches[2].pk})

    answer = admin_client.post(MOVE, mine | {"up": branches[2].pk})

    assert answer.status_code == 409
    assert "Somebody else has saved this meanwhile" in answer.content.decode()
    assert order() == ["Ask", "Cedar", "Birk"]
    [shown] = [each for each in sent_forms(answer) if each.action == MOVE]
    assert admin_client.post(MOVE, shown.values | {"up": branches[2].pk}).status_code == 302
    assert order() == ["Cedar", "Ask", "Birk"]


def test_all_branches_are_locked_before_the_order_is_read(admin_client, branches):
    with locks_of() as locks:
        move_branch(branch=branches[1], up=True, actor=admin_client.staff)

    [[sql, _values]] = locks
    assert "holdings_branch" in sql
    assert "WHERE" not in sql


@pytest.mark.parametrize("sent", [{}, {"up": "x"}, {"down": "999999999999999999999"}, {"up": ""}])
def test_a_branch_that_isn_t_there_is_not_found(admin_client, branches, sent):
    assert admin_client.post(MOVE, as_read(admin_client) | sent).status_code == 404
    assert order() == ["Ask", "Birk", "Cedar"]
