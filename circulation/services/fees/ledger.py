"""Writes to the ledger: entries and the balances beside them, always together and in the caller's transaction."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db import connection
from django.db.models import Count, Q, Sum

from circulation.models import Fee, LedgerEntry
from common.money import ZERO

_CORRECTION = Q(kind=LedgerEntry.Kind.CORRECTION)
# A correction with a method is money handed back, not a claim.
_CLAIM = Q(kind=LedgerEntry.Kind.CHARGE) | (_CORRECTION & Q(method=""))
_MONEY = Q(kind=LedgerEntry.Kind.PAYMENT) | (_CORRECTION & ~Q(method=""))


@dataclass(frozen=True)
class Account:
    """The sums of one fee's entries.

    :ivar charged: charges and their corrections: what has been claimed in all
    :ivar paid: as a positive amount, without what was paid back
    :ivar corrections: how many there are; they make the keys of later charges differ from those of earlier ones
    """

    charged: Decimal = ZERO
    paid: Decimal = ZERO
    corrections: int = 0


def accounts_of(fee_ids: Iterable[int]) -> dict[int, Account]:
    """Return the sums of each fee that has entries."""
    rows = (
        LedgerEntry.objects.filter(fee_id__in=list(fee_ids))
        .order_by()
        .values_list("fee_id")
        .annotate(
            charged=Sum("amount", filter=_CLAIM, default=ZERO),
            paid=Sum("amount", filter=_MONEY, default=ZERO),
            corrections=Count("pk", filter=_CORRECTION),
        )
    )
    return {fee_id: Account(charged, -paid, corrections) for fee_id, charged, paid, corrections in rows}


def write_entries(entries: Sequence[LedgerEntry]) -> None:
    """Add entries to fees whose rows the caller holds locked, and bring their balances along.

    :raises django.db.IntegrityError: if a key was used before or a balance would fall below zero
    """
    if not entries:
        return
    LedgerEntry.objects.bulk_create(entries, batch_size=1000)
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE circulation_fee fee SET balance = fee.balance + moved.amount
                 FROM (SELECT fee_id, sum(amount) AS amount
                         FROM unnest(%s::bigint[], %s::numeric[]) AS entry (fee_id, amount) GROUP BY fee_id) moved
                WHERE fee.id = moved.fee_id""",
            [[entry.fee_id for entry in entries], [entry.amount for entry in entries]],
        )


def lock_fees(fees: Q) -> list[Fee]:
    """Return the fees that fit, locked, the oldest first: always in this order, so that no two wait for each other."""
    return list(Fee.objects.select_for_update(of=("self",), no_key=True).filter(fees).order_by("pk"))
