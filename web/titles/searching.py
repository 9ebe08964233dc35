"""A search as its address says it, and its facets as links: the portal's and the desk's pages share them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from django.core.paginator import Page, Paginator
from django.http import QueryDict
from django.utils.functional import cached_property
from django.utils.http import urlencode
from django.utils.translation import gettext

from catalogue.search import FacetValue, Filters, SearchRequest, SearchResult, Sort, search
from circulation.selectors.availability import all_titles_at_home, titles_at_home
from web.titles.names import audience_name, decade_name, language_name, material_name
from web.ui.requests import PageRequest

PARAMETERS = {
    "material_type": "material",
    "language": "language",
    "audience": "audience",
    "branch": "branch",
    "decade": "decade",
}
PAGE_SIZE = 20
# Of a facet, so many values are seen at once; chosen ones always are.
_VALUES_SEEN = 10
LONGEST = 200


class _HitPage(Page):
    def end_index(self) -> int:
        # The last page that can be turned to isn't always the last hit's.
        return self.start_index() + len(self.object_list) - 1


class _HitPages(Paginator):
    """A search's pages: every hit is counted, and as many pages are offered as can be turned to."""

    def __init__(self, result: SearchResult) -> None:
        super().__init__(range(result.total), result.page_size)
        self.turned_to = result.pages

    @cached_property
    def num_pages(self) -> int:
        return self.turned_to

    def _get_page(self, *args: Any, **kwargs: Any) -> _HitPage:
        return _HitPage(*args, **kwargs)


@dataclass(frozen=True)
class Searched:
    """A search with its result and what the page says about both."""

    request: SearchRequest
    result: SearchResult
    everywhere: bool
    facets: list[dict[str, Any]]
    chips: list[dict[str, str]]
    parameters: QueryDict

    def address(self, **changes: str | None) -> str:
        """Return the query string of this search with some parameters changed; None takes one away."""
        return _changed(self.parameters, **changes)

    @property
    def is_asked(self) -> bool:
        """Whether anything is asked for: a word, or a limit."""
        return bool(self.request.text.strip() or self.chips)

    @property
    def meant_url(self) -> str:
        """The same search in the other spelling that the result offers."""
        return self.address(q=self.result.did_you_mean)

    @property
    def orders(self) -> list[dict[str, Any]]:
        """What may come first, for `components/sort.html`."""
        names = {
            Sort.RELEVANCE: gettext("Best match"),
            Sort.AVAILABLE: gettext("Available now"),
            Sort.NEWEST: gettext("Newest"),
            Sort.TITLE: gettext("Title"),
            Sort.AUTHOR: gettext("Author"),
        }
        return [{"value": sort, "name": name, "current": sort is self.request.sort} for sort, name in names.items()]

    @property
    def now(self) -> list[dict[str, Any]]:
        """The limit to what's on our shelves, for `facet_values`; there's none for the whole country's.

        How many titles that would leave isn't counted for those who don't ask.
        """
        if self.everywhere:
            return []
        chosen = self.request.filters.only is not None
        return [{"name": gettext("Available now"), "current": chosen, "url": self.address(now=None if chosen else "1")}]

    @property
    def not_now_url(self) -> str:
        """The same search without that limit."""
        return self.address(now=None)

    @property
    def unsorted(self) -> list[tuple[str, str]]:
        """The parameters of this search but its order, one by one."""
        return [(name, value) for name, values in self.parameters.lists() if name != "sort" for value in values]

    def pages(self) -> dict[str, Any]:
        """Return what `components/pagination.html` needs: the page and the other parameters; nothing without hits."""
        page = _HitPages(self.result).page(self.result.page) if self.result.hits else None
        parameters = self.parameters.urlencode()
        return {"page": page, "query": f"{parameters}&" if parameters else ""}


def run_search(
    request: PageRequest, *, branches: Mapping[str, str], keep: tuple[str, ...] = (), by_work: bool = False
) -> Searched:
    """Search as the request's address says.

    :param branches: names of the municipality's branches by their codes
    :param by_work: editions of one work are one hit
    :param keep: other parameters of the page, which its links carry on
    """
    asked, everywhere = read_request(request)
    result = search(replace(asked, by_work=True, owner=request.tenant.schema_name) if by_work else asked)
    parameters = QueryDict(mutable=True)
    for name in request.GET:
        if name in {"q", "sort", "everywhere", "now", "series", *keep, *PARAMETERS.values()}:
            parameters.setlist(name, [value[:LONGEST] for value in request.GET.getlist(name)[:20]])
    names = _namers(branches)
    facets = [_facet(kind, result.facets.get(kind, ()), names[kind], parameters) for kind in PARAMETERS]
    chips = [chip for facet in facets for chip in facet["chips"]]
    if asked.filters.only is not None:
        chips.insert(0, {"text": gettext("Available now"), "url": _changed(parameters, now=None)})
    if asked.filters.series:
        chips.append({"text": asked.filters.series, "url": _changed(parameters, series=None)})
    return Searched(asked, result, everywhere, [facet for facet in facets if facet["values"]], chips, parameters)


def read_request(request: PageRequest) -> tuple[SearchRequest, bool]:
    """Return what an address asks for, and whether it's the whole nation's titles; nonsense counts as not given."""
    values = request.GET
    everywhere = values.get("everywhere") == "1"
    sort = values.get("sort", "")
    branches = () if everywhere else _codes(values, "branch")
    at_home_only = values.get("now") == "1" and not everywhere
    filters = Filters(
        material_types=_codes(values, "material"),
        languages=_codes(values, "language"),
        audiences=_codes(values, "audience"),
        branches=branches,
        only=all_titles_at_home(branches=branches) if at_home_only else None,
        series=values.get("series", "").replace("\x00", "")[:LONGEST],
        decades=tuple(int(value) for value in _codes(values, "decade") if value.isascii() and value.isdecimal())[:20],
    )
    page = values.get("page", "1")
    return SearchRequest(
        text=values.get("q", "").replace("\x00", "")[:LONGEST],
        filters=filters,
        municipality=None if everywhere else request.tenant.schema_name,
        sort=Sort(sort) if sort in set(Sort) else Sort.RELEVANCE,
        language=getattr(request, "LANGUAGE_CODE", "da"),
        page=min(max(int(page), 1), 500) if page.isascii() and page.isdecimal() and len(page) < 6 else 1,
        page_size=PAGE_SIZE,
        at_home=partial(titles_at_home, branches=branches),
    ), everywhere


def _codes(values: QueryDict, name: str) -> tuple[str, ...]:
    return tuple(value for value in values.getlist(name)[:20] if value and len(value) <= 40 and value.isprintable())


def _namers(branches: Mapping[str, str]) -> dict[str, Any]:
    return {
        "material_type": material_name,
        "language": language_name,
        "audience": audience_name,
        "decade": decade_name,
        "branch": lambda code: branches.get(code, code),
    }


def _facet(kind: str, values: tuple[FacetValue, ...], name_of: Any, parameters: QueryDict) -> dict[str, Any]:
    headings = {
        "material_type": gettext("Kind"),
        "language": gettext("Language"),
        "audience": gettext("For"),
        "branch": gettext("Library"),
        "decade": gettext("Year"),
    }
    toggled = _toggler(parameters, PARAMETERS[kind])
    rows = [
        {"name": name, "count": value.count, "current": value.is_selected, "url": toggled(value.value)}
        for value in values
        if (name := name_of(value.value))
    ]
    seen = [place < _VALUES_SEEN or row["current"] for place, row in enumerate(rows)]
    return {
        "id": kind,
        "heading": headings[kind],
        "values": [row for row, is_seen in zip(rows, seen, strict=True) if is_seen],
        "more": [row for row, is_seen in zip(rows, seen, strict=True) if not is_seen],
        "chips": [{"text": row["name"], "url": row["url"]} for row in rows if row["current"]],
    }


def _toggler(parameters: QueryDict, name: str) -> Callable[[str], str]:
    """Return what writes the search's address with a value of a parameter added, or taken away."""
    chosen = parameters.getlist(name)
    rest = parameters.copy()
    rest.pop(name, None)
    others = rest.urlencode()

    def toggled(value: str) -> str:
        values = [each for each in chosen if each != value] if value in chosen else [*chosen, value]
        return "?" + "&".join(filter(None, (others, urlencode({name: values}, doseq=True))))

    return toggled


def _changed(parameters: QueryDict, **changes: str | None) -> str:
    changed = parameters.copy()
    for name, value in changes.items():
        if value is None:
            changed.pop(name, None)
        else:
            changed[name] = value
    return "?" + changed.urlencode()
