"""What can't both be: each pair of values by itself, and that nothing which comes with the system is one."""

from datetime import date

import pytest

from circulation.rules.changed_rules import Known, RuleComparison
from circulation.rules.contradictions import flaws, related
from circulation.rules.resolution import Level, Origin, Resolved, RuleRow, RuleSet
from circulation.rules.values import REGISTER, read_value
from tenants.standard_templates import ITEM_TYPES, PATRON_CATEGORIES, STANDARD_TEMPLATES

DAY = date(2026, 11, 18)
STEPS = [{"from_day": 1, "adult": "20.00", "child": "10.00"}]
LADDER = [{"kind": "OVERDUE_1", "day": 1}, {"kind": "INVOICE", "day": 31}]
REMINDERS = LADDER[:1]
WITH_SECOND = [{"kind": "OVERDUE_2", "day": 9}, *LADDER]


def clashes(**values):
    row = RuleRow(Origin(Level.MUNICIPALITY, 1), values)
    return [flaw.names for flaw in flaws(Resolved((row,))) if flaw.code == "CONTRADICTION"]


@pytest.mark.parametrize(
    ("first", "second", "values", "mended"),
    [
        ("fee_per_day", "fee_steps", {"fee_per_day": 2, "fee_steps": STEPS}, {"fee_steps": None}),
        ("recall_by_hold", "recall_min_days", {"recall_by_hold": True}, {"recall_min_days": 14}),
        (
            "block_at_notice",
            "notice_steps",
            {"block_at_notice": "OVERDUE_2", "notice_steps": LADDER},
            {"notice_steps": WITH_SECOND},
        ),
        ("block_at_notice", "notice_steps", {"block_at_notice": "INVOICE"}, {"notice_steps": LADDER}),
        (
            "invoice_reminder_days",
            "notice_steps",
            {"invoice_reminder_days": 14, "notice_steps": REMINDERS},
            {"notice_steps": LADDER},
        ),
        ("hand_over_days", "notice_steps", {"hand_over_days": 30, "notice_steps": LADDER}, {"hand_over_days": 31}),
        (
            "hand_over_days",
            "invoice_reminder_days",
            {"hand_over_days": 44, "invoice_reminder_days": 14, "notice_steps": LADDER},
            {"hand_over_days": 45},
        ),
        (
            "interest_warning_days",
            "interest_days",
            {"interest_warning_days": 10, "interest_days": 10},
            {"interest_days": 11},
        ),
        ("fixed_due_date_mode", "fixed_due_dates", {"fixed_due_date_mode": "EXACT"}, {"fixed_due_dates": [DAY]}),
        ("fixed_due_date_mode", "fixed_due_dates", {"fixed_due_date_mode": "FLOOR"}, {"fixed_due_date": DAY}),
        ("fixed_due_date_mode", "fixed_due_dates", {"fixed_due_date_mode": "EXACT"}, {"fixed_yearly_day": "06-18"}),
    ],
)
def test_two_values_that_can_t_both_be(first, second, values, mended):
    assert clashes(**values) == [(first, second)]
    assert clashes(**values | mended) == []
    assert {first, second} <= related([first]) & related([second])


def test_what_is_handed_over_without_an_invoice_waits_for_none():
    assert clashes(hand_over_days=5, notice_steps=REMINDERS) == []


def test_a_short_loan_needs_no_other_reminder():
    assert clashes(courtesy_days=3, loan_days=2, due_mode="NEXT_OPEN_DAY") == []


@pytest.mark.parametrize("standard", STANDARD_TEMPLATES, ids=lambda standard: standard.code)
def test_the_standard_templates_have_nothing_of_it(standard):
    rows = [
        RuleRow(
            Origin(Level.TEMPLATE, number, None, rule.patron_category or None, rule.item_type or None),
            {name: read_value(name, value) for name, value in rule.values.items()},
        )
        for number, rule in enumerate(standard.rules)
    ]
    known = Known(
        patron_categories={each["code"] for each in PATRON_CATEGORIES}, item_types={each["code"] for each in ITEM_TYPES}
    )

    assert RuleComparison(RuleSet([]), RuleSet(rows), known, frozenset(REGISTER), DAY).new_flaws() == {}
