"""The fee for a hold: written once, when it's placed or collected, as the rules say."""

from datetime import datetime
from decimal import Decimal

from accounts.models import StaffAccount
from circulation.models import Fee, Hold, LedgerEntry
from circulation.rules.resolution import Resolved
from circulation.services.fees.ledger import write_entries
from common.audit import record
from common.money import ZERO, to_money

_LONGEST_TEXT = 200


def charge_hold_fee(
    *, hold: Hold, title: str, rules: Resolved, staff: StaffAccount | None, now: datetime
) -> Fee | None:
    """Charge a hold's patron what the rules say, in the caller's transaction; None if it costs nothing.

    The hold is new or locked by the caller, and its fee is written once whatever happens to the hold.
    """
    amount = rules.value("hold_fee")
    key = f"hold:{hold.pk}"
    if amount is None or Decimal(amount) <= ZERO or LedgerEntry.objects.filter(key=key).exists():
        return None
    amount, origin = to_money(amount), rules.origin("hold_fee")
    fee = Fee.objects.create(
        patron_id=hold.patron_id,
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
        key=key,
    )
    write_entries([entry])
    fee.balance = amount
    facts = {"amount": str(amount), "hold_id": hold.pk}
    record(action="circulation.charge_hold_fee", actor=staff, subject=fee, facts=facts)
    return fee
