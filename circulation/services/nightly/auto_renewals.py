"""The night's automatic renewals: what may be renewed is, and its patron reads until when; or that it couldn't be."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from circulation.errors import Code, RenewalRefused
from circulation.rules.automatic_renewal import first_day
from circulation.selectors.loan_cases import LoanCase, loan_cases
from circulation.selectors.rule_books import rule_book
from circulation.services.nightly.batches import work_through
from circulation.services.nightly.letters import letters_for, open_loans, patrons_after, write_letters
from circulation.services.nightly.overdue_fees import lock_open_loans
from circulation.services.renew import renew_by_itself
from holdings.selectors import lock_item
from notices.models import NoticeKind

BATCH = 50
# These aren't failures to tell a patron of: nobody said that the loan would be renewed.
_NOT_NEWS = ("OFF", "TOO_SOON")


def renew_what_renews_itself(*, on: date, now: datetime, counts: Counter[str]) -> None:
    """Renew the loans whose rules say so and that have come to their day; the same night again renews nothing twice.

    What can't be renewed is tried again each night until it's due; its patron is told on the first.
    Counts `renewed`, `not_renewed` and `letters`.

    :raises circulation.services.nightly.batches.SomeFailed: if some patrons' loans could not be looked at
    """
    rules = rule_book().rules
    if not any(rules.all_values("auto_renewal")):
        return
    furthest = on + timedelta(days=max(rules.all_values("auto_renewal_days"), default=0))
    soon = open_loans().filter(due_date__gte=on, due_date__lte=furthest, due_at__isnull=True, is_on_site=False)

    def next_keys(after: int | None) -> Sequence[int]:
        return patrons_after(soon, after, BATCH)

    def work(patron_ids: Sequence[int]) -> Counter[str]:
        return _renew(soon.filter(patron__in=patron_ids), on=on, now=now)

    work_through(next_keys, work, counts)


def _renew(soon: Any, *, on: date, now: datetime) -> Counter[str]:
    book = rule_book()
    cases = loan_cases(soon.values_list("pk", flat=True))
    wanted = [case for case in cases if _is_due(case, on)]
    items = {pk: lock_item(pk) for pk in sorted(case.item_id for case in wanted)}
    open_still = set(lock_open_loans([case.loan_id for case in wanted]))
    renewed, refused = [], []
    for case in wanted:
        item = items[case.item_id]
        if case.loan_id not in open_still or item is None:
            continue
        try:
            renew_by_itself(loan_id=case.loan_id, item=item, now=now)
        except RenewalRefused as reasons:
            if _is_news(reasons) and first_day(case.rules(book, on), case.due_date) == on:
                refused.append(case)
        else:
            renewed.append(case.loan_id)
    steps = [(case, NoticeKind.RENEWED.value) for case in loan_cases(renewed)]
    steps += [(case, NoticeKind.NOT_RENEWED.value) for case in refused]
    letters = write_letters(letters_for(steps), on=on, now=now, book=book)
    return Counter(renewed=len(renewed), not_renewed=len(refused), letters=len(letters))


def _is_due(case: LoanCase, on: date) -> bool:
    rules = case.rules(rule_book(), on)
    return bool(rules.value("auto_renewal")) and first_day(rules, case.due_date) <= on


def _is_news(refused: RenewalRefused) -> bool:
    return not any(
        reason.code == Code.NOT_AUTOMATIC and reason.facts["answer"] in _NOT_NEWS for reason in refused.reasons
    )
