"""Claims what a supplier owes: many issues at once, before a letter about them is printed."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from accounts.models import StaffAccount
from circulation.errors import Code, PeriodicalRefused
from circulation.models import Subscription
from circulation.rules.reasons import blocking
from circulation.selectors.issue_claims import owed_issues
from circulation.services.periodicals import claim_issue
from holdings.models import Branch


@transaction.atomic
def claim_issues(*, branch: Branch, wanted: Iterable[tuple[int, str]], staff: StaffAccount, now: datetime) -> str:
    """Note that a supplier was asked for these issues, and return who it is.

    What was claimed today already isn't counted again: it stands in today's letter.

    :param wanted: subscriptions' numbers, and an issue of each
    :raises PeriodicalRefused: NOTHING_TO_CLAIM, or ISSUES_CHANGED when one of them isn't owed (any more), or by another
        supplier than the rest
    """
    chosen = set(wanted)
    if not chosen:
        raise PeriodicalRefused([blocking(Code.NOTHING_TO_CLAIM)])
    today = timezone.localdate(now)
    _lock(branch, {pk for pk, _volume in chosen})
    owed = {(each.subscription.pk, each.volume): each for each in owed_issues(branch.pk, today=today)}
    issues = [each for key, each in owed.items() if key in chosen]
    suppliers = {each.subscription.supplier.casefold(): each.subscription.supplier for each in issues}
    if len(issues) < len(chosen) or len(suppliers) != 1:
        raise PeriodicalRefused([blocking(Code.ISSUES_CHANGED)])
    for each in issues:
        if each.is_missing or each.claimed_on != today:
            pk, volume = each.subscription.pk, each.volume
            claim_issue(subscription_id=pk, volume=volume, expected_on=each.day, staff=staff, now=now)
    return next(iter(suppliers.values()))


def _lock(branch: Branch, pks: set[int]) -> None:
    """Lock the subscriptions in the order of their numbers, so that two desks wait for one another."""
    rows = Subscription.objects.filter(pk__in=pks, branch=branch, ended_on=None).order_by("pk")
    list(rows.select_for_update(of=("self",), no_key=True).values_list("pk", flat=True))
