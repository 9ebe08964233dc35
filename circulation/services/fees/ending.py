"""Ends a fee with what's right: the rest is taken back, and what was paid beyond it goes to the payer's credit."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from circulation.models import Fee, LedgerEntry
from circulation.rules.fees import Movement, movement
from circulation.services.fees.credit import move_to_credit
from circulation.services.fees.ledger import Account, write_entries
from common.audit import record


@dataclass(frozen=True)
class Moment:
    """When and by whom something ends.

    :ivar on: the day of return or renewal in the lending branch's time zone
    :ivar until: up to when the hours of a loan by the hour count, if that's not now
    """

    on: date
    now: datetime
    actor: Any
    until: datetime | None = None

    @property
    def at(self) -> datetime:
        """Up to when the hours of a loan by the hour count."""
        return self.until or self.now


def close(
    fee: Fee, account: Account, *, right: Decimal, moment: Moment, because: Mapping[str, Any] | None = None
) -> Movement:
    """End a fee with what's right, and return how it got there; the caller holds it locked.

    :param account: the sums of its entries
    :param because: what's behind that amount, as the ledger keeps it: the claim's explanation, or what happened
    """
    moved = movement(right=right, charged=account.charged, balance=fee.balance, paid=account.paid)
    if moved.take_back or moved.overpaid:
        rule: dict[str, Any] = {"right": str(right), "on": moment.on.isoformat(), "overpaid": str(moved.overpaid)}
        rule |= because or {}
        if moved.overpaid:
            move_to_credit(fee, moved.overpaid, now=moment.now, actor=moment.actor, rule={"on": rule["on"]})
        correction = LedgerEntry(
            fee=fee,
            kind=LedgerEntry.Kind.CORRECTION,
            amount=-(moved.take_back + moved.overpaid),
            at=moment.now,
            actor=moment.actor,
            rule=rule,
            key=f"close:{fee.pk}:{account.corrections}",
        )
        write_entries([correction])
        fee.balance -= moved.take_back
    fee.closed_at = moment.now
    fee.save(update_fields=["closed_at", "returned_on", "covers", "loan", "description"])
    facts = {"kind": fee.kind, "on": moment.on.isoformat(), "right": str(right), "taken_back": str(moved.take_back)}
    facts["overpaid"] = str(moved.overpaid)
    record(action="circulation.close_fee", actor=moment.actor, subject=fee, facts=facts)
    return moved
