"""Sends the outbox: claims a few messages, checks that they're still true, hands them over, writes down how it went.

A claim is committed before anything is sent. What a dead sender had claimed becomes uncertain after a while, for
nobody can know whether it went out; staff decide then, and nothing is sent twice by itself.
"""

import logging
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from email.utils import formataddr, parseaddr
from smtplib import SMTPException, SMTPRecipientsRefused, SMTPResponseException, SMTPSenderRefused

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from notices.models import Notice
from notices.relevance import still_true
from notices.rules.retries import SILENCE, next_try
from tenants.keys import tenant_name
from tenants.locks import only_one
from tenants.services.job_runs import problem_of

logger = logging.getLogger(__name__)

# Few, so that little becomes uncertain when a sender dies.
BATCH = 20

ADDRESS_REFUSED = "ADDRESS_REFUSED"
MAIL_SERVER = "MAIL_SERVER"
CONNECTION_LOST = "CONNECTION_LOST"
INTERRUPTED = "INTERRUPTED"
OUTDATED = "OUTDATED"


def send_outbox() -> Counter[str]:
    """Send everything that's due in the current municipality, and return how many messages became what.

    Only one sender at a time works for a municipality; another one returns at once.
    """
    done: Counter[str] = Counter()
    with only_one("send-notices") as free:
        if free:
            done[Notice.State.UNCERTAIN] += mark_uncertain(now=timezone.now())
            while batch := send_batch(now=timezone.now()):
                done += batch
    return done


def mark_uncertain(*, now: datetime) -> int:
    """Give up on messages that a sender claimed and never reported on, and return how many there are."""
    silent = Notice.objects.filter(state=Notice.State.SENDING, claimed_at__lt=now - SILENCE)
    return silent.update(state=Notice.State.UNCERTAIN, problem=INTERRUPTED)


def send_batch(*, now: datetime) -> Counter[str]:
    """Claim and send a few messages; nothing counted means that nothing is due."""
    claimed = _claim(now)
    true_ids = still_true(claimed) if claimed else set()
    current = [notice for notice in claimed if notice.pk in true_ids]
    for notice in claimed:
        if notice.pk not in true_ids:
            _settle(notice, Notice.State.CANCELLED, problem=OUTDATED)
    if current:
        _send(current, now)
    return Counter(str(notice.state) for notice in claimed)


@transaction.atomic
def _claim(now: datetime) -> list[Notice]:
    due = Q(not_before__isnull=True) | Q(not_before__lte=now)
    notices = list(
        Notice.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("branch")
        .filter(due, state=Notice.State.QUEUED, channel=Notice.Channel.EMAIL)
        .order_by("pk")[:BATCH]
    )
    Notice.objects.filter(pk__in=[notice.pk for notice in notices]).update(state=Notice.State.SENDING, claimed_at=now)
    for notice in notices:
        notice.state, notice.claimed_at = Notice.State.SENDING, now
    return notices


def _send(notices: Sequence[Notice], now: datetime) -> None:
    connection = get_connection()
    for place, notice in enumerate(notices):
        try:
            connection.open()
        except (SMTPException, OSError):
            # Without a connection nothing went out, so all that's left waits.
            for waiting in notices[place:]:
                _try_later(waiting, now)
            return
        if not _hand_over(notice, connection, now):
            _close(connection)
    _close(connection)


def _hand_over(notice: Notice, connection: BaseEmailBackend, now: datetime) -> bool:
    """Send one message, write down how it went, and return whether the connection can be used again."""
    try:
        connection.send_messages([_message(notice, connection)])
    except (SMTPRecipientsRefused, SMTPSenderRefused, SMTPResponseException) as refusal:
        if _is_temporary(refusal):
            _try_later(notice, now)
        else:
            _settle(notice, Notice.State.FAILED, problem=ADDRESS_REFUSED)
        return False
    except (ValueError, UnicodeError):
        # An address that no mail server would even be asked about.
        _settle(notice, Notice.State.FAILED, problem=ADDRESS_REFUSED)
        return False
    except (SMTPException, OSError):
        # The line broke after the message began: it may have gone out.
        _settle(notice, Notice.State.UNCERTAIN, problem=CONNECTION_LOST)
        return False
    except Exception as error:
        # One message must never stop the others, whatever is wrong with it; the error's text may name people.
        logger.error("message not sent", extra={"notice": notice.pk, "problem": problem_of(error)})
        _settle(notice, Notice.State.UNCERTAIN, problem=INTERRUPTED)
        return False
    _settle(notice, Notice.State.SENT, sent_at=now)
    return True


def _is_temporary(refusal: SMTPException) -> bool:
    codes = (
        [code for code, _ in refusal.recipients.values()]
        if isinstance(refusal, SMTPRecipientsRefused)
        else [getattr(refusal, "smtp_code", 500)]
    )
    return bool(codes) and all(400 <= code < 500 for code in codes)


def _message(notice: Notice, connection: BaseEmailBackend) -> EmailMessage:
    sender = parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    return EmailMessage(
        subject=notice.subject,
        body=notice.body,
        from_email=formataddr((notice.branch.name, sender)),
        to=notice.address.split(", "),
        reply_to=[notice.branch.email] if notice.branch.email else [],
        headers={
            # The same each time, so that a mail server or reader recognises a message that comes twice.
            "Message-ID": f"<notice-{notice.pk}.{tenant_name()}@{settings.BASE_DOMAIN}>",
            "Auto-Submitted": "auto-generated",
        },
        connection=connection,
    )


def _try_later(notice: Notice, now: datetime) -> None:
    attempts = notice.attempts + 1
    later = next_try(attempts=attempts, now=now)
    if later is None:
        _settle(notice, Notice.State.FAILED, problem=MAIL_SERVER, attempts=attempts)
    else:
        _settle(notice, Notice.State.QUEUED, attempts=attempts, not_before=later)


def _settle(notice: Notice, state: Notice.State, **changes: object) -> None:
    fields = {"state": state, "problem": "", **changes}
    # Only what's still claimed: staff may have set an uncertain message aside meanwhile.
    Notice.objects.filter(pk=notice.pk, state=Notice.State.SENDING, claimed_at=notice.claimed_at).update(**fields)
    notice.state = state


def _close(connection: BaseEmailBackend) -> None:
    try:
        connection.close()
    except (SMTPException, OSError):
        # It was broken already; the next message opens another.
        logger.info("mail connection closed by the other side")
