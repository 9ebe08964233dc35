"""What circulation does when a patron leaves or turns out to be somebody who's registered already."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q

from accounts.models import StaffAccount
from circulation.models import Fee, Hold, LedgerEntry, Loan
from circulation.services.fees.ledger import lock_fees
from circulation.services.holds import cancel_hold
from circulation.services.privacy import forget_past_loans
from circulation.services.recalls_over import lock_recalled_for_patron
from notices.models import Notice
from patrons import merging
from patrons.models import Patron
from patrons.services.membership import leave

_FURTHEST = (Hold.State.READY, Hold.State.IN_TRANSIT, Hold.State.QUEUED)
_CANCELLED = "PATRON_LEFT"


@transaction.atomic
def end_membership(*, patron: Patron, reason: str, staff: StaffAccount | None, now: datetime) -> Patron:
    """End a membership and the holds that go with it; loans and fees stay until they're settled.

    :param reason: one of `Patron.LeftReason`; after a death no message that's still waiting is sent either
    """
    # Before the first hold is locked.
    lock_recalled_for_patron(patron.pk)
    for hold in Hold.objects.filter(patron=patron, state__in=Hold.ACTIVE).order_by("pk"):
        cancel_hold(hold=hold, staff=staff, now=now, reason=_CANCELLED)
    if reason == Patron.LeftReason.DECEASED:
        waiting = Notice.objects.filter(patron=patron, state=Notice.State.QUEUED)
        waiting.update(state=Notice.State.CANCELLED, problem=_CANCELLED)
    return leave(patron=patron, reason=reason, staff=staff, now=now)


def register() -> None:
    """Have holds and past loans put in order before two entries of one person become one."""
    merging.register("circulation", prepare=_before_merging)


def _before_merging(goes: Any, stays: Any, staff: StaffAccount, now: datetime) -> None:
    _keep_one_hold_each(goes, stays, staff, now)
    # The loans that will move, before any fee: who takes back what was paid for one locks them in this order.
    list(Loan.objects.select_for_update(no_key=True).filter(patron=goes).order_by("pk").values_list("pk", flat=True))
    # Fees before credit, as wherever money moves between them.
    lock_fees(Q(Q(patron__in=[goes, stays]) | Q(liable__in=[goes, stays])) & ~Q(kind=Fee.Kind.CREDIT))
    _close_groups_of_both(goes, stays, now)
    _join_credit(goes, stays)
    if goes.keeps_history and not stays.keeps_history:
        # Who stays hasn't agreed that past loans are kept.
        forget_past_loans(goes)


def _keep_one_hold_each(goes: Any, stays: Any, staff: StaffAccount, now: datetime) -> None:
    """Of two holds on one thing the one that's further stays, with the earlier's place in the queue."""
    lock_recalled_for_patron(goes.pk, stays.pk)
    both: dict[tuple[int, int | None], list[Hold]] = {}
    active = Hold.objects.filter(patron__in=[goes, stays], state__in=Hold.ACTIVE).order_by("requested_at", "pk")
    for hold in active:
        both.setdefault((hold.record_id, hold.item_id), []).append(hold)
    for holds in both.values():
        kept, *others = sorted(holds, key=lambda hold: _FURTHEST.index(Hold.State(hold.state)))
        if others and holds[0].requested_at < kept.requested_at:
            Hold.objects.filter(pk=kept.pk).update(requested_at=holds[0].requested_at)
        for hold in others:
            cancel_hold(hold=hold, staff=staff, now=now, reason="MERGED")


def _join_credit(goes: Any, stays: Any) -> None:
    """Each patron has one credit, so the entries of one become the other's."""
    credits = {fee.patron_id: fee for fee in lock_fees(Q(patron__in=[goes, stays], kind=Fee.Kind.CREDIT))}
    if len(credits) == 2:
        gone, kept = credits[goes.pk], credits[stays.pk]
        LedgerEntry.objects.filter(fee=gone).update(fee=kept)
        kept.balance += gone.balance
        kept.save(update_fields=["balance"])
        gone.delete()


def _close_groups_of_both(goes: Any, stays: Any, now: datetime) -> None:
    """A fee for several loans grows no more where the other has one for the same group already."""
    groups = Fee.objects.filter(patron=stays, closed_at__isnull=True).exclude(group_key="").values("group_key")
    Fee.objects.filter(patron=goes, closed_at__isnull=True, group_key__in=groups).update(closed_at=now)
