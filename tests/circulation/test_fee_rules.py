"""Ladders as municipalities have them; the figures are facts, the code is tried without a database."""

from datetime import date
from decimal import Decimal

import pytest

from circulation.rules.fees import (
    FeeStep,
    Ladder,
    Movement,
    days_late,
    fee_steps,
    ladder_of,
    movement,
    overdue_claim,
)

DUE = date(2026, 11, 9)


def ladder(*steps):
    return fee_steps([{"from_day": day, "adult": adult, "child": child} for day, adult, child in steps])


AABENRAA = ladder((1, "20", "0"), (8, "60", "30"), (15, "120", "55"), (30, "230", "120"), (45, "330", "220"))
RINGKOBING = ladder((1, "20", "10"), (8, "60", "30"), (15, "120", "55"), (31, "230", "120"))
HELSINGOR = ladder((1, "20", "0"), (11, "120", "10"), (21, "120", "20"), (31, "230", "100"))
RUDERSDAL = ladder((1, "20", "0"), (8, "50", "10"), (15, "120", "25"), (29, "175", "75"), (66, "230", "120"))
BILLUND = ladder((1, "20", "10"), (14, "50", "25"), (30, "200", "50"))


@pytest.mark.parametrize(
    ("steps", "late", "adult", "child"),
    [
        pytest.param(AABENRAA, 0, "0", "0", id="Aabenraa on the due date"),
        pytest.param(AABENRAA, 1, "20", "0", id="Aabenraa, one day"),
        pytest.param(AABENRAA, 7, "20", "0", id="Aabenraa, last day of the first step"),
        pytest.param(AABENRAA, 8, "60", "30", id="Aabenraa, second step"),
        pytest.param(AABENRAA, 29, "120", "55", id="Aabenraa, last day before the invoice"),
        pytest.param(AABENRAA, 30, "230", "120", id="Aabenraa, with the invoice"),
        pytest.param(AABENRAA, 45, "330", "220", id="Aabenraa, to debt collection"),
        pytest.param(AABENRAA, 400, "330", "220", id="Aabenraa, more than a year"),
        pytest.param(RINGKOBING, 30, "120", "55", id="Ringkøbing, thirty days"),
        pytest.param(RINGKOBING, 31, "230", "120", id="Ringkøbing, thirty-one days"),
        pytest.param(HELSINGOR, 20, "120", "10", id="Helsingør, before the recall"),
        pytest.param(HELSINGOR, 21, "120", "20", id="Helsingør, only the child's step rises"),
        pytest.param(RUDERSDAL, 65, "175", "75", id="Rudersdal, last day before the last step"),
        pytest.param(RUDERSDAL, 66, "230", "120", id="Rudersdal, last step"),
        pytest.param(BILLUND, 13, "20", "10", id="Billund, thirteen days"),
        pytest.param(BILLUND, 14, "50", "25", id="Billund, fourteen days"),
    ],
)
def test_amounts_to_the_total_of_the_step_reached(steps, late, adult, child):
    for_adult = overdue_claim(steps=steps, late=late, ladder=Ladder.ADULT, cap=None)
    for_child = overdue_claim(steps=steps, late=late, ladder=Ladder.CHILD, cap=None)

    assert (for_adult.total, for_child.total) == (Decimal(adult), Decimal(child))


def test_costs_nothing_before_the_first_step():
    claim = overdue_claim(steps=ladder((5, "20", "10")), late=4, ladder=Ladder.ADULT, cap=None)

    assert (claim.total, claim.step) == (Decimal("0.00"), 0)


def test_costs_nothing_without_a_ladder():
    assert overdue_claim(steps=fee_steps(None), late=90, ladder=Ladder.ADULT, cap=None).total == 0


@pytest.mark.parametrize(
    ("late", "cap", "total"), [(8, "100", "60.00"), (15, "100", "100.00"), (45, "100", "100.00"), (45, "0", "0.00")]
)
def test_never_rises_above_the_cap(late, cap, total):
    claim = overdue_claim(steps=AABENRAA, late=late, ladder=Ladder.ADULT, cap=Decimal(cap))

    assert claim.total == Decimal(total)


def test_reads_steps_in_any_order():
    assert fee_steps(
        [{"from_day": 8, "adult": "60.00", "child": "30.00"}, {"from_day": 1, "adult": "20.00", "child": "0.00"}]
    ) == (FeeStep(1, Decimal("20.00"), Decimal("0.00")), FeeStep(8, Decimal("60.00"), Decimal("30.00")))


def test_explains_itself():
    claim = overdue_claim(steps=AABENRAA, late=16, ladder=Ladder.CHILD, cap=Decimal("50.00"))

    assert claim.explanation(origin={"level": "MUNICIPALITY", "row_id": 1}) == {
        "step": 3,
        "days_late": 16,
        "ladder": "child",
        "from_day": 15,
        "step_total": "55.00",
        "cap": "50.00",
        "calendar": "EVERY_DAY",
        "origin": {"level": "MUNICIPALITY", "row_id": 1},
    }


@pytest.mark.parametrize(
    ("on", "late"),
    [
        (date(2026, 11, 8), 0),
        (date(2026, 11, 9), 0),
        (date(2026, 11, 10), 1),
        (date(2026, 11, 16), 7),
        (date(2027, 3, 29), 140),
    ],
)
def test_counts_calendar_days_after_the_due_date(on, late):
    assert days_late(DUE, on) == late


@pytest.mark.parametrize(
    ("birth_date", "is_child_category", "until_age", "whose"),
    [
        pytest.param(date(2012, 11, 10), False, 13, Ladder.CHILD, id="thirteen until the day after the due date"),
        pytest.param(date(2012, 11, 9), False, 13, Ladder.ADULT, id="fourteen on the due date"),
        pytest.param(date(2012, 11, 9), False, 14, Ladder.CHILD, id="fourteen where fourteen still is a child"),
        pytest.param(date(2012, 11, 9), True, 13, Ladder.ADULT, id="the age goes before the category"),
        pytest.param(date(1984, 3, 14), False, 17, Ladder.ADULT, id="an adult"),
        pytest.param(None, True, 13, Ladder.CHILD, id="category, where the birth date isn't known"),
        pytest.param(None, False, 13, Ladder.ADULT, id="another category without birth date"),
        pytest.param(date(2015, 1, 1), True, None, Ladder.CHILD, id="category, where no rule gives an age"),
        pytest.param(date(2015, 1, 1), False, None, Ladder.ADULT, id="adults' category, where no rule gives an age"),
    ],
)
def test_chooses_the_ladder_by_the_age_on_the_due_date(birth_date, is_child_category, until_age, whose):
    assert (
        ladder_of(birth_date=birth_date, is_child_category=is_child_category, due_date=DUE, child_until_age=until_age)
        is whose
    )


@pytest.mark.parametrize(
    ("right", "charged", "balance", "paid", "expected"),
    [
        pytest.param("60", "20", "20", "0", Movement(charge=Decimal(40)), id="only the difference is added"),
        pytest.param("60", "60", "0", "60", Movement(), id="nothing to do"),
        pytest.param("20", "60", "60", "0", Movement(take_back=Decimal(40)), id="brought down"),
        pytest.param("0", "60", "60", "0", Movement(take_back=Decimal(60)), id="brought down to nothing"),
        pytest.param(
            "20", "60", "20", "40", Movement(take_back=Decimal(20), overpaid=Decimal(20)), id="paid more than is right"
        ),
        pytest.param("0", "60", "0", "60", Movement(overpaid=Decimal(60)), id="everything paid, nothing right"),
        pytest.param("0", "60", "0", "0", Movement(), id="what was waived isn't paid out"),
        pytest.param(
            "0", "99", "47", "27", Movement(take_back=Decimal(47), overpaid=Decimal(27)), id="27 paid, 25 waived of 99"
        ),
        pytest.param("20", "60", "8", "27", Movement(take_back=Decimal(8), overpaid=Decimal(7)), id="25 waived of 60"),
    ],
)
def test_moves_the_claim_without_a_negative_balance(right, charged, balance, paid, expected):
    moved = movement(right=Decimal(right), charged=Decimal(charged), balance=Decimal(balance), paid=Decimal(paid))

    assert moved == expected
