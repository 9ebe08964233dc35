"""Lists that come back as they were left: their filters and order are kept for as long as somebody is logged in."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.http import urlencode

from web.ui.requests import PageRequest

# In the address of a list: forget what's kept, and show it as at first.
FORGET = "forget"
_KEY = "kept_filters"
_LONGEST = 500

_View = Callable[..., HttpResponse]


def keeps_filters(page: str, *names: str) -> Callable[[_View], _View]:
    """Keep what a list is asked for, and lead whoever opens it without asking to what she asked last.

    The filters stand in the address then, so that the list can still be passed on. `{% forget_filters %}` draws the way
    back to the list as it is at first.

    :param page: what the list is called in the session; lists of one name share what's kept
    :param names: of the filters, as they stand in the address
    """

    def decorate(view: _View) -> _View:
        @wraps(view)
        def kept(request: PageRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            request.kept_filters = names
            if request.method != "GET":
                return view(request, *args, **kwargs)
            asked = _asked(request, names)
            known = request.session.get(_KEY, {})
            if FORGET in request.GET:
                _keep(request, page, {})
                return redirect(request.path)
            if asked:
                _keep(request, page, asked)
            elif not request.GET and known.get(page):
                return redirect(f"{request.path}?{known[page]}")
            return view(request, *args, **kwargs)

        kept.kept_filters = names  # type: ignore[attr-defined]
        return kept

    return decorate


def is_narrowed(request: PageRequest) -> bool:
    """Return whether a list that keeps its filters shows something else than at first."""
    return not _is_none(_asked(request, getattr(request, "kept_filters", ())))


def _asked(request: PageRequest, names: tuple[str, ...]) -> dict[str, str]:
    return {name: request.GET[name].replace("\x00", "") for name in names if name in request.GET}


def _is_none(asked: dict[str, str]) -> bool:
    # A single choice that's empty is none; of several, an empty one may say "any".
    return len(asked) <= 1 and not any(asked.values())


def _keep(request: PageRequest, page: str, asked: dict[str, str]) -> None:
    query = "" if _is_none(asked) else urlencode(asked)[:_LONGEST]
    known = request.session.get(_KEY, {})
    if known.get(page, "") != query:
        request.session[_KEY] = {**known, page: query}
