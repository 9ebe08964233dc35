"""Takes back that a fee was waived or written off: what was given up is owed again."""

from datetime import datetime

from django.db.models import Q

from accounts.models import AuditEntry, StaffAccount
from accounts.rules import Permission, permissions_of
from circulation.errors import Code, UndoRefused
from circulation.models import LedgerEntry
from circulation.services import letter_stops
from circulation.services.fees.ledger import lock_fees, write_entries
from circulation.services.fees.mistakes import lock_loans_of, remember_loans
from circulation.services.results import UndoResult
from circulation.services.undo_entries import changed, facts_to_undo, write_down
from common.errors import Reason

ACTIONS = ("circulation.waive_fee", "circulation.write_off_fee")
# What's charged or paid since stands beside it; what took a charge back, or moved money, counted with what was left.
_REST_ON_IT = (LedgerEntry.Kind.CORRECTION, LedgerEntry.Kind.REFUND, LedgerEntry.Kind.CREDIT)


def undo_giving_up(entry: AuditEntry, staff: StaffAccount | None, now: datetime) -> UndoResult:
    """Let what was waived or written off be owed again, with the stops of letters that rested on it.

    A claim that the debtors' system was told to forget stays with us until staff hand it over again.

    :raises UndoRefused: as `undo`, CHANGED_SINCE also when the fee was closed or taken back since; or NOT_PERMITTED
    """
    if staff is None or Permission.WAIVE_FEES not in permissions_of(staff.role):
        needed = Permission.WAIVE_FEES
        raise UndoRefused([Reason(Code.NOT_PERMITTED, permission=needed, facts={"needed": needed})])
    # Before the fee, as a return locks it that's undone.
    loans = lock_loans_of([entry.subject_id] if entry.subject_id else [])
    locked = lock_fees(Q(pk=entry.subject_id))
    if not locked:
        raise changed()
    facts, fee = facts_to_undo(entry), locked[0]
    given_up = LedgerEntry.objects.get(pk=facts["ledger_entry_id"])
    since = LedgerEntry.objects.filter(fee=fee, pk__gt=given_up.pk, kind__in=_REST_ON_IT)
    if since.exists() or (fee.closed_at is not None and fee.closed_at > given_up.at):
        raise changed()
    again = LedgerEntry(
        fee=fee,
        kind=given_up.kind,
        amount=-given_up.amount,
        at=now,
        actor=staff,
        rule={"undone": given_up.pk},
        key=f"given-up-undone:{given_up.pk}",
    )
    write_entries([again])
    fee.balance += again.amount
    remember_loans([fee], loans)
    letter_stops.set_again_for([fee], actor=staff)
    write_down(entry, fee, staff)
    return UndoResult(action=entry.action, fee=fee, facts=dict(entry.facts))
