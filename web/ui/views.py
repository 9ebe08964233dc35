"""The municipality's style sheet and the living style guide."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_cache_control
from django.views.decorators.http import condition, require_safe

from web.account.access import open_to_all
from web.ui.styleguide import styleguide_context
from web.ui.theme import theme_css, theme_of, theme_version

A_YEAR = 365 * 24 * 60 * 60
FIVE_MINUTES = 5 * 60


def _etag(request: HttpRequest) -> str:
    return f'"{theme_version(theme_of(request))}"'


@open_to_all
@require_safe
@condition(etag_func=_etag)
def theme_css_view(request: HttpRequest) -> HttpResponse:
    """Serve the colours of the municipality, for a year under the address that names their version."""
    theme = theme_of(request)
    response = HttpResponse(theme_css(theme), content_type="text/css; charset=utf-8")
    if request.GET.get("v") == theme_version(theme):
        patch_cache_control(response, public=True, max_age=A_YEAR, immutable=True)
    else:
        patch_cache_control(response, public=True, max_age=FIVE_MINUTES)
    return response


@open_to_all
@require_safe
def styleguide(request: HttpRequest) -> HttpResponse:
    """Show every part that a page may be made of."""
    return render(request, "ui/styleguide.html", styleguide_context())
