"""One desk of the town: its dice, its clock, and what it remembers of its own doings."""

import random
from collections import deque
from collections.abc import Callable
from datetime import datetime
from typing import Any

from bench.torture.town import Clock, Ids, Town
from circulation.models import Hold, Loan
from circulation.services.nightly import run_night
from holdings.models import Item

# An action answers with the kinds of the audit entries that it left; with none when there was nothing to do.
Act = Callable[[], tuple[str, ...]]
_REMEMBERED = 30


class Desk:
    """One desk with its own dice; the same seed throws the same.

    :ivar entries: audit entries of what it did lately and may undo, with the moment and how many nights had come
    :ivar receipts: the numbers of payments that it took and hasn't taken back
    :ivar slips: the same of entries of credit that it paid out or used
    """

    def __init__(self, town: Town, clock: Clock, *, seed: int, number: int) -> None:
        self.chance = random.Random(f"{seed} {number}")
        self.town = town
        self.clock = clock
        self.ids = Ids(seed, number)
        self.entries: deque[tuple[int, datetime, int]] = deque(maxlen=_REMEMBERED)
        self._began = (clock.now, clock.nights)
        self.receipts: deque[int] = deque(maxlen=_REMEMBERED)
        self.slips: deque[int] = deque(maxlen=_REMEMBERED)

    def night(self) -> Callable[[], dict[str, str]]:
        """Let some days pass, and return the night that comes then."""
        day, now = self.clock.night(self.chance.randrange(1, 9))
        return lambda: run_night(local_day=day, now=now)

    def throws(self, share: float) -> bool:
        """Throw the dice for something that happens so often."""
        return self.chance.random() < share

    def remember(self, entry_id: int | None) -> bool:
        """Keep an audit entry to undo it later, and return whether there's one."""
        if entry_id is not None:
            self.entries.append((entry_id, *self._began))
        return entry_id is not None

    def somebody(self) -> Any:
        """Return one of the patrons."""
        return self.chance.choice(self.town.patrons)

    def some_branch(self) -> Any:
        """Return one of the branches."""
        return self.chance.choice(self.town.branches)

    def some_item(self, *, lent: float = 0) -> Any:
        """Return one of the items; so often one that's on loan, if any is."""
        item_id = self.open_loans().values_list("item", flat=True).first() if self.throws(lent) else None
        return self.item_of(item_id) if item_id else self.chance.choice(self.town.items)

    def item_of(self, item_id: int) -> Item:
        """Return the item with this number."""
        return next(each for each in self.town.items if each.pk == item_id)

    def open_loans(self) -> Any:
        """Return the open loans of the town's items, in any order."""
        return Loan.objects.filter(returned_at__isnull=True, item__in=self.town.items).order_by("?")

    def holds(self, *states: str) -> Any:
        """Return the town's holds in these states, in any order."""
        return Hold.objects.filter(state__in=states or Hold.ACTIVE, pk__gt=self.town.last_hold).order_by("?")

    def values(self) -> dict[str, Any]:
        """Return where, by whom and when something is scanned."""
        return {"branch": self.some_branch(), **self.by_hand()}

    def by_hand(self) -> dict[str, Any]:
        """Return by whom and when something is done that isn't scanned."""
        self._began = (self.clock.tick(), self.clock.nights)
        return {"staff": self.town.staff, "now": self._began[0]}
