"""What's overdue and somebody waits for is called back in the night after its due date, once."""

from collections import Counter
from datetime import timedelta

import pytest

from circulation.errors import Code, RenewalRefused
from circulation.models import CirculationRule, Hold, Loan
from circulation.services.holds import cancel_hold
from circulation.services.nightly.overdue_notices import make_overdue_notices
from circulation.services.recalls_over import take_back_recall
from circulation.services.renew import renew_loan
from notices.models import Notice
from tests.factories import NOW, TODAY, HoldFactory, LoanFactory, PatronFactory, RuleFactory


@pytest.fixture
def late(library):
    """Return a loan that was due yesterday."""
    CirculationRule.objects.all().delete()
    RuleFactory(set={"recall_overdue": True, "notice_steps": None})
    due_date = TODAY - timedelta(days=1)
    return LoanFactory(
        item=library.item(),
        patron=PatronFactory(home_branch=library.main),
        due_date=due_date,
        loaned_on=due_date - timedelta(days=28),
    )


def hold_on(loan, **values):
    return HoldFactory(**{"record": loan.item.record, "pickup_branch": loan.lending_branch, **values})


def night(days=0):
    counts = Counter()
    make_overdue_notices(on=TODAY + timedelta(days=days), now=NOW + timedelta(days=days), counts=counts)
    return +counts


def test_rudersdal_s_recall_the_day_after_the_due_date(late, library):
    hold_on(late)

    assert night() == {"letters": 1, "loans": 1}
    assert night() == night(1) == {}
    letter = Notice.objects.get()
    assert (letter.kind, letter.patron, letter.about["loans"]) == ("RECALL", late.patron, [late.pk])
    assert "now due 19 November 2026" in letter.body
    loan = Loan.objects.get(pk=late.pk)
    assert (loan.recalled_at, loan.due_date) == (NOW, late.due_date)
    Hold.objects.all().delete()
    with pytest.raises(RenewalRefused) as refused:
        renew_loan(loan=loan, staff=library.staff, now=NOW)
    assert Code.LOAN_RECALLED in refused.value.codes


def test_a_hold_for_another_edition_calls_back_too(late):
    HoldFactory(any_edition=True, edition_ids=[late.item.record_id], pickup_branch=late.lending_branch)

    assert night() == {"letters": 1, "loans": 1}


def test_what_staff_take_back_stays_so_until_she_renews_and_is_late_again(late, library):
    hold_on(late)
    night()
    take_back_recall(loan=late, staff=library.staff, now=NOW)

    assert night(1) == night(2) == {}
    due_date = TODAY + timedelta(days=2)
    Loan.objects.update(due_date=due_date)
    assert night(3) == {"letters": 1, "loans": 1}


def test_what_was_let_go_with_a_hold_that_staff_cancelled_is_asked_for_by_the_next(late, library):
    hold = hold_on(late)
    night()
    cancel_hold(hold=hold, staff=library.staff, now=NOW)
    late.refresh_from_db()
    assert late.recalled_at is None
    hold_on(late)

    assert night(1) == {"letters": 1, "loans": 1}


def test_what_staff_took_back_before_it_was_due_is_asked_for_when_it_is_late(late, library):
    Loan.objects.update(due_date=TODAY, recalled_at=NOW)
    hold_on(late)
    take_back_recall(loan=late, staff=library.staff, now=NOW)

    assert night(1) == {"letters": 1, "loans": 1}


@pytest.mark.parametrize("edition", [False, True])
def test_nobody_is_asked_for_what_stands_on_a_shelf(late, library, edition):
    other = library.item() if edition else library.item(record=late.item.record)
    hold_on(late, **({"any_edition": True, "edition_ids": [other.record_id]} if edition else {}))

    assert night() == {}


def test_nobody_is_asked_on_the_due_date(late):
    hold_on(late)

    assert night(-1) == {}


@pytest.mark.parametrize(
    "values",
    [
        {"item": True},
        {"volume": "2"},
        {"suspended_until": TODAY + timedelta(days=9)},
        {"state": Hold.State.CANCELLED, "ended_at": NOW},
        {"patron": "own"},
        {},
    ],
    ids=["another item", "another volume", "paused", "ended", "her own", "without the rule"],
)
def test_nobody_is_asked_for_what_nobody_waits_for(late, library, values):
    if values.get("item"):
        values = {"item": library.item(record=late.item.record)}
    if values.get("patron"):
        values = {"patron": late.patron}
    if not values:
        CirculationRule.objects.update(values={**CirculationRule.objects.get().values, "recall_overdue": False})
    hold_on(late, **values)

    assert night() == {}
    assert not Notice.objects.exists()
