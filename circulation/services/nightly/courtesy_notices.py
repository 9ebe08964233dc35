"""The night's courtesy notices: a word before the due date, so that nothing gets late."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from circulation.rules.automatic_renewal import Answer, automatically
from circulation.rules.nights import Job
from circulation.rules.notice_steps import courtesy_is_due
from circulation.selectors.loan_cases import LoanCase, loan_cases
from circulation.selectors.rule_books import RuleBook, rule_book
from circulation.services.nightly.batches import work_through
from circulation.services.nightly.letters import letters_for, open_loans, patrons_after, write_letters
from common.money import ZERO
from notices.models import NoticeKind
from tenants.models import JobRun
from tenants.selectors import current_municipality

BATCH = 300
# After a longer standstill, what was due before is past being a courtesy.
_MOST_MISSED = timedelta(days=7)


def make_courtesy_notices(*, on: date, now: datetime, counts: Counter[str]) -> None:
    """Tell patrons which loans are due soon; the same night again tells nobody twice.

    Counts `letters` and the `loans` that they're about.

    :raises circulation.services.nightly.batches.SomeFailed: if some letters could not be written
    """
    since = _nights_since(on)
    zone = ZoneInfo(current_municipality().time_zone)
    soon = open_loans().filter(due_date__in=_due_dates(on=on, since=since))

    def next_keys(after: int | None) -> Sequence[int]:
        return patrons_after(soon, after, BATCH)

    def work(patron_ids: Sequence[int]) -> Counter[str]:
        book = rule_book()
        loans = loan_cases(soon.filter(patron__in=patron_ids).values_list("pk", flat=True))
        due = [
            (loan, NoticeKind.COURTESY.value)
            for loan in loans
            if not _renews_itself(loan, book, on)
            and courtesy_is_due(
                due_date=loan.due_date,
                days_before=loan.rules(book, on).value("courtesy_days"),
                last_set_on=_last_set_on(loan, zone),
                today=on,
                nights_since=since,
            )
        ]
        made = write_letters(letters_for(due), on=on, now=now, book=book)
        return Counter(letters=len(made), loans=sum(len(letter.loans) for letter in made))

    work_through(next_keys, work, counts)


def _renews_itself(loan: LoanCase, book: RuleBook, on: date) -> bool:
    """Whether the loan is renewed by night, or its patron told then that it couldn't be: one message is enough."""
    if loan.due_at is not None:
        # No night renews a loan by the hour.
        return False
    answer = automatically(loan.rules(book, on), loaned_on=loan.loaned_on, due_date=loan.due_date, today=on, owed=ZERO)
    return answer not in (Answer.OFF, Answer.TOO_LATE)


def _last_set_on(loan: LoanCase, zone: ZoneInfo) -> date:
    return loan.renewed_at.astimezone(zone).date() if loan.renewed_at else loan.loaned_on


def _nights_since(on: date) -> date:
    """Return the last day whose courtesy notices are made: yesterday, if no night was missed."""
    done = JobRun.objects.filter(
        municipality__schema_name=current_municipality().schema_name,
        job=Job.COURTESY_NOTICES,
        state=JobRun.State.DONE,
        local_day__lt=on,
        local_day__gte=on - _MOST_MISSED,
    )
    newest = done.order_by("-local_day").values_list("local_day", flat=True).first()
    return newest or on - timedelta(days=1)


def _due_dates(*, on: date, since: date) -> list[date]:
    """Return the due dates that any rule wants a courtesy notice for tonight."""
    nights = [on - timedelta(days=days) for days in range((on - since).days)]
    days_before = set(rule_book().rules.all_values("courtesy_days"))
    return sorted({night + timedelta(days=days) for night in nights for days in days_before})
