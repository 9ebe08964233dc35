"""The night's reminders and invoices: the next step of the ladder for every loan that has come to it."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import F

from circulation.models import Loan
from circulation.rules.fees import days_late
from circulation.rules.notice_steps import NoticeStep, next_step, notice_steps
from circulation.selectors.loan_cases import LoanCase, loan_cases
from circulation.selectors.rule_books import RuleBook, rule_book
from circulation.services.fees.invoice import Claim, invoice_loans
from circulation.services.fees.lost import waive_overdue
from circulation.services.letter_stops import lift_settled, set_stops
from circulation.services.nightly.batches import at_once, do_all, work_through
from circulation.services.nightly.invoice_reminders import remind_of_invoices
from circulation.services.nightly.letters import Letter, ladder_letters, open_loans, patrons_after, write_letters
from circulation.services.nightly.overdue_fees import lock_open_loans
from circulation.services.nightly.overdue_recalls import recall_what_others_wait_for
from holdings.models import Item
from notices.models import Notice, NoticeKind
from tenants.selectors import current_municipality

BATCH = 300
_REMINDERS = (NoticeKind.OVERDUE_1, NoticeKind.OVERDUE_2, NoticeKind.OVERDUE_3, NoticeKind.INVOICE)
# No ladder leaves more days than these between two letters; an older letter holds nothing up.
_LONGEST_GAP = timedelta(days=120)

_Step = tuple[LoanCase, NoticeStep]


def make_overdue_notices(*, on: date, now: datetime, counts: Counter[str]) -> None:
    """Remind patrons of late loans, invoice what has come to the last step, and remind of what was invoiced before.

    The same night again does nothing.

    Counts `letters`, the `loans` that they're about, and `invoiced` ones, whose items count as lost now.

    :raises circulation.services.nightly.batches.SomeFailed: if some letters could not be written
    """
    rules = rule_book().rules
    do_all(
        lambda: _write_all(rules.all_values("notice_steps"), on=on, now=now, counts=counts),
        lambda: _recall(rules.all_values("recall_overdue"), on=on, now=now, counts=counts),
        # What was settled elsewhere than at a desk: by an agreement with the debtor system, for instance.
        lambda: at_once(lambda: lift_settled(None, now=now, actor=None)),
        lambda: remind_of_invoices(rules.all_values("invoice_reminder_days"), on=on, now=now, counts=counts),
    )


def _recall(wishes: Sequence[bool], *, on: date, now: datetime, counts: Counter[str]) -> None:
    if any(wishes):
        recall_what_others_wait_for(on=on, now=now, counts=counts)


def _write_all(steps: Sequence[Sequence[Any]], *, on: date, now: datetime, counts: Counter[str]) -> None:
    late = open_loans().filter(due_date__lt=on, notices_made__lt=max(map(len, steps), default=0))

    def next_keys(after: int | None) -> Sequence[int]:
        return patrons_after(late, after, BATCH)

    def work(patron_ids: Sequence[int]) -> Counter[str]:
        book = rule_book()
        loan_ids = list(late.filter(patron__in=patron_ids).values_list("pk", flat=True))
        return _remind(_lock(_due(loan_cases(loan_ids), on=on, book=book), on=on, book=book), on=on, now=now, book=book)

    work_through(next_keys, work, counts)


def _due(loans: Sequence[LoanCase], *, on: date, book: RuleBook) -> list[_Step]:
    if not loans:
        return []
    reminded = _last_reminded(loans, on=on)
    steps = []
    for loan in loans:
        last = reminded.get(loan.loan_id)
        step = next_step(
            notice_steps(loan.rules(book, on).value("notice_steps")),
            made=loan.notices_made,
            late=days_late(loan.due_date, on),
            days_since_last=None if last is None else (on - last).days,
        )
        if step is not None:
            steps.append((loan, step))
    return steps


def _lock(steps: Sequence[_Step], *, on: date, book: RuleBook) -> list[_Step]:
    """Lock what the steps will change, items before loans as at the desk, and return those that are still due."""
    if not steps:
        return []
    lost = [loan.item_id for loan, step in steps if step.kind == NoticeKind.INVOICE]
    items = Item.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=lost).order_by("pk")
    locked_items = set(items.values_list("pk", flat=True))
    locked = loan_cases(lock_open_loans([loan.loan_id for loan, _ in steps]))
    return [
        (loan, step)
        for loan, step in _due(locked, on=on, book=book)
        if step.kind != NoticeKind.INVOICE or loan.item_id in locked_items
    ]


def _remind(steps: Sequence[_Step], *, on: date, now: datetime, book: RuleBook) -> Counter[str]:
    if not steps:
        return Counter()
    letters = ladder_letters((loan, step.kind, step.channels) for loan, step in steps)
    claims = _claims(letters, on=on, now=now, book=book)
    made = write_letters(letters, on=on, now=now, book=book, claims=claims)
    loans = [loan.loan_id for letter in made for loan in letter.loans]
    Loan.objects.filter(pk__in=loans).update(notices_made=F("notices_made") + 1)
    set_stops([(letter.patron_id, letter.key(on), letter.kind) for letter in made if _stops(letter, on, book)], now=now)
    return Counter(letters=len(made), loans=len(loans), invoiced=len(claims))


def _stops(letter: Letter, on: date, book: RuleBook) -> bool:
    return any(loan.rules(book, on).value("block_at_notice") == letter.kind for loan in letter.loans)


def _claims(letters: Iterable[Letter], *, on: date, now: datetime, book: RuleBook) -> dict[int, Claim]:
    """Claim what the invoices are about, unless tonight's invoice to the patron exists already."""
    invoices = {letter.key(on): letter for letter in letters if letter.kind == NoticeKind.INVOICE}
    known = set(Notice.objects.filter(key__in=list(invoices)).values_list("key", flat=True)) if invoices else set()
    loans = [loan for key, letter in invoices.items() if key not in known for loan in letter.loans]
    if not loans:
        return {}
    waive_overdue(loans, on=on, now=now, actor=None, book=book)
    return invoice_loans(loans, on=on, now=now, book=book)


def _last_reminded(loans: Sequence[LoanCase], *, on: date) -> dict[int, date]:
    """Return the local day of the newest reminder about each loan that has had one."""
    again = {loan.loan_id: loan.patron_id for loan in loans if loan.notices_made}
    if not again:
        return {}
    zone = ZoneInfo(current_municipality().time_zone)
    since = datetime.combine(on - _LONGEST_GAP, datetime.min.time(), zone)
    reminders = Notice.objects.filter(patron__in=set(again.values()), kind__in=_REMINDERS, created_at__gte=since)
    days: dict[int, date] = {}
    for about, created_at in reminders.order_by("pk").values_list("about", "created_at"):
        for loan_id in about.get("loans", ()):
            days[loan_id] = created_at.astimezone(zone).date()
    return days
