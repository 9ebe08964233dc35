"""Stops that a letter sets: no loans from the reminder or invoice on that a rule names, until its loans are settled."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import QuerySet
from django.utils import translation
from django.utils.translation import gettext

from circulation.models import Fee, Loan
from circulation.services.bills import loans_of
from common.audit import record
from notices.models import Notice, NoticeKind
from patrons.models import Block
from tenants.selectors import current_municipality

_CAUSE = "letter:"


def set_stops(letters: Iterable[tuple[int, str, str]], *, now: datetime) -> int:
    """Stop the patrons of new letters, in the transaction that writes these, and return how many.

    :param letters: patron, key and kind of each
    """
    with translation.override(current_municipality().language):
        by_itself, reason = gettext("by the rules"), gettext("Not settled: %(letter)s")
        made = Block.objects.bulk_create(
            Block(
                patron_id=patron_id,
                kind=Block.Kind.UNPAID if kind == NoticeKind.INVOICE else Block.Kind.OTHER,
                reason=(reason % {"letter": NoticeKind(kind).label})[:200],
                set_by=by_itself,
                set_at=now,
                cause=f"{_CAUSE}{key}",
            )
            for patron_id, key, kind in letters
        )
    for block in made:
        record(action="patrons.set_block", actor=None, subject=block.patron, facts={"block": block.pk})
    return len(made)


@transaction.atomic(savepoint=False)
def lift_settled(patron_ids: Collection[int] | None, *, now: datetime, actor: Any, over: Collection[int] = ()) -> int:
    """Lift the stops of letters of which no loan is late any more and nothing is owed, and return how many.

    :param patron_ids: whose; None for everybody's
    :param over: loans that end in this transaction
    """
    stops = _stops(lifted_at__isnull=True)
    if patron_ids is not None:
        stops = stops.filter(patron__in=patron_ids)
    # Two desks that settle the last of a letter, or a desk and the night, lift it once.
    locked = stops.select_for_update(of=("self",), no_key=True)
    standing = {block.pk: block for block in locked.select_related("patron").order_by("pk")}
    if not standing:
        return 0
    named = _loans_named(standing)
    unsettled = _unsettled(set().union(*named.values()), now) - set(over)
    owed = _owed({block.patron_id for block in standing.values()})
    settled = [block for pk, block in standing.items() if not named[pk] & (unsettled | owed)]
    Block.objects.filter(pk__in=[block.pk for block in settled]).update(lifted_at=now)
    for block in settled:
        record(action="patrons.lift_block", actor=actor, subject=block.patron, facts={"block": block.pk})
    return len(settled)


def set_again(loan: Loan, *, now: datetime, actor: Any) -> None:
    """Set the stops again that a loan's return or renewal lifted, when that's undone; not what staff have lifted.

    Nor what an earlier return or renewal settled, while nothing of its letter is late or owed now either.

    :param loan: open again, with the due date that it has again; whether that's stored yet doesn't matter
    """
    lifted = {
        block.pk: block
        for block in _stops(lifted_at__isnull=False, lifted_by="", patron=loan.patron_id)
        .select_for_update(of=("self",), no_key=True)
        .select_related("patron")
        .order_by("pk")
    }
    named = {pk: loans for pk, loans in _loans_named(lifted).items() if loan.pk in loans}
    if not named:
        return
    unsettled = _unsettled(set().union(*named.values()) - {loan.pk}, now) | _owed([lifted[min(named)].patron_id])
    if loan.due_date < _today(now):
        unsettled.add(loan.pk)
    for pk, loans in named.items():
        if loans & unsettled:
            Block.objects.filter(pk=pk).update(lifted_at=None)
            record(action="patrons.set_block", actor=actor, subject=lifted[pk].patron, facts={"block": pk})


def _stops(**values: Any) -> QuerySet[Block]:
    return Block.objects.filter(cause__startswith=_CAUSE, **values)


def _loans_named(blocks: Mapping[int, Block]) -> dict[int, set[int]]:
    """The loans of each block's letter; none of one that's forgotten, for then they're settled."""
    keys = {block.cause.removeprefix(_CAUSE): pk for pk, block in blocks.items()}
    named: dict[int, set[int]] = {pk: set() for pk in blocks}
    for key, about in Notice.objects.filter(key__in=list(keys)).values_list("key", "about"):
        named[keys[key]] = set(about.get("loans", ()))
    return named


def _unsettled(loan_ids: Collection[int], now: datetime) -> set[int]:
    late = Loan.objects.filter(pk__in=loan_ids, returned_at__isnull=True, due_date__lt=_today(now))
    return set(late.values_list("pk", flat=True))


def _today(now: datetime) -> date:
    return now.astimezone(ZoneInfo(current_municipality().time_zone)).date()


def _owed(patron_ids: Collection[int]) -> set[int]:
    fees = Fee.objects.filter(patron__in=patron_ids, balance__gt=0).only("loan_id", "covers")
    return set().union(*map(loans_of, fees))
