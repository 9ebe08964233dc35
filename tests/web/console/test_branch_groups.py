"""Branch groups from the console on: made, filled, named by rules, and what a branch's change of group may not do."""

import pytest

from accounts.models import AuditEntry
from circulation.models import CirculationRule, RuleChange
from circulation.selectors import rule_book
from circulation.services.check_in import check_in
from holdings.models import Branch, BranchGroup
from tests.factories import NOW, BranchFactory, BranchGroupFactory, LoanFactory, RuleFactory
from web.console.rule_scopes import cell_of

PAGE = "/console/branches/groups"


@pytest.fixture
def main(alpha):
    RuleFactory()
    return BranchFactory(name="Main Library", code="main")


@pytest.fixture
def east(main):
    return BranchFactory(name="East Library", code="east")


@pytest.fixture
def put(admin_client):
    """Return a function that saves a branch in a group, as a browser would that has shown the rules if there were."""

    def put(branch, group, **sent):
        values = {"name": branch.name, "kind": "PUBLIC", "group": group.pk if group else ""} | sent
        for name in ("is_pickup_place", "lends_outside", "is_open_for_business"):
            values[name] = "on"
        return admin_client.post(f"/console/branches/{branch.pk}", values)

    return put


def _group_of(branch):
    return Branch.objects.get(pk=branch.pk).group


def test_a_group_made_here_holds_branches_and_lets_items_float_within_it(admin_client, put, main, east, now):
    admin_client.post(PAGE, {"name": " Valley "})
    valley = BranchGroup.objects.get()
    answers = [put(branch, valley) for branch in (main, east)]
    sent = {"name": "return_policy", "value": "STAY_IN_GROUP", "branch": f"g{valley.pk}"}
    rule = admin_client.post("/console/rules/change", sent)
    loan = LoanFactory(item__home_branch=main, item__current_branch=main)

    result = check_in(item=loan.item, branch=east, staff=admin_client.staff, now=now)

    assert (valley.name, [answer.status_code for answer in (*answers, rule)]) == ("Valley", [302, 302, 302])
    assert result.branch == east
    [row] = admin_client.get(PAGE).context["groups"]
    assert row["branches"] == [east, main]
    assert b'<td class="only-wide">Valley</td>' in admin_client.get("/console/branches").content
    entry = AuditEntry.objects.get(action="holdings.change_branch", subject_id=east.pk)
    assert (entry.actor_id, entry.facts["group"]) == (admin_client.staff.pk, {"before": None, "after": "Valley"})


def test_a_new_branch_starts_in_its_group(admin_client, main):
    valley = BranchGroupFactory(name="Valley")
    sent = {"code": "south", "name": "South", "kind": "PUBLIC", "is_open_for_business": "on", "group": valley.pk}

    assert admin_client.post("/console/branches/add", sent).status_code == 302
    assert Branch.objects.get(code="south").group == valley
    assert AuditEntry.objects.get(action="holdings.add_branch").facts["group"] == "Valley"


def test_shows_the_rules_that_another_group_changes_before_it_saves(put, main):
    valley = BranchGroupFactory()
    RuleFactory(branch_group=valley, values={"loan_days": 14, "max_loans": 40})

    shown = put(main, valley)

    assert (shown.status_code, _group_of(main)) == (200, None)
    assert shown.context["regrouped"] == [{"label": "Loan period", "turns": "28 days → 14 days"}]
    assert f'name="rules_shown_for" value="{valley.pk}"' in shown.content.decode()

    saved = put(main, valley, rules_shown_for=str(valley.pk))

    assert (saved.status_code, _group_of(main)) == (302, valley)
    assert rule_book().resolved(branch_id=main.pk, category_id=None, item_type_id=None).value("loan_days") == 14


def test_what_was_shown_for_one_group_is_not_said_for_another(put, main):
    valley, hills = BranchGroupFactory(), BranchGroupFactory()
    RuleFactory(branch_group=hills, values={"loan_days": 14})

    assert put(main, hills, rules_shown_for=str(valley.pk)).status_code == 200
    assert _group_of(main) is None


def test_a_branch_leaves_its_group_whose_rules_stay(put, main):
    valley = BranchGroupFactory()
    Branch.objects.filter(pk=main.pk).update(group=valley)
    row = RuleFactory(branch_group=valley, values={"loan_days": 14})

    assert put(main, None).status_code == 200
    assert put(main, None, rules_shown_for="none").status_code == 302

    row.refresh_from_db()
    assert (_group_of(main), row.values) == (None, {"loan_days": 14})
    assert rule_book().resolved(branch_id=main.pk, category_id=None, item_type_id=None).value("loan_days") == 28


def test_refuses_a_group_whose_rules_contradict_the_branch_s_own(put, main):
    valley = BranchGroupFactory()
    RuleFactory(branch=main, values={"max_age": 12})
    RuleFactory(branch_group=valley, values={"min_age": 18})

    answer = put(main, valley)

    assert (answer.status_code, _group_of(main)) == (422, None)
    [error] = answer.context["form"].errors["group"]
    assert "These can't both be" in error
    assert "Main Library" in error
    assert not AuditEntry.objects.filter(action="holdings.change_branch").exists()


def test_refuses_to_leave_the_group_that_alone_says_what_is_needed(put, main, east):
    valley = BranchGroupFactory()
    Branch.objects.filter(pk=main.pk).update(group=valley)
    usual = CirculationRule.objects.get()
    RuleFactory(branch_group=valley, values={"loan_days": usual.values.pop("loan_days")})
    usual.save()

    answer = put(main, None, rules_shown_for="none")

    assert (answer.status_code, _group_of(main)) == (422, valley)
    assert "Then nothing would say this" in answer.context["form"].errors["group"][0]


def test_a_group_that_is_not_there_is_none(put, main):
    answer = put(main, BranchGroup(pk=999999))

    assert (answer.status_code, _group_of(main)) == (422, None)


def test_renames_a_group_and_refuses_a_name_that_is_taken(admin_client, main):
    valley, _hills = BranchGroupFactory(name="Valley"), BranchGroupFactory(name="Hills")

    renamed = admin_client.post(f"{PAGE}/{valley.pk}", {"name": "Dale"})
    taken = admin_client.post(f"{PAGE}/{valley.pk}", {"name": "HILLS"})
    empty = admin_client.post(f"{PAGE}/{valley.pk}", {"name": " "})
    again = admin_client.post(PAGE, {"name": "dale"})

    assert [answer.status_code for answer in (renamed, taken, empty, again)] == [302, 422, 422, 422]
    assert b"This name is taken." in taken.content
    assert b'value="HILLS"' in taken.content
    valley.refresh_from_db()
    assert valley.name == "Dale"
    assert AuditEntry.objects.get(action="holdings.rename_group").facts == {"before": "Valley", "after": "Dale"}


def test_removes_a_group_that_nothing_needs_and_no_other(admin_client, main):
    valley = BranchGroupFactory(name="Valley")
    Branch.objects.filter(pk=main.pk).update(group=valley)
    rule = RuleFactory(branch_group=valley, values={"loan_days": 14})

    refused = admin_client.post(f"{PAGE}/{valley.pk}/remove")

    page = refused.content.decode()
    assert refused.status_code == 422
    assert "Branches still in this group: 1." in page
    assert "Circulation rules are set for this group." in page
    assert CirculationRule.objects.filter(pk=rule.pk).exists()

    Branch.objects.filter(pk=main.pk).update(group=None)
    RuleChange.objects.create(rule=rule, name="loan_days", before={"value": 14}, after={}, at=NOW, by="Ida")
    CirculationRule.objects.filter(pk=rule.pk).update(values={})
    removed = admin_client.post(f"{PAGE}/{valley.pk}/remove")

    assert (removed.status_code, BranchGroup.objects.exists()) == (302, False)
    entry = AuditEntry.objects.get(action="holdings.remove_group")
    assert (entry.subject_id, entry.facts["name"]) == (valley.pk, "Valley")
    assert admin_client.post(f"{PAGE}/{valley.pk}/remove").status_code == 404
    assert b"Removed a branch group" in admin_client.get("/console/audit").content


@pytest.mark.parametrize("sent", [{"value": "14"}, {"value": "14", "reset": "1"}])
def test_a_rule_for_a_group_that_is_removed_in_that_moment_is_refused(admin_client, main, monkeypatch, sent):
    valley = BranchGroupFactory()
    at = {"name": "loan_days", "branch": f"g{valley.pk}"}

    def meanwhile(page, values):
        BranchGroup.objects.filter(pk=valley.pk).delete()
        return cell_of(page, values)

    monkeypatch.setattr("web.console.rules.cell_of", meanwhile)
    answer = admin_client.post("/console/rules/change", at | sent)

    assert answer.status_code == 422
    assert b"The branch group isn&#x27;t there any more." in answer.content
    assert not RuleChange.objects.exists()
