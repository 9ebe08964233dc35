from datetime import UTC, date, datetime

import pytest

from circulation.rules.nights import Job, jobs_left, night_of
from circulation.rules.notice_steps import NoticeStep, courtesy_is_due, next_step, notice_steps

STEPS = notice_steps(
    [{"kind": "OVERDUE_1", "day": 1}, {"kind": "OVERDUE_2", "day": 14}, {"kind": "INVOICE", "day": 31}]
)


@pytest.mark.parametrize(
    ("made", "late", "since", "kind"),
    [
        pytest.param(0, 0, None, None, id="on the due date"),
        pytest.param(0, 1, None, "OVERDUE_1", id="the first day late"),
        pytest.param(0, 40, None, "OVERDUE_1", id="never reminded: no step is left out"),
        pytest.param(1, 13, 12, None, id="the second step isn't reached"),
        pytest.param(1, 14, 13, "OVERDUE_2", id="the second step is reached"),
        pytest.param(1, 40, 12, None, id="reminded late: as much time as anybody else"),
        pytest.param(1, 40, 13, "OVERDUE_2", id="reminded late, and the time is over"),
        pytest.param(1, 40, 0, None, id="reminded today"),
        pytest.param(1, 14, None, "OVERDUE_2", id="reminded, but nobody knows when"),
        pytest.param(2, 31, 17, "INVOICE", id="the invoice"),
        pytest.param(3, 90, 59, None, id="after the last step"),
    ],
)
def test_takes_the_ladder_of_letters_step_by_step(made, late, since, kind):
    step = next_step(STEPS, made=made, late=late, days_since_last=since)

    assert (step.kind if step else None) == kind


def test_reminds_nobody_without_a_ladder():
    assert next_step(notice_steps(None), made=0, late=90, days_since_last=None) is None


def test_reads_steps_in_any_order():
    read = notice_steps([{"kind": "INVOICE", "day": 31}, {"kind": "OVERDUE_1", "day": 1}])

    assert read == (NoticeStep("OVERDUE_1", 1), NoticeStep("INVOICE", 31))


TODAY = date(2026, 11, 19)


@pytest.mark.parametrize(
    ("due", "days_before", "last_set", "since", "expected"),
    [
        pytest.param(date(2026, 11, 22), 3, date(2026, 10, 25), date(2026, 11, 18), True, id="three days before"),
        pytest.param(date(2026, 11, 23), 3, date(2026, 10, 25), date(2026, 11, 18), False, id="too early"),
        pytest.param(date(2026, 11, 21), 3, date(2026, 10, 25), date(2026, 11, 18), False, id="told yesterday"),
        pytest.param(date(2026, 11, 21), 3, date(2026, 10, 25), date(2026, 11, 17), True, id="yesterday was missed"),
        pytest.param(date(2026, 11, 18), 3, date(2026, 10, 25), date(2026, 11, 12), False, id="late by now"),
        pytest.param(date(2026, 11, 22), 3, date(2026, 11, 19), date(2026, 11, 18), False, id="lent today"),
        pytest.param(date(2026, 11, 22), 3, date(2026, 11, 18), date(2026, 11, 18), True, id="lent yesterday"),
        pytest.param(date(2026, 11, 22), None, date(2026, 10, 25), date(2026, 11, 18), False, id="not wanted"),
    ],
)
def test_is_courteous_once(due, days_before, last_set, since, expected):
    assert (
        courtesy_is_due(due_date=due, days_before=days_before, last_set_on=last_set, today=TODAY, nights_since=since)
        is expected
    )


@pytest.mark.parametrize(
    ("moment", "zone", "day"),
    [
        pytest.param((2026, 11, 19, 0, 59), "Europe/Copenhagen", None, id="before two in Denmark"),
        pytest.param((2026, 11, 19, 1, 0), "Europe/Copenhagen", date(2026, 11, 19), id="two in Denmark"),
        pytest.param((2026, 11, 19, 0, 0), "Europe/Helsinki", date(2026, 11, 19), id="two in Finland, an hour earlier"),
        pytest.param((2026, 11, 19, 22, 30), "Europe/Helsinki", None, id="tomorrow in Finland, and not two yet"),
        pytest.param((2026, 11, 19, 22, 30), "Europe/Stockholm", date(2026, 11, 19), id="still today in Sweden"),
        pytest.param((2026, 7, 1, 0, 0), "Europe/Copenhagen", date(2026, 7, 1), id="two in summer time"),
        # On 29 March 2026 clocks go from 01:59 to 03:00, on 25 October from 02:59 back to 02:00.
        pytest.param((2026, 3, 29, 0, 59), "Europe/Copenhagen", None, id="01:59 in the night without two o'clock"),
        pytest.param((2026, 3, 29, 1, 0), "Europe/Copenhagen", date(2026, 3, 29), id="03:00, the first after 01:59"),
        pytest.param((2026, 10, 25, 0, 0), "Europe/Copenhagen", date(2026, 10, 25), id="02:00 for the first time"),
        pytest.param((2026, 10, 25, 1, 0), "Europe/Copenhagen", date(2026, 10, 25), id="02:00 for the second time"),
    ],
)
def test_knows_which_local_day_s_night_has_begun(moment, zone, day):
    assert night_of(datetime(*moment, tzinfo=UTC), zone) == day


@pytest.mark.parametrize(
    ("runs", "left"),
    [
        pytest.param([], list(Job), id="nothing done"),
        pytest.param([("expire-holds", "DONE")], list(Job)[1:], id="the first is done"),
        pytest.param([("expire-holds", "FAILED"), ("expire-holds", "DONE")], list(Job)[1:], id="done at last"),
        pytest.param([("expire-holds", "FAILED")] * 2, list(Job), id="failed twice"),
        pytest.param([("expire-holds", "FAILED")] * 3, list(Job)[1:], id="failed three times: somebody must look"),
        pytest.param([("expire-holds", "RUNNING")], list(Job), id="running, or killed"),
        pytest.param([(job, "DONE") for job in Job.values], [], id="all done"),
    ],
)
def test_knows_what_is_left_of_a_night(runs, left):
    assert jobs_left(runs) == left
