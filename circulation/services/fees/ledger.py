"""Writes to the ledger: entries and what follows from them, always together and in the caller's transaction."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db import connection
from django.db.models import Count, Q, Sum

from circulation.errors import Code, FeeRefused
from circulation.models import Fee, LedgerEntry
from common.errors import Reason
from common.money import ZERO

_CORRECTION = Q(kind=LedgerEntry.Kind.CORRECTION)
_CLAIM = Q(kind=LedgerEntry.Kind.CHARGE) | _CORRECTION
# What moved to the patron's credit isn't paid on the fee any more, and what came from there is.
_PAID = (LedgerEntry.Kind.PAYMENT, LedgerEntry.Kind.CREDIT, LedgerEntry.Kind.REFUND)
_MONEY = Q(kind__in=_PAID)
# A claim that was handed over follows its fee: settled by money it's paid, by anything else it's recalled.
_FOLLOW = """
    WITH moved AS (SELECT fee_id, sum(amount) AS amount, bool_or(given_up) AS given_up
                     FROM unnest(%s::bigint[], %s::numeric[], %s::bool[]) AS entry (fee_id, amount, given_up)
                    GROUP BY fee_id),
         fee AS (UPDATE circulation_fee fee SET balance = fee.balance + moved.amount
                   FROM moved WHERE fee.id = moved.fee_id
              RETURNING fee.id, fee.balance, moved.given_up)
    UPDATE circulation_debtclaim claim
       SET outstanding = least(claim.amount, fee.balance), changed_at = %s,
           state = CASE WHEN fee.balance > 0 THEN claim.state WHEN fee.given_up THEN 'RECALLED' ELSE 'PAID' END
      FROM fee WHERE claim.fee_id = fee.id AND claim.state IN ('CREATED', 'ACCEPTED')"""

# Whoever puts a till away waits for money that goes over it now, and then sees it; the foreign key is checked too late.
_HOLD_TILLS = "SELECT id FROM circulation_till WHERE id = ANY(%s) AND is_active FOR KEY SHARE"


@dataclass(frozen=True)
class Account:
    """The sums of one fee's entries.

    :ivar charged: charges and their corrections: what has been claimed in all
    :ivar paid: as a positive amount, without what has gone to the patron's credit
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
    """Add entries to fees whose rows the caller holds locked, and bring balances and handed-over claims along.

    :raises django.db.IntegrityError: if a key was used before or a balance would fall below zero
    :raises FeeRefused: TILL_PUT_AWAY if money goes over a till that isn't in use any more
    """
    if not entries:
        return
    LedgerEntry.objects.bulk_create(entries, batch_size=1000)
    with connection.cursor() as cursor:
        if tills := {entry.till_id for entry in entries if entry.till_id}:
            cursor.execute(_HOLD_TILLS, [list(tills)])
            if len(cursor.fetchall()) < len(tills):
                raise FeeRefused([Reason(Code.TILL_PUT_AWAY)])
        cursor.execute(
            _FOLLOW,
            [
                [entry.fee_id for entry in entries],
                [entry.amount for entry in entries],
                [entry.kind not in _PAID for entry in entries],
                max(entry.at for entry in entries),
            ],
        )


def lock_fees(fees: Q) -> list[Fee]:
    """Return the fees that fit, locked, the oldest first: always in this order, so that no two wait for each other."""
    return list(Fee.objects.select_for_update(of=("self",), no_key=True).filter(fees).order_by("pk"))
