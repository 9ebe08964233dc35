"""Puts messages into the outbox, rendered and addressed; nothing is sent here."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from common.plain_inserts import PlainInsert
from holdings.models import Branch
from notices.models import Notice
from notices.rules.recipients import is_minor
from notices.selectors import guardians_to_write_to
from notices.services.writing import NoticeRequest, Writer
from patrons.models import Patron
from tenants.selectors import current_municipality

__all__ = ["NoticeRequest", "invoice_context", "make_notice", "make_notices"]

_add_notice = PlainInsert(Notice, once=True)


def make_notice(
    *,
    patron: Patron,
    branch: Branch,
    kind: str,
    key: str,
    context: Mapping[str, Any],
    about: Mapping[str, Any],
    now: datetime,
) -> bool:
    """Put one message into the outbox; False when the key exists already.

    True also for one that the patron does without, and for one to somebody who has died, which isn't written at all.

    What can't be delivered is kept as FAILED with its problem, so that staff see it.

    :param context: see `NoticeRequest`
    """
    if _has_died(patron):
        return True
    # At every scan that traps a hold; so the key's constraint says whether it exists, not a look beforehand.
    writer = Writer(current_municipality(), now=now)
    guardians = guardians_to_write_to([patron] if is_minor(patron, today=writer.today) else [])
    request = NoticeRequest(patron, branch, kind, key, context, about)
    written = writer.write(request, guardians.get(patron.pk, []))
    if written and not _add_notice.add(written[0]):
        return False
    for copy in written[1:]:
        _add_notice.add(copy)
    return True


@transaction.atomic(savepoint=False)
def make_notices(requests: Sequence[NoticeRequest], *, now: datetime) -> set[str]:
    """Put many messages into the outbox in a few statements and return the keys of those that are new.

    Messages that their patrons do without count as made: what led to them has been dealt with. So do those to somebody
    who has died, which aren't written at all.
    """
    keys = [request.key for request in requests]
    known = set(Notice.objects.filter(key__in=keys).values_list("key", flat=True))
    wanted = [request for request in requests if request.key not in known]
    if not wanted:
        return set()
    writer = Writer(current_municipality(), now=now)
    minors = [request.patron for request in wanted if is_minor(request.patron, today=writer.today)]
    guardians = guardians_to_write_to(minors)
    written = [
        notice
        for request in wanted
        if not _has_died(request.patron)
        for notice in writer.write(request, guardians.get(request.patron.pk, []))
    ]
    Notice.objects.bulk_create(written, ignore_conflicts=True, batch_size=500)
    return {request.key for request in wanted}


def invoice_context(items: Sequence[Mapping[str, Any]], *, processing: Decimal, fees: Decimal) -> dict[str, Any]:
    """Return the context of an invoice over items whose `price` is what each costs to replace."""
    replacement = sum((item["price"] for item in items), Decimal("0.00"))
    return {
        "items": items,
        "replacement": replacement,
        "processing": processing,
        "fees": fees,
        "total": replacement + processing + fees,
    }


def _has_died(patron: Patron) -> bool:
    return patron.left_reason == Patron.LeftReason.DECEASED
