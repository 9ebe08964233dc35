"""The console's rules: residence, groups and days; trying a case before saving; history and taking back."""

from datetime import timedelta

import pytest

from circulation.models import CirculationRule, Loan, RuleChange
from circulation.rules.whose_rules import Choices
from circulation.selectors import rule_book
from tests.factories import (
    BranchFactory,
    BranchGroupFactory,
    ItemFactory,
    ItemTypeFactory,
    PatronFactory,
    RuleFactory,
)
from tests.factories.moments import TODAY
from web.ui.days import moment


@pytest.fixture
def branch(alpha):
    RuleFactory()
    return BranchFactory(name="Main Library", code="main")


def _change(client, **values):
    return client.post("/console/rules/change", {"name": "loan_days", "value": "42"} | values)


def test_sets_a_value_for_partners_from_a_day_to_another(admin_client, branch):
    first, last = TODAY + timedelta(days=30), TODAY + timedelta(days=60)

    _change(admin_client, home="PARTNER", **{"from": str(first)}, until=str(last), branch=branch.pk)

    row = CirculationRule.objects.get(residence="PARTNER")
    assert (row.branch, row.valid_from, row.valid_until, row.values) == (branch, first, last, {"loan_days": 42})
    page = admin_client.get(f"/console/rules?name=loan_days&branch={branch.pk}&home=PARTNER&from={first}")
    assert page.context["cell"]["is_own"]
    assert page.context["cell"]["until"] == last


def test_sets_a_value_for_a_group(admin_client, branch):
    group = BranchGroupFactory()

    _change(admin_client, branch=f"g{group.pk}")

    assert CirculationRule.objects.get(branch_group=group).values == {"loan_days": 42}
    assert admin_client.get(f"/console/rules?branch=g{group.pk}").context["cell"]["is_own"]


@pytest.mark.parametrize("address", ["rules?branch=g999999", "rules?branch=gx", "rules?branch=g"])
def test_a_group_that_isn_t_there_isn_t_found(admin_client, branch, address):
    assert admin_client.get(f"/console/{address}").status_code == 404


def test_shows_the_case_that_a_change_would_leave_without_a_rule(admin_client, branch):
    response = _change(admin_client, reset="1")

    assert response.status_code == 422
    assert b"any patron, any item, any branch" in response.content
    assert CirculationRule.objects.get().values["loan_days"] == 28


def test_keeps_a_refused_value_in_its_field_with_the_reason_beside_it(admin_client, branch):
    page = _change(admin_client, value="many").content.decode()

    field = page.partition('<input id="own"')[2].partition("</div>")[0]
    assert 'value="many"' in field
    assert 'aria-invalid="true" aria-describedby="own-error"' in field
    assert '<span class="error" id="own-error">' in field
    assert "Write a whole number." in field


def test_a_value_that_stands_has_no_error_beside_it(admin_client, branch):
    assert b"own-error" not in admin_client.get("/console/rules?name=loan_days").content


def test_tries_a_case_before_saving(admin_client, branch):
    patron, item = PatronFactory(card="20000123", home_branch=branch), ItemFactory(home_branch=branch)
    change = {"name": "loan_days", "value": "14", "branch": branch.pk}
    shown = admin_client.post("/console/rules/case", change)
    assert ("value", "14") in shown.context["carried"]

    tried = admin_client.post(
        "/console/rules/case", change | {"card": patron.cards.get().number, "barcode": item.barcode, "desk": branch.pk}
    )

    assert tried.context["trial"].due_date == TODAY + timedelta(days=14)
    assert not Loan.objects.exists()
    assert not RuleChange.objects.exists()


def test_says_which_more_specific_values_a_value_of_a_place_goes_before(admin_client, branch):
    film = ItemTypeFactory(name="Film")
    RuleFactory(values={"loan_days": 7}, item_type=film)
    patron, item = PatronFactory(card="20000123", home_branch=branch), ItemFactory(home_branch=branch, item_type=film)

    cell = admin_client.get(f"/console/rules?name=loan_days&branch={branch.pk}")
    own = admin_client.get(f"/console/rules?name=loan_days&branch={branch.pk}&type={film.code}")
    case = {"card": patron.cards.get().number, "barcode": item.barcode, "desk": branch.pk}
    tried = admin_client.post(
        "/console/rules/case", case | {"name": "loan_days", "value": "42", "branch": branch.pk}
    ).content.decode()

    assert [row["origin"] for row in cell.context["cell"]["passed_over"]] == ["Municipality: Film"]
    assert "goes before these more specific ones" in cell.content.decode()
    assert own.context["cell"]["passed_over"] == []
    assert "goes before these more specific ones" not in own.content.decode()
    assert "passes over Municipality: Film: 7 days" in tried


@pytest.mark.parametrize("values", [{"card": "nobody"}, {"card": ""}, {"barcode": "none"}, {"desk": "999999"}])
def test_says_what_a_case_lacks(admin_client, branch, values):
    patron, item = PatronFactory(card="20000123", home_branch=branch), ItemFactory(home_branch=branch)
    case = {"card": patron.cards.get().number, "barcode": item.barcode, "desk": branch.pk}

    response = admin_client.post("/console/rules/case", case | values)

    assert response.status_code == 422
    assert response.context["trial"] is None


def test_a_case_with_a_wrong_value_says_so(admin_client, branch):
    patron, item = PatronFactory(card="20000123", home_branch=branch), ItemFactory(home_branch=branch)
    case = {"card": patron.cards.get().number, "barcode": item.barcode, "desk": branch.pk}

    response = admin_client.post("/console/rules/case", case | {"name": "loan_days", "value": "many"})

    assert response.status_code == 422
    field = response.content.decode().partition('<input id="own"')[2].partition("</div>")[0]
    assert 'value="many"' in field
    assert "Write a whole number." in field
    assert [name for name, _text in response.context["carried"]] == ["name"]


def test_a_refused_value_is_put_right_and_tried_again(admin_client, branch):
    patron, item = PatronFactory(card="20000123", home_branch=branch), ItemFactory(home_branch=branch)
    case = {"card": patron.cards.get().number, "barcode": item.barcode, "desk": branch.pk, "name": "loan_days"}
    admin_client.post("/console/rules/case", case | {"value": "many"})

    tried = admin_client.post("/console/rules/case", case | {"value": "14"})

    assert tried.context["trial"].due_date == TODAY + timedelta(days=14)
    assert b'id="own"' not in tried.content


def test_shows_what_was_changed_and_takes_it_back(admin_client, branch):
    _change(admin_client)
    change = RuleChange.objects.get()
    page = admin_client.get("/console/rules/history?name=loan_days")
    assert b"28 days" in page.content
    assert b"42 days" in page.content
    assert moment(change.at) in page.content.decode()

    admin_client.post(f"/console/rules/history/{change.pk}/undo")

    assert CirculationRule.objects.get().values["loan_days"] == 28
    assert admin_client.post(f"/console/rules/history/{change.pk}/undo").status_code == 422
    assert admin_client.post("/console/rules/history/999999/undo").status_code == 404


def test_chooses_whose_rules_hold_and_who_is_a_partner(admin_client, branch):
    chosen = {
        "rules_of_loans": "ITEM_HOME",
        "rules_of_holds": "PATRON_HOME",
        "municipality_code": "101",
        "partner_codes": "147, 461 147",
    }

    assert admin_client.post("/console/rules/settings", chosen).status_code == 302

    choices = rule_book().choices
    assert (choices.loans, choices.holds, choices.own_code) == ("ITEM_HOME", "PATRON_HOME", "101")
    assert choices.partner_codes == {"147", "461"}
    page = admin_client.get("/console/rules/settings")
    assert page.context["form"].initial["partner_codes"] == "147 461"


@pytest.mark.parametrize(
    "values", [{"rules_of_loans": "NOBODY"}, {"partner_codes": "14-7"}, {"municipality_code": "1" * 11}]
)
def test_refuses_settings_that_nobody_could_follow(admin_client, branch, values):
    usual = {"rules_of_loans": "DESK", "rules_of_holds": "DESK"}

    assert admin_client.post("/console/rules/settings", usual | values).status_code == 422
    assert rule_book().choices == Choices()


def test_makes_a_type_a_kind_of_another_and_never_of_itself(admin_client, branch):
    film, media = ItemTypeFactory(code="film"), ItemTypeFactory(code="media")
    admin_client.post(f"/console/kinds/types/{film.pk}", {"name": "Film", "is_lent": "on", "parent": media.pk})
    film.refresh_from_db()
    assert film.parent == media

    for parent in (media, film):
        answer = admin_client.post(f"/console/kinds/types/{media.pk}", {"name": "Media", "parent": parent.pk})
        assert answer.status_code == 422
    media.refresh_from_db()
    assert media.parent is None
