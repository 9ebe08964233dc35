"""The fee for a hold: written once, when it's placed or collected, as the rules say."""

from datetime import date, datetime
from decimal import Decimal

from django.db.models import Q

from accounts.models import StaffAccount
from circulation.errors import Code, UndoRefused
from circulation.models import Fee, Hold, LedgerEntry
from circulation.rules.hold_requests import fee_is_due
from circulation.rules.reasons import blocking
from circulation.rules.resolution import Resolved
from circulation.selectors.fees import HOLD_UNDONE
from circulation.selectors.liability import liable_guardian
from circulation.services.fees.ledger import accounts_of, lock_fees, write_entries
from common.audit import record
from common.money import ZERO, to_money
from holdings.models import Item
from patrons.models import Patron

_LONGEST_TEXT = 200
_CHARGED = "hold"


def charge_hold_fee(
    *, hold: Hold, patron: Patron, title: str, rules: Resolved, staff: StaffAccount | None, on: date, now: datetime
) -> Fee | None:
    """Charge a hold's patron what the rules say, in the caller's transaction; None if it costs nothing.

    For a child's the guardian is liable. The hold is new or locked by the caller, and its fee is written once whatever
    happens to the hold.
    """
    amount = rules.value("hold_fee")
    if amount is None or Decimal(amount) <= ZERO:
        return None
    undone = _entries(HOLD_UNDONE, hold.pk)
    if _entries(_CHARGED, hold.pk) > undone:
        return None
    amount, origin = to_money(amount), rules.origin("hold_fee")
    fee = Fee.objects.create(
        patron=patron,
        liable_id=liable_guardian(patron, on=on),
        kind=Fee.Kind.HOLD,
        branch_id=hold.pickup_branch_id,
        description=title[:_LONGEST_TEXT],
        created_at=now,
        closed_at=now,
    )
    entry = LedgerEntry(
        fee=fee,
        kind=LedgerEntry.Kind.CHARGE,
        amount=amount,
        at=now,
        actor=staff,
        rule={"value": "hold_fee", "hold_id": hold.pk, "origin": origin.as_facts() if origin else None},
        key=f"{_CHARGED}:{hold.pk}:{undone + 1}",
    )
    write_entries([entry])
    fee.balance = amount
    facts = {"amount": str(amount), "hold_id": hold.pk}
    record(action="circulation.charge_hold_fee", actor=staff, subject=fee, facts=facts)
    return fee


def charge_collected(
    *, hold: Hold, patron: Patron, item: Item, rules: Resolved, staff: StaffAccount | None, on: date, now: datetime
) -> Fee | None:
    """Charge a hold whose item is collected, where that's when it costs; another item of the title costs nothing."""
    when = rules.value("hold_fee_when")
    if hold.trapped_item_id != item.pk or not fee_is_due(when, is_placed=False, others_wait=False, all_out=False):
        return None
    title = item.record.title
    return charge_hold_fee(hold=hold, patron=patron, title=title, rules=rules, staff=staff, on=on, now=now)


def take_back_hold_fee(*, fee_id: int, hold_id: int, staff: StaffAccount | None, now: datetime) -> None:
    """Take back the fee of a collection that's undone.

    :raises UndoRefused: FEE_PAID_SINCE if any of it was paid or waived
    """
    fee = lock_fees(Q(pk=fee_id))[0]
    charged = accounts_of([fee_id])[fee_id].charged
    if fee.balance != charged:
        raise UndoRefused([blocking(Code.FEE_PAID_SINCE, fee_id=fee_id)])
    entry = LedgerEntry(
        fee=fee,
        kind=LedgerEntry.Kind.CORRECTION,
        amount=-charged,
        at=now,
        actor=staff,
        key=f"{HOLD_UNDONE}:{hold_id}:{_entries(HOLD_UNDONE, hold_id) + 1}",
    )
    write_entries([entry])


def _entries(kind: str, hold_id: int) -> int:
    return LedgerEntry.objects.filter(key__startswith=f"{kind}:{hold_id}:").count()
