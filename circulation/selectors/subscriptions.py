"""Reads subscriptions: what's expected at a branch, what's late, what came lately, what has been kept long enough."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Q, QuerySet

from catalogue.rules.issues import IssueName, issue_identity, issue_name
from circulation.models import SubscribedIssue, Subscription
from circulation.rules.periodicals import GIVEN_UP_AFTER, foreseen, is_late, keys_covered
from holdings.models import Item
from holdings.selectors import suppliers as order_suppliers

# Nobody looks further ahead.
_AHEAD = timedelta(days=31)
_State = SubscribedIssue.State
_WAITED = (_State.AWAITED, _State.CLAIMED)


@dataclass(frozen=True)
class Expected:
    """An issue that a branch waits for.

    :ivar claims: how often it was claimed, and `claimed_on` when last
    """

    subscription: Subscription
    volume: str
    name: IssueName
    day: date
    is_late: bool
    claims: int = 0
    claimed_on: date | None = None


def subscriptions_of(*, branch_id: int | None = None, record_id: int | None = None) -> list[Subscription]:
    """Return the subscriptions that run, of a branch or to a title, by title and branch."""
    return list(_running(branch_id, record_id).order_by("record__title", "branch__position", "branch__name", "pk"))


def get_subscription(pk: int, *, branch_id: int) -> Subscription | None:
    """Return a subscription of a branch, also one that has ended, or None."""
    return _with_names(Subscription.objects.filter(pk=pk, branch=branch_id)).first()


def known_suppliers() -> list[str]:
    """Return whom the municipality subscribes or orders from, by name, so that one supplier is written in one way."""
    subscribed = Subscription.objects.exclude(supplier="").order_by("supplier").values_list("supplier", flat=True)
    named = {name.casefold(): name for name in (*subscribed.distinct(), *order_suppliers())}
    return [named[each] for each in sorted(named)]


def expected_issues(subscriptions: Sequence[Subscription], *, today: date) -> list[Expected]:
    """Return what these subscriptions wait for: what's late first, then what comes within a month; in one statement."""
    rows: dict[int, list[SubscribedIssue]] = defaultdict(list)
    since = today - GIVEN_UP_AFTER
    known = SubscribedIssue.objects.filter(subscription__in=[each.pk for each in subscriptions])
    for row in known.filter(expected_on__gte=since - _AHEAD) if subscriptions else ():
        rows[row.subscription_id].append(row)
    found = []
    for subscription in subscriptions:
        found += _expected(subscription, rows[subscription.pk], since, today)
    return sorted(found, key=lambda each: (each.day, each.subscription.record.title))


def came_lately(branch_id: int) -> list[SubscribedIssue]:
    """Return the last twenty issues of a branch that arrived or were given up, newest first, with title and item."""
    rows = SubscribedIssue.objects.filter(subscription__branch=branch_id, state__in=(_State.ARRIVED, _State.MISSING))
    return list(rows.select_related("subscription__record", "item").defer("subscription__record__raw")[:20])


def kept_long_enough(branch_id: int, *, today: date) -> list[Item]:
    """Return the issues on a branch's shelves that are older than their subscription keeps them.

    Where the newest issue stays, it does however old it is: the next one may come late.
    """
    kept = {each.record_id: each for each in _running(branch_id).filter(keeps_years__isnull=False)}
    on_shelf = (Item.Status.AVAILABLE, Item.Status.REFERENCE_ONLY)
    items = Item.objects.filter(record__in=kept, home_branch=branch_id, status__in=on_shelf).exclude(volume="")
    rows = items.select_related("record").defer("record__raw").order_by("record__title", "pk") if kept else ()
    named = [(item, name) for item in rows if (name := issue_name(item.volume))]
    newest: dict[int, IssueName] = {}
    for item, name in named:
        if kept[item.record_id].newest_stays:
            newest[item.record_id] = max(newest.get(item.record_id, name), name, key=lambda each: each.order)
    return [
        item
        for item, name in named
        if name.year < today.year - (kept[item.record_id].keeps_years or 0)
        and (item.record_id not in newest or name.key != newest[item.record_id].key)
    ]


def _running(branch_id: int | None = None, record_id: int | None = None) -> QuerySet[Subscription]:
    where = Q(ended_on=None)
    if branch_id is not None:
        where &= Q(branch=branch_id)
    if record_id is not None:
        where &= Q(record=record_id)
    return _with_names(Subscription.objects.filter(where))


def _with_names(rows: QuerySet[Subscription]) -> QuerySet[Subscription]:
    return rows.select_related("record", "branch", "item_type", "location").defer("record__raw")


def _expected(subscription: Subscription, rows: Sequence[SubscribedIssue], since: date, today: date) -> list[Expected]:
    over = keys_covered(row.volume for row in rows if row.state not in _WAITED)
    named = {issue_identity(row.volume): row for row in rows if row.state in _WAITED}
    to_come = foreseen(subscription, since=since, until=today + _AHEAD)
    waited = {issue_identity(each.volume): (each.volume, each.day) for each in to_come}
    waited |= {identity: (row.volume, row.expected_on) for identity, row in named.items()}
    found = []
    for identity, (volume, day) in waited.items():
        name, row = issue_name(volume), named.get(identity)
        if name is not None and identity is not None and (identity[2] or name.key not in over):
            late = is_late(subscription, day, today)
            claims, claimed_on = (row.claims, row.claimed_on) if row else (0, None)
            found.append(Expected(subscription, volume, name, day, late, claims, claimed_on))
    return found
