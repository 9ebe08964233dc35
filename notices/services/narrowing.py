"""Takes what isn't true any more out of a message before it goes out: items dealt with since, amounts paid since."""

from collections.abc import Iterable, Sequence

from notices.models import Notice
from notices.relevance import amounts_now, items_still_true
from notices.rules.contexts import kept, tells_titles, without_titles
from notices.services.writing import Writer


def narrow(notices: Sequence[Notice], writer: Writer) -> None:
    """Write anew the messages of which some items, but not all, have been dealt with, or whose amounts have changed.

    :param notices: claimed or locked, with patron and branch
    """
    changed = {notice.pk: notice for notice in [*_with_fewer_items(notices), *_with_other_amounts(notices)]}
    for notice in changed.values():
        writer.write_again(notice)
        notice.save(update_fields=["context", "about", "subject", "body", "core_from", "core_until"])


def _with_fewer_items(notices: Sequence[Notice]) -> Iterable[Notice]:
    listing = [notice for notice in notices if len(notice.context.get("items", ())) > 1]
    for pk, places in (items_still_true(listing) if listing else {}).items():
        notice = next(each for each in listing if each.pk == pk)
        if not 0 < len(places) < len(notice.context["items"]):
            continue
        notice.context = {**notice.context, "items": [notice.context["items"][place] for place in places]}
        notice.about = {
            name: [value[place] for place in places] if isinstance(value, list) else value
            for name, value in notice.about.items()
        }
        yield notice


def _with_other_amounts(notices: Sequence[Notice]) -> Iterable[Notice]:
    # A message of an older release has no context and keeps its text.
    claiming = [notice for notice in notices if notice.context]
    for pk, amounts in (amounts_now(claiming) if claiming else {}).items():
        notice = next(each for each in claiming if each.pk == pk)
        told = amounts if tells_titles(notice.context) else without_titles(amounts)
        context = {**notice.context, **kept(told)}
        if context != notice.context:
            notice.context = context
            yield notice
