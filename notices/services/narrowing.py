"""Takes what isn't true any more out of a message that lists several things, before it goes out."""

from collections.abc import Sequence

from notices.models import Notice
from notices.relevance import items_still_true
from notices.services.writing import Writer


def narrow(notices: Sequence[Notice], writer: Writer) -> None:
    """Write anew the messages of which some items, but not all, have been dealt with.

    :param notices: claimed or locked, with patron and branch
    """
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
        writer.write_again(notice)
        notice.save(update_fields=["context", "about", "subject", "body", "core_from", "core_until"])
