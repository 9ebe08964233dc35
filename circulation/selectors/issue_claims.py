"""Reads what suppliers owe a branch: issues that are late or were given up, and what was claimed of whom on a day."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from catalogue.rules.issues import IssueName, issue_name
from circulation.models import SubscribedIssue, Subscription
from circulation.selectors.subscriptions import expected_issues, subscriptions_of

# Who was asked is given so long before she's asked again.
_PATIENCE = timedelta(days=14)
# What was given up longer ago is settled.
_SETTLED_AFTER = timedelta(days=365)
_State = SubscribedIssue.State


@dataclass(frozen=True)
class Owed:
    """An issue that a supplier owes.

    :ivar is_missing: it was given up, and a claim lets it be expected again
    :ivar claims: how often it was claimed, and `claimed_on` when last
    """

    subscription: Subscription
    volume: str
    name: IssueName
    day: date
    is_missing: bool = False
    claims: int = 0
    claimed_on: date | None = None

    def is_due(self, today: date) -> bool:
        """Return whether it's time to claim it: it's late, and nobody was asked lately."""
        return not self.is_missing and (self.claimed_on is None or self.claimed_on + _PATIENCE <= today)


@dataclass(frozen=True)
class SupplierDebt:
    """What one supplier owes, by title and day; the supplier is empty where nobody wrote one down."""

    supplier: str
    issues: tuple[Owed, ...]


def owed_issues(branch_id: int, *, today: date) -> list[Owed]:
    """Return what suppliers owe a branch, by supplier, title and day."""
    subscriptions = subscriptions_of(branch_id=branch_id)
    found = [
        Owed(each.subscription, each.volume, each.name, each.day, claims=each.claims, claimed_on=each.claimed_on)
        for each in expected_issues(subscriptions, today=today)
        if each.is_late
    ]
    by_pk = {each.pk: each for each in subscriptions}
    rows = SubscribedIssue.objects.filter(
        subscription__in=by_pk, state=_State.MISSING, changed_at__date__gte=today - _SETTLED_AFTER
    )
    found += _owed(((by_pk[row.subscription_id], row) for row in rows), is_missing=True)
    return sorted(found, key=_place)


def by_supplier(issues: Iterable[Owed]) -> list[SupplierDebt]:
    """Return issues in their order, those of each supplier together."""
    groups = (list(group) for _key, group in groupby(issues, key=lambda each: _supplier(each)))
    return [SupplierDebt(group[0].subscription.supplier, tuple(group)) for group in groups]


def claimed_issues(branch_id: int, *, supplier: str, on: date) -> list[Owed]:
    """Return what was claimed of a supplier on a day and hasn't come since, by title and day."""
    rows = SubscribedIssue.objects.filter(
        subscription__branch=branch_id, subscription__supplier__iexact=supplier, state=_State.CLAIMED, claimed_on=on
    )
    rows = rows.select_related("subscription__record").defer("subscription__record__raw")
    return sorted(_owed((row.subscription, row) for row in rows), key=_place)


def _owed(rows: Iterable[tuple[Subscription, SubscribedIssue]], *, is_missing: bool = False) -> list[Owed]:
    return [
        Owed(subscription, row.volume, name, row.expected_on, is_missing, row.claims, row.claimed_on)
        for subscription, row in rows
        if (name := issue_name(row.volume))
    ]


def _place(each: Owed) -> tuple[str, str, int, date]:
    return _supplier(each), each.subscription.record.title, each.subscription.pk, each.day


def _supplier(each: Owed) -> str:
    return each.subscription.supplier.casefold()
