"""Pages for requests that can't be answered: each a plain sentence and the right status."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string


def stale_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form whose page has grown stale: nothing was changed, and the page says what to do."""
    return render(request, "403_csrf.html", status=403)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer input that can't be read."""
    return render(request, "400.html", status=400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer somebody who may not."""
    return render(request, "403.html", {"why": str(exception or "")}, status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer an address that isn't there."""
    return render(request, "404.html", status=404)


def form_only(request: HttpRequest, *, back: str) -> HttpResponse:
    """Answer an address that only takes a form, opened by itself.

    :param back: the address that leads on
    """
    return render(request, "405.html", {"back": back}, status=405)


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer when something of ours broke."""
    # Without the request: what broke may be what the page's context is read from.
    return HttpResponse(render_to_string("500.html"), status=500)
