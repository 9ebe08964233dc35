from datetime import date

import pytest

from schools.rules import next_without, school_year_of


@pytest.mark.parametrize(
    ("day", "year"),
    [(date(2026, 8, 1), "2026-2027"), (date(2026, 7, 31), "2025-2026"), (date(2027, 1, 1), "2026-2027")],
)
def test_school_year_begins_on_1_august(day, year):
    assert school_year_of(day) == year


@pytest.mark.parametrize(
    ("pupils", "after", "expected"),
    [
        pytest.param([(1, False), (2, False)], None, 1, id="begins with the first"),
        pytest.param([(1, True), (2, False), (3, False)], 1, 2, id="goes on to the next"),
        pytest.param([(1, False), (2, True), (3, True)], 3, 1, id="comes back to who was skipped"),
        pytest.param([(1, True), (2, True)], 2, None, id="ends when all have it"),
        pytest.param([(1, False)], 99, 1, id="begins anew after somebody who left"),
        pytest.param([], None, None, id="nobody in class"),
    ],
)
def test_next_pupil_without_the_book(pupils, after, expected):
    assert next_without(pupils, after=after) == expected
