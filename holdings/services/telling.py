"""Tells the shared catalogue of items that came, went or moved: a branch's counts, then the change feed, both last."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime

from catalogue.services.change_feed import announce
from holdings.models import Item
from holdings.services.summaries import refresh_summaries
from tenants.selectors import current_municipality

# What's held back: the codes of the branches where a title's items are to be counted anew, by the title's number.
_held_back: ContextVar[dict[int, set[str]] | None] = ContextVar("holdings_held_back", default=None)


def tell_of_item(item: Item, now: datetime, *, at: Iterable[str] = ()) -> None:
    """Tell of one item, the last thing that a transaction does.

    :param at: the codes of the branches where its title is to be counted anew, if not at its home alone
    """
    tell_of_items({item.record_id: list(at) or [item.home_branch.code]}, now)


def tell_of_items(codes_of: Mapping[int, Iterable[str]], now: datetime) -> None:
    """Tell of many items, the last thing that a transaction does.

    :param codes_of: the codes of the branches where a title's items are to be counted anew, by the title's number
    """
    if (held_back := _held_back.get()) is not None:
        for record_id, codes in codes_of.items():
            held_back.setdefault(record_id, set()).update(codes)
        return
    changed = [record_id for record_id, codes in sorted(codes_of.items()) if refresh_summaries(record_id, codes)]
    announce(record_ids=changed, kind="HOLDINGS", now=now, municipality_id=current_municipality().pk)


@contextmanager
def told_last(now: datetime) -> Iterator[None]:
    """Hold back what's told within the block until its end: counters are locked after all items, as at desks."""
    if _held_back.get() is not None:
        yield
        return
    codes_of: dict[int, set[str]] = {}
    token = _held_back.set(codes_of)
    try:
        yield
    finally:
        _held_back.reset(token)
    tell_of_items(codes_of, now)
