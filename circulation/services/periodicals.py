"""Subscribes to periodicals, and receives, claims and gives up their issues."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import StaffAccount
from catalogue.models import BibliographicRecord
from catalogue.rules.issues import issue_identity, issue_name, issue_spelling
from circulation.errors import Code, PeriodicalRefused
from circulation.models import SubscribedIssue, Subscription
from circulation.rules.reasons import blocking
from circulation.services.report_item import one_line
from common import audit
from holdings.models import Branch, Item, ItemType, ShelvingLocation
from holdings.selectors import is_named_elsewhere, lock_item, next_barcode
from holdings.services.items import ItemDetails, add_item
from holdings.services.telling import tell_of_item

_LONGEST = 60
# Days that an issue's day may be away from today: whatever else a form sends is no day of an issue.
_FARTHEST = 3660
_State, _Status = SubscribedIssue.State, Item.Status
_SUBSCRIBED, _ENDED = "circulation.subscribe", "circulation.end_subscription"
_RECEIVED, _CLAIMED, _GIVEN_UP = "circulation.receive_issue", "circulation.claim_issue", "circulation.give_up_issue"
_AGAIN = "circulation.expect_issue_again"
_FACTS = ("every", "times_a_year", "first_number", "runs_on", "newest_stays", "keeps_years")


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


def subscribe(
    *, record: BibliographicRecord, branch: Branch, plan: SubscriptionPlan, staff: StaffAccount
) -> Subscription:
    """Let a branch subscribe to a periodical.

    :raises PeriodicalRefused: SUBSCRIBED_ALREADY, or ROOM_ELSEWHERE when the room is another branch's
    """
    if plan.location is not None and plan.location.branch_id != branch.pk:
        raise PeriodicalRefused([blocking(Code.ROOM_ELSEWHERE)])
    values = {name: getattr(plan, name) for name in plan.__dataclass_fields__}
    try:
        with transaction.atomic():
            made = Subscription.objects.create(record_id=record.pk, branch=branch, **values)
            facts = {name: getattr(plan, name) for name in _FACTS}
            facts |= {"record_id": record.pk, "branch": branch.code, "first_on": plan.first_on.isoformat()}
            audit.record(action=_SUBSCRIBED, actor=staff, subject=made, facts=facts)
    except IntegrityError as error:
        raise PeriodicalRefused([blocking(Code.SUBSCRIBED_ALREADY)]) from error
    return made


@transaction.atomic
def end_subscription(*, subscription_id: int, staff: StaffAccount, now: datetime) -> None:
    """End a subscription: nothing more is expected; what has come stays.

    :raises PeriodicalRefused: SUBSCRIPTION_GONE
    """
    subscription = _locked(subscription_id)
    newest = _locked_newest(subscription) if subscription.newest_stays else None
    if newest is not None:
        # None comes after it that would let it be lent.
        _turn(newest, _Status.REFERENCE_ONLY, _Status.AVAILABLE, staff, now)
    subscription.ended_on = timezone.localdate(now)
    subscription.save(update_fields=["ended_on"])
    audit.record(action=_ENDED, actor=staff, subject=subscription, facts={"record_id": subscription.record_id})


@transaction.atomic
def receive_issue(
    *, subscription_id: int, volume: str, barcode: str, expected_on: date | None, staff: StaffAccount, now: datetime
) -> Item:
    """Make the item of an issue that has arrived, also of one that nobody foresaw: a supplement, an index.

    Where the newest issue is for use in the library, the one before it may be lent from now on.

    :param barcode: empty for the next free one
    :raises PeriodicalRefused: SUBSCRIPTION_GONE, ISSUE_MALFORMED or ISSUE_HERE
    :raises ItemRefused: with every reason against the barcode or the item
    """
    subscription, row = _issue(subscription_id, volume, expected_on, now)
    if row.state == _State.ARRIVED:
        raise PeriodicalRefused([blocking(Code.ISSUE_HERE)])
    earlier = _locked_newest(subscription)
    stays = subscription.newest_stays and (earlier is None or _order(earlier.volume) < _order(row.volume))
    item = add_item(
        record=subscription.record,
        barcode=barcode or next_barcode(),
        details=ItemDetails(
            item_type=subscription.item_type,
            home_branch=subscription.branch,
            location=subscription.location,
            status=_Status.REFERENCE_ONLY if stays else _Status.AVAILABLE,
            acquired_on=timezone.localdate(now),
            volume=row.volume,
        ),
        actor=staff,
        now=now,
    )
    row.state, row.item, row.changed_at = _State.ARRIVED, item, now
    row.save()
    if stays and earlier is not None:
        _turn(earlier, _Status.REFERENCE_ONLY, _Status.AVAILABLE, staff, now)
    facts = {"volume": row.volume, "barcode": item.barcode, "opened": earlier.barcode if stays and earlier else ""}
    audit.record(action=_RECEIVED, actor=staff, subject=subscription, facts=facts)
    return item


@transaction.atomic
def claim_issue(
    *, subscription_id: int, volume: str, expected_on: date | None, staff: StaffAccount, now: datetime
) -> int:
    """Note that the supplier was asked for an issue that's late; return how often that was.

    :raises PeriodicalRefused: SUBSCRIPTION_GONE, ISSUE_MALFORMED or ISSUE_HERE
    """
    subscription, row = _issue(subscription_id, volume, expected_on, now)
    if row.state == _State.ARRIVED:
        raise PeriodicalRefused([blocking(Code.ISSUE_HERE)])
    row.state, row.claims, row.changed_at = _State.CLAIMED, row.claims + 1, now
    row.claimed_on = timezone.localdate(now)
    row.save()
    audit.record(action=_CLAIMED, actor=staff, subject=subscription, facts={"volume": row.volume, "claims": row.claims})
    return row.claims


@transaction.atomic
def give_up_issue(
    *, subscription_id: int, volume: str, expected_on: date | None, staff: StaffAccount, now: datetime
) -> None:
    """Note that an issue is missing: it isn't expected any more.

    :raises PeriodicalRefused: SUBSCRIPTION_GONE, ISSUE_MALFORMED or ISSUE_HERE
    """
    subscription, row = _issue(subscription_id, volume, expected_on, now)
    if row.state == _State.ARRIVED:
        raise PeriodicalRefused([blocking(Code.ISSUE_HERE)])
    row.state, row.changed_at = _State.MISSING, now
    row.save()
    audit.record(action=_GIVEN_UP, actor=staff, subject=subscription, facts={"volume": row.volume})


@transaction.atomic
def expect_again(*, subscription_id: int, volume: str, staff: StaffAccount, now: datetime) -> None:
    """Take back that an issue arrived or is missing: its item, never used, goes, and it's expected again.

    What was claimed of it before stays claimed.

    :raises PeriodicalRefused: SUBSCRIPTION_GONE, ISSUE_UNTOUCHED, or ISSUE_USED once its item was lent, held or moved
    """
    subscription = _locked(subscription_id)
    row = subscription.issues.filter(volume=volume).exclude(state=_State.CLAIMED).first()
    if row is None:
        raise PeriodicalRefused([blocking(Code.ISSUE_UNTOUCHED)])
    newest = _locked_newest(subscription, beside=row.item_id)
    item = lock_item(row.item_id) if row.item_id else None
    barcode = item.barcode if item is not None else ""
    _wait_again(row, now)
    if item is not None:
        is_untouched = item.status in (_Status.AVAILABLE, _Status.REFERENCE_ONLY)
        if not is_untouched or is_named_elsewhere(item, but=SubscribedIssue):
            raise PeriodicalRefused([blocking(Code.ISSUE_USED, barcode=item.barcode)])
        was_newest = item.status == _Status.REFERENCE_ONLY
        item.delete()
        tell_of_item(item, now)
        if subscription.newest_stays and was_newest and newest is not None:
            _turn(newest, _Status.AVAILABLE, _Status.REFERENCE_ONLY, staff, now)
    facts = {"volume": row.volume, "barcode": barcode, "claims": row.claims}
    audit.record(action=_AGAIN, actor=staff, subject=subscription, facts=facts)


def _wait_again(row: SubscribedIssue, now: datetime) -> None:
    if not row.claims:
        row.delete()
        return
    row.state, row.item, row.changed_at = _State.CLAIMED, None, now
    row.save()


def _locked(subscription_id: int) -> Subscription:
    rows = Subscription.objects.select_for_update(of=("self",), no_key=True).filter(pk=subscription_id, ended_on=None)
    subscription = rows.select_related("record", "branch", "item_type", "location").first()
    if subscription is None:
        raise PeriodicalRefused([blocking(Code.SUBSCRIPTION_GONE)])
    return subscription


def _issue(
    subscription_id: int, volume: str, expected_on: date | None, now: datetime
) -> tuple[Subscription, SubscribedIssue]:
    """Return the locked subscription and what's known of an issue, or a new row for it that isn't saved yet."""
    subscription = _locked(subscription_id)
    volume = one_line(volume)
    identity = issue_identity(volume) if len(volume) <= _LONGEST else None
    if identity is None:
        raise PeriodicalRefused([blocking(Code.ISSUE_MALFORMED)])
    of_year = subscription.issues.filter(volume__contains=str(identity[0]))
    row = next((each for each in of_year if issue_identity(each.volume) == identity), None)
    today = timezone.localdate(now)
    day = expected_on if expected_on and abs((expected_on - today).days) <= _FARTHEST else today
    volume = issue_spelling(volume)
    return subscription, row or SubscribedIssue(subscription=subscription, volume=volume, expected_on=day, state="")


def _locked_newest(subscription: Subscription, *, beside: int | None = None) -> Item | None:
    """Return the newest issue, locked; like every item, before the counts of its title and the feed are.

    :param beside: an item that doesn't count
    """
    items = Item.objects.filter(subscribed_issue__subscription=subscription).exclude(pk=beside or 0)
    newest = max(items, key=lambda item: _order(item.volume), default=None)
    return lock_item(newest.pk) if newest is not None else None


def _order(volume: str) -> tuple[int, tuple[int, ...], str]:
    name = issue_name(volume)
    return name.order if name else (0, (), volume)


def _turn(locked: Item, before: str, after: str, staff: StaffAccount, now: datetime) -> None:
    """Change an item's state, unless something else has become of it."""
    if locked.status == before:
        locked.status = after
        locked.save(update_fields=["status"])
        audit.record(action="holdings.change_item", actor=staff, subject=locked, facts={"status": [before, after]})
        tell_of_item(locked, now)
