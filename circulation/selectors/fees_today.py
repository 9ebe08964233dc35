"""What a patron owes today, reckoned without writing: the ledger says what the last night charged.

Returning or renewing counts today's days, so whoever reads last night's amount would owe another one a click later.
"""

from collections.abc import Mapping, Sequence
from copy import copy
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db.models import Q

from circulation.models import Fee, Loan
from circulation.rules.fee_groups import AGAIN
from circulation.rules.fee_schemes import explanation_of
from circulation.rules.fees import OverdueClaim
from circulation.rules.resolution import RuleMissing
from circulation.selectors.fees import FeeView, views_of
from circulation.selectors.loan_cases import LoanCase, case_of, claim_of, group_of
from circulation.selectors.rule_books import RuleBook, rule_book
from common.money import ZERO
from patrons.models import Patron


def fees_today(patron: Patron, loans: Sequence[Loan], *, now: datetime) -> list[FeeView]:
    """Return what a patron would owe if everything came back now, the newest first; nothing is written.

    A fee that the next night would begin has no number yet. A loan without a rule for its fee is left as charged.

    :param loans: her open loans with item, title and branch
    """
    late = [loan for loan in loans if loan.due_date < _today_at(loan, now) or (loan.due_at and loan.due_at < now)]
    unsettled = Q(balance__gt=0) | Q(kind=Fee.Kind.OVERDUE, loan__in=[loan.pk for loan in late])
    if any(loan.due_at for loan in late):
        unsettled |= Q(kind=Fee.Kind.OVERDUE, closed_at__isnull=True, group_key__startswith=AGAIN)
    views = views_of(Fee.objects.filter(unsettled, patron=patron).select_related("branch").order_by("-pk"))
    if not late:
        return views
    book = rule_book()
    kind = book.categories[patron.category_id].kind
    cases = [(loan, case_of(loan, patron, category_kind=kind)) for loan in late]
    new = _raise(views, cases, book, now)
    return [*new, *(view for view in views if view.fee.balance > ZERO)]


def _raise(
    views: list[FeeView], cases: Sequence[tuple[Loan, LoanCase]], book: RuleBook, now: datetime
) -> list[FeeView]:
    """Bring the fees of late loans up to today, in their places, and return those that the next night would begin."""
    places = _places(views, {loan.pk: loan.renewed_at for loan, _ in cases if loan.due_at and loan.renewed_at})
    new: dict[str, FeeView] = {}
    for loan, case in cases:
        claim = None if case.has_died(_today_at(loan, now)) else _claim(case, loan, book, now)
        if claim is None or claim.total <= ZERO:
            continue
        place = places.get((loan.pk, loan.due_date))
        if place is None:
            # Loans of one group begin one fee, as high as the highest of them.
            group = group_of(case, book, _today_at(loan, now)) or f"loan:{loan.pk}"
            if group not in new or claim.total > new[group].fee.balance:
                new[group] = _view(_fee_to_be(loan, case, now), claim, claim.total, book, case)
        elif views[place].fee.closed_at is None and (more := claim.total - views[place].charged) > ZERO:
            grown = views[place]
            owed = grown.charged - grown.paid - grown.waived + more
            if owed > grown.fee.balance:
                raised = _view(copy(grown.fee), claim, owed, book, case)
                views[place] = FeeView(raised.fee, grown.entries, raised.rule, grown.undone)
    return list(new.values())


def _places(
    views: Sequence[FeeView], renewed: Mapping[int | None, datetime]
) -> dict[tuple[int | None, date | None], int]:
    """Return where each loan's fee stands, by loan and due date: its own, or the open one of its group.

    :param renewed: when loans by the hour were: a fee that this closed was for an earlier hour, maybe of the same day
    """
    places: dict[tuple[int | None, date | None], int] = {}
    for place, view in enumerate(views):
        if view.fee.closed_at is None:
            places |= {(line["loan"], view.fee.due_date): place for line in view.fee.covers}
    own = {(view.fee.loan_id, view.fee.due_date): (place, view.fee.closed_at) for place, view in enumerate(views)}
    return places | {
        (loan_id, due_date): place
        for (loan_id, due_date), (place, closed_at) in own.items()
        if not (loan_id in renewed and closed_at and closed_at <= renewed[loan_id])
    }


def _claim(case: LoanCase, loan: Loan, book: RuleBook, now: datetime) -> OverdueClaim | None:
    try:
        return claim_of(case, on=_today_at(loan, now), at=now, book=book)
    except RuleMissing:
        return None


def _view(fee: Fee, claim: OverdueClaim, balance: Decimal, book: RuleBook, case: LoanCase) -> FeeView:
    fee.balance = balance
    return FeeView(fee, (), explanation_of(claim, case.rules(book)))


def _fee_to_be(loan: Loan, case: LoanCase, now: datetime) -> Fee:
    return Fee(
        patron_id=case.patron_id,
        kind=Fee.Kind.OVERDUE,
        loan=loan,
        branch=loan.lending_branch,
        description=loan.item.record.title[:200],
        due_date=loan.due_date,
        created_at=now,
    )


def _today_at(loan: Loan, now: datetime) -> date:
    return now.astimezone(ZoneInfo(loan.lending_branch.time_zone)).date()
