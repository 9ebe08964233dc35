"""What a patron owes today, reckoned without writing: the ledger says what the last night charged.

Returning or renewing counts today's days, so whoever reads last night's amount would owe another one a click later.
"""

from collections.abc import Sequence
from copy import copy
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db.models import Q

from circulation.models import Fee, Loan
from circulation.rules.fees import OverdueClaim
from circulation.rules.resolution import RuleMissing
from circulation.selectors.fees import FeeView, views_of
from circulation.selectors.loan_cases import LoanCase, case_of, claim_of
from circulation.selectors.rule_books import RuleBook, rule_book
from common.money import ZERO
from patrons.models import Patron


def fees_today(patron: Patron, loans: Sequence[Loan], *, now: datetime) -> list[FeeView]:
    """Return what a patron would owe if everything came back now, the newest first; nothing is written.

    A fee that the next night would begin has no number yet. A loan without a rule for its fee is left as charged.

    :param loans: her open loans with item, title and branch
    """
    late = [loan for loan in loans if loan.due_date < _today_at(loan, now)]
    unsettled = Q(balance__gt=0) | Q(kind=Fee.Kind.OVERDUE, loan__in=[loan.pk for loan in late])
    views = views_of(Fee.objects.filter(unsettled, patron=patron).select_related("branch").order_by("-pk"))
    if not late:
        return views
    book = rule_book()
    known = {(view.fee.loan_id, view.fee.due_date): place for place, view in enumerate(views)}
    new = []
    kind = book.categories[patron.category_id].kind
    for loan in late:
        case = case_of(loan, patron, category_kind=kind)
        claim = _claim(case, loan, book, now)
        place = known.get((loan.pk, loan.due_date))
        if claim is None or claim.total <= ZERO:
            continue
        if place is None:
            new.append(_view(_fee_to_be(loan, patron, now), claim, claim.total, book, case))
        elif views[place].fee.closed_at is None and (more := claim.total - views[place].charged) > ZERO:
            grown = views[place]
            raised = _view(copy(grown.fee), claim, grown.fee.balance + more, book, case)
            views[place] = FeeView(raised.fee, grown.entries, raised.rule)
    return [*new, *(view for view in views if view.fee.balance > ZERO)]


def _claim(case: LoanCase, loan: Loan, book: RuleBook, now: datetime) -> OverdueClaim | None:
    try:
        return claim_of(case, on=_today_at(loan, now), book=book)
    except RuleMissing:
        return None


def _view(fee: Fee, claim: OverdueClaim, balance: Decimal, book: RuleBook, case: LoanCase) -> FeeView:
    fee.balance = balance
    origin = case.rules(book).origin("fee_steps")
    return FeeView(fee, (), claim.explanation(origin=origin.as_facts() if origin else None))


def _fee_to_be(loan: Loan, patron: Patron, now: datetime) -> Fee:
    return Fee(
        patron=patron,
        kind=Fee.Kind.OVERDUE,
        loan=loan,
        branch=loan.lending_branch,
        description=loan.item.record.title[:200],
        due_date=loan.due_date,
        created_at=now,
    )


def _today_at(loan: Loan, now: datetime) -> date:
    return now.astimezone(ZoneInfo(loan.lending_branch.time_zone)).date()
