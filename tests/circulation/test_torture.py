"""Thousands of mixed actions on several desks at once, with nights among them; and the same with connections cut.

The seed is printed when a test fails; `LIBSYS_TEST_SEED=…` throws other dice. Who comes first is up to the machine.
"""

import os
import sys

import pytest
from django.db import connection

from bench.torture.driver import torture
from bench.torture.interruptions import cutting
from bench.torture.invariants import broken, missing_entries
from bench.torture.town import give_rules, look_around
from circulation.models import Hold, LedgerEntry, Loan
from circulation.services.check_in import check_in
from circulation.services.check_out import check_out
from circulation.services.holds import place_hold
from notices.models import Notice
from tests.factories import (
    BranchFactory,
    FeeFactory,
    ItemFactory,
    PatronFactory,
    RecordFactory,
    RuleFactory,
    StaffAccountFactory,
)

SEED = int(os.environ.get("LIBSYS_TEST_SEED") or 4711)
CUTS = cutting(seed=SEED, share=0.005)


@pytest.fixture
def town(committed_municipality):
    """Return a town where everybody wants the same: 36 items of 12 titles, 15 patrons, 3 branches."""
    sys.stdout.write(f"LIBSYS_TEST_SEED={SEED}\n")
    RuleFactory(set={"earliest_renewal_days": None, "max_loans": 12, "loan_days": 2, "renewal_days": 3})
    branches = BranchFactory.create_batch(3)
    give_rules(branches)
    for place, record in enumerate(RecordFactory.create_batch(12)):
        for number in range(3):
            ItemFactory(record=record, home_branch=branches[(place + number) % 3])
    for place in range(15):
        PatronFactory(home_branch=branches[place % 3], history=place % 5 == 0)
    return look_around(items=36, patrons=15, staff=StaffAccountFactory(supervisor=True))


def test_keeps_every_promise_under_many_desks_and_nights(committed_municipality, town, now):
    outcome = torture(committed_municipality, town, seed=SEED, actions=1_600, threads=4, nights=12, start=now)

    assert outcome.problems == []
    assert broken(town) == []
    assert missing_entries(town, outcome) == []
    # It was a town with life in it.
    assert outcome.nights == 12
    assert outcome.done["circulation.check_out"] > 100
    assert outcome.done["circulation.check_in"] > 100
    assert all(outcome.done[f"circulation.{kind}"] for kind in ("renew", "place_hold", "undo")), outcome.done
    assert Hold.objects.filter(state=Hold.State.FILLED).exists()
    assert LedgerEntry.objects.filter(kind=LedgerEntry.Kind.CHARGE).exists()
    assert Notice.objects.filter(kind="OVERDUE_1").exists()


def test_loses_and_doubles_nothing_when_connections_are_cut(committed_municipality, town, now):
    outcome = torture(
        committed_municipality, town, seed=SEED, actions=800, threads=3, nights=8, start=now, interruptions=CUTS
    )

    assert outcome.cuts >= 10
    assert outcome.problems == []
    assert broken(town) == []
    assert missing_entries(town, outcome) == []
    assert outcome.nights == 8
    assert Loan.objects.exists()


@pytest.mark.parametrize(
    ("sql", "promise"),
    [
        ("UPDATE holdings_item SET status = 'AVAILABLE' WHERE status = 'ON_LOAN'", "an item is lent and not lent"),
        ("UPDATE holdings_item SET status = 'IN_TRANSIT' WHERE status = 'AVAILABLE'", "an item travels and doesn't"),
        ("UPDATE holdings_item SET status = 'AVAILABLE' WHERE status = 'ON_HOLD_SHELF'", "that's bound to a hold"),
        ("UPDATE circulation_fee SET balance = balance + 1", "balance isn't the sum"),
        ("DELETE FROM accounts_auditentry WHERE action = 'circulation.check_out'", "a loan wasn't written down once"),
        ("DELETE FROM accounts_auditentry WHERE action = 'circulation.check_in'", "a return wasn't written down once"),
        ("DELETE FROM accounts_auditentry WHERE action = 'circulation.place_hold'", "a hold wasn't written down once"),
        ("UPDATE circulation_hold SET state = 'FILLED' WHERE state = 'READY'", "a hold was filled twice, or by nobody"),
    ],
)
def test_notices_a_broken_promise(library, now, sql, promise):
    town = look_around(items=0, patrons=0, staff=library.staff)
    lent, trapped = library.item(), library.item()
    values = {"branch": library.main, "staff": library.staff, "now": now}
    check_out(item=lent, patron=library.patron, **values)
    back = library.item()
    check_out(item=back, patron=library.patron, **values)
    check_in(item=back, **values)
    waiting = library.another_patron()
    place_hold(record=trapped.record, patron=waiting, pickup_branch=library.main, staff=library.staff, now=now)
    check_in(item=trapped, **values)
    FeeFactory(patron=library.patron, branch=library.main)
    assert broken(town) == []

    with connection.cursor() as cursor:
        cursor.execute(sql)

    assert any(promise in found for found in broken(town))
