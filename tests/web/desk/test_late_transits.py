"""After how many days an item on its way is late: three, or what the municipality has chosen."""

from datetime import timedelta

import pytest
from django.urls import reverse

from circulation.rules.whose_rules import Choices, choices_from
from circulation.selectors.item_lists import late_transits
from tenants.models import Municipality
from tests.factories import NOW, BranchFactory, ItemFactory, TransitFactory


@pytest.mark.parametrize(
    ("stored", "days"),
    [({}, 3), ({"transit_days": None}, 3), ({"transit_days": 7}, 7), ({"transit_days": 1}, 1)]
    + [({"transit_days": broken}, 3) for broken in (0, -1, 61, "7", True, 2.5, [7])],
)
def test_the_municipality_chooses_and_what_nobody_knows_is_the_usual(stored, days):
    assert choices_from(stored) == Choices(transit_days=days)


@pytest.mark.parametrize(("chosen", "late"), [("", [4, 7]), ("5", [7]), ("9", []), ("1", [2, 4, 7])])
def test_lists_and_counts_what_is_late_by_the_municipality_s_own_days(
    admin_client, librarian_client, desk_branch, django_capture_on_commit_callbacks, chosen, late
):
    elsewhere = BranchFactory(name="East Library")
    for days in (2, 4, 7):
        item = ItemFactory(home_branch=desk_branch, barcode=f"501200000{days}")
        TransitFactory(item=item, from_branch=elsewhere, to_branch=desk_branch, sent_at=NOW - timedelta(days=days))
    settings = {"rules_of_loans": "DESK", "rules_of_holds": "DESK", "transit_days": chosen}
    with django_capture_on_commit_callbacks(execute=True):
        assert admin_client.post(reverse("console:rule_settings"), settings).status_code == 302

    page = librarian_client.get(reverse("desk:transits"), {"late": "1"})
    today = librarian_client.get(reverse("desk:start"))

    shown = {line.item.barcode for line in page.context["lines"]}
    assert shown == {f"501200000{days}" for days in late}
    [line] = [line for line in today.context["work"] if "late=1" in line["url"]]
    assert (line["count"], line["kind"]) == (len(late), "stop" if late else "ok")
    assert page.context["late_days"] == int(chosen or 3)


@pytest.mark.parametrize("days", ["0", "61", "-3", "three", "2.5"])
def test_refuses_days_that_no_van_would_take(admin_client, desk_branch, days):
    settings = {"rules_of_loans": "DESK", "rules_of_holds": "DESK", "transit_days": days}

    answer = admin_client.post(reverse("console:rule_settings"), settings)

    assert answer.status_code == 422
    assert "transit_days" in answer.context["form"].errors


def test_a_neighbour_s_choice_changes_nothing_here(beta, desk_branch):
    Municipality.objects.filter(pk=beta.pk).update(settings={"circulation": {"transit_days": 30}})
    item = ItemFactory(home_branch=desk_branch)
    TransitFactory(item=item, to_branch=desk_branch, sent_at=NOW - timedelta(days=4))

    assert [line.item for line in late_transits(desk_branch, now=NOW)] == [item]
