"""What becomes of a claim at the debtor system: accepted, paid there, recalled by us."""

from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import Q

from accounts.models import StaffAccount
from accounts.rules import Permission
from circulation.errors import Code, FeeRefused
from circulation.models import DebtClaim
from circulation.services.fees.ledger import lock_fees
from circulation.services.fees.payments import Method, Receipt, take_payment
from circulation.services.fees.permissions import require
from common.audit import record
from common.errors import Reason
from common.money import ZERO


@transaction.atomic
def accept_claim(*, claim: DebtClaim, reference: str, staff: StaffAccount | None, now: datetime) -> DebtClaim:
    """Note that the debtor system has taken a claim, and its number there; told twice, the newest number holds.

    :param staff: None when the other system says so itself
    :raises FeeRefused: NOT_PERMITTED, or CLAIM_ENDED
    """
    claim = _locked(claim, staff)
    claim.state, claim.reference, claim.changed_at = DebtClaim.State.ACCEPTED, reference.strip()[:60], now
    claim.save(update_fields=["state", "reference", "changed_at"])
    record(action="circulation.accept_claim", actor=staff, subject=claim, facts={"reference": claim.reference})
    return claim


@transaction.atomic
def book_payment(
    *,
    claim: DebtClaim,
    amount: Decimal,
    payment_id: str,
    staff: StaffAccount | None,
    now: datetime,
    reference: str | None = None,
) -> Receipt:
    """Book what the debtor system has collected on a claim; what's beyond becomes a credit of whoever paid.

    :param payment_id: the debtor system's own number of the payment: told twice, it's booked once
    :param reference: what the ledger says of it; the payment's number unless told
    :raises FeeRefused: NOT_PERMITTED, AMOUNT_NOT_VALID, or CLAIM_ENDED if it was recalled
    """
    if staff is not None:
        require(staff, Permission.WAIVE_FEES)
    # Fees before claims, as payments at the desk do.
    lock_fees(Q(pk=claim.fee_id))
    claim = DebtClaim.objects.select_for_update(of=("self",)).select_related("liable").get(pk=claim.pk)
    if claim.state == DebtClaim.State.RECALLED:
        raise FeeRefused([Reason(Code.CLAIM_ENDED, facts={"state": claim.state})])
    receipt = take_payment(
        patron=claim.liable,
        amount=amount,
        method=Method.EXTERNAL,
        staff=staff,
        now=now,
        form_id=f"claim-{claim.pk}-{payment_id}",
        only_fees=[claim.fee_id],
        keep_rest=True,
        reference=payment_id if reference is None else reference,
    )
    claim.refresh_from_db()
    # The debtor system knows what it has collected itself.
    claim.told = claim.outstanding
    claim.save(update_fields=["told"])
    return receipt


@transaction.atomic
def recall_claim(*, claim: DebtClaim, reason: str, staff: StaffAccount, now: datetime) -> DebtClaim:
    """Take a claim back from the debtor system; the fee stays owed at the library. The next batch tells it.

    The fee isn't handed over again until staff say so: mostly they've agreed on something with whoever owes it.

    :raises FeeRefused: NOT_PERMITTED, TEXT_MISSING or CLAIM_ENDED
    """
    reason = " ".join(reason.split())[:200]
    if not reason:
        raise FeeRefused([Reason(Code.TEXT_MISSING)])
    claim = _locked(claim, staff)
    claim.state, claim.outstanding, claim.changed_at = DebtClaim.State.RECALLED, ZERO, now
    claim.kept_back = reason
    claim.save(update_fields=["state", "outstanding", "changed_at", "kept_back"])
    record(action="circulation.recall_claim", actor=staff, subject=claim, facts={"reason": reason})
    return claim


@transaction.atomic
def release_claim(*, claim: DebtClaim, staff: StaffAccount, now: datetime) -> DebtClaim:
    """Let the fee of a claim that staff took back be handed over again, as a claim of its own.

    :raises FeeRefused: NOT_PERMITTED, or CLAIM_ENDED if it isn't kept back
    """
    require(staff, Permission.WAIVE_FEES)
    claim = DebtClaim.objects.select_for_update(of=("self",)).get(pk=claim.pk)
    if not claim.kept_back:
        raise FeeRefused([Reason(Code.CLAIM_ENDED, facts={"state": claim.state})])
    claim.kept_back, claim.changed_at = "", now
    claim.save(update_fields=["kept_back", "changed_at"])
    record(action="circulation.release_claim", actor=staff, subject=claim, facts={})
    return claim


def _locked(claim: DebtClaim, staff: StaffAccount | None) -> DebtClaim:
    if staff is not None:
        require(staff, Permission.WAIVE_FEES)
    lock_fees(Q(pk=claim.fee_id))
    claim = DebtClaim.objects.select_for_update(of=("self",)).get(pk=claim.pk)
    if claim.state not in DebtClaim.OPEN:
        raise FeeRefused([Reason(Code.CLAIM_ENDED, facts={"state": claim.state})])
    return claim
