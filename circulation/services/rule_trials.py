"""Tries a case: who, what, where, and what would come of it, with a rule that isn't saved yet if need be.

The loan is really made, by the very code that makes loans, in a transaction that's taken back.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction

from accounts.models import StaffAccount
from circulation.errors import CheckOutRefused
from circulation.rules.resolution import Candidate, Resolved
from circulation.rules.values import REGISTER
from circulation.selectors.rule_books import rule_book
from circulation.services.check_out import check_out
from circulation.services.desk_actions import local_day
from circulation.services.rules import RuleScope, set_value
from common.errors import Reason
from holdings.models import Branch, Item
from patrons.models import Patron


@dataclass(frozen=True)
class RuleWish:
    """A value that's to be tried before it's saved, in its JSON shape."""

    name: str
    value: Any
    scope: RuleScope


@dataclass(frozen=True)
class ExplainedValue:
    """One value of a case.

    :ivar is_set: whether any row sets it
    :ivar candidates: every row that was asked, the nearest first, with the one that won
    """

    name: str
    is_set: bool
    value: Any
    candidates: tuple[Candidate, ...]


@dataclass(frozen=True)
class Trial:
    """What would come of a case.

    :ivar due_date: None when the loan would be refused
    :ivar due: the same, with the hour by the branch's clock for a loan by the hour
    :ivar reasons: why it would be refused
    :ivar notices: what the desk would be told
    :ivar values: every value that holds, by name
    """

    due_date: date | None
    due_at: datetime | None
    due: date | None
    is_renewal: bool
    reasons: tuple[Reason, ...]
    notices: tuple[Reason, ...]
    values: dict[str, ExplainedValue]


def explain(*, patron: Patron, item: Item, branch: Branch, now: datetime) -> dict[str, ExplainedValue]:
    """Return each value that holds for this patron, item and branch, the row that won, and those that were asked."""
    book = rule_book()
    resolved = book.resolved_for(
        patron,
        branch_id=book.choices.branch_of_loan(
            desk_id=branch.pk, item_home_id=item.home_branch_id, patron_home_id=patron.home_branch_id
        ),
        item_type_id=item.item_type_id,
        on=local_day(now, branch),
    )
    return {name: _explained(resolved, name) for name in REGISTER}


def try_case(
    *, patron: Patron, item: Item, branch: Branch, actor: StaffAccount, now: datetime, wish: RuleWish | None = None
) -> Trial:
    """Return what a check-out would come to now, and change nothing.

    :param wish: a value to try as if it were saved
    :raises circulation.rules.values.InvalidValues: if the wish's value is wrong
    :raises circulation.errors.RuleRefused: if the wish would leave a gap or a contradiction
    """
    with transaction.atomic():
        if wish is not None:
            set_value(name=wish.name, value=wish.value, scope=wish.scope, actor=actor)
        values = explain(patron=patron, item=item, branch=branch, now=now)
        try:
            done = check_out(item=item, patron=patron, branch=branch, staff=actor, now=now)
        except CheckOutRefused as refused:
            trial = Trial(None, None, None, False, refused.reasons, (), values)
        else:
            loan = done.loan
            due = loan.due_at.astimezone(ZoneInfo(loan.lending_branch.time_zone)) if loan.due_at else loan.due_date
            trial = Trial(loan.due_date, loan.due_at, due, done.was_renewal, (), done.notices, values)
        transaction.set_rollback(True)
    return trial


def _explained(resolved: Resolved, name: str) -> ExplainedValue:
    is_set = resolved.origin(name) is not None
    return ExplainedValue(name, is_set, resolved.value(name) if is_set else None, tuple(resolved.explain(name)))
