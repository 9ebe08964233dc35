"""What staff decide about messages that didn't go out."""

from datetime import datetime

from django.db import transaction

from accounts.models import StaffAccount
from accounts.rules import Permission, permissions_of
from common.audit import record
from common.errors import Reason
from notices.errors import CHANNEL_NOT_IN_USE, NO_SHORT_TEXT, NOT_A_PROBLEM, NOT_PERMITTED, NoticeRefused
from notices.models import Notice
from notices.rules.channels import may_take
from notices.rules.recipients import recipients_of
from notices.selectors import guardians_to_write_to
from notices.services.writing import Writer
from tenants.selectors import current_municipality

SET_ASIDE = "SET_ASIDE"
_PROBLEMS = (Notice.State.FAILED, Notice.State.UNCERTAIN)


@transaction.atomic
def send_again(*, notice: Notice, staff: StaffAccount, now: datetime, channel: str = "") -> Notice:
    """Queue a message that failed or is uncertain once more, to the address that's known by now.

    :param channel: another way than the patron's own or the rules'; LETTER to print it
    :raises NoticeRefused: NOT_PERMITTED, NOT_A_PROBLEM, CHANNEL_NOT_IN_USE, NO_SHORT_TEXT, or NO_ADDRESS or NO_GUARDIAN
        if it still can't be delivered
    """
    notice = _locked_problem(notice, staff)
    writer = Writer(current_municipality(), now=now)
    if channel and not may_take(notice.kind, channel):
        raise NoticeRefused([Reason(NO_SHORT_TEXT)])
    # Paper always works.
    if channel not in ("", Notice.Channel.LETTER, *writer.settings.channels):
        raise NoticeRefused([Reason(CHANNEL_NOT_IN_USE, facts={"channel": channel})])
    patron = notice.patron
    # What was written to one of several guardians stays hers: the others have their own.
    only = notice.about.get("guardian")
    guardians = [
        link for link in guardians_to_write_to([patron]).get(patron.pk, []) if only is None or link.guardian_id == only
    ]
    post = writer.post(only=channel, named=notice.about.get("channels", ()))
    recipient = recipients_of(patron, guardians, kind=notice.kind, today=writer.today, post=post)[0]
    if recipient.problem:
        raise NoticeRefused([Reason(recipient.problem)])
    facts = {"before": notice.state, "channel": recipient.channel}
    writer.write_again(notice, recipient)
    notice.state, notice.problem, notice.attempts = Notice.State.QUEUED, "", 0
    notice.claimed_at = notice.not_before = notice.sent_with = notice.print_run = None
    notice.save()
    record(action="notices.send_again", actor=staff, subject=notice, facts=facts)
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


def _locked_problem(notice: Notice, staff: StaffAccount) -> Notice:
    _require_staff(staff)
    notices = Notice.objects.select_for_update(of=("self",)).select_related("patron__category", "branch")
    locked = notices.get(pk=notice.pk)
    if locked.state not in _PROBLEMS:
        raise NoticeRefused([Reason(NOT_A_PROBLEM, facts={"state": locked.state})])
    return locked


def _require_staff(staff: StaffAccount) -> None:
    # The desk knows the patron, the administrator the mail server: either may have to decide.
    if not permissions_of(staff.role) & {Permission.CIRCULATE, Permission.ADMINISTER}:
        raise NoticeRefused([Reason(NOT_PERMITTED, permission=Permission.CIRCULATE)])
