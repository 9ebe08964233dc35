"""Lists that come back as they were left: their filters and order are kept for as long as somebody is logged in."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import urlencode

_KEY = "kept_filters"
_LONGEST = 500

_View = Callable[..., HttpResponse]


def keeps_filters(page: str, *names: str) -> Callable[[_View], _View]:
    """Keep what a list is asked for, and lead whoever opens it without asking to what she asked last.

    The filters stand in the address then, so that the list can still be passed on.

    :param page: what the list is called in the session; lists of one name share what's kept
    :param names: of the filters, as they stand in the address
    """

    def decorate(view: _View) -> _View:
        @wraps(view)
        def kept(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.method != "GET":
                return view(request, *args, **kwargs)
            asked = {name: request.GET[name].replace("\x00", "") for name in names if name in request.GET}
            known = request.session.get(_KEY, {})
            if asked:
                _keep(request, page, asked)
            elif not request.GET and known.get(page):
                return redirect(f"{request.path}?{known[page]}")
            return view(request, *args, **kwargs)

        return kept

    return decorate


def _keep(request: HttpRequest, page: str, asked: dict[str, str]) -> None:
    # A single choice that's empty is none; of several, an empty one may say "any".
    is_none = len(asked) == 1 and not any(asked.values())
    query = "" if is_none else urlencode(asked)[:_LONGEST]
    known = request.session.get(_KEY, {})
    if known.get(page, "") != query:
        request.session[_KEY] = {**known, page: query}
