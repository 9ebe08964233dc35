"""Periodicals: which issues are expected when, what receiving one makes, claims, and what's kept long enough."""

from datetime import date, timedelta
from types import SimpleNamespace

import pytest

from accounts.models import AuditEntry
from circulation.errors import PeriodicalRefused
from circulation.models import SubscribedIssue, Subscription
from circulation.rules.periodicals import foreseen, is_late, keys_covered
from circulation.selectors.subscriptions import came_lately, expected_issues, kept_long_enough, subscriptions_of
from circulation.services.periodicals import claim_issue, expect_again, give_up_issue, receive_issue
from circulation.services.subscriptions import SubscriptionPlan, end_subscription, subscribe
from holdings.errors import ItemRefused
from holdings.models import Item
from tests.factories import HoldFactory, ItemFactory, StaffAccountFactory
from tests.factories.catalogue import RecordFactory
from tests.factories.holdings import BranchFactory, ItemTypeFactory


def plan(every, first_on, *, times=12, number=1, runs_on=False, ends_on=None):
    count = {"times_a_year": times, "first_number": number, "runs_on": runs_on}
    return SimpleNamespace(every=every, first_on=first_on, ends_on=ends_on, **count)


@pytest.mark.parametrize(
    ("made", "until", "volumes"),
    [
        (plan("WORKDAY", date(2026, 5, 2)), date(2026, 5, 4), ["2026-05-02", "2026-05-04"]),
        (plan("WEEK", date(2026, 12, 21), number=52), date(2027, 1, 4), ["2026:52", "2026:53", "2027:1"]),
        (
            plan("WEEK", date(2026, 12, 28), number=99, runs_on=True),
            date(2027, 1, 4),
            ["2026:99", "2027:100"],
        ),
        (plan("TIMES", date(2026, 11, 30), number=11), date(2027, 2, 28), ["2026:11", "2026:12", "2027:1", "2027:2"]),
        (plan("TIMES", date(2026, 8, 1), times=10, number=9), date(2026, 10, 31), ["2026:9", "2026:10", "2027:1"]),
        (plan("TIMES", date(2026, 8, 1), times=4, number=7, runs_on=True), date(2026, 12, 1), ["2026:7", "2026:8"]),
        (plan("NO_PLAN", date(2026, 8, 1)), date(2027, 1, 1), []),
        (plan("WEEK", date(2026, 5, 4), ends_on=date(2026, 5, 11)), date(2026, 6, 1), ["2026:1", "2026:2"]),
    ],
)
def test_foresees_issues_and_their_numbers(made, until, volumes):
    assert [each.volume for each in foreseen(made, since=made.first_on, until=until)] == volumes


def test_an_issue_of_the_31st_comes_in_every_month():
    days = [
        each.day for each in foreseen(plan("TIMES", date(2026, 1, 31)), since=date(2026, 1, 1), until=date(2026, 3, 31))
    ]
    assert days == [date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 28)]


def test_a_weekly_issue_is_late_after_a_week():
    weekly = plan("WEEK", date(2026, 1, 1))
    assert not is_late(weekly, date(2026, 5, 1), date(2026, 5, 7))
    assert is_late(weekly, date(2026, 5, 1), date(2026, 5, 8))
    assert not is_late(weekly, date.max, date(2026, 5, 8))


def test_a_double_issue_is_both():
    assert keys_covered(["2026:7-8"]) >= {(2026, "7"), (2026, "8")}
    assert len(keys_covered([f"2026:1-{'9' * 40}"])) == 1


@pytest.fixture
def staff(db):
    return StaffAccountFactory()


@pytest.fixture
def weekly(alpha, staff, now):
    """A weekly whose newest issue stays: two issues are late, of which one is expected today's week."""
    record, branch = RecordFactory(title="Fugle"), BranchFactory()
    begins = now.date() - timedelta(days=14)
    made = SubscriptionPlan(
        "WEEK", begins, ItemTypeFactory(), first_number=1, runs_on=True, newest_stays=True, keeps_years=1
    )
    return subscribe(record=record, branch=branch, plan=made, staff=staff)


@pytest.fixture
def receive(weekly, staff, now):
    def _receive(volume, barcode=""):
        return receive_issue(
            subscription_id=weekly.pk, volume=volume, barcode=barcode, expected_on=None, staff=staff, now=now
        )

    return _receive


def _expected(weekly, now):
    return [each.volume for each in expected_issues(subscriptions_of(branch_id=weekly.branch_id), today=now.date())]


def test_the_newest_issue_stays_until_the_next_one_comes(weekly, receive, now):
    first, second = _expected(weekly, now)[:2]

    older = receive(first)
    assert (older.status, older.volume, older.home_branch) == ("REFERENCE_ONLY", first, weekly.branch)
    newer = receive(second)

    older.refresh_from_db()
    assert (older.status, newer.status) == ("AVAILABLE", "REFERENCE_ONLY")
    assert {first, second}.isdisjoint(_expected(weekly, now))
    assert AuditEntry.objects.filter(action="circulation.receive_issue").count() == 2


def test_the_newest_issue_may_be_lent_when_none_comes_after_it(weekly, receive, staff, now):
    last = receive(_expected(weekly, now)[0])

    end_subscription(subscription_id=weekly.pk, staff=staff, now=now)

    last.refresh_from_db()
    assert last.status == "AVAILABLE"
    changed = AuditEntry.objects.get(action="holdings.change_item", subject_id=last.pk)
    assert (changed.actor, changed.facts) == (staff, {"status": ["REFERENCE_ONLY", "AVAILABLE"]})


def test_a_day_that_is_no_issue_s_is_not_kept(weekly, staff, now):
    volume = _expected(weekly, now)[0]

    claim_issue(subscription_id=weekly.pk, volume=volume, expected_on=date.max, staff=staff, now=now)

    assert SubscribedIssue.objects.get().expected_on == now.date()


def test_an_older_issue_that_comes_after_a_newer_one_is_lent(weekly, receive, now):
    first, second = _expected(weekly, now)[:2]
    newer = receive(second)
    assert receive(first).status == "AVAILABLE"
    newer.refresh_from_db()
    assert newer.status == "REFERENCE_ONLY"


def test_taking_an_arrival_back_takes_the_item_and_closes_the_one_before(weekly, receive, staff, now):
    first, second = _expected(weekly, now)[:2]
    older = receive(first)
    taken_back = receive(second)

    expect_again(subscription_id=weekly.pk, volume=second, staff=staff, now=now)

    older.refresh_from_db()
    assert older.status == "REFERENCE_ONLY"
    assert not Item.objects.filter(pk=taken_back.pk).exists()
    assert second in _expected(weekly, now)


def test_an_arrival_whose_item_was_used_isn_t_taken_back(weekly, receive, staff, now):
    first = _expected(weekly, now)[0]
    item = receive(first)
    HoldFactory(record=weekly.record, item=item)

    with pytest.raises(PeriodicalRefused) as refused:
        expect_again(subscription_id=weekly.pk, volume=first, staff=staff, now=now)

    assert [reason.code for reason in refused.value.reasons] == ["ISSUE_USED"]
    assert SubscribedIssue.objects.get().item == item


@pytest.mark.parametrize(("volume", "code"), [("5", "ISSUE_MALFORMED"), ("2026:" + "9" * 60, "ISSUE_MALFORMED")])
def test_an_issue_without_a_year_isn_t_received(weekly, receive, volume, code):
    with pytest.raises(PeriodicalRefused) as refused:
        receive(volume)
    assert [reason.code for reason in refused.value.reasons] == [code]
    assert not Item.objects.exists()


def test_an_issue_is_received_once_and_a_refused_barcode_leaves_it_expected(weekly, receive, now):
    first = _expected(weekly, now)[0]
    with pytest.raises(ItemRefused):
        receive(first, "not a barcode")
    assert first in _expected(weekly, now)

    receive(first)
    with pytest.raises(PeriodicalRefused) as refused:
        receive(first)
    assert [reason.code for reason in refused.value.reasons] == ["ISSUE_HERE"]


def test_claims_are_counted_and_what_s_missing_isn_t_expected(weekly, staff, now):
    first, second = _expected(weekly, now)[:2]
    about = {"subscription_id": weekly.pk, "expected_on": weekly.first_on, "staff": staff, "now": now}

    claim_issue(volume=first, **about)
    assert claim_issue(volume=first, **about) == 2
    give_up_issue(volume=second, **about)

    rows = expected_issues(subscriptions_of(record_id=weekly.record_id), today=now.date())
    assert (rows[0].volume, rows[0].claims, rows[0].claimed_on, rows[0].is_late) == (first, 2, now.date(), True)
    assert second not in [each.volume for each in rows]
    assert [row.volume for row in came_lately(weekly.branch_id)] == [second]

    expect_again(subscription_id=weekly.pk, volume=second, staff=staff, now=now)
    assert second in _expected(weekly, now)


def test_a_branch_subscribes_once_and_again_after_the_end(weekly, staff, now):
    again = SubscriptionPlan("NO_PLAN", now.date(), weekly.item_type)
    with pytest.raises(PeriodicalRefused):
        subscribe(record=weekly.record, branch=weekly.branch, plan=again, staff=staff)

    end_subscription(subscription_id=weekly.pk, staff=staff, now=now)
    assert _expected(weekly, now) == []
    subscribe(record=weekly.record, branch=weekly.branch, plan=again, staff=staff)
    assert Subscription.objects.count() == 2


def test_names_what_is_older_than_it_is_kept(weekly, now):
    year = now.year
    for number, volume in enumerate((f"{year}:1", f"{year - 1}:1", f"{year - 2}:1", "2")):
        ItemFactory(record=weekly.record, home_branch=weekly.branch, volume=volume, barcode=f"30001{number}")

    assert [item.volume for item in kept_long_enough(weekly.branch_id, today=now.date())] == [f"{year - 2}:1"]


def test_the_newest_issue_is_never_kept_long_enough_where_it_stays(weekly, now):
    year = now.year - 5
    for number, volume in enumerate((f"{year}:9", f"{year}:10", f"{year - 1}:11")):
        ItemFactory(record=weekly.record, home_branch=weekly.branch, volume=volume, barcode=f"30001{number}")

    def kept():
        return [item.volume for item in kept_long_enough(weekly.branch_id, today=now.date())]

    assert kept() == [f"{year}:9", f"{year - 1}:11"]
    Subscription.objects.update(newest_stays=False)
    assert len(kept()) == 3


@pytest.mark.parametrize("again", ["2026, nr 3", "2026:03", "Nr. 3 (2026)", "3/2026", "12(2026):3", "2026 NO. 3"])
def test_an_issue_that_is_written_in_another_way_is_the_same_one(receive, again):
    assert receive(again).volume == ("12(2026):3" if "12" in again else "2026:3")

    with pytest.raises(PeriodicalRefused) as refused:
        receive("2026:3")

    assert [reason.code for reason in refused.value.reasons] == ["ISSUE_HERE"]
    assert Item.objects.count() == 1


def test_a_supplement_is_another_item_and_its_issue_is_still_expected(weekly, receive, now):
    first = _expected(weekly, now)[0]
    assert receive(f"{first} supplement").volume == f"{first} supplement"
    assert first in _expected(weekly, now)

    assert receive(first).volume == first


def test_a_claimed_issue_that_was_written_otherwise_is_expected_once(weekly, staff, now):
    first = _expected(weekly, now)[0]
    year, number = first.split(":")
    claim_issue(subscription_id=weekly.pk, volume=f"7({year}):{number}", expected_on=None, staff=staff, now=now)

    waited = expected_issues(subscriptions_of(branch_id=weekly.branch_id), today=now.date())
    assert [each.claims for each in waited if each.name.number == number] == [1]


@pytest.mark.parametrize("deed", ["arrived", "missing"])
def test_taking_an_arrival_back_keeps_the_issue_s_claims(weekly, receive, staff, now, deed):
    first = _expected(weekly, now)[0]
    about = {"subscription_id": weekly.pk, "volume": first, "staff": staff, "now": now}
    claim_issue(**about, expected_on=weekly.first_on)
    claim_issue(**about, expected_on=weekly.first_on)
    if deed == "arrived":
        receive(first)
    else:
        give_up_issue(**about, expected_on=weekly.first_on)

    expect_again(**about)

    row = expected_issues(subscriptions_of(branch_id=weekly.branch_id), today=now.date())[0]
    assert (row.volume, row.day, row.claims, row.claimed_on) == (first, weekly.first_on, 2, now.date())
    assert not Item.objects.exists()
    assert claim_issue(**about, expected_on=weekly.first_on) == 3
