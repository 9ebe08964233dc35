"""Renews and ends memberships. How long one lasts is the category's."""

from datetime import date, datetime

from django.db import transaction

from accounts.models import StaffAccount
from common.audit import record
from common.errors import Reason
from patrons.errors import HAS_LEFT, IS_TEMPORARY, PatronRefused
from patrons.models import Patron
from patrons.rules import membership_end


@transaction.atomic
def renew_membership(*, patron: Patron, staff: StaffAccount | None, today: date) -> Patron:
    """Let a membership run on for as long as the category says; without end where it says nothing.

    What's left of it isn't lost. Renewing again on the same day, while all of it is still to come, changes nothing.

    :param today: a day in the home branch's time zone
    :raises PatronRefused: IS_TEMPORARY or HAS_LEFT
    """
    patron = Patron.objects.select_for_update(of=("self",)).select_related("category").get(pk=patron.pk)
    if patron.left_at is not None:
        raise PatronRefused([Reason(HAS_LEFT)])
    if patron.category.temporary_days:
        raise PatronRefused([Reason(IS_TEMPORARY)])
    months = patron.category.membership_months
    wanted = membership_end(today, months=months, days=None)
    if wanted and patron.expires_on and patron.expires_on >= wanted:
        return patron
    before = patron.expires_on
    first = max(today, before) if before else today
    patron.expires_on = membership_end(first, months=months, days=None)
    patron.save(update_fields=["expires_on"])
    facts = {"before": _text(before), "expires_on": _text(patron.expires_on)}
    record(action="patrons.renew_membership", actor=staff, subject=patron, facts=facts)
    return patron


@transaction.atomic
def leave(*, patron: Patron, reason: str, staff: StaffAccount | None, now: datetime) -> Patron:
    """End a membership for good: she moved away, died, or wanted it. Once ended, the first reason stands.

    :param reason: one of `Patron.LeftReason`
    """
    patron = Patron.objects.select_for_update(of=("self",)).get(pk=patron.pk)
    if patron.left_at is None:
        patron.left_at, patron.left_reason = now, Patron.LeftReason(reason)
        patron.save(update_fields=["left_at", "left_reason"])
        record(action="patrons.leave", actor=staff, subject=patron, facts={"reason": reason})
    return patron


@transaction.atomic
def come_back(*, patron: Patron, staff: StaffAccount) -> Patron:
    """Take back that a membership ended: it was a mistake, or she moved back.

    :raises PatronRefused: HAS_LEFT if she was merged into another entry or forgotten
    """
    patron = Patron.objects.select_for_update(of=("self",)).get(pk=patron.pk)
    if patron.left_at is None:
        return patron
    if patron.merged_into_id or patron.left_reason == Patron.LeftReason.OVER:
        raise PatronRefused([Reason(HAS_LEFT)])
    facts = {"reason": patron.left_reason}
    patron.left_at, patron.left_reason = None, ""
    patron.save(update_fields=["left_at", "left_reason"])
    record(action="patrons.come_back", actor=staff, subject=patron, facts=facts)
    return patron


def _text(day: date | None) -> str | None:
    return day.isoformat() if day else None
