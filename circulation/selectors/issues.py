"""A periodical's issues: which a municipality has, by year and number, and where each is now."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from catalogue.rules.issues import IssueName, issue_name
from holdings.models import Item

_Status = Item.Status
# The state that says most of an issue: the first of these that any of its items is in.
_FIRST = (
    *(_Status.AVAILABLE, _Status.REFERENCE_ONLY, _Status.ON_LOAN, _Status.ON_HOLD_SHELF, _Status.IN_TRANSIT),
    *(_Status.IN_PROCESS, _Status.ON_ORDER),
)
_GONE = (_Status.LOST, _Status.MISSING, _Status.WITHDRAWN)


@dataclass(frozen=True)
class Issue:
    """An issue: one item or those of several branches.

    :ivar volume: what holds on it name
    :ivar status: the most useful one of its items'
    :ivar branches: those that have an item in that state, by name
    :ivar may_be_held: whether any of them is ever lent
    """

    name: IssueName
    volume: str
    status: str
    branches: tuple[str, ...]
    may_be_held: bool


@dataclass(frozen=True)
class YearOfIssues:
    """The issues of a year, newest first."""

    year: int
    issues: tuple[Issue, ...]


def issues_of(record_id: int) -> list[YearOfIssues]:
    """Return the issues that the municipality has of a title, newest first, in one statement; none for other titles."""
    rows = Item.objects.filter(record_id=record_id).exclude(volume="").exclude(status__in=_GONE)
    by_key: dict[tuple[int, str], list[tuple[IssueName, Item]]] = defaultdict(list)
    for item in rows.select_related("home_branch").order_by("home_branch__position", "home_branch__name", "pk"):
        if name := issue_name(item.volume):
            by_key[name.key].append((name, item))
    issues = sorted(map(_issue, by_key.values()), key=lambda issue: issue.name.order, reverse=True)
    years: dict[int, list[Issue]] = {}
    for issue in issues:
        years.setdefault(issue.name.year, []).append(issue)
    return [YearOfIssues(year, tuple(of_year)) for year, of_year in years.items()]


def _issue(rows: Iterable[tuple[IssueName, Item]]) -> Issue:
    names, items = zip(*rows, strict=True)
    volumes = [item.volume for item in items]
    status = min((item.status for item in items), key=_FIRST.index)
    return Issue(
        name=names[0],
        # Branches may write one issue in two ways; a hold on the way that most have finds most of them.
        volume=max(volumes, key=volumes.count),
        status=status,
        branches=tuple(dict.fromkeys(item.home_branch.name for item in items if item.status == status)),
        may_be_held=any(item.status != _Status.REFERENCE_ONLY and item.bundle_id is None for item in items),
    )
