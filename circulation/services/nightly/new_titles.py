"""The night's news: titles that have come since and fit what patrons have saved, one message a search."""

import logging
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache

from catalogue.search import Filters, Hit, SearchRequest, Sort, State, search, unread_records
from catalogue.selectors import newest_record
from circulation.services.nightly.batches import SomeFailed, work_through
from holdings.selectors import newest_item, titles_new_here
from notices.models import NoticeKind
from notices.services.outbox import NoticeRequest, make_notices
from patrons.models import SavedSearch
from patrons.rules.searches import Asked, asked_of
from tenants.selectors import current_municipality

BATCH = 100
# A message names so many titles; the page of the search has them all.
MOST_NAMED = 10
# Among so many titles of the whole country, the newest first, what's new is looked for.
_MOST_LOOKED_AT = 100
# While the index has more than this before it, it waits for another night: what came then is told later, not never.
_MOST_UNREAD = 5_000
# A library that brings in its whole stock has no news; messages of it would be about everything.
_MOST_NEW = 20_000
# Of what's new since when and where, so many answers; nearly all searches have looked up to the same item.
_DIFFERENT_KEPT = 64
logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Night:
    """What's new tonight ends here: the newest item and record, and what the index doesn't know yet."""

    newest_item: int
    newest_record: int
    unread: frozenset[int]
    new_here: "Callable[[int, tuple[str, ...]], _NewHere]"


@dataclass(frozen=True)
class _NewHere:
    """The titles that came to the library, and up to which item that's all of them."""

    titles: frozenset[int]
    seen: int


@dataclass(frozen=True)
class _News:
    """What a search has to tell, and up to where it has looked then."""

    hits: tuple[Hit, ...]
    total: int
    seen_item: int
    seen_record: int


def tell_of_new_titles(*, on: date, now: datetime, counts: Counter[str]) -> None:
    """Write to the patrons whose saved searches new titles fit, and remember for each up to where it has looked.

    New is a title whose first item came to the library, or to the branches that are asked for; in the whole country's,
    a record that's new. Counts `letters`.

    :raises circulation.services.nightly.batches.SomeFailed: if the index doesn't answer or is too far behind
    """
    if not SavedSearch.objects.filter(notifies=True).exists():
        return
    # Before the index is asked what it doesn't know: what comes in between is above the newest ones, for tomorrow.
    newest = newest_item(), newest_record()
    unread = unread_records(_MOST_UNREAD)
    if unread is None:
        raise SomeFailed("the search index is not up to date")
    night = _Night(*newest, frozenset(unread), _new_here_until(newest[0], frozenset(unread)))

    def work(keys: Sequence[int]) -> Counter[str]:
        return Counter(letters=_tell(keys, night, now))

    work_through(_keys, work, counts)


def _tell(keys: Sequence[int], night: _Night, now: datetime) -> int:
    members = SavedSearch.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=keys, notifies=True)
    requests = []
    for saved in members.select_related("patron__category", "patron__home_branch").order_by("pk"):
        news = _news(saved, night)
        if news.hits and saved.patron.left_at is None:
            requests.append(_message(saved, news))
        if (news.seen_item, news.seen_record) != (saved.seen_item, saved.seen_record):
            saved.seen_item, saved.seen_record = news.seen_item, news.seen_record
            saved.save(update_fields=["seen_item", "seen_record"])
    return len(make_notices(requests, now=now))


def _news(saved: SavedSearch, night: _Night) -> _News:
    asked = asked_of(saved.asked)
    return _new_anywhere(saved, asked, night) if asked.everywhere else _new_here(saved, asked, night)


def _new_here(saved: SavedSearch, asked: Asked, night: _Night) -> _News:
    new = night.new_here(saved.seen_item, tuple(sorted(set(asked.branches))))
    if not new.titles:
        return _News((), 0, new.seen, night.newest_record)
    wanted = replace(_request(asked), municipality=current_municipality().schema_name, page_size=MOST_NAMED)
    hits, total = _found(replace(wanted, filters=replace(wanted.filters, only=new.titles)))
    return _News(hits, total, new.seen, night.newest_record)


def _new_here_until(newest_item: int, unread: frozenset[int]) -> Callable[[int, tuple[str, ...]], _NewHere]:
    """Return a function that says what's new since an item at some branches; most searches ask it the same."""

    @lru_cache(maxsize=_DIFFERENT_KEPT)
    def new_here(after: int, branches: tuple[str, ...]) -> _NewHere:
        found = titles_new_here(after=after, until=newest_item, branches=branches, most=_MOST_NEW + 1)
        if len(found) > _MOST_NEW:
            logger.warning("So many new titles are no news: nobody is told of them", extra={"more_than": _MOST_NEW})
            return _NewHere(frozenset(), newest_item)
        # Up to the first one that the index doesn't know yet; that one and what follows is told another night.
        seen = min((item - 1 for pk, item in found.items() if pk in unread), default=newest_item)
        return _NewHere(frozenset(pk for pk, item in found.items() if item <= seen), seen)

    return new_here


def _new_anywhere(saved: SavedSearch, asked: Asked, night: _Night) -> _News:
    later = (pk - 1 for pk in night.unread if saved.seen_record < pk <= night.newest_record)
    seen = min(later, default=night.newest_record)
    if seen <= saved.seen_record:
        return _News((), 0, night.newest_item, seen)
    hits, _total = _found(replace(_request(asked), page_size=_MOST_LOOKED_AT))
    new = [hit for hit in hits if saved.seen_record < hit.record_id <= seen]
    return _News(tuple(new[:MOST_NAMED]), len(new), night.newest_item, seen)


def _request(asked: Asked) -> SearchRequest:
    filters = Filters(
        material_types=asked.material_types,
        languages=asked.languages,
        audiences=asked.audiences,
        branches=asked.branches,
        decades=asked.decades,
        series=asked.series,
    )
    return SearchRequest(text=asked.text, filters=filters, sort=Sort.ADDED)


def _found(wanted: SearchRequest) -> tuple[tuple[Hit, ...], int]:
    result = search(wanted)
    if result.state is State.UNAVAILABLE:
        raise SomeFailed("the search index doesn't answer")
    # Of a search without hits nobody wants to be told what sounds alike.
    if result.is_corrected or result.is_relaxed:
        return (), 0
    return tuple(result.hits), result.total


def _message(saved: SavedSearch, news: _News) -> NoticeRequest:
    items = [{"title": " / ".join(filter(None, (hit.title, hit.author))), "barcode": ""} for hit in news.hits]
    return NoticeRequest(
        patron=saved.patron,
        branch=saved.patron.home_branch,
        kind=NoticeKind.NEW_TITLES,
        # By what was known before: told twice by no accident, and told again the same day of what came since.
        key=f"NEW_TITLES:{saved.pk}:{saved.seen_item}:{saved.seen_record}",
        context={"search": saved.name, "items": items, "total": news.total},
        about={"search": saved.pk},
    )


def _keys(after: int | None) -> Sequence[int]:
    notifying = SavedSearch.objects.filter(notifies=True, pk__gt=after or 0)
    return list(notifying.order_by("pk").values_list("pk", flat=True)[:BATCH])
