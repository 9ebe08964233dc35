"""Workers that are really killed, by SIGKILL in the middle of desk actions and nights; the next one goes on."""

import os
import signal
import subprocess
import sys
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.conf import settings
from django.db import connection

from bench.torture.driver import torture
from bench.torture.invariants import broken
from bench.torture.town import look_around
from circulation.models import Loan
from tests.factories import (
    BranchFactory,
    ItemFactory,
    PatronFactory,
    RecordFactory,
    RuleFactory,
    StaffAccountFactory,
)
from tests.factories.moments import NOW

# Does what a desk and a night do, and kills itself at the statement whose number it's given.
WORKER = """
import os, signal, sys
import django
django.setup()
from datetime import datetime
from itertools import count
from django.db import connection
from accounts.models import StaffAccount
from bench.torture.driver import torture
from bench.torture.town import look_around
from tenants.choice import choose
from tenants.models import Municipality
from tests.factories.moments import NOW

last, seed = int(sys.argv[1]), int(sys.argv[2])
numbers = count(1)
municipality = Municipality.objects.get(schema_name="gamma")
choose(municipality)
town = look_around(items=18, patrons=8, staff=StaffAccount.objects.get())

def deadly(execute, *rest):
    result = execute(*rest)
    if next(numbers) == last:
        os.kill(os.getpid(), signal.SIGKILL)
    return result

from bench.torture import driver
real = driver._Worker.run
def run(self, *arguments, **keywords):
    with connection.execute_wrapper(deadly):
        return real(self, *arguments, **keywords)
driver._Worker.run = run
torture(municipality, town, seed=seed, actions=1000, threads=1, nights=50, start=NOW)
"""


@pytest.fixture
def town(committed_municipality):
    """Return a town in which the same few titles are always wanted."""
    RuleFactory(set={"loan_days": 2, "renewal_days": 3, "max_loans": 12})
    branches = BranchFactory.create_batch(2)
    for record in RecordFactory.create_batch(6):
        for number in range(3):
            ItemFactory(record=record, home_branch=branches[number % 2])
    for place in range(8):
        PatronFactory(home_branch=branches[place % 2])
    return look_around(items=18, patrons=8, staff=StaffAccountFactory(supervisor=True))


def kill_a_worker(statement, seed):
    parts = urlsplit(os.environ["DATABASE_URL"])
    address = urlunsplit(parts._replace(path=f"/{connection.settings_dict['NAME']}"))
    return subprocess.run(
        [sys.executable, "-c", WORKER, str(statement), str(seed)],
        cwd=settings.ROOT,
        env={**os.environ, "DATABASE_URL": address, "DJANGO_SETTINGS_MODULE": "libsys.settings"},
        capture_output=True,
        timeout=900,
        check=False,
    )


def test_what_a_killed_worker_leaves_is_whole_and_the_next_one_goes_on(committed_municipality, town):
    for seed, statement in enumerate((301, 702, 1_103)):
        ended = kill_a_worker(statement, seed)

        assert ended.returncode == -signal.SIGKILL, ended.stderr.decode()[-2000:]
        assert broken(town) == []

    outcome = torture(committed_municipality, town, seed=9, actions=100, threads=2, nights=3, start=NOW)

    assert outcome.problems == []
    assert outcome.nights == 3
    assert broken(town) == []
    assert Loan.objects.exists()
