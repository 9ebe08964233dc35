"""Makes batches of claims for the debtor system, and sends them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Q

from accounts.models import StaffAccount
from accounts.rules import Permission
from circulation.errors import Code, FeeRefused
from circulation.models import DebtBatch, DebtClaim, Fee
from circulation.selectors.debts import Debt, to_hand_over
from circulation.selectors.fees import form_key
from circulation.services.bills import bill, by_card, owed_fees
from circulation.services.debts.systems import ClaimLine, What, debtor_system
from circulation.services.fees.ledger import lock_fees
from circulation.services.fees.permissions import require
from common.audit import record
from common.encryption import decrypt
from common.errors import Reason
from common.money import ZERO
from notices.models import NoticeKind
from notices.services.outbox import make_notices
from patrons.models import Patron
from tenants.locks import wait_in_line
from tenants.selectors import current_municipality


@transaction.atomic
def hand_over(*, on: date, staff: StaffAccount, now: datetime, form_id: str) -> DebtBatch:
    """Write the batch of what's ripe on a day and of what has changed since the last one; `send_batch` sends it.

    Whoever is liable for something new is written to, in the same transaction.

    :param form_id: the form's own id: sent twice, it makes one batch
    :raises FeeRefused: NOT_PERMITTED or NOTHING_TO_HAND_OVER
    """
    require(staff, Permission.WAIVE_FEES)
    wait_in_line(["debts"])
    form = form_key(form_id)
    if known := DebtBatch.objects.filter(form_id=form).first():
        return known
    found = to_hand_over(on)
    if not found.debts and not found.changed:
        raise FeeRefused([Reason(Code.NOTHING_TO_HAND_OVER)])
    batch = DebtBatch.objects.create(made_at=now, made_by=staff, form_id=form)
    made = _claims(batch, found.debts, now)
    _tell(batch, made, on=on, now=now)
    changed = list(DebtClaim.objects.select_for_update(of=("self",)).filter(pk__in=[c.pk for c in found.changed]))
    lines = [_line(What.CLAIM, claim) for claim in made] + [_line(_what(claim), claim) for claim in changed]
    for claim in changed:
        claim.told = claim.outstanding
    DebtClaim.objects.bulk_update(changed, ["told"])
    batch.lines = lines
    batch.save(update_fields=["lines"])
    facts = {"claims": len(made), "changes": len(changed), "amount": str(sum((c.amount for c in made), ZERO))}
    record(action="circulation.hand_over", actor=staff, subject=batch, facts=facts)
    return batch


@transaction.atomic
def send_batch(*, batch: DebtBatch, staff: StaffAccount, now: datetime) -> DebtBatch:
    """Give a batch to the debtor system and keep its receipt; sent again, the system gets the same lines.

    :raises FeeRefused: NOT_PERMITTED
    :raises Exception: what the debtor system raises; the batch can be sent again
    """
    require(staff, Permission.WAIVE_FEES)
    batch = DebtBatch.objects.select_for_update(of=("self",)).get(pk=batch.pk)
    batch.receipt = debtor_system().send(batch.pk, lines_of(batch))[:200]
    batch.sent_at = now
    batch.save(update_fields=["receipt", "sent_at"])
    record(action="circulation.send_batch", actor=staff, subject=batch, facts={"receipt": batch.receipt})
    return batch


def lines_of(batch: DebtBatch) -> list[ClaimLine]:
    """Return a batch's lines with the people's names, addresses and national numbers as they are now.

    These aren't kept with the batch, so that what's forgotten of a person is forgotten here, too.
    """
    claims = DebtClaim.objects.select_related("fee", "liable").in_bulk([line["claim"] for line in batch.lines])
    currency = current_municipality().currency
    return [_full_line(batch, line, claims[line["claim"]], currency) for line in batch.lines]


def _claims(batch: DebtBatch, debts: Sequence[Debt], now: datetime) -> list[DebtClaim]:
    locked = {fee.pk: fee for fee in lock_fees(Q(pk__in=[debt.fee.pk for debt in debts], balance__gt=0))}
    _name_guardians(debts, locked)
    return DebtClaim.objects.bulk_create(
        [
            DebtClaim(
                batch=batch,
                fee=locked[debt.fee.pk],
                liable_id=debt.liable_id,
                amount=locked[debt.fee.pk].balance,
                outstanding=locked[debt.fee.pk].balance,
                told=locked[debt.fee.pk].balance,
                changed_at=now,
            )
            for debt in debts
            if debt.fee.pk in locked and debt.liable_id is not None
        ]
    )


def _name_guardians(debts: Sequence[Debt], locked: Mapping[int, Fee]) -> None:
    """Let a child's fee that names nobody name who it's claimed from: else what she pays wouldn't reach it."""
    named = []
    for debt in debts:
        fee = locked.get(debt.fee.pk)
        if fee is not None and fee.liable_id is None and debt.liable_id not in (None, fee.patron_id):
            fee.liable_id = debt.liable_id
            named.append(fee)
    Fee.objects.bulk_update(named, ["liable"])


def _tell(batch: DebtBatch, made: Sequence[DebtClaim], *, on: date, now: datetime) -> None:
    """Write to those who are liable that their claims go to the debtor system: the law has them know beforehand."""
    people = Patron.objects.select_related("category").in_bulk({claim.liable_id for claim in made})
    claimed_from = {claim.fee_id: people[claim.liable_id] for claim in made}
    fees = list(owed_fees().filter(pk__in=claimed_from))
    for fee in fees:
        # Whom the claim names.
        fee.liable = claimed_from[fee.pk]
    cards = by_card(fees, on=on)
    kind = NoticeKind.DEBT_COLLECTION
    make_notices(
        [bill(kind, patron, fees, key=f"{kind}:{batch.pk}:{patron.pk}") for patron, fees in cards.items()], now=now
    )


def _what(claim: DebtClaim) -> What:
    if claim.state == DebtClaim.State.RECALLED:
        return What.RECALL
    return What.PAID if claim.state == DebtClaim.State.PAID else What.CHANGE


def _line(what: What, claim: DebtClaim) -> dict[str, Any]:
    return {
        "what": what.value,
        "claim": claim.pk,
        "amount": str(claim.amount),
        "outstanding": str(claim.outstanding),
    }


def _full_line(batch: DebtBatch, line: dict[str, Any], claim: DebtClaim, currency: str) -> ClaimLine:
    person, fee = claim.liable, claim.fee
    return ClaimLine(
        batch=batch.pk,
        what=line["what"],
        claim=claim.pk,
        reference=claim.reference,
        national_id=_national_id(person),
        name=f"{person.given_name} {person.family_name}".strip(),
        address=person.address,
        postal_code=person.postal_code,
        city=person.city,
        kind=fee.kind,
        fee=fee.pk,
        due_date=_day(fee),
        amount=Decimal(line["amount"]),
        outstanding=Decimal(line["outstanding"]),
        currency=currency,
        for_child=person.pk != fee.patron_id,
    )


def _national_id(person: Patron) -> str:
    return decrypt(bytes(person.national_id_encrypted)) if person.national_id_encrypted else ""


def _day(fee: Fee) -> str:
    return (fee.due_date or fee.created_at.date()).isoformat()


def claims_of(batch: DebtBatch) -> Iterable[DebtClaim]:
    """Return the claims that a batch handed over."""
    return batch.claims.select_related("fee__patron", "liable").order_by("pk")
