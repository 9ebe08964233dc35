"""Takes back charges in bulk, when a rule was wrong for some days: in one transaction, as its preview said."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from accounts.models import StaffAccount
from accounts.rules import Permission
from circulation.errors import Code, FeeRefused
from circulation.models import LedgerEntry
from circulation.selectors.reversals import Preview, Reversal, Wanted, preview
from circulation.services.fees.credit import move_to_credit
from circulation.services.fees.ledger import lock_fees, write_entries
from circulation.services.fees.permissions import require
from circulation.services.letter_stops import lift_settled
from circulation.services.privacy import forget_settled_loans
from common.audit import record
from common.errors import Reason
from common.money import ZERO


@transaction.atomic
def reverse_charges(*, wanted: Wanted, digest: str, reason: str, staff: StaffAccount, now: datetime) -> Preview:
    """Take back what a preview showed, all of it or nothing, and return it; a fee that's still open grows anew.

    What was paid of it becomes the payer's credit. What was waived or written off stays given up. The night after
    charges open fees by the rules as they are now.

    :param digest: of the preview that she has seen
    :raises FeeRefused: NOT_PERMITTED, TEXT_MISSING, NOTHING_TO_REVERSE, or PREVIEW_OUTDATED if it's another by now
    """
    require(staff, Permission.WAIVE_FEES)
    reason = " ".join(reason.split())[:200]
    if not reason:
        raise FeeRefused([Reason(Code.TEXT_MISSING)])
    fees = {fee.pk: fee for fee in lock_fees(Q(pk__in=[line.fee.pk for line in preview(wanted).lines]))}
    seen = preview(wanted)
    if not seen.lines:
        raise FeeRefused([Reason(Code.NOTHING_TO_REVERSE)])
    if seen.digest != digest or any(line.fee.pk not in fees for line in seen.lines):
        raise FeeRefused([Reason(Code.PREVIEW_OUTDATED)])
    for line in seen.lines:
        if line.credited > ZERO:
            move_to_credit(line.fee, line.credited, now=now, actor=staff, rule={"reversal": reason})
    write_entries([_correction(line, reason, staff, now) for line in seen.lines])
    lift_settled({line.fee.patron_id for line in seen.lines}, now=now, actor=staff)
    forget_settled_loans(line.fee for line in seen.lines if line.fee.closed_at is not None)
    facts = {
        "since": wanted.since.isoformat(),
        "until": wanted.until.isoformat(),
        "kind": wanted.kind,
        "branch_id": wanted.branch_id,
        "rule": wanted.rule,
        "fees": [line.fee.pk for line in seen.lines],
        "amount": str(seen.amount),
        "credited": str(seen.credited),
        "reason": reason,
    }
    record(action="circulation.reverse_charges", actor=staff, subject=None, facts=facts)
    return seen


def _correction(line: Reversal, reason: str, staff: StaffAccount, now: datetime) -> LedgerEntry:
    return LedgerEntry(
        fee=line.fee,
        kind=LedgerEntry.Kind.CORRECTION,
        amount=-line.amount,
        at=now,
        actor=staff,
        reason=reason,
        rule={"reversed": list(line.entries)},
        key=f"reversal:{line.fee.pk}:{max(line.entries)}",
    )
