import pytest

from bench.speed.figures import Figure
from bench.speed.report import table


@pytest.mark.parametrize(
    ("value", "bound", "is_met"),
    [
        (10.0, "<=", True),
        (10.1, "<=", False),
        (10.0, "<", False),
        (9.9, "<", True),
        (10.0, ">", False),
        (11, ">", True),
    ],
)
def test_meets_its_goal_or_not(value, bound, is_met):
    assert Figure(name="Check-out", value=value, unit="ms", goal=10.0, bound=bound).is_met is is_met


def test_without_a_goal_is_neither():
    assert Figure(name="Night, courtesy-notices", value=1.0, unit="s").is_met is None


def test_stands_in_a_table_with_its_goal_and_a_sign():
    figures = [
        Figure(name="Check-out: CPU", value=8.26, unit="ms", goal=10.0, detail="web 6.1 + database 2.2"),
        Figure(name="MARC import", value=950.4, unit="records/s", goal=1000.0, bound=">"),
        Figure(name="Night, expire-holds", value=0.017, unit="s"),
    ]

    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in table(figures).splitlines()]

    assert rows[0] == ["What", "Measured", "Goal", "", "Of which"]
    assert rows[2:] == [
        ["Check-out: CPU", "8.26 ms", "≤ 10 ms", "✓ met", "web 6.1 + database 2.2"],
        ["MARC import", "950.4 records/s", "> 1,000 records/s", "✗ not met", ""],
        ["Night, expire-holds", "0.02 s", "", "", ""],
    ]


def test_is_kept_with_its_goal():
    kept = Figure(name="Provisioning", value=0.15999999, unit="s", goal=3.0, bound="<", detail="of 5").as_json()

    assert kept == {
        "name": "Provisioning",
        "value": 0.16,
        "unit": "s",
        "goal": 3.0,
        "bound": "<",
        "is_met": True,
        "detail": "of 5",
    }
