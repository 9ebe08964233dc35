"""The night's memberships: a word before one ends, and the end of temporary ones."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.db.models import QuerySet

from circulation.models import Fee, Loan
from circulation.services.nightly.batches import work_through
from circulation.services.patrons_leaving import end_membership
from circulation.services.recalls_over import lock_recalled_for_patron
from notices.models import NoticeKind
from notices.services.outbox import NoticeRequest, make_notices
from patrons.models import Patron
from patrons.rules.settings import read_settings
from tenants.selectors import current_municipality

BATCH = 200


def care_for_memberships(*, on: date, now: datetime, counts: Counter[str]) -> None:
    """Announce the memberships that end soon, once each, and end the temporary ones that are over and settled.

    Counts `letters` and `ended`.

    :raises circulation.services.nightly.batches.SomeFailed: if something could not be done
    """
    _announce(on=on, now=now, counts=counts)
    _end_temporary(on=on, now=now, counts=counts)


def _announce(*, on: date, now: datetime, counts: Counter[str]) -> None:
    days = read_settings(current_municipality().settings).warning_days
    if not days:
        return
    soon = Patron.objects.filter(
        expires_on__range=(on, on + timedelta(days=days)), left_at__isnull=True, category__temporary_days__isnull=True
    )

    def work(patron_ids: Sequence[int]) -> Counter[str]:
        patrons = Patron.objects.filter(pk__in=patron_ids).select_related("category", "home_branch").order_by("pk")
        return Counter(letters=len(make_notices([_letter(patron) for patron in patrons], now=now)))

    work_through(lambda after: _keys(soon, after), work, counts)


def _letter(patron: Patron) -> NoticeRequest:
    return NoticeRequest(
        patron=patron,
        branch=patron.home_branch,
        kind=NoticeKind.MEMBERSHIP_ENDS,
        # A membership that's renewed ends on another day, and is announced again.
        key=f"MEMBERSHIP_ENDS:{patron.pk}:{patron.expires_on:%Y-%m-%d}",
        context={"ends_on": patron.expires_on},
        about={"ends_on": f"{patron.expires_on:%Y-%m-%d}"},
    )


def _end_temporary(*, on: date, now: datetime, counts: Counter[str]) -> None:
    over = (
        Patron.objects.filter(category__temporary_days__isnull=False, expires_on__lt=on, left_at__isnull=True)
        .exclude(pk__in=Loan.objects.filter(returned_at__isnull=True).values("patron"))
        .exclude(pk__in=Fee.objects.filter(balance__gt=0).values("patron"))
    )

    def work(patron_ids: Sequence[int]) -> Counter[str]:
        # A batch is one transaction, so the loans come before all of their holds.
        lock_recalled_for_patron(*patron_ids)
        for patron_id in patron_ids:
            end_membership(patron=Patron(pk=patron_id), reason=Patron.LeftReason.OVER, staff=None, now=now)
        return Counter(ended=len(patron_ids))

    work_through(lambda after: _keys(over, after), work, counts)


def _keys(patrons: QuerySet[Patron], after: int | None) -> Sequence[int]:
    later = patrons if after is None else patrons.filter(pk__gt=after)
    return list(later.order_by("pk").values_list("pk", flat=True)[:BATCH])
