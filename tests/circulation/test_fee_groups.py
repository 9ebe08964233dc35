"""One fee for several loans: by due date and visit as the library act's practice has it, or by another date."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from circulation.models import CirculationRule, Fee
from circulation.selectors.fees import fees_of, owed_by
from circulation.services.fees import charge_overdue, close_overdue_fee, reopen_overdue_fee
from circulation.services.report_item import report_lost
from tests.factories import ItemTypeFactory, LoanFactory, PatronFactory, RuleFactory, StaffAccountFactory

DUE = date(2026, 11, 9)


def on(days):
    return DUE + timedelta(days=days)


class Group:
    """Some late loans of one patron where they cost one fee together."""

    def __init__(self, now, grouping="DUE_DATE"):
        CirculationRule.objects.all().delete()
        RuleFactory(set={"fee_grouping": grouping})
        self.now, self.patron = now, PatronFactory()

    def loan(self, **values):
        return LoanFactory(overdue=True, patron=self.patron, **values)

    def night(self, days, *loans):
        for loan in loans:
            charge_overdue(loan=loan, on=on(days), now=self.now, actor=None)

    def give_back(self, days, *loans):
        for loan in loans:
            close_overdue_fee(loan=loan, on=on(days), now=self.now, actor=None)

    @property
    def owed(self):
        return owed_by(self.patron.pk)


def overdue(group):
    return sum(Fee.objects.filter(patron=group.patron, kind="OVERDUE").values_list("balance", flat=True))


@pytest.fixture
def library_staff(alpha):
    return StaffAccountFactory()


@pytest.fixture
def group(alpha, now):
    return Group(now)


def test_one_due_date_returned_together_costs_one_fee(group):
    a, b, c = (group.loan() for _ in range(3))
    group.night(3, a, b, c)

    group.give_back(3, a, b, c)

    [fee] = Fee.objects.all()
    assert (fee.balance, sorted(line["loan"] for line in fee.covers)) == (Decimal("20.00"), [a.pk, b.pk, c.pk])


def test_it_needs_no_night_before(group):
    a, b = group.loan(), group.loan()

    group.give_back(3, a, b)

    assert group.owed == Decimal("20.00")


def test_one_due_date_returned_in_two_visits_costs_two(group):
    a, b, c = (group.loan() for _ in range(3))
    group.night(3, a, b, c)
    group.give_back(3, a)
    group.night(4, b, c)
    group.night(10, b, c)

    group.give_back(10, b, c)

    assert sorted(Fee.objects.values_list("balance", flat=True)) == [Decimal("20.00"), Decimal("60.00")]


def test_what_comes_with_the_visit_and_costs_more_says_by_which_rule(group):
    film = ItemTypeFactory(code="film")
    cheap, dear = group.loan(), group.loan(item__item_type=film)
    rule = RuleFactory(item_type=film, values={"fee_steps": [{"from_day": 1, "adult": "50.00", "child": "50.00"}]})

    group.give_back(3, cheap, dear)

    [fee] = Fee.objects.all()
    charges = fee.entries.filter(kind="CHARGE").order_by("pk")
    assert [(entry.amount, entry.rule["origin"]["item_type"]) for entry in charges] == [
        (Decimal("20.00"), None),
        (Decimal("30.00"), "film"),
    ]
    assert charges[1].rule["origin"]["row_id"] == rule.pk


def test_different_due_dates_returned_together_cost_a_fee_each(group):
    a, b = group.loan(), group.loan()
    b.due_date = on(-1)
    b.save()

    group.give_back(3, a, b)

    assert group.owed == Decimal("40.00")


def test_the_night_of_a_visit_begins_no_other_fee(group):
    a, b = group.loan(), group.loan()
    group.give_back(3, a)

    group.night(3, b)
    group.give_back(3, b)

    assert Fee.objects.count() == 1


def test_nights_twice_charge_once(group):
    a, b = group.loan(), group.loan()
    for _ in range(2):
        group.night(8, a, b)

    assert group.owed == Decimal("60.00")


def test_a_back_dated_return_belongs_to_the_visit_of_that_day(group):
    a, b = group.loan(), group.loan()
    group.give_back(3, a)
    group.night(5, b)

    group.give_back(3, b)

    assert group.owed == Decimal("20.00")
    assert not Fee.objects.filter(closed_at=None).exists()


def test_what_was_back_in_time_leaves_the_fee_of_the_others(group):
    a, b = group.loan(), group.loan()
    group.night(3, a, b)

    group.give_back(0, a)

    [fee] = Fee.objects.all()
    assert (fee.balance, fee.closed_at, [line["loan"] for line in fee.covers]) == (Decimal("20.00"), None, [b.pk])


def test_an_undone_return_leaves_the_visit_to_the_others(group):
    a, b = group.loan(), group.loan()
    group.give_back(3, a, b)

    reopen_overdue_fee(loan=a, now=group.now, actor=None)

    [fee] = Fee.objects.all()
    assert (fee.closed_at, [line["loan"] for line in fee.covers]) == (group.now, [b.pk])


def test_an_undone_return_lets_the_fee_grow_again_if_nothing_else_came_back(group):
    a, b = group.loan(), group.loan()
    group.night(3, a, b)
    group.give_back(3, a)

    reopen_overdue_fee(loan=a, now=group.now, actor=None)
    group.night(8, a, b)

    [fee] = Fee.objects.all()
    assert (fee.balance, fee.closed_at) == (Decimal("60.00"), None)


def test_one_loan_date_costs_one_fee_whatever_the_due_dates(alpha, now):
    group = Group(now, "LOAN_DATE")
    a, b = group.loan(), group.loan()
    b.due_date = on(-8)
    b.save()

    group.give_back(3, a, b)

    assert group.owed == Decimal("60.00")


def test_the_latest_date_of_loan_or_renewal_counts_where_the_rule_says_so(alpha, now):
    group = Group(now, "LATEST_DATE")
    a, b = group.loan(), group.loan()
    b.renewed_at = datetime(2026, 10, 20, 12, tzinfo=UTC)
    b.save()

    group.give_back(3, a, b)

    assert group.owed == Decimal("40.00")


def test_each_item_costs_its_own_fee_where_no_rule_groups_them(alpha, now):
    group = Group(now, "ITEM")
    a, b = group.loan(), group.loan()

    group.give_back(3, a, b)

    assert group.owed == Decimal("40.00")


def test_a_fee_begun_alone_goes_on_so_when_a_rule_groups_from_now_on(alpha, now):
    group = Group(now, "ITEM")
    a, b = group.loan(), group.loan()
    group.night(1, a)
    CirculationRule.objects.update(values={**CirculationRule.objects.get().values, "fee_grouping": "DUE_DATE"})

    group.night(8, a, b)

    assert [view.fee.balance for view in fees_of(group.patron)] == [Decimal("60.00"), Decimal("60.00")]


def test_a_claim_that_replaces_the_overdue_fee_replaces_that_of_a_group_when_all_of_it_is_lost(group, library_staff):
    CirculationRule.objects.all().delete()
    RuleFactory(set={"fee_grouping": "DUE_DATE", "lost_charged_at_once": True, "lost_waives_overdue": True})
    lost, out = group.loan(), group.loan()
    group.night(3, lost, out)

    report_lost(item=lost.item, staff=library_staff, now=group.now)
    assert overdue(group) == Decimal("20.00")
    report_lost(item=out.item, staff=library_staff, now=group.now)
    assert overdue(group) == 0
    group.night(20, lost, out)
    group.give_back(20, lost, out)

    assert overdue(group) == 0


def test_what_was_claimed_before_it_was_late_costs_nothing_beside_the_claim(group, library_staff):
    CirculationRule.objects.all().delete()
    RuleFactory(set={"fee_grouping": "DUE_DATE", "lost_charged_at_once": True, "lost_waives_overdue": True})
    lost, out = group.loan(), group.loan()
    report_lost(item=lost.item, staff=library_staff, now=group.now)

    group.night(20, lost)
    assert overdue(group) == 0
    group.night(20, out)
    group.give_back(20, out, lost)

    [fee] = Fee.objects.filter(kind="OVERDUE")
    assert (fee.loan_id, fee.entries.count()) == (out.pk, 1)
