"""Desks that are really killed, by SIGKILL in the middle of their actions and nights; the others go on."""

import os
import signal
from datetime import timedelta
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.db import connection

from bench.torture.doomed import start_doomed
from bench.torture.driver import torture
from bench.torture.invariants import broken, missing_entries
from bench.torture.town import give_rules, look_around
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


@pytest.fixture
def town(committed_municipality):
    """Return a town in which the same few titles are always wanted."""
    RuleFactory(set={"loan_days": 2, "renewal_days": 3, "max_loans": 12})
    branches = BranchFactory.create_batch(2)
    give_rules(branches)
    for record in RecordFactory.create_batch(6):
        for number in range(3):
            ItemFactory(record=record, home_branch=branches[number % 2])
    for place in range(8):
        PatronFactory(home_branch=branches[place % 2])
    return look_around(items=18, patrons=8, staff=StaffAccountFactory(supervisor=True))


@pytest.fixture
def doomed(committed_municipality, town):
    """Return a function that starts a desk which will be killed at a statement, in a process of its own."""
    parts = urlsplit(os.environ["DATABASE_URL"])
    address = urlunsplit(parts._replace(path=f"/{connection.settings_dict['NAME']}"))
    schema = committed_municipality.schema_name

    def doomed(**values):
        environment = {**os.environ, "DATABASE_URL": address}
        return start_doomed(town, schema=schema, environment=environment, **values)

    return doomed


def was_killed(process):
    _, errors = process.communicate(timeout=900)
    return process.returncode == -signal.SIGKILL or errors.decode()[-2000:]


def test_what_a_killed_desk_leaves_is_whole_and_the_others_go_on(committed_municipality, town, doomed):
    for seed, statement in enumerate((301, 1_103)):
        # Each has a clock of its own, and none may run behind what the one before has done.
        start = NOW + timedelta(days=60 * seed)
        assert was_killed(doomed(seed=seed, statement=statement, start=start, nights=True)) is True
        assert broken(town) == []

    # While others lend, too: whatever it had locked is free at once.
    start = NOW + timedelta(days=150)
    dying = doomed(seed=3, statement=402, start=start, nights=False)
    beside = torture(committed_municipality, town, seed=8, actions=80, threads=2, nights=0, start=start)

    assert was_killed(dying) is True
    assert beside.problems == []
    assert broken(town) == []

    town, start = town.from_now_on(), start + timedelta(days=1)
    outcome = torture(committed_municipality, town, seed=9, actions=80, threads=2, nights=3, start=start)

    assert outcome.problems == []
    assert outcome.nights == 3
    assert broken(town) == []
    assert missing_entries(town, outcome) == []
    assert Loan.objects.exists()
