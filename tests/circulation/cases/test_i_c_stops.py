"""Cases I.C6, C8, C9, C16 and C17: whose loans a limit counts, where a return is taken, and what stops a loan."""

from datetime import timedelta

import pytest

from circulation.errors import CheckInRefused, CheckOutRefused, Code, Override
from circulation.models import Hold, Loan
from circulation.services.check_in import check_in
from circulation.services.check_out import check_out
from circulation.services.holds import cancel_hold
from tests.factories import TODAY, BlockFactory, HoldFactory, LoanFactory, RuleFactory


@pytest.fixture
def lend(library, now):
    """Return a function that lends to the patron, at main unless it's said."""

    def lend(item=None, *, branch=None, **values):
        return check_out(
            item=item or library.item(),
            patron=library.patron,
            branch=branch or library.main,
            staff=library.staff,
            now=now,
            **values,
        )

    return lend


def _reasons(lend, **values):
    before = Loan.objects.count()
    with pytest.raises(CheckOutRefused) as refused:
        lend(**values)
    assert Loan.objects.count() == before
    return {reason.code: reason.facts for reason in refused.value.reasons}


@pytest.mark.parametrize(
    ("whose", "home", "desk", "is_refused"),
    [
        ("DESK", "main", "east", False),
        ("DESK", "east", "main", True),
        ("ITEM_HOME", "main", "east", True),
        ("ITEM_HOME", "east", "main", False),
        ("PATRON_HOME", "main", "east", True),
        ("PATRON_HOME", "east", "main", True),
    ],
)
def test_i_c6_main_s_limit_for_all_types_counts_what_is_main_s(library, alpha, lend, whose, home, desk, is_refused):
    type(alpha).objects.filter(pk=alpha.pk).update(settings={"circulation": {"rules_of_loans": whose}})
    RuleFactory(values={"max_loans": 1}, branch=library.main)
    lend(library.item(home_branch=getattr(library, home)), branch=getattr(library, desk))

    if is_refused:
        facts = _reasons(lend)[Code.LOAN_LIMIT_REACHED]
        assert (facts["loans"], facts["limit"]) == (1, 1)
    else:
        assert lend().loan.patron == library.patron


def test_i_c8_a_refused_return_leaves_the_loan_and_names_the_right_branch(library, now):
    RuleFactory(values={"returns_accepted": "HOME"}, branch=library.main)
    loan = LoanFactory(item=library.item(), lending_branch=library.main)

    with pytest.raises(CheckInRefused) as refused:
        check_in(item=loan.item, branch=library.east, staff=library.staff, now=now)

    assert [(reason.code, reason.facts["branch_id"]) for reason in refused.value.reasons] == [
        (Code.RETURN_NOT_HERE, library.main.pk)
    ]
    loan.refresh_from_db()
    loan.item.refresh_from_db()
    assert (loan.returned_at, loan.item.status) == (None, "ON_LOAN")


@pytest.fixture
def overdue(library):
    """Let the patron have two overdue loans."""
    for _ in range(2):
        LoanFactory(item=library.item(), patron=library.patron, overdue=True)


def test_i_c9_overdue_loans_block_with_their_count_where_a_rule_says_so(library, overdue, lend):
    RuleFactory(values={"block_at_overdue": 1}, branch=library.main)

    facts = _reasons(lend)[Code.OVERDUE_LIMIT]

    assert (facts["overdue"], facts["limit"]) == (2, 1)


def test_i_c9_else_the_desk_is_told_of_them_and_lends(library, overdue, lend):
    told = {notice.code: notice.facts for notice in lend().notices}

    assert told[Code.HAS_OVERDUE]["overdue"] == 2


@pytest.mark.parametrize(
    ("until", "told"),
    [(TODAY + timedelta(days=1), "2026-11-20"), (None, None)],
    ids=["until tomorrow", "without an end"],
)
def test_i_c9_a_restriction_is_told_with_its_end_beside_the_overdue_loans(library, overdue, lend, until, told):
    RuleFactory(values={"block_at_overdue": 1}, branch=library.main)
    BlockFactory(patron=library.patron, until=until)

    reasons = _reasons(lend)

    assert set(reasons) == {Code.PATRON_BLOCKED, Code.OVERDUE_LIMIT}
    assert reasons[Code.PATRON_BLOCKED]["until"] == told


def test_i_c9_a_restriction_holds_on_its_last_day_and_not_after_it(library, lend):
    BlockFactory(patron=library.patron, until=TODAY - timedelta(days=1))
    assert lend().loan.patron == library.patron

    BlockFactory(patron=library.patron, until=TODAY)
    assert set(_reasons(lend)) == {Code.PATRON_BLOCKED}


def test_i_c16_the_hold_is_cancelled_by_its_own_button_and_then_nothing_is_against_it(library, lend, now):
    hold = HoldFactory(ready=True, trapped_item=library.item(), pickup_branch=library.main)
    reasons = _reasons(lend, item=hold.trapped_item)
    assert reasons[Code.ITEM_ON_HOLD]["hold_id"] == hold.pk

    cancel_hold(hold=hold, staff=library.staff, now=now)
    check_in(item=hold.trapped_item, branch=library.main, staff=library.staff, now=now)

    assert lend(hold.trapped_item).loan.patron == library.patron
    hold.refresh_from_db()
    assert hold.state == Hold.State.CANCELLED


def test_i_c16_going_past_it_needs_a_reason(library, lend):
    hold = HoldFactory(ready=True, trapped_item=library.item(), pickup_branch=library.main)

    with pytest.raises(CheckOutRefused) as refused:
        lend(hold.trapped_item, override=Override([Code.ITEM_ON_HOLD], " "))

    assert refused.value.codes == [Code.ITEM_ON_HOLD, Code.OVERRIDE_REASON_MISSING]
    hold.refresh_from_db()
    assert hold.state == Hold.State.READY


@pytest.mark.parametrize("keeps_history", [True, False])
def test_i_c17_nobody_is_told_what_she_has_borrowed_before(library, lend, keeps_history):
    type(library.patron).objects.filter(pk=library.patron.pk).update(keeps_history=keeps_history)
    before = LoanFactory(item=library.item(), patron=library.patron, returned=True)

    assert lend(library.item(record=before.item.record)).notices == ()
