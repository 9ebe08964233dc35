"""Stops that a letter sets: no loans from the reminder or invoice on that a rule names, until its loans are settled."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import QuerySet, Value
from django.db.models.functions import Concat
from django.utils import translation
from django.utils.translation import gettext

from circulation.models import Fee, Loan
from circulation.services.bills import loans_claimed_for, loans_of
from common.audit import record_each
from common.money import ZERO
from notices.models import Notice, NoticeKind
from patrons.models import Block, Patron
from tenants.selectors import current_municipality

_CAUSE = "letter:"


def set_stops(letters: Iterable[tuple[int, str, str]], *, now: datetime) -> int:
    """Stop the patrons of new letters, in the transaction that writes these, and return how many; in two statements.

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
    _note("patrons.set_block", made, actor=None)
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
    standing = {block.pk: block for block in locked.order_by("pk")}
    if not standing:
        return 0
    named = _loans_named(standing)
    unsettled = _unsettled(set().union(*named.values()), now) - set(over)
    owed = _owed({block.patron_id for block in standing.values()})
    settled = [block for pk, block in standing.items() if not named[pk] & (unsettled | owed)]
    Block.objects.filter(pk__in=[block.pk for block in settled]).update(lifted_at=now)
    _note("patrons.lift_block", settled, actor=actor)
    return len(settled)


def set_again(loan: Loan, *, now: datetime, actor: Any) -> None:
    """Set the stops again that a loan's return or renewal lifted, when that's undone; not what staff have lifted.

    Nor what an earlier return or renewal settled, while nothing of its letter is late or owed now either.

    :param loan: open again, with the due date that it has again; whether that's stored yet doesn't matter
    """
    lifted, named = _lifted([loan.patron_id], about={loan.pk})
    if not named:
        return
    unsettled = _unsettled(set().union(*named.values()) - {loan.pk}, now) | _owed([loan.patron_id])
    if loan.due_date < _today(now):
        unsettled.add(loan.pk)
    _set_again([lifted[pk] for pk, loans in named.items() if loans & unsettled], actor)


def set_again_for(fees: Iterable[Fee], *, actor: Any) -> None:
    """Set the stops again that rested on fees which are owed again; not what staff have lifted.

    :param fees: with their balances as they are now
    """
    owed = [fee for fee in fees if fee.balance > ZERO]
    lifted, named = _lifted({fee.patron_id for fee in owed}, about=set().union(*map(loans_of, owed)))
    _set_again([lifted[pk] for pk in named], actor)


def _lifted(patron_ids: Collection[int | None], *, about: set[int]) -> tuple[dict[int, Block], dict[int, set[int]]]:
    """Return, locked, the stops of patrons that were lifted by themselves, and the loans of those about some of these.

    :param about: the numbers of the loans
    """
    if not about:
        return {}, {}
    found = _stops(lifted_at__isnull=False, lifted_by="", patron__in=patron_ids)
    locked = found.select_for_update(of=("self",), no_key=True).order_by("pk")
    lifted = {block.pk: block for block in locked}
    return lifted, {pk: loans for pk, loans in _loans_named(lifted).items() if loans & about}


def _set_again(blocks: Sequence[Block], actor: Any) -> None:
    if blocks:
        Block.objects.filter(pk__in=[block.pk for block in blocks]).update(lifted_at=None)
        _note("patrons.set_block", blocks, actor=actor)


def _note(action: str, blocks: Iterable[Block], *, actor: Any) -> None:
    record_each(
        action=action,
        actor=actor,
        about=[(Patron(pk=block.patron_id), {"block": block.pk}) for block in blocks],
    )


def stops_of_letter(key: Any) -> QuerySet[Block]:
    """Return the query for the stops that a letter has set and nobody has lifted.

    :param key: the letter's, or the outer query's field that has it
    """
    return _stops(lifted_at__isnull=True, cause=Concat(Value(_CAUSE), key))


def _stops(**values: Any) -> QuerySet[Block]:
    return Block.objects.filter(cause__startswith=_CAUSE, **values)


def _loans_named(blocks: Mapping[int, Block]) -> dict[int, set[int]]:
    """The loans of each block's letter; none of one that's forgotten, for then they're settled."""
    if not blocks:
        return {}
    keys = {block.cause.removeprefix(_CAUSE): pk for pk, block in blocks.items()}
    named: dict[int, set[int]] = {pk: set() for pk in blocks}
    for letter in Notice.objects.filter(key__in=list(keys)).only("key", "about"):
        named[keys[letter.key]] = loans_claimed_for(letter)
    return named


def _unsettled(loan_ids: Collection[int], now: datetime) -> set[int]:
    late = Loan.objects.filter(pk__in=loan_ids, returned_at__isnull=True, due_date__lt=_today(now))
    return set(late.values_list("pk", flat=True))


def _today(now: datetime) -> date:
    return now.astimezone(ZoneInfo(current_municipality().time_zone)).date()


def _owed(patron_ids: Collection[int | None]) -> set[int]:
    fees = Fee.objects.filter(patron__in=patron_ids, balance__gt=0).only("loan_id", "covers")
    return set().union(*map(loans_of, fees))
