"""Lends many items at once, as if they had been lent over the last weeks: for benchmarks and big tests.

No fee and no notice is written: those are the nightly job's business, and finding them missing is its benchmark.
"""

import random
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from bench.demo.numbering import Evenly
from circulation.models import Hold, Loan
from holdings.models import Branch, Item

LOAN_DAYS = 28
_LONGEST_OVERDUE = 60


@dataclass(frozen=True, slots=True)
class Wanted:
    """How many of each there are to be altogether."""

    items: int
    loans: int
    overdue: int
    holds: int


class Lending:
    """Chooses which items are on loan, to whom and since when, the same again for the same seed."""

    def __init__(self, wanted: Wanted, *, borrowers: array, pickup: Branch, seed: int, now: datetime) -> None:
        self._chance = random.Random(f"lending {seed}")
        self._borrowers = borrowers
        self._pickup = pickup
        self._now = now
        self._lent = Evenly(wanted.loans, wanted.items)
        self._overdue = Evenly(wanted.overdue, wanted.loans)
        self._held = Evenly(wanted.holds, wanted.loans)

    def lend(self, items: Sequence[Item]) -> tuple[list[Loan], list[Hold]]:
        """Mark items as lent, and return their loans, and the holds of people who wait for them."""
        loans, holds, waited_for = [], [], set()
        for item in items:
            if not self._lent.pick():
                continue
            item.status = Item.Status.ON_LOAN
            loans.append(self._loan(item))
            if self._held.pick() and item.record_id not in waited_for:
                waited_for.add(item.record_id)
                holds.append(self._hold(item))
        return loans, holds

    def _loan(self, item: Item) -> Loan:
        zone = ZoneInfo(item.home_branch.time_zone)
        days_ago = self._chance.randrange(1, LOAN_DAYS)
        if self._overdue.pick():
            days_ago = LOAN_DAYS + self._chance.randrange(1, _LONGEST_OVERDUE)
        day = self._now.astimezone(zone).date() - timedelta(days=days_ago)
        minute = time(self._chance.randrange(10, 17), self._chance.randrange(60))
        return Loan(
            item_id=item.pk,
            patron_id=self._chance.choice(self._borrowers),
            lending_branch=item.home_branch,
            loaned_at=datetime.combine(day, minute, zone),
            loaned_on=day,
            due_date=day + timedelta(days=LOAN_DAYS),
        )

    def _hold(self, item: Item) -> Hold:
        return Hold(
            record_id=item.record_id,
            patron_id=self._chance.choice(self._borrowers),
            pickup_branch=self._pickup,
            requested_at=self._now - timedelta(hours=self._chance.randrange(1, 900)),
            interest_until=(self._now + timedelta(days=180)).date(),
        )
