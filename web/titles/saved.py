"""A search between its address and what's kept of it for a patron."""

from django.http import QueryDict

from patrons.rules.searches import Asked
from web.titles.searching import PARAMETERS, read_request
from web.ui.requests import PageRequest

# By the names in addresses, those of what's limited to them.
_CHOICES = {name: "branches" if kind == "branch" else f"{kind}s" for kind, name in PARAMETERS.items()}


def asked_in(request: PageRequest) -> Asked:
    """Return what the search in an address asks for; nonsense counts as not given."""
    wanted, everywhere = read_request(request)
    sort = request.GET.get("sort", "")
    return Asked(
        text=" ".join(wanted.text.split()),
        series=wanted.filters.series,
        everywhere=everywhere,
        now=wanted.filters.only is not None,
        sort=str(wanted.sort) if sort == wanted.sort else "",
        **{name: tuple(sorted(set(getattr(wanted.filters, name)))) for name in _CHOICES.values()},
    )


def query_of(asked: Asked) -> str:
    """Return the query string of a kept search, with its question mark."""
    parameters = QueryDict(mutable=True)
    said = {
        "q": asked.text,
        "sort": asked.sort,
        "everywhere": asked.everywhere and "1",
        "now": asked.now and "1",
        "series": asked.series,
    }
    for name, value in said.items():
        if value:
            parameters[name] = value
    for name, choices in _CHOICES.items():
        if values := getattr(asked, choices):
            parameters.setlist(name, [str(value) for value in values])
    return "?" + parameters.urlencode()
