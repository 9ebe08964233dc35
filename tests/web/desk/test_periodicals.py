"""The pages on which a branch subscribes to a periodical and receives its issues."""

from datetime import timedelta

import pytest
from django.urls import reverse

from circulation.models import SubscribedIssue, Subscription
from holdings.models import Item
from tests.factories import TODAY, BranchFactory, ItemFactory, ItemTypeFactory
from tests.factories.catalogue import RecordFactory

PAGE = "/desk/periodicals"


@pytest.fixture
def magazine(alpha):
    return RecordFactory(title="Fugle", material_type="MAGAZINE")


@pytest.fixture
def weekly(magazine, desk_branch):
    """Its second issue is late."""
    return Subscription.objects.create(
        record=magazine,
        branch=desk_branch,
        every="WEEK",
        first_on=TODAY - timedelta(days=14),
        runs_on=True,
        item_type=ItemTypeFactory(),
        keeps_years=0,
    )


def test_a_branch_subscribes_by_the_title_s_page(librarian_client, magazine, desk_branch):
    address = reverse("desk:subscription", args=[magazine.pk])
    assert address in librarian_client.get(reverse("desk:record", args=[magazine.pk])).content.decode()
    values = {"every": "TIMES", "times_a_year": "6", "first_on": TODAY.isoformat(), "first_number": "4"}
    values |= {"item_type": ItemTypeFactory().pk, "newest_stays": "on", "keeps_years": "2"}

    assert librarian_client.post(address, values | {"times_a_year": "0"}).status_code == 422
    assert librarian_client.post(address, values).url == PAGE
    made = Subscription.objects.get()
    assert (made.branch, made.times_a_year, made.newest_stays, made.keeps_years) == (desk_branch, 6, True, 2)
    assert librarian_client.post(address, values).status_code == 409


def test_receives_claims_gives_up_and_takes_back(librarian_client, weekly):
    first, second = f"{weekly.first_on.year}:1", f"{weekly.first_on.year}:2"
    page = librarian_client.get(PAGE).content.decode()
    assert 'value="claimed"' in page

    def press(what, volume):
        values = {"subscription": weekly.pk, "volume": volume, "day": weekly.first_on.isoformat()}
        return librarian_client.post(PAGE, values | {"what": what}).status_code

    assert [press("claimed", first), press("arrived", first), press("missing", second)] == [302, 302, 302]
    assert press("arrived", first) == 409
    item = Item.objects.get()
    assert (item.volume, item.home_branch_id) == (first, weekly.branch_id)
    assert item.barcode in librarian_client.get(PAGE).content.decode()

    assert [press("again", first), press("again", second)] == [302, 302]
    assert not Item.objects.exists()
    assert [row.volume for row in SubscribedIssue.objects.filter(state="CLAIMED")] == [first]
    assert SubscribedIssue.objects.count() == 1

    assert press("arrived", first) == 302
    assert 'value="again"' in librarian_client.get(PAGE).content.decode()
    assert press("end", "") == 302
    assert [press(what, first) for what in ("arrived", "claimed", "missing", "again", "end")] == [409] * 5
    assert Item.objects.get().volume == first


def test_nothing_is_taken_back_once_the_subscription_has_ended(librarian_client, weekly):
    values = {"subscription": weekly.pk, "volume": "2026:1", "what": "arrived"}
    librarian_client.post(PAGE, values)
    librarian_client.post(PAGE, {"subscription": weekly.pk, "what": "end"})

    page = librarian_client.get(PAGE).content.decode()
    assert Item.objects.get().barcode in page
    assert 'value="again"' not in page
    assert "The subscription has ended" in page

    refused = librarian_client.post(PAGE, values | {"what": "again"})
    assert refused.status_code == 409
    assert "This subscription has ended." in refused.content.decode()
    assert Item.objects.exists()


def test_another_branch_s_subscription_isn_t_found(librarian_client, weekly):
    Subscription.objects.update(branch=BranchFactory())
    assert librarian_client.post(PAGE, {"subscription": weekly.pk, "what": "end"}).status_code == 404
    assert not Subscription.objects.exclude(ended_on=None).exists()


def test_what_was_typed_is_given_back_when_a_barcode_is_refused(librarian_client, weekly):
    ItemFactory(barcode="30009999")
    Subscription.objects.create(
        record=RecordFactory(title="Bier"),
        branch=weekly.branch,
        every="NO_PLAN",
        first_on=TODAY,
        item_type=weekly.item_type,
    )
    second = f"{weekly.first_on.year}:2"
    typed = {"subscription": weekly.pk, "volume": second, "what": "arrived", "barcode": "3000 9999"}

    in_line = librarian_client.post(PAGE, typed | {"day": TODAY.isoformat()})
    lines = in_line.context["expected"]
    assert in_line.status_code == 409
    assert [line["barcode"] for line in lines if line["issue"].volume == second] == ["3000 9999"]
    assert not any(line["barcode"] for line in lines if line["issue"].volume != second)
    assert in_line.content.decode().count("3000 9999") == 1
    assert in_line.content.decode().count(" autofocus") == 1

    other = librarian_client.post(PAGE, typed | {"volume": "2026, tillæg"})
    page = other.content.decode()
    assert 'value="2026, tillæg"' in page
    assert page.count("3000 9999") == 1
    assert f'<option value="{weekly.pk}" selected>' in page
    assert not Item.objects.exclude(barcode="30009999").exists()


def test_readers_see_when_the_next_issue_is_expected(client, weekly, librarian_client):
    page = librarian_client.get(reverse("desk:record", args=[weekly.record_id])).content.decode()
    assert "expected" in page


@pytest.mark.parametrize("values", [{"what": "burn"}, {"what": "arrived", "subscription": "x"}])
def test_what_isn_t_there_isn_t_found(librarian_client, weekly, values):
    assert librarian_client.post(PAGE, {"subscription": weekly.pk} | values).status_code == 404


@pytest.mark.parametrize("barcode", ["not a barcode", "9" * 40])
def test_a_barcode_that_is_none_is_refused_in_words(librarian_client, weekly, barcode):
    values = {"subscription": weekly.pk, "volume": "2026:1", "what": "arrived", "barcode": barcode}
    answer = librarian_client.post(PAGE, values)
    assert answer.status_code == 409
    assert 'data-kind="stop"' in answer.content.decode()
    assert not Item.objects.exists()
