"""Where it happens: so few items, titles and patrons that desks get into each other's way."""

import random
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import count, cycle
from typing import Any

from django.db.models import QuerySet

from accounts.models import AuditEntry, StaffAccount
from circulation.models import CirculationRule, Hold, LedgerEntry, Loan
from holdings.models import Branch, Item
from patrons.models import Patron

# Short times, so that a few nights see everything that may become of a loan.
_EVERYWHERE = {
    "loan_days": 3,
    "renewal_days": 4,
    "notice_steps": [{"kind": "OVERDUE_1", "day": 1}, {"kind": "INVOICE", "day": 9}],
    "replacement_fee": True,
    "processing_fee": "50.00",
    "invoice_reminder_days": 7,
    "block_at_notice": "INVOICE",
    "recall_min_days": 1,
    "recall_by_hold": True,
}
_OWN_RULES: Sequence[Mapping[str, Any]] = (
    {"fee_grouping": "DUE_DATE", "return_policy": "STAY"},
    {"lost_charged_at_once": True, "lost_waives_overdue": True, "found_policy": "REFUND_AND_RESTORE"},
    {
        "fee_grouping": "LATEST_DATE",
        "lost_charged_at_once": True,
        "lost_ends_loan": True,
        "suspension_days": 1,
        "hold_fee": "10.00",
        "hold_fee_when": "COLLECTED",
    },
)


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
    last_ledger: int

    def from_now_on(self) -> "Town":
        """Return the town with everything that there is as what there was before."""
        return replace(self, **_lasts())

    def keys(self) -> dict[str, Any]:
        """Return everything by its keys, so that another process can have the same town."""
        rows = {"branches": self.branches, "items": self.items, "patrons": self.patrons}
        return {
            **{each.name: getattr(self, each.name) for each in fields(self) if each.name.startswith("last_")},
            **{name: [row.pk for row in each] for name, each in rows.items()},
            "staff": self.staff.pk,
        }


def town_of(keys: Mapping[str, Any]) -> Town:
    """Return the town of which another process gave the keys."""

    def rows(found: QuerySet[Any], name: str) -> tuple[Any, ...]:
        by_key = found.in_bulk(keys[name])
        return tuple(by_key[key] for key in keys[name])

    return Town(
        **{
            **keys,
            "branches": rows(Branch.objects.all(), "branches"),
            "items": rows(Item.objects.select_related("record"), "items"),
            "patrons": rows(Patron.objects.all(), "patrons"),
            "staff": StaffAccount.objects.get(pk=keys["staff"]),
        }
    )


def look_around(*, items: int, patrons: int, staff: StaffAccount) -> Town:
    """Choose the first so many items that are lent and stand on a shelf, and the first so many patrons with a card."""
    lent = Item.objects.filter(item_type__is_lent=True, status=Item.Status.AVAILABLE).select_related("record")
    return Town(
        branches=tuple(Branch.objects.filter(is_pickup_place=True, is_open_for_business=True).order_by("pk")),
        items=tuple(lent.order_by("record_id", "pk")[:items]),
        patrons=tuple(Patron.objects.filter(left_at__isnull=True, cards__is_active=True).order_by("pk")[:patrons]),
        staff=staff,
        **_lasts(),
    )


def give_rules(branches: Iterable[Branch]) -> None:
    """Give each branch rules of its own, so that every way of charging, losing, returning and calling back is gone."""
    for branch, values in zip(branches, cycle(_OWN_RULES), strict=False):
        CirculationRule.objects.create(branch=branch, values={**_EVERYWHERE, **values})


def _lasts() -> dict[str, int]:
    return {
        "last_entry": _last(AuditEntry),
        "last_loan": _last(Loan),
        "last_hold": _last(Hold),
        "last_ledger": _last(LedgerEntry),
    }


def _last(model: type[AuditEntry | Loan | Hold | LedgerEntry]) -> int:
    return model._default_manager.order_by("-pk").values_list("pk", flat=True).first() or 0


class Clock:
    """Everybody's time, which passes with what's done, and jumps to another day when a night comes.

    :ivar nights: how many have come
    """

    def __init__(self, start: datetime) -> None:
        self._now = start
        self.nights = 0
        self._lock = threading.Lock()

    @property
    def now(self) -> datetime:
        """The moment that it is."""
        return self._now

    def tick(self) -> datetime:
        """Let a minute pass and return the moment."""
        with self._lock:
            self._now += timedelta(minutes=1)
            return self._now

    def night(self, days: int) -> tuple[date, datetime]:
        """Let days pass, and return the day whose night it is, with a moment before any desk opens."""
        with self._lock:
            self.nights += 1
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
