"""A worker that's really killed, by SIGKILL and in the middle of a transaction, and the one that comes after it."""

import os
import signal
import subprocess
import sys
import time
from datetime import timedelta
from decimal import Decimal
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.conf import settings
from django.db import connection

from circulation.models import Fee, LedgerEntry, Loan
from circulation.rules.nights import Job
from circulation.services.nightly import run_night
from notices.models import Notice
from tenants.models import JobRun
from tests.factories import BranchFactory, ItemFactory, LoanFactory, PatronFactory, RuleFactory
from tests.factories.moments import NOW, TODAY

LOANS = 20

# Runs the night in batches of three, and kills itself when the third batch of a job has been written, not committed.
WORKER = """
import os, signal, sys
import django
django.setup()
from datetime import date
from django.utils import timezone
from circulation.services.nightly import overdue_fees, overdue_notices, run_night
from tenants.choice import choose
from tenants.models import Municipality

def deadly(module, name):
    real, calls = getattr(module, name), []
    def written(*arguments, **keywords):
        result = real(*arguments, **keywords)
        calls.append(1)
        if len(calls) == 3:
            os.kill(os.getpid(), signal.SIGKILL)
        return result
    setattr(module, name, written)

overdue_fees.BATCH = overdue_notices.BATCH = 3
deadly({"fees": overdue_fees, "notices": overdue_notices}[sys.argv[1]], sys.argv[2])
choose(Municipality.objects.get(schema_name="gamma"))
run_night(local_day=date(2026, 11, 19), now=timezone.now())
"""


@pytest.fixture
def loans(committed_municipality):
    RuleFactory()
    branch, due_date = BranchFactory(), TODAY - timedelta(days=10)
    return [
        LoanFactory(
            item=ItemFactory(home_branch=branch),
            patron=PatronFactory(home_branch=branch),
            due_date=due_date,
            loaned_on=due_date - timedelta(days=28),
        )
        for _ in range(LOANS)
    ]


def kill_a_worker(module, name):
    parts = urlsplit(os.environ["DATABASE_URL"])
    address = urlunsplit(parts._replace(path=f"/{connection.settings_dict['NAME']}"))
    return subprocess.run(
        [sys.executable, "-c", WORKER, module, name],
        cwd=settings.ROOT,
        env={**os.environ, "DATABASE_URL": address, "DJANGO_SETTINGS_MODULE": "libsys.settings"},
        capture_output=True,
        timeout=300,
        check=False,
    ).returncode


def night_after():
    """Run the night as the clock would start it again: PostgreSQL lets go of a dead worker's lock at once or soon."""
    until = time.monotonic() + 120
    while time.monotonic() < until:
        outcomes = run_night(local_day=TODAY, now=NOW)
        if "BUSY" not in outcomes.values():
            return outcomes
        time.sleep(0.1)
    raise AssertionError("The dead worker's lock is still held")


@pytest.mark.parametrize(
    ("module", "name", "fees", "letters", "job"),
    [
        pytest.param("fees", "charge_loans", 6, 0, Job.OVERDUE_FEES, id="fees"),
        pytest.param("notices", "write_letters", LOANS, 6, Job.OVERDUE_NOTICES, id="letters"),
    ],
)
def test_killed_worker_leaves_whole_batches_and_the_next_one_completes_them(loans, module, name, fees, letters, job):
    code = kill_a_worker(module, name)
    before = (Fee.objects.count(), Notice.objects.count())

    outcomes = night_after()

    assert code == -signal.SIGKILL
    assert before == (fees, letters)
    jobs = list(Job)
    assert outcomes == dict.fromkeys(jobs[jobs.index(job) :], "DONE")
    assert set(Fee.objects.values_list("balance", flat=True)) == {Decimal("60.00")}
    assert (Fee.objects.count(), LedgerEntry.objects.count()) == (LOANS, LOANS)
    assert sorted(Notice.objects.values_list("patron", flat=True)) == sorted(loan.patron_id for loan in loans)
    assert set(Loan.objects.values_list("notices_made", flat=True)) == {1}
    states = JobRun.objects.filter(job=job).order_by("pk").values_list("state", flat=True)
    assert list(states) == ["FAILED", "DONE"]
