"""Calls loans back before their time, for a hold or because staff want them."""

from collections.abc import Collection, Iterable
from datetime import date, datetime
from zoneinfo import ZoneInfo

from accounts.models import StaffAccount
from circulation.errors import Code, RecallRefused
from circulation.models import Hold, Loan
from circulation.rules.holds import FillingRules, ItemToFill, Waiting, may_fill
from circulation.rules.reasons import blocking
from circulation.rules.recalls import RecallFacts, best_to_recall, decide
from circulation.selectors.holds import as_waiting
from circulation.selectors.recalls import stands_on_shelf
from circulation.selectors.rule_books import RuleBook, rule_book
from circulation.services.desk_actions import desk_action
from common import audit
from notices.models import NoticeKind
from notices.services.outbox import make_notice


def recall_loan(*, loan: Loan, staff: StaffAccount | None, now: datetime) -> Loan:
    """Call a loan back: it's due earlier, its patron is told, and it can't be renewed any more.

    The loan time and the days to bring it that the rules guarantee are kept.

    :param loan: only its key counts
    :raises RecallRefused: LOAN_ENDED, RECALLED_ALREADY, ITEM_LOST, RECALL_NOT_ALLOWED or RECALL_NOT_EARLIER
    """
    with desk_action(RecallRefused):
        locked = _lock(loan.pk)
        if locked is None:
            raise RecallRefused([blocking(Code.LOAN_ENDED)])
        decision = decide(_facts(locked, rule_book(), now))
        if decision.due_date is None:
            raise RecallRefused(decision.reasons)
        _call_back(locked, decision.due_date, staff=staff, now=now, hold_id=None)
        return locked


def recall_for_hold(
    *, hold: Hold, wish: Waiting, filling: FillingRules, staff: StaffAccount | None, now: datetime
) -> Loan | None:
    """Call back the loan whose item is soonest here for a hold, where rules let holds do so; None if there's none.

    Runs in the caller's transaction and locks loans only, so that nobody who lends waits for whom we wait for.
    """
    book = rule_book()
    if not book.rules.all_values("recall_by_hold"):
        return None
    loans = {loan.pk: loan for loan in _loans_for(hold) if may_fill(wish, _item_of(loan), filling)}
    best = best_to_recall(_facts(loan, book, now) for loan in loans.values())
    # Those that are called back already may be let go this very moment, by somebody who can't see this hold yet.
    wanted = [best.loan_id] if best else sorted(pk for pk, loan in loans.items() if loan.recalled_for_id)
    for loan_id in wanted:
        locked = _lock(loan_id)
        facts = _facts(locked, book, now) if locked is not None else None
        due_date = decide(facts).due_date if facts and facts.rules.value("recall_by_hold") else None
        if locked is not None and due_date is not None:
            _call_back(locked, due_date, staff=staff, now=now, hold_id=hold.pk)
            return locked
    # None, or returned or called back this very moment.
    return None


def call_back_again(
    holds: Iterable[Hold], let_go_of: Collection[int], *, staff: StaffAccount | None, now: datetime
) -> None:
    """Call loans back for holds that go on again after their loans were let go, unless a shelf has what they need.

    :param holds: with their patrons
    :param let_go_of: the holds whose loans were let go
    """
    for hold in holds:
        if hold.state != Hold.State.QUEUED or hold.pk not in let_go_of:
            continue
        wish = as_waiting(hold, hold.patron)
        zone = ZoneInfo(hold.pickup_branch.time_zone)
        filling = rule_book().filling(now.astimezone(zone).date(), some_day=True)
        if not stands_on_shelf([hold.record_id, *hold.edition_ids], wish, filling):
            recall_for_hold(hold=hold, wish=wish, filling=filling, staff=staff, now=now)


def _loans_for(hold: Hold) -> list[Loan]:
    loans = Loan.objects.select_related("item", "patron", "lending_branch").filter(
        item__record_id__in=[hold.record_id, *hold.edition_ids], returned_at__isnull=True
    )
    return list(loans.exclude(patron_id=hold.patron_id).order_by("pk"))


def _lock(loan_id: int) -> Loan | None:
    loans = Loan.objects.select_for_update(of=("self",), no_key=True)
    return (
        loans.select_related("item__record", "patron", "lending_branch")
        .filter(pk=loan_id, returned_at__isnull=True)
        .first()
    )


def _item_of(loan: Loan) -> ItemToFill:
    return ItemToFill.of(loan.item, at_branch_id=loan.item.current_branch_id)


def _facts(loan: Loan, book: RuleBook, now: datetime) -> RecallFacts:
    if loan.patron is None:
        raise RuntimeError("an open loan without a patron")
    zone = ZoneInfo(loan.lending_branch.time_zone)
    today = now.astimezone(zone).date()
    branch_id = loan.rules_branch_id or loan.lending_branch_id
    return RecallFacts(
        loan_id=loan.pk,
        today=today,
        loaned_on=loan.loaned_on,
        due_date=loan.due_date,
        is_recalled=loan.recalled_at is not None,
        item_status=loan.item.status,
        branch_id=branch_id,
        rules=book.resolved_for(loan.patron, branch_id=branch_id, item_type_id=loan.item.item_type_id, on=today),
        calendar=book.calendar(branch_id),
        due_at=loan.due_at.astimezone(zone) if loan.due_at else None,
    )


def _call_back(loan: Loan, due_date: date, *, staff: StaffAccount | None, now: datetime, hold_id: int | None) -> None:
    before, loan.due_date, loan.recalled_at = loan.due_date, due_date, now
    loan.recalled_for_id, loan.due_before_recall = hold_id, before
    loan.save(update_fields=["due_date", "recalled_at", "recalled_for", "due_before_recall"])
    audit.record(
        action="circulation.recall",
        actor=staff,
        subject=loan.item,
        facts={
            "loan_id": loan.pk,
            "patron_id": loan.patron_id,
            "hold_id": hold_id,
            "before": {"due_date": before.isoformat()},
            "due_date": due_date.isoformat(),
        },
    )
    if loan.patron is not None:
        item = loan.item
        make_notice(
            patron=loan.patron,
            branch=loan.lending_branch,
            kind=NoticeKind.RECALL,
            # Let go and called back once more, it's another message.
            key=f"{NoticeKind.RECALL}:loan:{loan.pk}:{now:%Y%m%dT%H%M%S%f}",
            context={"items": [{"title": item.record.title, "barcode": item.barcode, "due_date": due_date}]},
            about={"loans": [loan.pk], "due_dates": [due_date.isoformat()]},
            now=now,
        )
