"""What staff decide about messages that didn't go out, and about letters that they have printed."""

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import transaction

from accounts.models import StaffAccount
from accounts.rules import Permission, permissions_of
from common.audit import record
from common.errors import Reason
from notices.errors import NOT_A_PROBLEM, NOT_PERMITTED, NoticeRefused
from notices.models import Notice
from notices.relevance import still_true
from notices.rules.recipients import recipient_of
from notices.services.sending import OUTDATED
from patrons.models import Patron
from patrons.selectors import guardians_of
from tenants.selectors import current_municipality

SET_ASIDE = "SET_ASIDE"
_PROBLEMS = (Notice.State.FAILED, Notice.State.UNCERTAIN)


@transaction.atomic
def send_again(*, notice: Notice, staff: StaffAccount, now: datetime) -> Notice:
    """Queue a message that failed or is uncertain once more, to the address that's known by now.

    :raises NoticeRefused: NOT_PERMITTED, NOT_A_PROBLEM, or NO_ADDRESS or NO_GUARDIAN if it still can't be delivered
    """
    notice = _locked_problem(notice, staff)
    municipality = current_municipality()
    patron = Patron.objects.select_related("category").get(pk=notice.patron_id)
    recipient = recipient_of(
        patron,
        guardians_of(patron),
        kind=notice.kind,
        today=now.astimezone(ZoneInfo(municipality.time_zone)).date(),
        default_language=municipality.language,
    )
    if recipient.problem:
        raise NoticeRefused([Reason(recipient.problem)])
    before = notice.state
    notice.channel, notice.address, notice.addressee = recipient.channel, recipient.address, recipient.addressee
    notice.state, notice.problem, notice.attempts = Notice.State.QUEUED, "", 0
    notice.claimed_at = notice.not_before = None
    notice.save()
    record(action="notices.send_again", actor=staff, subject=notice, facts={"before": before})
    return notice


@transaction.atomic
def set_aside(*, notice: Notice, staff: StaffAccount, now: datetime) -> Notice:
    """Take a message off the list of problems without sending it.

    :raises NoticeRefused: NOT_PERMITTED or NOT_A_PROBLEM
    """
    notice = _locked_problem(notice, staff)
    facts = {"before": notice.state, "problem": notice.problem, "at": now.isoformat()}
    notice.state, notice.problem = Notice.State.CANCELLED, SET_ASIDE
    notice.save(update_fields=["state", "problem"])
    record(action="notices.set_aside", actor=staff, subject=notice, facts=facts)
    return notice


@transaction.atomic
def mark_printed(*, notice_ids: Iterable[int], staff: StaffAccount, now: datetime) -> int:
    """Count letters that staff have printed as sent, and return how many.

    Letters that stopped being true before anybody printed them are cancelled along with it.

    :raises NoticeRefused: NOT_PERMITTED
    """
    _require_staff(staff)
    waiting = list(
        Notice.objects.select_for_update(of=("self",))
        .filter(state=Notice.State.QUEUED, channel=Notice.Channel.LETTER)
        .order_by("pk")
    )
    wanted = set(notice_ids)
    printed = [notice for notice in waiting if notice.pk in wanted]
    left = [notice for notice in waiting if notice.pk not in wanted]
    true_ids = still_true(left) if left else set()
    outdated = [notice.pk for notice in left if notice.pk not in true_ids]
    Notice.objects.filter(pk__in=outdated).update(state=Notice.State.CANCELLED, problem=OUTDATED)
    Notice.objects.filter(pk__in=[notice.pk for notice in printed]).update(state=Notice.State.SENT, sent_at=now)
    for notice in printed:
        record(action="notices.mark_printed", actor=staff, subject=notice, facts={"kind": notice.kind})
    return len(printed)


def _locked_problem(notice: Notice, staff: StaffAccount) -> Notice:
    _require_staff(staff)
    locked = Notice.objects.select_for_update(of=("self",)).get(pk=notice.pk)
    if locked.state not in _PROBLEMS:
        raise NoticeRefused([Reason(NOT_A_PROBLEM, facts={"state": locked.state})])
    return locked


def _require_staff(staff: StaffAccount) -> None:
    # The desk knows the patron, the administrator the mail server: either may have to decide.
    if not permissions_of(staff.role) & {Permission.CIRCULATE, Permission.ADMINISTER}:
        raise NoticeRefused([Reason(NOT_PERMITTED, permission=Permission.CIRCULATE)])
