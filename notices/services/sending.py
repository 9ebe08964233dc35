"""Sends the outbox: claims a few messages, checks that they're still true, hands them over, writes down how it went.

A claim is committed before anything is sent. What a dead sender had claimed becomes uncertain after a while, for
nobody can know whether it went out; staff decide then, and nothing is sent twice by itself. Letters wait for the
printer (`notices.services.print_runs`).
"""

import logging
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from holdings.models import Branch
from notices.gateways import AddressRefused, Gateway, TryLater, Uncertain, Unreachable, gateway_of
from notices.models import BranchMessages, Notice
from notices.relevance import still_true
from notices.rules.channels import ALONE
from notices.rules.digests import parcels
from notices.rules.retries import SILENCE, next_try
from notices.rules.settings import SECTION, MessageSettings, read_settings
from notices.services.narrowing import narrow
from notices.services.parcels import wrapped
from notices.services.writing import Writer
from tenants.locks import only_one
from tenants.selectors import current_municipality
from tenants.services.job_runs import problem_of

logger = logging.getLogger(__name__)

# Few, so that little becomes uncertain when a sender dies.
BATCH = 20
SENDABLE = (Notice.Channel.EMAIL, Notice.Channel.SMS, Notice.Channel.DIGITAL_POST)

ADDRESS_REFUSED = "ADDRESS_REFUSED"
MAIL_SERVER = "MAIL_SERVER"
GATEWAY_CLOSED = "GATEWAY_CLOSED"
CONNECTION_LOST = "CONNECTION_LOST"
INTERRUPTED = "INTERRUPTED"
OUTDATED = "OUTDATED"


@dataclass(frozen=True)
class Sender:
    """What a run of sending knows: the branches' settings, and who writes digests."""

    by_branch: dict[int, MessageSettings]
    time_zones: dict[int, str]
    writer: Writer

    def quiet(self, now: datetime) -> Q:
        """Return the condition for messages that have to wait for the end of the quiet hours."""
        waiting = Q(pk__in=())
        for channel in SENDABLE:
            branches = [
                branch
                for branch, settings in self.by_branch.items()
                if settings.is_quiet(channel, now=now, time_zone=self.time_zones[branch])
            ]
            if branches:
                waiting |= Q(channel=channel, branch__in=branches)
        return waiting

    @property
    def digest_branches(self) -> frozenset[int]:
        """The branches that send all that's due to somebody as one message."""
        return frozenset(branch for branch, settings in self.by_branch.items() if settings.digest)


def send_outbox() -> Counter[str]:
    """Send everything that's due in the current municipality, and return how many messages became what.

    Only one sender at a time works for a municipality; another one returns at once.
    """
    done: Counter[str] = Counter()
    with only_one("send-notices") as free:
        if free:
            now = timezone.now()
            done[Notice.State.UNCERTAIN] += mark_uncertain(now=now)
            sender = sender_at(now)
            while batch := send_batch(now=timezone.now(), sender=sender):
                done += batch
    return done


def mark_uncertain(*, now: datetime) -> int:
    """Give up on messages that a sender claimed and never reported on, and return how many there are."""
    silent = Notice.objects.filter(state=Notice.State.SENDING, claimed_at__lt=now - SILENCE)
    return silent.update(state=Notice.State.UNCERTAIN, problem=INTERRUPTED)


def sender_at(now: datetime) -> Sender:
    """Return what sending in the current municipality goes by."""
    municipality = current_municipality()
    own = municipality.settings.get(SECTION, {})
    of_branches = dict(BranchMessages.objects.values_list("branch", "values"))
    time_zones = dict(Branch.objects.order_by().values_list("pk", "time_zone"))
    by_branch = {
        branch: read_settings(country=municipality.country, own=own, branch=of_branches.get(branch))
        for branch in time_zones
    }
    return Sender(by_branch, time_zones, Writer(municipality, now=now))


def send_batch(*, now: datetime, sender: Sender | None = None) -> Counter[str]:
    """Claim and send a few messages; nothing counted means that nothing is due.

    :param sender: of this run; read anew by default
    """
    sender = sender or sender_at(now)
    claimed = _claim(sender, now)
    true_ids = still_true(claimed) if claimed else set()
    current = [notice for notice in claimed if notice.pk in true_ids]
    outdated = [notice for notice in claimed if notice.pk not in true_ids]
    if outdated:
        _settle(outdated, Notice.State.CANCELLED, problem=OUTDATED)
    narrow(current, sender.writer)
    for channel in SENDABLE:
        together = parcels(
            (notice for notice in current if notice.channel == channel), digest_branches=sender.digest_branches
        )
        if together:
            _send(channel, together, sender, now)
    return Counter(str(notice.state) for notice in claimed)


@transaction.atomic
def _claim(sender: Sender, now: datetime) -> list[Notice]:
    due = Q(not_before__isnull=True) | Q(not_before__lte=now)
    waiting = (
        Notice.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("branch", "patron")
        .filter(due, state=Notice.State.QUEUED, channel__in=SENDABLE)
        .exclude(sender.quiet(now))
        .order_by("pk")
    )
    notices = list(waiting[:BATCH])
    notices += _mates(waiting, notices, sender.digest_branches)
    Notice.objects.filter(pk__in=[notice.pk for notice in notices]).update(state=Notice.State.SENDING, claimed_at=now)
    for notice in notices:
        notice.state, notice.claimed_at = Notice.State.SENDING, now
    return notices


def _mates(waiting: QuerySet[Notice], notices: Sequence[Notice], digest_branches: frozenset[int]) -> list[Notice]:
    """Return what else is due to the same addresses, so that it goes along in one message."""
    if len(notices) < BATCH:
        # That was all there is.
        return []
    addresses = {notice.address for notice in notices if notice.branch_id in digest_branches}
    known = {notice.pk for notice in notices}
    places = {(notice.channel, notice.address, notice.branch_id) for notice in notices}
    also = (
        waiting.filter(address__in=addresses, branch__in=digest_branches).exclude(pk__in=known).exclude(kind__in=ALONE)
    )
    return [notice for notice in also if (notice.channel, notice.address, notice.branch_id) in places]


def _send(channel: str, together: Sequence[list[Notice]], sender: Sender, now: datetime) -> None:
    gateway = gateway_of(channel)
    for place, notices in enumerate(together):
        try:
            gateway.open()
        except Unreachable:
            # Without a connection nothing went out, so all that's left waits.
            for waiting in together[place:]:
                _try_later(waiting, now)
            break
        if not _hand_over(notices, gateway, sender, now):
            gateway.close()
    gateway.close()


def _hand_over(notices: Sequence[Notice], gateway: Gateway, sender: Sender, now: datetime) -> bool:
    """Send one message, write down how it went, and return whether the connection can be used again."""
    first = notices[0]
    try:
        parcel = wrapped(notices, settings=sender.by_branch[first.branch_id], writer=sender.writer)
        if parcel is None:
            _settle(notices, Notice.State.FAILED, problem="NO_ADDRESS")
            return True
        gateway.deliver(parcel)
    except AddressRefused:
        _settle(notices, Notice.State.FAILED, problem=ADDRESS_REFUSED)
        return False
    except TryLater:
        _try_later(notices, now)
        return False
    except Uncertain:
        # The line broke after the message began: it may have gone out.
        _settle(notices, Notice.State.UNCERTAIN, problem=CONNECTION_LOST)
        return False
    except Exception as error:
        # One message must never stop the others, whatever is wrong with it; the error's text may name people.
        logger.error("message not sent", extra={"notice": first.pk, "problem": problem_of(error)})
        _settle(notices, Notice.State.UNCERTAIN, problem=INTERRUPTED)
        return False
    _settle(notices, Notice.State.SENT, sent_at=now, sent_with=first.pk if len(notices) > 1 else None)
    return True


def _try_later(notices: Iterable[Notice], now: datetime) -> None:
    for notice in notices:
        attempts = notice.attempts + 1
        later = next_try(attempts=attempts, now=now)
        if later is None:
            is_mail = notice.channel == Notice.Channel.EMAIL
            problem = MAIL_SERVER if is_mail else GATEWAY_CLOSED
            _settle([notice], Notice.State.FAILED, problem=problem, attempts=attempts)
        else:
            _settle([notice], Notice.State.QUEUED, attempts=attempts, not_before=later)


def _settle(notices: Sequence[Notice], state: Notice.State, **changes: object) -> None:
    fields = {"state": state, "problem": "", **changes}
    # Only what's still claimed: staff may have set an uncertain message aside meanwhile.
    Notice.objects.filter(
        pk__in=[notice.pk for notice in notices], state=Notice.State.SENDING, claimed_at=notices[0].claimed_at
    ).update(**fields)
    for notice in notices:
        notice.state = state
