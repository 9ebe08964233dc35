"""Reads tills, and what the ledger says went over them on a day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db.models import QuerySet, Sum
from django.db.models.functions import TruncDate

from circulation.models import LedgerEntry, Till, TillCount
from circulation.selectors.fees import form_of, is_payment
from common.money import ZERO
from holdings.models import Branch

CASH = "CASH"


@dataclass(frozen=True)
class MethodLine:
    """What went over a till in one way of paying.

    :ivar refunded: as a positive amount
    """

    method: str
    payments: int
    paid: Decimal
    refunded: Decimal

    @property
    def total(self) -> Decimal:
        """What's left of it."""
        return self.paid - self.refunded


@dataclass(frozen=True)
class CashUp:
    """A till's day: the ledger's sums by way of paying, every movement, and what was counted.

    :ivar entries: the oldest first, with their fee, patron and actor
    :ivar counts: the newest first; the first of them holds
    """

    till: Till
    day: date
    lines: tuple[MethodLine, ...]
    entries: tuple[LedgerEntry, ...]
    counts: tuple[TillCount, ...]

    @property
    def total(self) -> Decimal:
        """What came in in all, less what was handed back."""
        return sum((line.total for line in self.lines), ZERO)

    @property
    def cash(self) -> Decimal:
        """How much cash there should be more than in the morning."""
        return sum((line.total for line in self.lines if line.method == CASH), ZERO)

    @property
    def difference(self) -> Decimal | None:
        """What was counted beyond what there should be; None before the first count."""
        return self.counts[0].counted - self.cash if self.counts else None

    @property
    def moved_since(self) -> bool:
        """Whether cash has moved since it was counted."""
        return bool(self.counts) and self.counts[0].expected != self.cash


def tills_of(branch: Branch) -> list[Till]:
    """Return the tills of a branch that are in use, by name."""
    return list(Till.objects.filter(branch=branch, is_active=True).order_by("name"))


def get_till(pk: int, *, branch: Branch) -> Till | None:
    """Return a till of the branch that's in use, or None."""
    return Till.objects.filter(pk=pk, branch=branch, is_active=True).first()


def any_till(pk: int, *, branch: Branch) -> Till | None:
    """Return a till of the branch, in use or not; None if there's none with this number."""
    return Till.objects.select_related("branch").filter(pk=pk, branch=branch).first()


def every_till_of(branch: Branch) -> list[Till]:
    """Return the tills of a branch, those in use first, by name."""
    return list(Till.objects.filter(branch=branch).order_by("-is_active", "name"))


def open_takings(till: Till) -> tuple[date, Decimal] | None:
    """Return the cash of a till that nobody has counted, whatever was counted later, and the newest day of it.

    :returns: None if there's none: what came in went out again, or all is counted
    """
    day = TruncDate("at", tzinfo=ZoneInfo(till.branch.time_zone))
    cash = LedgerEntry.objects.filter(till=till, method=CASH).annotate(day=day).order_by().values_list("day")
    moved = {when: -amount for when, amount in cash.annotate(total=Sum("amount"))}
    # Of each day the newest count holds.
    counts = TillCount.objects.filter(till=till).order_by("pk").values_list("day", "expected")
    counted = dict(counts)
    still_open = {when: amount - counted.get(when, ZERO) for when, amount in moved.items()}
    amount = sum(still_open.values(), ZERO)
    return (max(when for when, open_ in still_open.items() if open_), amount) if amount else None


def cash_up(till: Till, day: date) -> CashUp:
    """Return what the ledger says of a till's day.

    :param day: in the branch's time zone
    """
    entries = list(_entries(till, day))
    return CashUp(
        till=till,
        day=day,
        lines=tuple(_line(method, entries) for method in sorted({entry.method for entry in entries})),
        entries=tuple(entries),
        counts=tuple(TillCount.objects.filter(till=till, day=day).select_related("counted_by").order_by("-pk")),
    )


def _entries(till: Till, day: date) -> QuerySet[LedgerEntry]:
    midnight = datetime.combine(day, time(), ZoneInfo(till.branch.time_zone))
    next_midnight = datetime.combine(day + timedelta(days=1), time(), ZoneInfo(till.branch.time_zone))
    moved = LedgerEntry.objects.filter(till=till, at__gte=midnight, at__lt=next_midnight)
    return moved.select_related("fee__patron", "actor").order_by("at", "pk")


def _line(method: str, entries: Sequence[LedgerEntry]) -> MethodLine:
    by_it = [entry for entry in entries if entry.method == method]
    paid = [entry for entry in by_it if entry.amount < ZERO]
    # One payment may settle several fees; the terminal and the drawer know it as one.
    # What's taken back of a refund comes in, too, but is no payment.
    payments = {form_of(entry) for entry in paid if is_payment(entry)}
    back = sum((entry.amount for entry in by_it if entry.amount > ZERO), ZERO)
    return MethodLine(method, len(payments), -sum((entry.amount for entry in paid), ZERO), back)
