"""What taking back charges would do: those of some days, that a rule charged wrongly for instance."""

import hashlib
from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet

from circulation.models import Fee, LedgerEntry
from circulation.rules.resolution import Level, Origin
from common.money import ZERO
from holdings.selectors import get_branch
from tenants.selectors import current_municipality


@dataclass(frozen=True)
class Wanted:
    """Which charges are to be taken back.

    :ivar since: the first local day on which they were charged, `until` the last
    :ivar branch_id: whose, None for all branches
    :ivar kind: of the fee
    :ivar rule: the row that charged them, as `rules_behind` names it; empty for whichever
    """

    since: date
    until: date
    kind: str = Fee.Kind.OVERDUE
    branch_id: int | None = None
    rule: str = ""


@dataclass(frozen=True)
class Reversal:
    """What would be taken back of one fee.

    :ivar amount: in all; `credited` of it has been paid and becomes a credit
    :ivar entries: the numbers of the charges
    """

    fee: Fee
    amount: Decimal
    credited: Decimal
    entries: tuple[int, ...]


@dataclass(frozen=True)
class Preview:
    """What would be taken back in all.

    :ivar digest: of everything that it says, to notice when something has changed before it's done
    """

    lines: tuple[Reversal, ...] = field(default=())
    digest: str = ""

    @property
    def amount(self) -> Decimal:
        """What's taken back."""
        return sum((line.amount for line in self.lines), ZERO)

    @property
    def credited(self) -> Decimal:
        """What of it has been paid, and becomes a credit."""
        return sum((line.credited for line in self.lines), ZERO)

    @property
    def patrons(self) -> int:
        """How many patrons it's about."""
        return len({line.fee.patron_id for line in self.lines})


def preview(wanted: Wanted) -> Preview:
    """Return what taking back these charges would do, fee by fee; nothing is written."""
    charges: dict[int, list[tuple[int, Decimal]]] = defaultdict(list)
    for pk, fee_id, amount in _charges(wanted).values_list("pk", "fee_id", "amount"):
        charges[fee_id].append((pk, amount))
    reversed_already = _reversed(charges)
    fees = Fee.objects.filter(pk__in=charges).select_related("patron").order_by("pk")
    sums = _sums(charges)
    lines = []
    for fee in fees:
        entries = [(pk, amount) for pk, amount in charges[fee.pk] if pk not in reversed_already]
        charged, paid = sums[fee.pk]
        wrong = min(sum((amount for _, amount in entries), ZERO), charged)
        credited = max(ZERO, paid - (charged - wrong))
        # What was waived of it isn't owed any more, so it isn't taken off a second time.
        amount = min(wrong, credited + fee.balance)
        if amount > ZERO:
            lines.append(Reversal(fee, amount, credited, tuple(pk for pk, _ in entries)))
    return Preview(tuple(lines), _digest(lines))


def rules_behind(wanted: Wanted) -> dict[str, Origin]:
    """Return the rule rows that made the wanted charges, whichever row is wanted, by level and number: MUNICIPALITY:7.

    A template's rows are numbered for themselves, so a number alone could be either's. Rows that are gone are there as
    they were.
    """
    charges = _charges(replace(wanted, rule="")).filter(rule__origin__row_id__isnull=False)
    facts = charges.order_by().values_list("rule__origin", flat=True).distinct()
    levels = list(Level)
    origins = sorted(map(Origin.from_facts, facts), key=lambda each: (levels.index(each.level), str(each), each.row_id))
    return {f"{each.level.value}:{each.row_id}": each for each in origins}


def _charges(wanted: Wanted) -> QuerySet[LedgerEntry]:
    branch = get_branch(wanted.branch_id) if wanted.branch_id else None
    zone = ZoneInfo(branch.time_zone if branch else current_municipality().time_zone)
    entries = LedgerEntry.objects.filter(
        kind=LedgerEntry.Kind.CHARGE,
        at__gte=datetime.combine(wanted.since, time(), zone),
        at__lt=datetime.combine(wanted.until + timedelta(days=1), time(), zone),
        fee__kind=wanted.kind,
    )
    if wanted.branch_id:
        entries = entries.filter(fee__branch=wanted.branch_id)
    if wanted.rule:
        level, _, row = wanted.rule.partition(":")
        entries = entries.filter(rule__origin__level=level, rule__origin__row_id=int(row))
    return entries.order_by("pk")


def _reversed(charges: dict[int, list[tuple[int, Decimal]]]) -> set[int]:
    rows = LedgerEntry.objects.filter(
        fee__in=charges, kind=LedgerEntry.Kind.CORRECTION, rule__has_key="reversed"
    ).values_list("rule__reversed", flat=True)
    return {pk for entries in rows for pk in entries}


def _sums(charges: dict[int, list[tuple[int, Decimal]]]) -> dict[int, tuple[Decimal, Decimal]]:
    """What has been claimed of each fee, and what was paid of it."""
    claims = (LedgerEntry.Kind.CHARGE, LedgerEntry.Kind.CORRECTION)
    money = (LedgerEntry.Kind.PAYMENT, LedgerEntry.Kind.CREDIT, LedgerEntry.Kind.REFUND)
    sums: dict[int, tuple[Decimal, Decimal]] = dict.fromkeys(charges, (ZERO, ZERO))
    rows = LedgerEntry.objects.filter(Q(fee__in=charges), kind__in=(*claims, *money))
    for fee_id, kind, amount in rows.values_list("fee_id", "kind", "amount"):
        charged, paid = sums[fee_id]
        sums[fee_id] = (charged + amount, paid) if kind in claims else (charged, paid - amount)
    return sums


def _digest(lines: list[Reversal]) -> str:
    text = ";".join(f"{line.fee.pk}:{line.amount}:{line.credited}:{line.entries}" for line in lines)
    return hashlib.sha256(text.encode()).hexdigest()[:32]
