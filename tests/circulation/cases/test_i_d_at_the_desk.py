"""Cases I.D0, D5 to D8, D13, D15 and D17: what renewals are refused for, by day and by night, and what they leave."""

from datetime import timedelta
from decimal import Decimal

import pytest

from accounts.models import AuditEntry
from circulation.errors import CheckOutRefused, Code, RenewalRefused
from circulation.models import Fee
from circulation.services.check_in import check_in
from circulation.services.check_out import check_out
from circulation.services.renew import renew_by_itself, renew_loan
from tests.factories import BlockFactory, FeeFactory, HoldFactory, ItemTypeFactory, LoanFactory, RuleFactory
from tests.factories.moments import NOW, TODAY

DAY = timedelta(days=1)


@pytest.fixture
def loan(library):
    """Return a loan made ten days ago, due in ten days."""
    return LoanFactory(
        item=library.item(),
        patron=library.patron,
        lending_branch=library.main,
        loaned_at=NOW - 10 * DAY,
        loaned_on=TODAY - 10 * DAY,
        due_date=TODAY + 10 * DAY,
    )


def _set(library, **values):
    RuleFactory(values=values, branch=library.main)


def _refused(loan, library, now=NOW):
    due = loan.due_date
    with pytest.raises(RenewalRefused) as refused:
        renew_loan(loan=loan, staff=library.staff, now=now)
    loan.refresh_from_db()
    assert (loan.due_date, loan.renewals) == (due, 0)
    return refused.value


def test_i_d0_every_reason_is_told_at_once_whatever_the_order(library, loan):
    _set(library, max_renewals=0, earliest_renewal_days=1, renewal_blocked_by_overdue="ANY", renewal_days=1)
    LoanFactory(item=library.item(), patron=library.patron, overdue=True)
    HoldFactory(record=loan.item.record, patron=library.another_patron(), pickup_branch=library.main)
    BlockFactory(patron=library.patron)
    FeeFactory(patron=library.patron, amount=Decimal("200.01"))
    type(loan).objects.filter(pk=loan.pk).update(is_on_site=True, recalled_at=NOW)
    type(loan.item).objects.filter(pk=loan.item.pk).update(status="LOST")

    assert set(_refused(loan, library).codes) == {
        Code.ITEM_LOST,
        Code.ON_SITE_LOAN,
        Code.LOAN_RECALLED,
        Code.SOMEBODY_WAITS,
        Code.RENEWAL_LIMIT_REACHED,
        Code.OVERDUE_STOPS_RENEWAL,
        Code.TOO_EARLY,
        Code.PATRON_BLOCKED,
        Code.DEBT_LIMIT,
        Code.NOT_LATER,
    }


def test_i_d0_what_is_another_s_or_nobody_s_is_no_renewal(library, loan):
    with pytest.raises(CheckOutRefused) as refused:
        check_out(item=loan.item, patron=library.another_patron(), branch=library.main, staff=library.staff, now=NOW)
    assert refused.value.codes == [Code.ITEM_ON_LOAN]

    check_in(item=loan.item, branch=library.main, staff=library.staff, now=NOW)
    with pytest.raises(RenewalRefused) as ended:
        renew_loan(loan=loan, staff=library.staff, now=NOW)
    assert ended.value.codes == [Code.LOAN_ENDED]


def test_i_d5_too_early_says_from_when(library, loan):
    _set(library, earliest_renewal_days=7)

    (reason,) = _refused(loan, library).reasons

    assert (reason.code, reason.facts["from_day"]) == (Code.TOO_EARLY, (loan.due_date - 7 * DAY).isoformat())
    assert renew_loan(loan=loan, staff=library.staff, now=NOW + 3 * DAY).loan.renewals == 1


def _by_itself(loan):
    """Return what becomes of a loan by night: RENEWED, or the answer why not."""
    due = loan.due_date
    try:
        renewed = renew_by_itself(loan_id=loan.pk, item=loan.item, now=NOW).loan
    except RenewalRefused as refused:
        loan.refresh_from_db()
        assert loan.due_date == due
        return next(reason.facts["answer"] for reason in refused.reasons if reason.code == Code.NOT_AUTOMATIC)
    assert renewed.due_date > due
    return "RENEWED"


@pytest.mark.parametrize(
    ("until_days", "earliest", "answer"),
    [(9, 10, "TOO_LATE"), (10, 10, "TOO_LATE"), (11, 7, "TOO_SOON"), (11, 10, "RENEWED")],
)
def test_i_d6_a_loan_of_ten_days_renews_itself_before_it_is_too_late(library, loan, until_days, earliest, answer):
    _set(
        library,
        auto_renewal=True,
        auto_renewal_days=60,
        auto_renewal_until_days=until_days,
        earliest_renewal_days=earliest,
    )

    assert _by_itself(loan) == answer


@pytest.mark.parametrize(
    ("until_days", "until", "answer"),
    [(15, TODAY - DAY, "TOO_LATE"), (15, TODAY + DAY, "RENEWED"), (9, TODAY + DAY, "TOO_LATE")],
)
def test_i_d7_of_the_day_and_the_number_of_days_the_earlier_ends_it(library, loan, until_days, until, answer):
    _set(
        library,
        auto_renewal=True,
        auto_renewal_days=10,
        auto_renewal_until_days=until_days,
        auto_renewal_until=until.isoformat(),
        earliest_renewal_days=10,
    )

    assert _by_itself(loan) == answer


@pytest.mark.parametrize(("owed", "answer"), [("5.00", "RENEWED"), ("10.00", "RENEWED"), ("15.00", "OWES_TOO_MUCH")])
def test_i_d8_who_owes_more_than_ten_renews_by_herself(library, loan, owed, answer):
    _set(library, auto_renewal=True, auto_renewal_days=10, auto_renewal_debt="10.00")
    FeeFactory(patron=library.patron, amount=Decimal(owed))

    assert _by_itself(loan) == answer


def test_i_d13_a_kind_that_is_never_renewed_is_a_rule_for_its_type(library):
    RuleFactory(values={"max_renewals": 0}, item_type=ItemTypeFactory(code="film"))
    film, book = (
        LoanFactory(item=library.item(**values), patron=library.patron, lending_branch=library.main)
        for values in ({"item_type": ItemTypeFactory(code="film")}, {})
    )

    (reason,) = _refused(film, library).reasons

    assert (reason.code, reason.facts["limit"]) == (Code.RENEWAL_LIMIT_REACHED, 0)
    assert reason.facts["origin"]["item_type"] == "film"
    assert renew_loan(loan=book, staff=library.staff, now=NOW).loan.renewals == 1


def test_i_d15_each_overdue_renewal_closes_a_fee_of_its_own_and_the_next_one_begins_anew(library):
    _set(library, fee_per_day="1.00", renewal_days=7, due_mode="EVERY_DAY", block_at_debt=None)
    loan = LoanFactory(item=library.item(), patron=library.patron, lending_branch=library.main, overdue=True)

    first = renew_loan(loan=loan, staff=library.staff, now=NOW)
    second = renew_loan(loan=loan, staff=library.staff, now=NOW + 10 * DAY)
    back = check_in(item=loan.item, branch=library.main, staff=library.staff, now=NOW + 22 * DAY)

    assert [first.fee.balance, second.fee.balance, back.fee.balance] == [Decimal(10), Decimal(3), Decimal(5)]
    fees = Fee.objects.filter(loan=loan).order_by("pk")
    assert [fee.balance for fee in fees] == [Decimal(10), Decimal(3), Decimal(5)]
    assert all(fee.closed_at for fee in fees)


def test_i_d17_scanned_for_who_has_it_a_renewal_is_logged_and_no_check_out(library, loan):
    before = set(AuditEntry.objects.values_list("pk", flat=True))

    result = check_out(item=loan.item, patron=library.patron, branch=library.main, staff=library.staff, now=NOW)

    assert result.was_renewal
    actions = AuditEntry.objects.exclude(pk__in=before).values_list("action", flat=True)
    assert list(actions) == ["circulation.renew"]
