"""Takes recalls back: when no hold needs the loan any more, or because staff say so."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Q, QuerySet

from accounts.models import StaffAccount
from circulation.errors import Code, RecallRefused
from circulation.models import Hold, Loan
from circulation.rules.reasons import blocking
from circulation.rules.recalls import given_back
from circulation.rules.resolution import RuleMissing
from circulation.selectors.recalls import next_in_need
from circulation.selectors.rule_books import RuleBook, rule_book
from circulation.services.desk_actions import desk_action
from circulation.services.fees import close_overdue_fee
from circulation.services.fees.suspension import lift_suspension
from common import audit
from holdings.models import Item
from notices.models import Notice, NoticeKind
from notices.services.outbox import make_notice

TAKEN_BACK = "circulation.take_back_recall"
KEPT = "circulation.keep_recall"


def take_back_recall(*, loan: Loan, staff: StaffAccount | None, now: datetime) -> Loan:
    """Take a recall back by hand, whoever waits: the loan is due again when it was before, and its patron is told.

    :param loan: only its key counts
    :raises RecallRefused: LOAN_ENDED or NOT_RECALLED
    """
    with desk_action(RecallRefused):
        locked = _lock(Q(pk=loan.pk)).first()
        if locked is None:
            raise RecallRefused([blocking(Code.LOAN_ENDED)])
        if locked.recalled_at is None:
            raise RecallRefused([blocking(Code.NOT_RECALLED)])
        _give_back(locked, rule_book(), staff=staff, now=now, by_hand=True)
        return locked


def lock_recalled_for(hold_ids: Iterable[int], *, patron_ids: Iterable[int] = ()) -> list[Loan]:
    """Lock the open loans that were called back for these holds, for `let_go`.

    Before the holds: a check-in locks the loan first, and then the hold that its item is for.

    :param patron_ids: whose other holds count too
    """
    return list(_lock(Q(recalled_for__in=list(hold_ids)) | Q(recalled_for__patron__in=list(patron_ids))))


def lock_recalled_for_patron(*patron_ids: int) -> list[Loan]:
    """Lock the open loans that were called back for any hold of these patrons, as `lock_recalled_for` does."""
    return list(_lock(Q(recalled_for__patron__in=patron_ids)))


def let_go(loans: Iterable[Loan], *, staff: StaffAccount | None, now: datetime) -> dict[str, Any]:
    """Take the recalls back whose hold is over, unless another hold needs the loan: then it's kept for that one.

    :param loans: locked, before their holds were
    :returns: which were taken back and for which holds they had been called back, as the audit entry of what ended the
        holds keeps it; nothing if none was
    """
    called_back, free = list(loans), dict[int, int | None]()
    if not called_back:
        return {}
    hold_ids = [loan.recalled_for_id for loan in called_back if loan.recalled_for_id]
    active = set(Hold.objects.filter(pk__in=hold_ids, state__in=Hold.ACTIVE).values_list("pk", flat=True))
    book = rule_book()
    for loan in called_back:
        if loan.recalled_for_id in active or loan.patron is None:
            continue
        if hold_id := next_in_need(loan, loan.patron, book, today=_today(loan, now)):
            facts = {"loan_id": loan.pk, "before": {"hold_id": loan.recalled_for_id}, "hold_id": hold_id}
            loan.recalled_for_id = hold_id
            loan.save(update_fields=["recalled_for"])
            audit.record(action=KEPT, actor=staff, subject=loan.item, facts=facts)
        else:
            free[loan.pk] = loan.recalled_for_id
            _give_back(loan, book, staff=staff, now=now)
    return {"let_go": list(free), "let_go_of": [hold_id for hold_id in free.values() if hold_id]} if free else {}


def let_go_of_ended(loan_ids: Iterable[int], *, now: datetime) -> None:
    """Take the recalls of loans back whose hold ended while nobody saw that they weren't needed any more."""
    let_go(_lock(Q(pk__in=list(loan_ids))), staff=None, now=now)


def _lock(which: Q) -> QuerySet[Loan]:
    loans = Loan.objects.select_for_update(of=("self",), no_key=True)
    wanted = loans.select_related("item__record", "patron", "lending_branch").defer("item__record__raw")
    return wanted.filter(which, returned_at__isnull=True).order_by("pk")


def _give_back(loan: Loan, book: RuleBook, *, staff: StaffAccount | None, now: datetime, by_hand: bool = False) -> None:
    today, before, hold_id, called_back_at = _today(loan, now), loan.due_date, loan.recalled_for_id, loan.recalled_at
    renewed = loan.renewed_at is not None and called_back_at is not None and loan.renewed_at > called_back_at
    due_date = given_back(
        due_date=before,
        # What's lost is claimed already: nobody's hold decides about that money.
        due_before=None if renewed or _is_lost(loan) else loan.due_before_recall,
        today=today,
        calendar=book.calendar(loan.rules_branch_id or loan.lending_branch_id),
    )
    if due_date != before:
        if before < today:
            _end_fee(loan, today, staff, now)
        loan.due_date, loan.notices_made = due_date, 0
    loan.recalled_at = loan.recalled_for_id = loan.due_before_recall = None
    loan.save(update_fields=["due_date", "notices_made", "recalled_at", "recalled_for", "due_before_recall"])
    audit.record(
        action=TAKEN_BACK,
        actor=staff,
        subject=loan.item,
        facts={
            "loan_id": loan.pk,
            "patron_id": loan.patron_id,
            "hold_id": hold_id,
            "before": {"due_date": before.isoformat()},
            "due_date": due_date.isoformat(),
            # Nothing has brought her more time: the night would call it back once more, which nobody wants who took
            # it back by hand. One whose hold has ended is called back for the next one.
            **({"was_late": True} if by_hand and due_date < today else {}),
        },
    )
    if _was_told(loan) and due_date != before:
        _tell(loan, now)


def _is_lost(loan: Loan) -> bool:
    # Read anew: who calls an item lost has the loan's lock too, but the item's row may be of before we had it.
    return Item.objects.filter(pk=loan.item_id, status=Item.Status.LOST).exists()


def _end_fee(loan: Loan, today: date, staff: StaffAccount | None, now: datetime) -> None:
    """End the fee of the day that it was called back to, as a renewal would; without a rule there's none."""
    try:
        # A savepoint, for the recall ends even if no rule says what being late costs.
        with transaction.atomic():
            close_overdue_fee(loan=loan, on=today, now=now, actor=staff)
    except RuleMissing:
        return
    # She still has the item, and isn't late with it any more.
    lift_suspension(loan, now=now, actor=staff)


def _was_told(loan: Loan) -> bool:
    """Keep back what she hasn't been sent yet about the recall, and return whether she knows of it."""
    told = Notice.objects.filter(
        patron=loan.patron_id, kind=NoticeKind.RECALL, about__loans__contains=[loan.pk]
    ).exclude(state=Notice.State.CANCELLED)
    if told.filter(about__loans=[loan.pk], state=Notice.State.QUEUED).update(state=Notice.State.CANCELLED):
        return told.exists()
    return True


def _tell(loan: Loan, now: datetime) -> None:
    if loan.patron is None:
        return
    item, kind = loan.item, NoticeKind.RECALL_OVER
    make_notice(
        patron=loan.patron,
        branch=loan.lending_branch,
        kind=kind,
        # It may be called back and let go again.
        key=f"{kind}:loan:{loan.pk}:{now:%Y%m%dT%H%M%S%f}",
        context={"items": [{"title": item.record.title, "barcode": item.barcode, "due_date": loan.due_date}]},
        about={"loans": [loan.pk], "due_dates": [loan.due_date.isoformat()]},
        now=now,
    )


def _today(loan: Loan, now: datetime) -> date:
    return now.astimezone(ZoneInfo(loan.lending_branch.time_zone)).date()
