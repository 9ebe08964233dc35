"""The night's fees: every open loan that's late is brought up to the step that the day reaches."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime

from django.db.models import Q

from circulation.models import Loan
from circulation.rules.fee_schemes import says_what_late_costs
from circulation.selectors.loan_cases import LoanCase, counts_hours, loan_cases
from circulation.selectors.rule_books import RuleBook, rule_book
from circulation.services.fees.overdue import charge_loans
from circulation.services.nightly.batches import work_through
from common.audit import record
from common.money import ZERO

BATCH = 500

_Place = tuple[date, int]


def charge_overdue_fees(*, on: date, now: datetime, counts: Counter[str]) -> None:
    """Charge what being late costs by a day; the same day again charges nothing more.

    Counts `loans` that are late, `charged` those whose fee rose, `without_rule` those that no rule has a ladder for.

    :raises circulation.services.nightly.batches.SomeFailed: if some loans could not be charged
    """

    by_hour = counts_hours(rule_book())

    def next_keys(after: _Place | None) -> Sequence[_Place]:
        late = Loan.objects.filter(returned_at__isnull=True, claim="")
        if by_hour:
            late = late.filter(Q(due_date__lt=on) | Q(due_at__lt=now), due_date__lte=on)
        else:
            late = late.filter(due_date__lt=on)
        if after is not None:
            due_date, pk = after
            late = late.filter(Q(due_date__gt=due_date) | Q(due_date=due_date, pk__gt=pk), due_date__gte=due_date)
        return list(late.order_by("due_date", "pk").values_list("due_date", "pk")[:BATCH])

    def work(keys: Sequence[_Place]) -> Counter[str]:
        return _charge([pk for _, pk in keys], on=on, now=now)

    work_through(next_keys, work, counts)


def _charge(loan_ids: Sequence[int], *, on: date, now: datetime) -> Counter[str]:
    book = rule_book()
    loans = loan_cases(lock_open_loans(loan_ids))
    with_ladder = [loan for loan in loans if has_ladder(loan, book, on)]
    charges = charge_loans(with_ladder, on=on, at=now, now=now, actor=None, book=book)
    if charges:
        total = sum((charge.amount for charge in charges), ZERO)
        facts = {"on": on.isoformat(), "fees": len(charges), "amount": str(total)}
        record(action="circulation.charge_overdue_fees", actor=None, subject=None, facts=facts)
    return Counter(looked_at=len(loans), charged=len(charges), without_rule=len(loans) - len(with_ladder))


def has_ladder(loan: LoanCase, book: RuleBook, on: date) -> bool:
    """Return whether a rule says what being late costs, be it nothing."""
    return says_what_late_costs(loan.rules(book, on))


def lock_open_loans(loan_ids: Sequence[int]) -> list[int]:
    """Lock the loans that are still open, in the order of their numbers, and return these."""
    loans = Loan.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=loan_ids, returned_at__isnull=True)
    return list(loans.order_by("pk").values_list("pk", flat=True))
