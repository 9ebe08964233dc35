"""A search as an Atom feed: what's new among its titles, for feed readers and other pages."""

import re
from dataclasses import replace

from django.http import HttpResponse
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import get_language, gettext
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from catalogue.search import Sort, State, search
from catalogue.selectors import records_by_ids
from tenants.selectors import current_municipality
from web.account.access import open_to_all
from web.titles.searching import read_request
from web.ui.requests import PageRequest

_MOST_TITLES = 50
# Readers ask again and again; a title that comes an hour later is still new.
_KEPT_FOR = 3600  # seconds
_ASK_AGAIN = 600  # seconds
# What XML can't say, however it's written; it comes from addresses and from damaged records.
_UNSAYABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


@open_to_all
@require_safe
@cache_control(max_age=_KEPT_FOR)
def new_titles(request: PageRequest) -> HttpResponse:
    """Return the titles that a search finds, those first that were catalogued last.

    Of a search without hits nobody wants to be told what sounds alike; while there's no index, readers ask again.
    """
    asked, _everywhere = read_request(request)
    result = search(replace(asked, sort=Sort.ADDED, page=1, page_size=_MOST_TITLES))
    if result.state is State.UNAVAILABLE:
        return HttpResponse(status=503, headers={"Retry-After": str(_ASK_AGAIN), "Cache-Control": "no-store"})
    hits = () if result.is_corrected or result.is_relaxed else result.hits
    records = records_by_ids(hit.record_id for hit in hits)
    library, wanted = current_municipality().name, _sayable(asked.text)
    query = f"?{request.GET.urlencode()}" if request.GET else ""
    feed = Atom1Feed(
        title=gettext("New at %(library)s") % {"library": f"{library}: {wanted}" if wanted else library},
        link=request.build_absolute_uri(reverse("portal:search") + query),
        description="",
        language=get_language(),
        feed_url=request.build_absolute_uri(),
    )
    for hit in hits:
        if record := records.get(hit.record_id):
            address = request.build_absolute_uri(reverse("portal:record", args=[hit.record_id]))
            feed.add_item(
                title=_sayable(hit.title),
                link=address,
                description=_sayable(record.summary),
                author_name=_sayable(hit.author) or None,
                unique_id=address,
                pubdate=record.created_at,
                updateddate=record.changed_at,
            )
    return HttpResponse(feed.writeString("utf-8"), content_type=feed.content_type)


def _sayable(text: str) -> str:
    return _UNSAYABLE.sub("", text)
