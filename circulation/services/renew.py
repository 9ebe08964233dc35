"""Renews loans: one, or all of a patron's. Rules and calendar are those of the branch that lent."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from accounts.models import StaffAccount
from circulation.errors import Code, Override, RenewalRefused
from circulation.models import Fee, Loan
from circulation.rules.due_dates import DueDate
from circulation.rules.reasons import blocking, covered_codes, notices_among, rule_missing, standing
from circulation.rules.renewal import RenewalFacts, decide, others_fill_all
from circulation.rules.resolution import RuleMissing
from circulation.selectors.desk_facts import (
    ScanFacts,
    items_on_shelf,
    patron_facts,
    queue_of,
    read_facts,
    scan_facts,
)
from circulation.selectors.loan_cases import is_late
from circulation.selectors.rule_books import RuleBook, rule_book
from circulation.services.desk_actions import (
    attach_names,
    check_scan,
    clean_scan_id,
    desk_action,
    local_moment,
    locked_item,
    notice_facts,
    notices_of,
    override_facts,
    permissions,
)
from circulation.services.fees import close_overdue_fee
from circulation.services.results import RenewalAnswer, RenewResult
from common import audit
from common.errors import Reason
from common.keyed_reads import ALL, KeyedRead
from common.plain_updates import PlainUpdate
from holdings.models import Item
from patrons.models import Patron

ACTION = "circulation.renew"
_lock_loan = KeyedRead(Loan, lock=True, along={"patron": ALL, "lending_branch": ALL})
_write_loan = PlainUpdate(Loan, "due_date", "due_at", "renewals", "renewed_at", "notices_made")
_FACTS = (
    "version",
    "calendar_version",
    "scan",
    "waiting",
    "others_queue",
    "on_shelf",
    "overdue",
    "lost",
    "owed",
    "family_owed",
    "blocks",
    "cards",
)


def renew_loan(
    *,
    loan: Loan,
    staff: StaffAccount | None,
    now: datetime,
    override: Override | None = None,
    scan_id: str | None = None,
) -> RenewResult:
    """Renew a loan and return it with its new due date; the fee of an overdue loan is closed first.

    :param loan: only its key and item count; it's read again under lock
    :param staff: None when the patron renews herself
    :raises RenewalRefused: with every reason found; nothing has changed
    """
    scan_id = clean_scan_id(scan_id)
    with desk_action(RenewalRefused):
        item = locked_item(Item(pk=loan.item_id), RenewalRefused)
        return _renew_locked(loan.pk, item=item, staff=staff, now=now, override=override, scan_id=scan_id)


def renew_all(*, patron: Patron, staff: StaffAccount | None, now: datetime) -> list[RenewalAnswer]:
    """Renew every open loan of a patron that can be, each in a transaction of its own, by due date."""
    loans = Loan.objects.filter(patron=patron, returned_at__isnull=True).order_by("due_date", "pk")
    return list(_answers(loans, staff=staff, now=now))


def renew_instead_of_lending(
    *,
    loan_id: int,
    item: Item,
    patron: Patron,
    staff: StaffAccount | None,
    now: datetime,
    override: Override | None,
    scan_id: str | None,
) -> RenewResult:
    """Renew within a check-out of what the patron has already; item and patron are locked.

    :raises RenewalRefused: with every reason found
    """
    return _renew_locked(loan_id, item=item, patron=patron, staff=staff, now=now, override=override, scan_id=scan_id)


def renew_by_itself(*, loan_id: int, item: Item, now: datetime) -> RenewResult:
    """Renew a loan by night, as its rules say; the item is locked, and so the caller has a transaction.

    :raises RenewalRefused: with every reason found, those that stop automatic renewals alone among them
    """
    return _renew_locked(loan_id, item=item, staff=None, now=now, automatic=True)


def _answers(loans: Iterable[Loan], *, staff: StaffAccount | None, now: datetime) -> Iterable[RenewalAnswer]:
    for loan in loans:
        try:
            result = renew_loan(loan=loan, staff=staff, now=now)
        except RenewalRefused as refused:
            yield RenewalAnswer(loan, refused=refused)
        else:
            yield RenewalAnswer(result.loan, result=result)


def _renew_locked(
    loan_id: int,
    *,
    item: Item,
    patron: Patron | None = None,
    staff: StaffAccount | None,
    now: datetime,
    override: Override | None = None,
    scan_id: str | None = None,
    automatic: bool = False,
) -> RenewResult:
    loan = _lock_loan(loan_id)
    if loan is None:
        raise RenewalRefused([blocking(Code.LOAN_UNKNOWN)])
    loan.item = item
    patron = patron or loan.patron
    here = local_moment(now, loan.lending_branch)
    facts = _read_facts(loan, item, here, scan_id)
    book = rule_book(facts["version"])
    attach_names(item, book)
    if scan := scan_facts(facts):
        return _first_result(scan, loan)
    if loan.returned_at is not None or patron is None:
        raise RenewalRefused([blocking(Code.LOAN_ENDED)])
    decision = decide(_facts_to_decide(facts, loan, item, patron, book, here, automatic))
    against = standing(decision.reasons, override, permissions(staff))
    if against or decision.due is None:
        raise RenewalRefused(against)
    return _write(
        loan,
        decision.due,
        decision.reasons,
        staff=staff,
        now=now,
        here=here,
        override=override,
        scan_id=scan_id,
        automatic=automatic,
    )


def _read_facts(loan: Loan, item: Item, here: datetime, scan_id: str | None) -> dict[str, Any]:
    return read_facts(
        *_FACTS,
        item=item.pk,
        record=item.record_id,
        patron=loan.patron_id,
        branch=loan.rules_branch_id or loan.lending_branch_id,
        today=here.date(),
        now=here,
        scan=scan_id,
    )


def _facts_to_decide(
    facts: dict[str, Any],
    loan: Loan,
    item: Item,
    patron: Patron,
    book: RuleBook,
    here: datetime,
    automatic: bool,
) -> RenewalFacts:
    branch_id = loan.rules_branch_id or loan.lending_branch_id
    return RenewalFacts(
        now=here,
        due_date=loan.due_date,
        due_at=loan.due_at,
        is_on_site=loan.is_on_site,
        loaned_on=loan.loaned_on,
        automatic=automatic,
        renewals=loan.renewals,
        item_status=item.status,
        item_type_id=item.item_type_id,
        branch_id=branch_id,
        patron=patron_facts(patron, facts),
        rules=book.resolved_for(patron, branch_id=branch_id, item_type_id=item.item_type_id, on=here.date()),
        calendar=book.calendar(branch_id, facts["calendar_version"]),
        waiting=facts["waiting"],
        others_fill_all=others_fill_all(
            queue_of(facts, "others_queue"), items_on_shelf(facts), book.filling(here.date())
        ),
        is_recalled=loan.recalled_at is not None,
    )


def _write(
    loan: Loan,
    due: DueDate,
    reasons: tuple[Reason, ...],
    *,
    staff: StaffAccount | None,
    now: datetime,
    here: datetime,
    override: Override | None,
    scan_id: str | None,
    automatic: bool,
) -> RenewResult:
    before = {
        "due_date": loan.due_date.isoformat(),
        "due_at": loan.due_at.isoformat() if loan.due_at else None,
        "renewals": loan.renewals,
        "renewed_at": loan.renewed_at.isoformat() if loan.renewed_at else None,
        "notices_made": loan.notices_made,
    }
    old_due_date = loan.due_date
    fee = _close_fee(loan, today=here.date(), now=now, staff=staff)
    loan.due_date, loan.due_at, loan.renewals, loan.renewed_at = due.day, due.at, loan.renewals + 1, now
    loan.notices_made = 0
    _write_loan(loan)
    notices = notices_among(reasons)
    entry = audit.record(
        action=ACTION,
        actor=staff,
        subject=loan.item,
        scan_id=scan_id,
        facts={
            "loan_id": loan.pk,
            "item_id": loan.item_id,
            "patron_id": loan.patron_id,
            "due_date": due.day.isoformat(),
            "fee_id": fee.pk if fee else None,
            "before": before,
            **({"automatic": True} if automatic else {}),
            **override_facts(override, covered_codes(reasons, override)),
            **notice_facts(notices),
        },
    )
    return RenewResult(loan=loan, old_due_date=old_due_date, notices=notices, fee=fee, entry_id=entry.pk)


def _close_fee(loan: Loan, *, today: date, now: datetime, staff: StaffAccount | None) -> Fee | None:
    if loan.due_date >= today and (
        loan.due_at is None or not is_late(loan.due_date, loan.due_at, on=today, at=now, book=rule_book())
    ):
        return None
    try:
        return close_overdue_fee(loan=loan, on=today, now=now, actor=staff)
    except RuleMissing as missing:
        raise RenewalRefused([rule_missing(missing.name)]) from missing


def _first_result(scan: ScanFacts, loan: Loan) -> RenewResult:
    check_scan(scan, RenewalRefused, actions=(ACTION,), loan_id=loan.pk)
    fee_id = scan.facts.get("fee_id")
    return RenewResult(
        loan=loan,
        old_due_date=date.fromisoformat(scan.facts["before"]["due_date"]),
        notices=notices_of(scan.facts),
        fee=Fee.objects.filter(pk=fee_id).first() if fee_id else None,
        repeated=True,
        entry_id=scan.entry_id,
    )
