"""What a search finds as a list for spreadsheets: all of it, in its order, each title as the library sees it."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext

from catalogue.search import LARGEST_PAGE, MOST_HITS, search
from catalogue.selectors.retrieval import records_as_seen
from web.account.requests import StaffRequest
from web.titles.searching import Searched
from web.ui.list_files import list_file


def titles_file(request: StaffRequest, searched: Searched) -> HttpResponse:
    """Return all that a search finds as a file; if that's more than can be turned to, say so on its page."""
    if searched.result.total > MOST_HITS:
        text = gettext("More than %(most)s titles fit. Narrow the search down.") % {"most": f"{MOST_HITS:,}"}
        messages.error(request, text)
        return redirect(f"{request.path}{searched.address()}")
    return list_file(request, "titles", _records(searched, request.tenant.pk))


def _records(searched: Searched, municipality_id: int) -> Iterator[Any]:
    asked = replace(searched.request, page_size=LARGEST_PAGE)
    for page in range(1, -(-searched.result.total // LARGEST_PAGE) + 1):
        ids = [hit.record_id for hit in search(replace(asked, page=page)).hits]
        found = records_as_seen(ids, municipality_id, with_marc=False)
        # What was withdrawn since the index heard of it isn't there any more.
        yield from (found[number] for number in ids if number in found)
