"""Receives, claims and gives up the issues of periodicals that branches subscribe to."""

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from accounts.models import StaffAccount
from catalogue.rules.issues import issue_identity, issue_spelling
from circulation.errors import Code, PeriodicalRefused
from circulation.models import SubscribedIssue, Subscription
from circulation.rules.reasons import blocking
from circulation.services.report_item import one_line
from circulation.services.subscriptions import issue_order, lock_newest, lock_subscription, turn_issue
from common import audit
from holdings.models import Item
from holdings.selectors import is_named_elsewhere, lock_item, next_barcode
from holdings.services.items import ItemDetails, add_item
from holdings.services.telling import tell_of_item

_LONGEST = 60
# Days that an issue's day may be away from today: whatever else a form sends is no day of an issue.
_FARTHEST = 3660
_State, _Status = SubscribedIssue.State, Item.Status
_RECEIVED, _CLAIMED, _GIVEN_UP = "circulation.receive_issue", "circulation.claim_issue", "circulation.give_up_issue"
_AGAIN = "circulation.expect_issue_again"


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
    earlier = lock_newest(subscription)
    stays = subscription.newest_stays and (earlier is None or issue_order(earlier.volume) < issue_order(row.volume))
    item = add_item(
        record=subscription.record,
        barcode=barcode or next_barcode(),
        details=ItemDetails(
            item_type=subscription.item_type,
            home_branch=subscription.branch,
            location=subscription.location,
            price=subscription.price,
            status=_Status.REFERENCE_ONLY if stays else _Status.AVAILABLE,
            acquired_on=timezone.localdate(now),
            volume=row.volume,
        ),
        actor=staff,
        now=now,
    )
    row.state, row.item, row.changed_at = _State.ARRIVED, item, now
    row.save()
    facts = {"volume": row.volume, "barcode": item.barcode, "opened": earlier.barcode if stays and earlier else ""}
    audit.record(action=_RECEIVED, actor=staff, subject=subscription, facts=facts)
    if stays and earlier is not None:
        turn_issue(earlier, _Status.REFERENCE_ONLY, _Status.AVAILABLE, staff, now)
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
    facts = {"volume": row.volume, "claims": row.claims, "supplier": subscription.supplier}
    audit.record(action=_CLAIMED, actor=staff, subject=subscription, facts=facts)
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
    subscription = lock_subscription(subscription_id)
    row = subscription.issues.filter(volume=volume, state__in=(_State.ARRIVED, _State.MISSING)).first()
    if row is None:
        raise PeriodicalRefused([blocking(Code.ISSUE_UNTOUCHED)])
    newest = lock_newest(subscription, beside=row.item_id)
    item = lock_item(row.item_id) if row.item_id else None
    _wait_again(row, now)
    was_newest = False
    if item is not None:
        is_untouched = item.status in (_Status.AVAILABLE, _Status.REFERENCE_ONLY)
        if not is_untouched or is_named_elsewhere(item, but=SubscribedIssue):
            raise PeriodicalRefused([blocking(Code.ISSUE_USED, barcode=item.barcode)])
        was_newest = item.status == _Status.REFERENCE_ONLY
        item.delete()
    facts = {"volume": row.volume, "barcode": item.barcode if item is not None else "", "claims": row.claims}
    audit.record(action=_AGAIN, actor=staff, subject=subscription, facts=facts)
    if item is not None:
        tell_of_item(item, now)
    if subscription.newest_stays and was_newest and newest is not None:
        turn_issue(newest, _Status.AVAILABLE, _Status.REFERENCE_ONLY, staff, now)


def _wait_again(row: SubscribedIssue, now: datetime) -> None:
    if not (row.claims or row.from_earlier_plan):
        row.delete()
        return
    row.state, row.item, row.changed_at = _State.CLAIMED if row.claims else _State.AWAITED, None, now
    row.save()


def _issue(
    subscription_id: int, volume: str, expected_on: date | None, now: datetime
) -> tuple[Subscription, SubscribedIssue]:
    """Return the locked subscription and what's known of an issue, or a new row for it that isn't saved yet."""
    subscription = lock_subscription(subscription_id)
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
