"""Five municipalities' ways of charging, each a set of rule values, held to their own figures."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from circulation.rules.fee_schemes import claim_on, scheme_of
from circulation.rules.fees import ladder_of
from circulation.rules.resolution import Level, Origin, Resolved, RuleRow
from circulation.rules.values import REGISTER, InvalidValues, parse_values, read_value
from tests.circulation.schemes import AABENRAA, BILLUND, HELSINGOER, RDB, RUDERSDAL, day, steps
from web.console.rule_values import form_text, value_from_form

DUE = date(2026, 11, 9)


def resolved(values):
    stored = parse_values(values)
    row = RuleRow(Origin(Level.MUNICIPALITY, 1), {name: read_value(name, value) for name, value in stored.items()})
    return Resolved((row,))


def fee(values, late, *, age, due=DUE):
    rules = resolved(values)
    born = date(due.year - age, due.month, due.day)
    ladder = ladder_of(
        birth_date=born, is_child_category=False, due_date=due, child_until_age=rules.value("child_until_age")
    )
    return claim_on(scheme_of(rules), due_date=due, on=due + timedelta(days=late), ladder=ladder).total


# Municipality, the last age that pays as a child, and for each step its first and last day, adult's and child's fee.
FIGURES = [
    (AABENRAA, 14, [(1, 7, 20, 0), (8, 14, 60, 30), (15, 29, 120, 55), (30, 44, 230, 120), (45, 400, 330, 220)]),
    (RDB, 17, [(1, 7, 20, 10), (8, 14, 60, 30), (15, 30, 120, 55), (31, 400, 230, 120)]),
    (HELSINGOER, 14, [(1, 10, 20, 0), (11, 20, 120, 10), (21, 30, 120, 20), (31, 400, 230, 100)]),
    (RUDERSDAL, 15, [(1, 7, 20, 0), (8, 14, 50, 10), (15, 28, 120, 25), (29, 65, 175, 75), (66, 400, 230, 120)]),
    (BILLUND, 13, [(1, 13, 20, 10), (14, 29, 50, 25), (30, 400, 200, 50)]),
]
NAMES = ["Aabenraa", "rdb", "Helsingør", "Rudersdal", "Billund"]


@pytest.mark.parametrize(("values", "child_until", "table"), FIGURES, ids=NAMES)
def test_charges_each_step_from_its_first_day_to_its_last(values, child_until, table):
    for first, last, adult, child in table:
        for late in (first, last):
            assert fee(values, late, age=child_until + 1) == Decimal(adult), late
            assert fee(values, late, age=child_until) == Decimal(child), late


@pytest.mark.parametrize(("values", "child_until", "table"), FIGURES, ids=NAMES)
def test_costs_nothing_on_the_due_date(values, child_until, table):
    assert fee(values, 0, age=40) == Decimal(0)


@pytest.mark.parametrize(
    ("due", "begins"),
    [(date(2026, 11, 9), 30), (date(2026, 12, 9), 31), (date(2027, 1, 31), 28), (date(2027, 2, 9), 28)],
)
def test_a_month_ends_on_the_same_day_of_the_next_or_its_last(due, begins):
    assert fee(BILLUND, begins - 1, age=40, due=due) == Decimal(50)
    assert fee(BILLUND, begins, age=40, due=due) == Decimal(200)


@pytest.mark.parametrize(
    ("values", "name", "value"),
    [
        (AABENRAA, "block_at_debt", Decimal(200)),
        (RDB, "block_at_debt", Decimal(200)),
        (HELSINGOER, "block_at_debt", None),
        (RUDERSDAL, "block_at_debt", Decimal(300)),
        (BILLUND, "block_at_debt", None),
        (HELSINGOER, "processing_fee", Decimal(90)),
        (AABENRAA, "hand_over_days", 45),
    ],
)
def test_says_where_lending_stops_and_what_else_it_costs(values, name, value):
    assert resolved(values).value(name) == value


@pytest.mark.parametrize("month_after", [28, 31])
def test_refuses_a_month_that_may_begin_before_the_day_above_it(month_after):
    with pytest.raises(InvalidValues) as refusal:
        parse_values({"fee_steps": steps(day(month_after, "20", "10"), ("from_month", 1, "50", "25"))})

    assert [problem.code for problem in refusal.value.problems] == ["STEPS_OVERLAP"]


def test_the_console_writes_and_reads_a_step_that_begins_after_a_month():
    spec, stored = REGISTER["fee_steps"], parse_values(BILLUND)["fee_steps"]

    text = form_text(spec, stored)

    assert text.splitlines()[-1] == "1m: 200.00 / 50.00"
    assert parse_values({"fee_steps": value_from_form(spec, {"value": text})})["fee_steps"] == stored
