"""Changing a subscription: what counts from when, what's still waited for, and what's refused."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from accounts.models import AuditEntry
from circulation.errors import PeriodicalRefused
from circulation.models import SubscribedIssue, Subscription
from circulation.selectors.subscriptions import expected_issues, known_suppliers, subscriptions_of
from circulation.services.periodicals import claim_issue, expect_again, give_up_issue, receive_issue
from circulation.services.subscriptions import SubscriptionPlan, change_subscription, end_subscription, subscribe
from tests.factories import ShelvingLocationFactory, StaffAccountFactory
from tests.factories.catalogue import RecordFactory
from tests.factories.holdings import BranchFactory, ItemTypeFactory


@pytest.fixture
def staff(db):
    return StaffAccountFactory()


@pytest.fixture
def said(alpha, now):
    """A weekly that has been coming for four weeks."""
    begun = now.date() - timedelta(weeks=4)
    return SubscriptionPlan("WEEK", begun, ItemTypeFactory(), first_number=40, runs_on=True)


@pytest.fixture
def weekly(said, staff):
    return subscribe(record=RecordFactory(title="Fugle"), branch=BranchFactory(), plan=said, staff=staff)


@pytest.fixture
def change(weekly, staff, now):
    def _change(plan, branch=None):
        change_subscription(subscription_id=weekly.pk, branch=branch or weekly.branch, plan=plan, staff=staff, now=now)
        weekly.refresh_from_db()

    return _change


@pytest.fixture
def receive(weekly, staff, now):
    def _receive(volume):
        about = {"subscription_id": weekly.pk, "staff": staff, "now": now}
        return receive_issue(**about, volume=volume, barcode="", expected_on=None)

    return _receive


def _waited(weekly, now):
    rows = expected_issues(subscriptions_of(branch_id=weekly.branch_id), today=now.date())
    return [each.volume for each in rows]


def test_a_change_is_kept_and_audited(weekly, said, change, now):
    room = ShelvingLocationFactory(branch=weekly.branch)
    ends = now.date() + timedelta(days=8)

    change(replace(said, supplier="Agent A/S", price=Decimal("49.5"), ends_on=ends, location=room, note="by post"))

    entry = AuditEntry.objects.get(action="circulation.change_subscription")
    assert entry.facts == {
        "supplier": ["", "Agent A/S"],
        "price": ["0.00", "49.50"],
        "ends_on": ["", ends.isoformat()],
        "room": ["", room.name],
        "note": ["", "by post"],
    }
    assert known_suppliers() == ["Agent A/S"]
    year = weekly.first_on.year
    assert _waited(weekly, now) == [f"{year}:{number}" for number in range(40, 46)]
    assert not SubscribedIssue.objects.exists()


def test_a_change_of_nothing_leaves_no_trace(said, change):
    change(said)
    assert not AuditEntry.objects.filter(action="circulation.change_subscription").exists()


def test_a_new_rhythm_keeps_what_has_come_was_claimed_or_is_due(weekly, said, change, receive, staff, now):
    year = weekly.first_on.year
    about = {"subscription_id": weekly.pk, "staff": staff, "now": now}
    receive(f"{year}:40")
    claim_issue(**about, volume=f"{year}:41", expected_on=weekly.first_on + timedelta(weeks=1))
    give_up_issue(**about, volume=f"{year}:42", expected_on=weekly.first_on + timedelta(weeks=2))
    next_on = now.date() + timedelta(days=20)

    change(replace(said, every="TIMES", times_a_year=12, first_on=next_on, first_number=45))

    # 44 should come today, and 45 in a week: that one isn't due, so the new rhythm decides over it.
    assert _waited(weekly, now) == [f"{year}:41", f"{year}:43", f"{year}:44", f"{next_on.year}:45"]
    assert dict(SubscribedIssue.objects.values_list("volume", "state")) == {
        f"{year}:40": "ARRIVED",
        f"{year}:41": "CLAIMED",
        f"{year}:42": "MISSING",
        f"{year}:43": "AWAITED",
        f"{year}:44": "AWAITED",
    }
    entry = AuditEntry.objects.get(action="circulation.change_subscription")
    assert entry.facts["awaited"] == [f"{year}:43", f"{year}:44"]

    for volume in (f"{year}:40", f"{year}:42"):
        expect_again(**about, volume=volume)
    receive(f"{year}:43")
    expect_again(**about, volume=f"{year}:43")
    assert set(_waited(weekly, now)) == {*(f"{year}:{number}" for number in range(40, 45)), f"{next_on.year}:45"}


def test_a_count_that_was_wrong_from_the_start_is_put_right_from_its_first_day(weekly, said, change, now):
    change(replace(said, first_number=1))
    year = weekly.first_on.year
    assert _waited(weekly, now)[:2] == [f"{year}:1", f"{year}:2"]
    assert not SubscribedIssue.objects.exists()


def test_whether_the_newest_stays_holds_for_the_one_that_s_here(said, change, receive):
    item = receive("2026:40")

    def status():
        item.refresh_from_db()
        return item.status

    change(replace(said, newest_stays=True))
    assert status() == "REFERENCE_ONLY"
    change(said)
    assert status() == "AVAILABLE"


def test_issues_go_to_another_branch_from_now_on_with_the_new_price(weekly, said, change, receive):
    first, other = weekly.branch, BranchFactory()
    before = receive("2026:40")
    change(replace(said, price=Decimal("30.00")), branch=other)
    after = receive("2026:41")

    before.refresh_from_db()
    assert (before.home_branch, before.price) == (first, Decimal("0.00"))
    assert (after.home_branch, after.price) == (other, Decimal("30.00"))


def _codes(refused):
    return [reason.code for reason in refused.value.reasons]


def test_refuses_with_every_reason_and_changes_nothing(weekly, said, change):
    elsewhere = ShelvingLocationFactory(branch=BranchFactory())
    ends = said.first_on - timedelta(days=1)
    with pytest.raises(PeriodicalRefused) as refused:
        change(replace(said, location=elsewhere, ends_on=ends, price=Decimal("-1"), supplier="Agent"))
    assert _codes(refused) == ["ROOM_ELSEWHERE", "SUBSCRIPTION_TOO_SHORT", "AMOUNT_NOT_VALID"]
    weekly.refresh_from_db()
    assert (weekly.supplier, weekly.ends_on) == ("", None)
    assert not AuditEntry.objects.filter(action="circulation.change_subscription").exists()


@pytest.mark.parametrize(("number", "runs_on", "is_refused"), [(6, False, False), (7, False, True), (7, True, False)])
def test_a_year_has_no_more_issues_than_come_in_it(weekly, said, change, number, runs_on, is_refused):
    plan = replace(said, every="TIMES", times_a_year=6, first_number=number, runs_on=runs_on)
    if not is_refused:
        change(plan)
        return
    with pytest.raises(PeriodicalRefused) as refused:
        change(plan)
    assert _codes(refused) == ["NUMBER_BEYOND_YEAR"]


def test_an_issue_costs_no_more_than_an_item_may(weekly, said, change):
    change(replace(said, price=Decimal("99999.99")))
    with pytest.raises(PeriodicalRefused) as refused:
        change(replace(said, price=Decimal("100000.00")))
    assert _codes(refused) == ["AMOUNT_NOT_VALID"]


def test_a_branch_that_subscribes_already_doesn_t_get_another(weekly, said, change, staff):
    other = BranchFactory()
    subscribe(record=weekly.record, branch=other, plan=said, staff=staff)
    with pytest.raises(PeriodicalRefused) as refused:
        change(said, branch=other)
    assert _codes(refused) == ["SUBSCRIBED_ALREADY"]
    assert Subscription.objects.filter(branch=other).count() == 1


def test_a_subscription_that_has_ended_isn_t_changed(weekly, said, change, staff, now):
    end_subscription(subscription_id=weekly.pk, staff=staff, now=now)
    with pytest.raises(PeriodicalRefused) as refused:
        change(replace(said, supplier="Agent"))
    assert _codes(refused) == ["SUBSCRIPTION_GONE"]
