"""Subscribes to periodicals, and changes and ends subscriptions; their issues are received in `periodicals`."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import StaffAccount
from catalogue.models import BibliographicRecord
from catalogue.rules.issues import issue_identity, issue_name
from circulation.errors import Code, PeriodicalRefused
from circulation.models import SubscribedIssue, Subscription
from circulation.rules.periodicals import due_before, keys_covered
from circulation.rules.reasons import blocking
from common import audit
from common.errors import Reason
from holdings.models import Branch, Item, ItemType, ShelvingLocation
from holdings.selectors import lock_item
from holdings.services.telling import tell_of_item

_SUBSCRIBED, _CHANGED, _ENDED = (
    "circulation.subscribe",
    "circulation.change_subscription",
    "circulation.end_subscription",
)
# As an item's: each issue gets it.
_HIGHEST_PRICE = Decimal("99999.99")
# What issues are counted by: a change of any of these begins a new count.
_TIMES = "TIMES"
_ONE_PER_BRANCH = "one_subscription_per_branch"
_RHYTHM = ("every", "times_a_year", "first_on", "first_number", "runs_on")
_Status, _State = Item.Status, SubscribedIssue.State


@dataclass(frozen=True)
class SubscriptionPlan:
    """What a subscription says; see `circulation.models.Subscription`."""

    every: str
    first_on: date
    item_type: ItemType
    times_a_year: int = 12
    first_number: int = 1
    runs_on: bool = False
    location: ShelvingLocation | None = None
    newest_stays: bool = False
    keeps_years: int | None = None
    supplier: str = ""
    order_number: str = ""
    price: Decimal = Decimal("0.00")
    ends_on: date | None = None
    note: str = ""


def subscribe(
    *, record: BibliographicRecord, branch: Branch, plan: SubscriptionPlan, staff: StaffAccount
) -> Subscription:
    """Let a branch subscribe to a periodical.

    :raises PeriodicalRefused: SUBSCRIBED_ALREADY, ROOM_ELSEWHERE when the room is another branch's,
        NUMBER_BEYOND_YEAR, AMOUNT_NOT_VALID, or SUBSCRIPTION_TOO_SHORT when it ends before its first issue
    """
    _refuse_if_wrong(plan, branch)
    try:
        with transaction.atomic():
            made = Subscription.objects.create(record_id=record.pk, branch=branch, **_values(plan))
            audit.record(action=_SUBSCRIBED, actor=staff, subject=made, facts={"record_id": record.pk} | _facts(made))
    except IntegrityError as error:
        if _ONE_PER_BRANCH not in str(error):
            raise
        raise PeriodicalRefused([blocking(Code.SUBSCRIBED_ALREADY)]) from error
    return made


def change_subscription(
    *, subscription_id: int, branch: Branch, plan: SubscriptionPlan, staff: StaffAccount, now: datetime
) -> None:
    """Change what a subscription says, from now on: what has come or was claimed stays as it is.

    A new count of issues holds from its first day on. What the old one foresaw before that day, and by today, is still
    waited for.

    :raises PeriodicalRefused: SUBSCRIPTION_GONE, or what `subscribe` refuses
    """
    _refuse_if_wrong(plan, branch)
    try:
        with transaction.atomic():
            subscription = lock_subscription(subscription_id)
            _change(subscription, branch, plan, staff, now)
    except IntegrityError as error:
        if _ONE_PER_BRANCH not in str(error):
            raise
        raise PeriodicalRefused([blocking(Code.SUBSCRIBED_ALREADY)]) from error


@transaction.atomic
def end_subscription(*, subscription_id: int, staff: StaffAccount, now: datetime) -> None:
    """End a subscription: nothing more is expected; what has come stays.

    :raises PeriodicalRefused: SUBSCRIPTION_GONE
    """
    subscription = lock_subscription(subscription_id)
    newest = lock_newest(subscription) if subscription.newest_stays else None
    subscription.ended_on = timezone.localdate(now)
    subscription.save(update_fields=["ended_on"])
    audit.record(action=_ENDED, actor=staff, subject=subscription, facts={"record_id": subscription.record_id})
    if newest is not None:
        # None comes after it that would let it be lent.
        turn_issue(newest, _Status.REFERENCE_ONLY, _Status.AVAILABLE, staff, now)


def lock_subscription(subscription_id: int) -> Subscription:
    """Lock a subscription that runs until the transaction ends, and return it.

    :raises PeriodicalRefused: SUBSCRIPTION_GONE
    """
    rows = Subscription.objects.select_for_update(of=("self",), no_key=True).filter(pk=subscription_id, ended_on=None)
    subscription = rows.select_related("record", "branch", "item_type", "location").first()
    if subscription is None:
        raise PeriodicalRefused([blocking(Code.SUBSCRIPTION_GONE)])
    return subscription


def lock_newest(subscription: Subscription, *, beside: int | None = None) -> Item | None:
    """Return the newest issue, locked; like every item, before the counts of its title and the feed are.

    :param beside: an item that doesn't count
    """
    items = Item.objects.filter(subscribed_issue__subscription=subscription).exclude(pk=beside or 0)
    newest = max(items, key=lambda item: issue_order(item.volume), default=None)
    return lock_item(newest.pk) if newest is not None else None


def issue_order(volume: str) -> tuple[int, tuple[int, ...], str]:
    """Return what issues are put in order by."""
    name = issue_name(volume)
    return name.order if name else (0, (), volume)


def turn_issue(locked: Item, before: str, after: str, staff: StaffAccount, now: datetime) -> None:
    """Change an item's state, unless something else has become of it; the last thing of a transaction."""
    if locked.status == before:
        locked.status = after
        locked.save(update_fields=["status"])
        audit.record(action="holdings.change_item", actor=staff, subject=locked, facts={"status": [before, after]})
        tell_of_item(locked, now)


def _change(
    subscription: Subscription, branch: Branch, plan: SubscriptionPlan, staff: StaffAccount, now: datetime
) -> None:
    before, stayed = _facts(subscription), subscription.newest_stays
    newest = lock_newest(subscription) if stayed != plan.newest_stays else None
    is_counted_anew = any(getattr(subscription, name) != getattr(plan, name) for name in _RHYTHM)
    awaited = _await_due(subscription, plan, now) if is_counted_anew else []
    subscription.branch = branch
    for name, value in _values(plan).items():
        setattr(subscription, name, value)
    subscription.save()
    after = _facts(subscription)
    changed: dict[str, Any] = {name: [before[name], after[name]] for name in after if before[name] != after[name]}
    if awaited:
        changed["awaited"] = awaited
    if changed:
        audit.record(action=_CHANGED, actor=staff, subject=subscription, facts=changed)
    if newest is not None:
        closed, open_ = _Status.REFERENCE_ONLY, _Status.AVAILABLE
        turn_issue(newest, closed if stayed else open_, open_ if stayed else closed, staff, now)


def _await_due(subscription: Subscription, plan: SubscriptionPlan, now: datetime) -> list[str]:
    """Write down what the old count foresaw before the new one's first day and nobody has touched; return which."""
    today = timezone.localdate(now)
    rows = list(subscription.issues.all())
    known = {issue_identity(row.volume): row.pk for row in rows}
    covered = keys_covered(row.volume for row in rows if row.state in (_State.ARRIVED, _State.MISSING))
    foreseen = due_before(subscription, day=plan.first_on, today=today)
    identities = {identity: each for each in foreseen if (identity := issue_identity(each.volume))}
    due = [each for identity, each in identities.items() if identity not in known and identity[:2] not in covered]
    # An arrival of these that's taken back is waited for too.
    of_old = [known[identity] for identity in identities if identity in known]
    subscription.issues.filter(pk__in=of_old).update(from_earlier_plan=True)
    SubscribedIssue.objects.bulk_create(
        SubscribedIssue(
            subscription=subscription,
            volume=each.volume,
            expected_on=each.day,
            state=_State.AWAITED,
            from_earlier_plan=True,
            changed_at=now,
        )
        for each in due
    )
    return [each.volume for each in due]


def _refuse_if_wrong(plan: SubscriptionPlan, branch: Branch) -> None:
    reasons: list[Reason] = []
    if plan.location is not None and plan.location.branch_id != branch.pk:
        reasons.append(blocking(Code.ROOM_ELSEWHERE))
    if plan.ends_on is not None and plan.ends_on < plan.first_on:
        reasons.append(blocking(Code.SUBSCRIPTION_TOO_SHORT))
    # It would be counted as one of a year to come.
    if plan.every == _TIMES and not plan.runs_on and plan.first_number > plan.times_a_year:
        reasons.append(blocking(Code.NUMBER_BEYOND_YEAR))
    if not 0 <= plan.price <= _HIGHEST_PRICE:
        reasons.append(blocking(Code.AMOUNT_NOT_VALID))
    if reasons:
        raise PeriodicalRefused(reasons)


def _values(plan: SubscriptionPlan) -> dict[str, Any]:
    return {name: getattr(plan, name) for name in plan.__dataclass_fields__}


def _facts(subscription: Subscription) -> dict[str, Any]:
    """Return what the audit log keeps of a subscription."""
    plain = {name: getattr(subscription, name) for name in ("every", "times_a_year", "first_number", "runs_on")}
    plain |= {name: getattr(subscription, name) for name in ("newest_stays", "keeps_years", "supplier", "order_number")}
    return plain | {
        "branch": subscription.branch.code,
        "room": subscription.location.name if subscription.location else "",
        "item_type": subscription.item_type.code,
        "first_on": subscription.first_on.isoformat(),
        "ends_on": subscription.ends_on.isoformat() if subscription.ends_on else "",
        "price": f"{subscription.price:.2f}",
        "note": subscription.note,
    }
