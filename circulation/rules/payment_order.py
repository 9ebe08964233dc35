"""Which fees a payment settles: the municipality's order, and who is liable for a child's. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Protocol, TypeVar

from circulation.rules.values import PaymentOrder
from common.money import ZERO
from patrons.rules import is_under_age


class Owed(Protocol):
    """A fee as far as payments care."""

    pk: int
    kind: str
    balance: Decimal


OwedFee = TypeVar("OwedFee", bound=Owed)


@dataclass(frozen=True)
class Share:
    """What of a payment goes to one fee, by its number."""

    fee_id: int
    amount: Decimal


def in_order(fees: Iterable[OwedFee], order: PaymentOrder) -> list[OwedFee]:
    """Return the fees as a payment settles them; within a rank the oldest first."""

    def rank(fee: OwedFee) -> tuple[int, int]:
        is_replacement = fee.kind == "REPLACEMENT"
        if order is PaymentOrder.FEES_FIRST:
            return int(is_replacement), fee.pk
        if order is PaymentOrder.REPLACEMENTS_FIRST:
            return int(not is_replacement), fee.pk
        return 0, fee.pk

    return sorted(fees, key=rank)


def shares_of(amount: Decimal, fees: Sequence[Owed]) -> tuple[list[Share], Decimal]:
    """Split an amount over fees in their order, and return what's left beside it."""
    shares = []
    for fee in fees:
        part = min(fee.balance, amount)
        if part > ZERO:
            shares.append(Share(fee.pk, part))
            amount -= part
    return shares, amount


def is_liable(*, birth_date: date | None, is_child_category: bool, on: date) -> bool:
    """Return whether a patron pays her fees herself: by age, or by category where the birth date isn't known."""
    return not is_under_age(birth_date, is_child_category=is_child_category, on=on)
