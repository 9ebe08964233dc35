"""A closing while a check-in traps a hold: each waits for the other's turn, never both for each other."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event

import pytest
from django.db import connection

from circulation.models import Hold
from circulation.services import hold_states
from circulation.services.check_in import check_in
from circulation.services.closings import close_branches, set_hours
from holdings.models import OpeningHours
from tests.factories import BranchFactory, HoldFactory, ItemFactory, LoanFactory, PatronFactory, RuleFactory
from tests.factories.moments import NOW, TODAY

MONDAY = TODAY + timedelta(days=4)


def _close(branch):
    return close_branches(branches=[branch], first=MONDAY, last=MONDAY, reason="", actor=None, now=NOW)


def _close_mondays(branch):
    week = {day.weekday: (day.opens, day.closes) for day in OpeningHours.objects.filter(branch=branch)}
    del week[MONDAY.weekday()]
    return set_hours(branch=branch, week=week, move=True, actor=None, now=NOW)


@pytest.mark.parametrize("close", [_close, _close_mondays])
def test_closes_while_a_hold_is_trapped_without_a_deadlock(committed_municipality, monkeypatch, close):
    RuleFactory()
    branch = BranchFactory()
    item = ItemFactory(home_branch=branch)
    LoanFactory(item=item, lending_branch=branch, due_date=MONDAY)
    other = LoanFactory(lending_branch=branch, due_date=MONDAY)
    waiting = HoldFactory(record=item.record, pickup_branch=branch, patron=PatronFactory(home_branch=branch))
    trapping, take_number = Event(), hold_states._take_shelf_number

    def take_number_late(branch_id):
        # Item, loan and hold are locked by now, and the branch's row comes next.
        trapping.set()
        _until_somebody_waits()
        return take_number(branch_id)

    monkeypatch.setattr(hold_states, "_take_shelf_number", take_number_late)

    def in_thread(action):
        connection.set_tenant(committed_municipality)
        try:
            return action()
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        returned = pool.submit(in_thread, lambda: check_in(item=item, branch=branch, staff=None, now=NOW))
        assert trapping.wait(60)
        closed = pool.submit(in_thread, lambda: close(branch))
        assert returned.result(60).hold == waiting
        assert closed.result(60).branches

    waiting.refresh_from_db()
    other.refresh_from_db()
    assert waiting.state == Hold.State.READY
    assert other.due_date == MONDAY + timedelta(days=1)


def _until_somebody_waits():
    """Return once another session waits for what this one has locked."""
    # Not from pg_stat_activity, which stays what it was when the transaction first looked.
    asked = "SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))"
    for _ in range(3000):
        with connection.cursor() as cursor:
            cursor.execute(asked)
            if cursor.fetchone()[0]:
                return
        Event().wait(0.01)
    raise AssertionError("Nobody waits")
