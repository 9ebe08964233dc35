"""A patron's credit: money of hers that belongs to no fee. It comes from what was paid too much, and pays or goes back.

It stands on one row of the ledger for each patron, with a balance below zero.
"""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q

from circulation.models import Fee, LedgerEntry
from circulation.services.fees.ledger import lock_fees, write_entries
from common.money import ZERO


def payer_of(fee: Fee) -> int:
    """Return whose money a fee's payments are: the guardian's who is liable, or the patron's own."""
    return fee.liable_id or fee.patron_id


def open_credit(patron_id: int) -> Q:
    """Return the query for a patron's credit."""
    return Q(patron=patron_id, kind=Fee.Kind.CREDIT)


def credit_account(patron_id: int, *, branch_id: int, now: datetime) -> Fee:
    """Return a patron's credit, locked; it's made when there's none yet."""
    known = lock_fees(open_credit(patron_id))
    if known:
        return known[0]
    try:
        with transaction.atomic():
            return Fee.objects.create(patron_id=patron_id, kind=Fee.Kind.CREDIT, branch_id=branch_id, created_at=now)
    except IntegrityError:
        # Another desk made it at this moment.
        return lock_fees(open_credit(patron_id))[0]


def move_to_credit(fee: Fee, amount: Decimal, *, now: datetime, actor: Any, rule: Mapping[str, Any]) -> None:
    """Move what was paid too much for a fee to the credit of whoever paid; the fee's claim goes down beside it.

    :param rule: why, as the ledger keeps it
    """
    account = credit_account(payer_of(fee), branch_id=fee.branch_id, now=now)
    write_entries(
        [
            _entry(fee, amount, now, actor, {**rule, "to": account.pk}),
            _entry(account, -amount, now, actor, {**rule, "from": fee.pk}),
        ]
    )


def take_from_credit(fee: Fee, amount: Decimal, *, now: datetime, actor: Any, rule: Mapping[str, Any]) -> Decimal:
    """Pay a fee from the credit of whoever is liable, as far as it reaches, and return how much.

    :param fee: locked, with what's owed of it
    """
    accounts = lock_fees(open_credit(payer_of(fee)))
    part = min(amount, -accounts[0].balance) if accounts else ZERO
    if part <= ZERO:
        return ZERO
    write_entries(
        [
            _entry(accounts[0], part, now, actor, {**rule, "to": fee.pk}),
            _entry(fee, -part, now, actor, {**rule, "from": accounts[0].pk}),
        ]
    )
    return part


def _entry(fee: Fee, amount: Decimal, now: datetime, actor: Any, rule: Mapping[str, Any]) -> LedgerEntry:
    return LedgerEntry(
        fee=fee, kind=LedgerEntry.Kind.CREDIT, amount=amount, at=now, actor=actor, rule={"credit": dict(rule)}
    )
