"""Rules for where a patron belongs, rules that hold for a while, and whose rules a loan follows."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError

from circulation.rules.resolution import Level, Origin, RuleRow, RuleSet, resolve
from circulation.rules.whose_rules import Choices, WhoseRules, choices_from
from circulation.selectors import rule_book
from circulation.selectors.loan_cases import loan_cases
from circulation.services.check_out import check_out
from circulation.services.renew import renew_loan
from tests.factories import LoanFactory, RuleFactory
from tests.factories.moments import NOW, TODAY

DAY = timedelta(days=1)


def _row(number, values, *, category=None, item_type=None, residence=None, since=None, until=None):
    return RuleRow(Origin(Level.MUNICIPALITY, number, None, category, item_type, residence, since, until), values)


def _resolve(rows, *, residence="OWN", on=TODAY):
    return resolve(
        RuleSet(rows),
        branch_id=1,
        branch_group_id=None,
        patron_category="adult",
        item_type="book",
        residence=residence,
        on=on,
    )


WHOM = [
    {"category": "adult", "item_type": "book", "residence": "OWN"},
    {"category": "adult", "item_type": "book"},
    {"category": "adult", "residence": "OWN"},
    {"category": "adult"},
    {"item_type": "book", "residence": "OWN"},
    {"item_type": "book"},
    {"residence": "OWN"},
    {},
]


@pytest.mark.parametrize("gone", range(8))
def test_category_goes_before_item_type_before_residence(gone):
    rows = [_row(number, {"loan_days": number}, **whom) for number, whom in enumerate(WHOM, start=1)]

    resolved = _resolve(rows[gone:][::-1])

    assert [candidate.value for candidate in resolved.explain("loan_days")] == list(range(gone + 1, 9))


def test_gives_our_own_longer_than_other_members_residents():
    rows = [
        _row(1, {"loan_days": 28}),
        _row(2, {"loan_days": 90}, residence="OWN"),
        _row(3, {"loan_days": 60}, residence="PARTNER"),
    ]

    assert [_resolve(rows, residence=home).value("loan_days") for home in ("OWN", "PARTNER", "ELSEWHERE")] == [
        90,
        60,
        28,
    ]


@pytest.mark.parametrize(
    ("on", "days"),
    [(date(2026, 5, 31), 28), (date(2026, 6, 1), 56), (date(2026, 8, 15), 56), (date(2026, 8, 16), 28)],
)
def test_a_summer_rule_holds_from_its_first_to_its_last_day(on, days):
    summer = _row(2, {"loan_days": 56}, since=date(2026, 6, 1), until=date(2026, 8, 15))

    assert _resolve([_row(1, {"loan_days": 28}), summer], on=on).value("loan_days") == days


def test_a_value_that_a_later_row_leaves_open_falls_to_the_earlier():
    rows = [
        _row(1, {"loan_days": 28, "max_loans": 40}),
        _row(2, {"loan_days": 21}, since=TODAY - 2 * DAY),
        _row(3, {"loan_days": 14}, since=TODAY - DAY),
    ]

    resolved = _resolve(rows)

    assert (resolved.value("loan_days"), resolved.value("max_loans")) == (14, 40)


@pytest.mark.parametrize(
    ("code", "residence"),
    [("", "OWN"), ("101", "OWN"), ("147", "PARTNER"), ("461", "ELSEWHERE")],
)
def test_a_patron_belongs_where_her_municipality_is(code, residence):
    choices = Choices(own_code="101", partner_codes=frozenset({"147"}))

    assert choices.residence_of(code) == residence


def test_takes_what_nobody_knows_as_not_chosen():
    broken = {"rules_of_loans": ["x"], "rules_of_holds": "NOBODY", "municipality_code": None, "partner_codes": "147"}

    assert choices_from(broken) == Choices()


@pytest.mark.parametrize(
    ("whose", "branch_id"), [(WhoseRules.DESK, 1), (WhoseRules.ITEM_HOME, 2), (WhoseRules.PATRON_HOME, 3)]
)
def test_a_loan_and_a_hold_follow_the_branch_that_was_chosen(whose, branch_id):
    choices = Choices(loans=whose, holds=whose)

    assert choices.branch_of_loan(desk_id=1, item_home_id=2, patron_home_id=3) == branch_id
    assert choices.branch_of_hold(pickup_id=1, item_home_id=2, patron_home_id=3) == branch_id


def _choose(alpha, **settings):
    type(alpha).objects.filter(pk=alpha.pk).update(settings={"circulation": settings})


def test_a_loan_keeps_the_branch_whose_rules_it_was_made_by(library, alpha):
    RuleFactory(branch=library.main, values={"loan_days": 7, "renewal_days": 7, "due_mode": "EVERY_DAY"})
    rule_book()
    _choose(alpha, rules_of_loans="ITEM_HOME")
    loan = check_out(item=library.item(), patron=library.patron, branch=library.east, staff=library.staff, now=NOW).loan
    assert (loan.lending_branch_id, loan.rules_branch_id) == (library.east.pk, library.main.pk)
    assert loan.due_date == TODAY + 7 * DAY

    _choose(alpha)
    renewed = renew_loan(loan=loan, staff=library.staff, now=NOW + 3 * DAY).loan

    assert renewed.due_date == TODAY + 10 * DAY
    assert loan_cases([loan.pk])[0].rules(rule_book(), TODAY).value("loan_days") == 7


def test_lends_a_partners_resident_for_as_long_as_partners_may(library, alpha):
    _choose(alpha, municipality_code="101", partner_codes=["147"])
    RuleFactory(residence="PARTNER", values={"loan_days": 10, "due_mode": "EVERY_DAY"})
    partner = library.another_patron(municipality_code="147")

    loans = [
        check_out(item=library.item(), patron=patron, branch=library.main, staff=library.staff, now=NOW).loan
        for patron in (library.patron, partner)
    ]

    assert [(loan.due_date - TODAY).days for loan in loans] == [28, 10]


def test_two_rows_for_the_same_people_may_not_begin_on_the_same_day(library):
    RuleFactory(residence="OWN", valid_from=TODAY)
    with pytest.raises(IntegrityError, match="circulation_rule_once_at_a_time"):
        RuleFactory(residence="OWN", valid_from=TODAY)


def test_a_row_may_not_end_before_it_begins(library):
    with pytest.raises(IntegrityError, match="rule_ends_after_it_begins"):
        RuleFactory(valid_from=TODAY, valid_until=TODAY - DAY)


def test_the_loan_of_another_branch_has_its_own_fees(library):
    RuleFactory(branch=library.east, values={"fee_steps": None})
    loan = LoanFactory(overdue=True, item=library.item(), rules_branch=library.east)

    case = loan_cases([loan.pk])[0]

    assert case.rules(rule_book(), TODAY).value("fee_steps") is None
