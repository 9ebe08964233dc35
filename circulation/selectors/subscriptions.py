"""Reads subscriptions: what's expected at a branch, what's late, what came lately, what has been kept long enough."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Q, QuerySet

from catalogue.rules.issues import IssueName, issue_name
from circulation.models import SubscribedIssue, Subscription
from circulation.rules.periodicals import foreseen, is_late, keys_covered
from holdings.models import Item

# What's a year late won't come, and nobody looks further ahead than a month.
_BACK, _AHEAD = timedelta(days=365), timedelta(days=31)
_State = SubscribedIssue.State


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


def get_subscription(pk: int) -> Subscription | None:
    """Return a subscription that runs, or None."""
    return _running().filter(pk=pk).first()


def expected_issues(subscriptions: Sequence[Subscription], *, today: date) -> list[Expected]:
    """Return what these subscriptions wait for: what's late first, then what comes within a month; in one statement."""
    rows: dict[int, list[SubscribedIssue]] = defaultdict(list)
    since = today - _BACK
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
    """Return the issues on a branch's shelves that are older than their subscription keeps them."""
    years = dict(_running(branch_id).filter(keeps_years__isnull=False).values_list("record_id", "keeps_years"))
    on_shelf = (Item.Status.AVAILABLE, Item.Status.REFERENCE_ONLY)
    items = Item.objects.filter(record__in=years, home_branch=branch_id, status__in=on_shelf).exclude(volume="")
    rows = items.select_related("record").defer("record__raw").order_by("record__title", "pk") if years else ()
    return [
        item
        for item in rows
        if (name := issue_name(item.volume)) and name.year < today.year - (years[item.record_id] or 0)
    ]


def _running(branch_id: int | None = None, record_id: int | None = None) -> QuerySet[Subscription]:
    where = Q(ended_on=None)
    if branch_id is not None:
        where &= Q(branch=branch_id)
    if record_id is not None:
        where &= Q(record=record_id)
    rows = Subscription.objects.filter(where).select_related("record", "branch", "item_type", "location")
    return rows.defer("record__raw")


def _expected(subscription: Subscription, rows: Sequence[SubscribedIssue], since: date, today: date) -> list[Expected]:
    over = keys_covered(row.volume for row in rows if row.state != _State.CLAIMED)
    claimed = {row.volume: row for row in rows if row.state == _State.CLAIMED}
    days = {each.volume: each.day for each in foreseen(subscription, since=since, until=today + _AHEAD)}
    days |= {volume: row.expected_on for volume, row in claimed.items()}
    found = []
    for volume, day in days.items():
        name, row = issue_name(volume), claimed.get(volume)
        if name is not None and name.key not in over:
            late = is_late(subscription, day, today)
            claims, claimed_on = (row.claims, row.claimed_on) if row else (0, None)
            found.append(Expected(subscription, volume, name, day, late, claims, claimed_on))
    return found
