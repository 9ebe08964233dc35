"""A new card in place of a lost one, and what it costs."""

from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext

from accounts.models import StaffAccount
from circulation.models import Fee, LedgerEntry
from circulation.selectors.liability import liable_guardian
from circulation.selectors.rule_books import rule_book
from circulation.services.fees.ledger import write_entries
from common.audit import record
from common.money import ZERO, to_money
from holdings.models import Branch
from patrons.models import Card, Patron
from patrons.services import cards
from tenants.selectors import current_municipality

LOST = "LOST"


@transaction.atomic
def replace_card(
    *,
    patron: Patron,
    number: str,
    reason: str,
    branch: Branch,
    staff: StaffAccount,
    now: datetime,
    free_because: str = "",
) -> Fee | None:
    """Give a patron a new card in place of hers, and charge a lost one as the rules say; None if it costs nothing.

    :param reason: LOST or REPLACED; a card that's handed in costs nothing
    :param free_because: why she doesn't pay for a lost one; empty if she does
    :raises PatronRefused: CARD_TAKEN or CARD_MALFORMED; then nothing is charged either
    """
    card = cards.replace_card(patron=patron, number=number, reason=reason, staff=staff, now=now)
    today = now.astimezone(ZoneInfo(branch.time_zone)).date()
    rules = rule_book().resolved_for(patron, branch_id=branch.pk, item_type_id=None, on=today)
    amount = to_money(Decimal(rules.value("card_fee") or 0))
    if reason != LOST or amount <= ZERO:
        return None
    facts = {"amount": str(amount), "card_id": card.pk}
    if free_because:
        record(action="circulation.free_card", actor=staff, subject=patron, facts=facts | {"reason": free_because})
        return None
    origin = rules.origin("card_fee")
    rule = {"value": "card_fee", "card_id": card.pk, "origin": origin.as_facts() if origin else None}
    fee = _charge(patron, card, amount, rule, branch, staff, now)
    record(action="circulation.charge_card", actor=staff, subject=fee, facts=facts)
    return fee


def _charge(
    patron: Patron,
    card: Card,
    amount: Decimal,
    rule: dict[str, object],
    branch: Branch,
    staff: StaffAccount,
    now: datetime,
) -> Fee:
    with translation.override(current_municipality().language):
        description = gettext("New card")
    fee = Fee.objects.create(
        patron=patron,
        liable_id=liable_guardian(patron, on=now.astimezone(ZoneInfo(branch.time_zone)).date()),
        kind=Fee.Kind.CARD,
        branch=branch,
        description=description,
        created_at=now,
        closed_at=now,
    )
    charge = LedgerEntry.Kind.CHARGE
    write_entries(
        [LedgerEntry(fee=fee, kind=charge, amount=amount, at=now, actor=staff, rule=rule, key=f"card:{card.pk}")]
    )
    fee.balance = amount
    return fee
