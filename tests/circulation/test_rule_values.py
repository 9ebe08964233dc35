from datetime import date
from decimal import Decimal

import pytest

from circulation.rules.values import REGISTER, InvalidValues, parse_values, read_value
from tests.factories import USUAL_VALUES


def test_takes_the_usual_values_unchanged():
    assert parse_values(USUAL_VALUES) == USUAL_VALUES


def test_takes_what_a_form_sends():
    raw = {"loan_days": "28", "block_at_debt": "200", "fixed_due_date": date(2027, 6, 25), "is_lent": False}

    values = parse_values(raw)

    assert values == {"loan_days": 28, "block_at_debt": "200.00", "fixed_due_date": "2027-06-25", "is_lent": False}


def test_reads_money_and_dates_as_what_they_are():
    assert read_value("block_at_debt", "200.00") == Decimal("200.00")
    assert read_value("fixed_due_date", "2027-06-25") == date(2027, 6, 25)
    assert read_value("max_loans", None) is None


def _step(day, adult="20.00", child="10.00"):
    return {"from_day": day, "adult": adult, "child": child}


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("loan_weeks", 4, "UNKNOWN_NAME"),
        ("loan_days", "four", "NOT_A_NUMBER"),
        ("loan_days", True, "NOT_A_NUMBER"),
        ("loan_days", 2.5, "NOT_A_NUMBER"),
        ("loan_days", 0, "TOO_LOW"),
        ("loan_days", 4000, "TOO_HIGH"),
        ("loan_days", None, "NULL_NOT_ALLOWED"),
        ("due_mode", "SOMETIMES", "NOT_A_CHOICE"),
        ("due_mode", ["EVERY_DAY"], "NOT_A_CHOICE"),
        ("is_lent", "yes", "NOT_YES_OR_NO"),
        ("block_at_debt", "two", "NOT_AN_AMOUNT"),
        ("block_at_debt", "NaN", "NOT_AN_AMOUNT"),
        ("block_at_debt", "Infinity", "NOT_AN_AMOUNT"),
        ("block_at_debt", 0.1, "NOT_AN_AMOUNT"),
        ("block_at_debt", "-1", "TOO_LOW"),
        ("block_at_debt", "100000", "TOO_HIGH"),
        ("fixed_due_date", "25.06.2027", "NOT_A_DATE"),
        ("fixed_due_date", 7, "NOT_A_DATE"),
        ("fixed_yearly_day", "02-29", "NOT_A_YEAR_DAY"),
        ("fixed_yearly_day", "20-06", "NOT_A_YEAR_DAY"),
        ("fixed_yearly_day", "06-20\n", "NOT_A_YEAR_DAY"),
        ("fixed_yearly_day", "٠٦-٢٠", "NOT_A_YEAR_DAY"),
        ("fixed_yearly_day", 620, "NOT_A_YEAR_DAY"),
        ("fee_steps", "20", "NOT_STEPS"),
        ("fee_steps", [], "NOT_STEPS"),
        ("fee_steps", [{"from_day": 1, "adult": "20.00"}], "NOT_STEPS"),
        ("fee_steps", [_step(0)], "TOO_LOW"),
        ("fee_steps", [_step(8), _step(1)], "STEPS_OVERLAP"),
        ("fee_steps", [_step(1), _step(1)], "STEPS_OVERLAP"),
        ("fee_steps", [_step(1, "60.00"), _step(8, "20.00")], "STEPS_FALL"),
        ("notice_steps", [{"kind": "COURTESY", "day": 1}], "NOT_A_CHOICE"),
        ("notice_steps", [{"kind": "OVERDUE_1", "day": 1}, {"kind": "OVERDUE_1", "day": 9}], "STEP_TWICE"),
        ("notice_steps", [{"kind": "OVERDUE_1", "day": 9}, {"kind": "OVERDUE_2", "day": 9}], "STEPS_OVERLAP"),
        ("notice_steps", [{"kind": "OVERDUE_2", "day": 1}, {"kind": "OVERDUE_1", "day": 9}], "STEPS_OVERLAP"),
    ],
)
def test_refuses(name, value, code):
    with pytest.raises(InvalidValues) as refused:
        parse_values({name: value})

    assert [(problem.name, problem.code) for problem in refused.value.problems] == [(name, code)]


def test_names_every_problem_at_once():
    with pytest.raises(InvalidValues) as refused:
        parse_values({"loan_days": 0, "loan_weeks": 4, "due_mode": "SOMETIMES", "max_loans": 40})

    assert [problem.name for problem in refused.value.problems] == ["loan_days", "loan_weeks", "due_mode"]


def test_refuses_a_value_on_a_row_that_has_no_say_in_it():
    with pytest.raises(InvalidValues) as refused:
        parse_values({"max_loans": 40}, item_type="film")

    assert refused.value.problems[0].code == "DIMENSION_NOT_ALLOWED"


def test_lets_every_value_be_set_for_all():
    assert all(spec.applies_to(patron_category=None, item_type=None) for spec in REGISTER.values())
