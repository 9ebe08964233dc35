"""Claims of many issues: what suppliers owe a branch, and what a letter names."""

from datetime import timedelta

import pytest

from accounts.models import AuditEntry
from circulation.errors import PeriodicalRefused
from circulation.models import SubscribedIssue
from circulation.selectors.issue_claims import by_supplier, claimed_issues, owed_issues
from circulation.services.issue_claims import claim_issues
from circulation.services.periodicals import give_up_issue, receive_issue
from circulation.services.subscriptions import SubscriptionPlan, end_subscription, subscribe
from tests.factories import StaffAccountFactory
from tests.factories.catalogue import RecordFactory
from tests.factories.holdings import BranchFactory, ItemTypeFactory


@pytest.fixture
def staff(db):
    return StaffAccountFactory()


@pytest.fixture
def branch(alpha):
    return BranchFactory()


@pytest.fixture
def order(branch, staff, now):
    """Return a subscription to a weekly of which two issues are late."""

    def _order(title, supplier):
        begins = now.date() - timedelta(days=14)
        plan = SubscriptionPlan("WEEK", begins, ItemTypeFactory(), runs_on=True, supplier=supplier)
        return subscribe(record=RecordFactory(title=title), branch=branch, plan=plan, staff=staff)

    return _order


@pytest.fixture
def claim(branch, staff, now):
    def _claim(*wanted, at=now):
        return claim_issues(branch=branch, wanted=wanted, staff=staff, now=at)

    return _claim


def _owed(branch, now):
    issues = owed_issues(branch.pk, today=now.date())
    return [
        (debt.supplier, [(each.subscription.pk, each.volume) for each in debt.issues]) for debt in by_supplier(issues)
    ]


def _two(subscription):
    year = subscription.first_on.year
    return [(subscription.pk, f"{year}:1"), (subscription.pk, f"{year}:2")]


def test_names_what_each_supplier_owes_by_title(order, branch, staff, now):
    stars, birds, ants = order("Stjerner", "Agent A/S"), order("Fugle", "agent a/s"), order("Myrer", "")
    receive_issue(
        subscription_id=birds.pk, volume=_two(birds)[0][1], barcode="", expected_on=None, staff=staff, now=now
    )
    give_up_issue(subscription_id=birds.pk, volume=_two(birds)[1][1], expected_on=None, staff=staff, now=now)

    assert _owed(branch, now) == [("", _two(ants)), ("agent a/s", [_two(birds)[1], *_two(stars)])]
    missing = [each.is_missing for each in owed_issues(branch.pk, today=now.date())]
    assert missing == [False, False, True, False, False]

    end_subscription(subscription_id=stars.pk, staff=staff, now=now)
    assert _owed(branch, now)[1][1] == [_two(birds)[1]]
    assert _owed(BranchFactory(), now) == []


def test_claims_are_noted_and_stand_in_the_letter_of_the_day(order, branch, claim, staff, now):
    birds, stars = order("Fugle", "Agent"), order("Stjerner", "Agent")
    give_up_issue(subscription_id=stars.pk, volume=_two(stars)[0][1], expected_on=stars.first_on, staff=staff, now=now)

    assert claim(_two(birds)[0], _two(birds)[1], _two(stars)[0]) == "Agent"

    lines = claimed_issues(branch.pk, supplier="agent", on=now.date())
    assert [(each.subscription.pk, each.volume) for each in lines] == [*_two(birds), _two(stars)[0]]
    assert [each.day for each in lines] == [birds.first_on, birds.first_on + timedelta(weeks=1), stars.first_on]
    entries = AuditEntry.objects.filter(action="circulation.claim_issue")
    assert [entry.facts["supplier"] for entry in entries] == ["Agent"] * 3
    assert claimed_issues(branch.pk, supplier="other", on=now.date()) == []
    assert claimed_issues(BranchFactory().pk, supplier="Agent", on=now.date()) == []


def test_a_second_press_on_one_day_counts_once_and_a_later_claim_again(order, claim, now):
    first = _two(order("Fugle", "Agent"))[0]
    claim(first)
    claim(first)
    row = SubscribedIssue.objects.get()
    assert (row.claims, row.claimed_on) == (1, now.date())

    later = now + timedelta(days=14)
    claim(first, at=later)
    row.refresh_from_db()
    assert (row.claims, row.claimed_on) == (2, later.date())


def test_who_was_asked_lately_isn_t_asked_again_unless_somebody_ticks_it(order, branch, claim, now):
    claim(_two(order("Fugle", "Agent"))[0])
    today = now.date()
    first, second = owed_issues(branch.pk, today=today)
    assert (first.is_due(today), second.is_due(today)) == (False, True)
    assert first.is_due(today + timedelta(days=14))


@pytest.mark.parametrize("case", ["nothing", "arrived", "two suppliers", "unknown", "another branch"])
def test_refuses_as_a_whole_and_notes_nothing(order, branch, claim, staff, now, case):
    birds, stars = order("Fugle", "Agent"), order("Stjerner", "Other")
    wanted = _two(birds)
    code = "ISSUES_CHANGED"
    if case == "nothing":
        wanted, code = [], "NOTHING_TO_CLAIM"
    elif case == "arrived":
        about = {"subscription_id": birds.pk, "staff": staff, "now": now}
        receive_issue(**about, volume=wanted[1][1], barcode="", expected_on=None)
    elif case == "two suppliers":
        wanted += _two(stars)
    elif case == "unknown":
        wanted.append((birds.pk, "1999:1"))
    else:
        type(birds).objects.filter(pk=birds.pk).update(branch=BranchFactory())

    with pytest.raises(PeriodicalRefused) as refused:
        claim(*wanted)

    assert [reason.code for reason in refused.value.reasons] == [code]
    assert not SubscribedIssue.objects.filter(claims__gt=0).exists()
    assert not AuditEntry.objects.filter(action="circulation.claim_issue").exists()
