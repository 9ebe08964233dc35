"""Where it happens: so few items, titles and patrons that desks get into each other's way."""

import random
import threading
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import count

from accounts.models import AuditEntry, StaffAccount
from circulation.models import Hold, Loan
from holdings.models import Branch, Item
from patrons.models import Patron


@dataclass(frozen=True)
class Town:
    """Who and what takes part, and which rows there were before.

    :ivar staff: a supervisor, who may override
    """

    branches: tuple[Branch, ...]
    items: tuple[Item, ...]
    patrons: tuple[Patron, ...]
    staff: StaffAccount
    last_entry: int
    last_loan: int
    last_hold: int


def look_around(*, items: int, patrons: int, staff: StaffAccount) -> Town:
    """Choose the first so many items that are lent and stand on a shelf, and the first so many patrons with a card."""
    lent = Item.objects.filter(item_type__is_lent=True, status=Item.Status.AVAILABLE).select_related("record")
    return Town(
        branches=tuple(Branch.objects.filter(is_pickup_place=True, is_open_for_business=True).order_by("pk")),
        items=tuple(lent.order_by("record_id", "pk")[:items]),
        patrons=tuple(Patron.objects.filter(left_at__isnull=True, cards__is_active=True).order_by("pk")[:patrons]),
        staff=staff,
        last_entry=_last(AuditEntry),
        last_loan=_last(Loan),
        last_hold=_last(Hold),
    )


def _last(model: type[AuditEntry | Loan | Hold]) -> int:
    return model._default_manager.order_by("-pk").values_list("pk", flat=True).first() or 0


class Clock:
    """Everybody's time, which passes with what's done, and jumps to another day when a night comes."""

    def __init__(self, start: datetime) -> None:
        self._now = start
        self._lock = threading.Lock()

    def tick(self) -> datetime:
        """Let a minute pass and return the moment."""
        with self._lock:
            self._now += timedelta(minutes=1)
            return self._now

    def night(self, days: int) -> tuple[date, datetime]:
        """Let days pass, and return the day whose night it is, with a moment before any desk opens."""
        with self._lock:
            self._now = datetime.combine(self._now.date() + timedelta(days=days), time(2, 30), UTC)
            return self._now.date(), self._now


class Ids:
    """Ids for scans and forms that nobody else uses."""

    def __init__(self, seed: int, thread: int) -> None:
        self._name = f"torture-{seed}-{thread}-{random.SystemRandom().randrange(10**6)}"
        self._numbers = count(1)

    def take(self) -> str:
        """Return another one."""
        return f"{self._name}-{next(self._numbers)}"
