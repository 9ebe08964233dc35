"""The page on which a branch changes what its subscription says."""

from datetime import timedelta

import pytest
from django.urls import reverse

from circulation.models import SubscribedIssue, Subscription
from tests.factories import TODAY, BranchFactory, ItemTypeFactory, ShelvingLocationFactory, StaffAccountFactory
from tests.factories.catalogue import RecordFactory
from tests.web.desk.test_two_editors import fields_of

BEGAN = TODAY - timedelta(days=15)


@pytest.fixture
def weekly(alpha, desk_branch):
    return Subscription.objects.create(
        record=RecordFactory(title="Fugle"),
        branch=desk_branch,
        every="WEEK",
        first_on=BEGAN,
        first_number=10,
        runs_on=True,
        item_type=ItemTypeFactory(),
    )


@pytest.fixture
def address(weekly):
    return reverse("desk:edit_subscription", args=[weekly.pk])


def test_shows_the_next_issue_and_counts_on_as_long_as_nobody_changes_it(librarian_client, weekly, address):
    shown = librarian_client.get(address)
    assert address in librarian_client.get("/desk/periodicals").content.decode()
    assert address in librarian_client.get(reverse("desk:subscription", args=[weekly.record_id])).content.decode()
    values = fields_of(shown)
    assert (values["first_on"], values["first_number"]) == ((BEGAN + timedelta(days=21)).isoformat(), "13")

    changed = {"supplier": "Agent A/S", "order_number": "77-1", "price": "49,50", "note": "by post"}
    assert librarian_client.post(address, values | changed).status_code == 302
    weekly.refresh_from_db()
    assert (weekly.first_on, weekly.first_number, str(weekly.price)) == (BEGAN, 10, "49.50")
    assert (weekly.supplier, weekly.order_number, weekly.note) == ("Agent A/S", "77-1", "by post")
    assert '<option value="Agent A/S">' in librarian_client.get(address).content.decode()

    values = fields_of(librarian_client.get(address))
    assert librarian_client.post(address, values | {"every": "TIMES", "times_a_year": "12"}).status_code == 302
    weekly.refresh_from_db()
    assert (weekly.every, weekly.first_on, weekly.first_number) == ("TIMES", BEGAN + timedelta(days=21), 13)
    assert SubscribedIssue.objects.filter(state="AWAITED").count() == 3


def test_two_librarians_edit_one_subscription(librarian_client, logged_in, desk_branch, weekly, address):
    other_client = logged_in(StaffAccountFactory(name="Olga Other"), desk_branch)
    mine, hers = fields_of(librarian_client.get(address)), fields_of(other_client.get(address))
    assert other_client.post(address, hers | {"supplier": "Her Agent", "keeps_years": "3"}).status_code == 302

    answer = librarian_client.post(address, mine | {"supplier": "My Agent"})

    weekly.refresh_from_db()
    assert answer.status_code == 409
    assert "Saved meanwhile: “Her Agent”" in answer.content.decode()
    assert weekly.supplier == "Her Agent"
    assert librarian_client.post(address, fields_of(answer)).status_code == 302
    weekly.refresh_from_db()
    assert (weekly.supplier, weekly.keeps_years) == ("My Agent", 3)


def test_a_refusal_stands_beside_its_field_and_changes_nothing(librarian_client, weekly, address):
    room = ShelvingLocationFactory(branch=BranchFactory())
    values = fields_of(librarian_client.get(address)) | {"location": room.pk, "ends_on": "2020-01-01", "note": "typed"}

    answer = librarian_client.post(address, values)

    assert answer.status_code == 409
    assert set(answer.context["form"].errors) == {"location", "ends_on"}
    assert 'value="typed"' in answer.content.decode()
    weekly.refresh_from_db()
    assert (weekly.location, weekly.ends_on, weekly.note) == (None, None, "")


@pytest.mark.parametrize("wrong", [{"price": "much"}, {"first_on": "9999-12-31"}, {"branch": "x"}, {"ends_on": "soon"}])
def test_bad_input_is_refused_beside_its_field(librarian_client, address, wrong):
    answer = librarian_client.post(address, fields_of(librarian_client.get(address)) | wrong)
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == set(wrong)


def test_a_subscription_that_has_ended_says_so(librarian_client, address):
    Subscription.objects.update(ended_on=TODAY)
    answer = librarian_client.get(address, follow=True)
    assert "This subscription has ended." in answer.content.decode()


def test_another_branch_s_subscription_isn_t_edited(librarian_client, address):
    Subscription.objects.update(branch=BranchFactory())
    assert librarian_client.get(address).status_code == 404
    assert librarian_client.post(address, {}).status_code == 404


def test_a_subscription_that_runs_out_is_seen(librarian_client, weekly):
    Subscription.objects.update(ends_on=TODAY + timedelta(days=5))
    assert "until" in librarian_client.get("/desk/periodicals").content.decode()
