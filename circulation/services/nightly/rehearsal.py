"""Tries a nightly job and takes everything back: what it would do now, before somebody has it done.

The job's own code does it, batch by batch, each in a transaction that's rolled back; so nothing is locked for longer
than by night, and what one batch would leave for the next isn't seen.
"""

import time
import uuid
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Max

from accounts.models import AuditEntry
from circulation.models import LedgerEntry
from circulation.rules.nights import Job
from circulation.services.nightly.batches import Rehearsal
from circulation.services.nightly.night import try_job
from common.audit import along_with
from notices.models import Notice

# Somebody waits at the screen.
SECONDS = 8.0
MOST_SHOWN = 50
# What a run counts without doing anything to it.
_ONLY_SEEN = frozenset({"looked_at", "without_rule"})


@dataclass(frozen=True)
class TriedMessage:
    """A message that would be put into the outbox."""

    kind: str
    patron_id: int
    patron: str
    subject: str


@dataclass(frozen=True)
class TriedCharge:
    """A fee that would be charged, or would rise by so much."""

    patron_id: int
    patron: str
    amount: Decimal
    about: str


@dataclass
class Tried:
    """What a job would do now.

    :ivar counts: as its run would have them
    :ivar kinds: how many messages of each kind
    :ivar messages: the first of them, and `charges` and `entries` of the audit log likewise
    :ivar is_whole: whether everything was tried; else it's at least this
    """

    counts: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    messages: list[TriedMessage] = field(default_factory=list)
    charges: list[TriedCharge] = field(default_factory=list)
    entries: list[AuditEntry] = field(default_factory=list)
    is_whole: bool = True

    @property
    def is_nothing(self) -> bool:
        """Whether the job would do nothing."""
        done = [count for name, count in self.counts.items() if name not in _ONLY_SEEN]
        return not any(done) and not self.kinds and not self.entries


def tried(job: Job, *, local_day: date, now: datetime, seconds: float = SECONDS) -> Tried | None:
    """Return what a job of the current municipality would do now, and change nothing; None while it's running.

    :param now: tells what the trial writes from everything else, so it must be nobody else's
    :param seconds: after which no further batch is tried
    """
    found, token = Tried(), uuid.uuid4().hex
    last = {
        model: model.objects.aggregate(newest=Max("pk"))["newest"] or 0 for model in (Notice, LedgerEntry, AuditEntry)
    }

    def look() -> None:
        notices = Notice.objects.filter(pk__gt=last[Notice], created_at=now)
        found.kinds += Counter(notices.order_by().values_list("kind", flat=True))
        charged = LedgerEntry.objects.filter(
            pk__gt=last[LedgerEntry], at=now, kind=LedgerEntry.Kind.CHARGE
        ).select_related("fee__patron", "fee__loan__item__record")
        entries = AuditEntry.objects.filter(pk__gt=last[AuditEntry], facts__rehearsal=token)
        for notice in notices.select_related("patron").order_by("pk")[: MOST_SHOWN - len(found.messages)]:
            found.messages.append(
                TriedMessage(notice.kind, notice.patron_id, notice.patron.display_name, notice.shown_subject)
            )
        for entry in charged.order_by("pk")[: MOST_SHOWN - len(found.charges)]:
            loan = entry.fee.loan
            about = loan.item.record.title if loan else entry.fee.description
            patron = entry.fee.patron
            found.charges.append(TriedCharge(patron.pk, patron.display_name, entry.amount, about))
        # What's done to a thing; sums of a batch are counted already.
        done = entries.filter(subject_id__isnull=False).order_by("pk")
        found.entries.extend(done[: MOST_SHOWN - len(found.entries)])

    rehearsal = Rehearsal(look, time.monotonic() + seconds)
    with along_with(rehearsal=token):
        counts = try_job(job=job, local_day=local_day, now=now, rehearsal=rehearsal)
    if counts is None:
        return None
    found.counts, found.is_whole = counts, rehearsal.is_whole
    return found
