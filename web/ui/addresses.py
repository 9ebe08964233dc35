"""Addresses of many pages of one kind: the links of a list.

`django.urls.reverse` looks for the pattern anew each time; for a hundred rows with three links each that takes longer
than reading them.
"""

from functools import cache
from urllib.parse import quote

from django.conf import settings
from django.urls import get_urlconf, reverse
from django.utils.http import RFC3986_SUBDELIMS

_AS_THEY_ARE = RFC3986_SUBDELIMS + "/~:@"
# Stands for the key while the pattern is looked up: a number, as most patterns ask for one.
_KEY = 8_070_605_040


def address(name: str, key: int | str) -> str:
    """Return what `reverse` returns for a pattern with one key: a number, or a text that isn't empty."""
    before, after = _around(name, get_urlconf() or settings.ROOT_URLCONF)
    return f"{before}{quote(str(key), safe=_AS_THEY_ARE)}{after}"


@cache
def _around(name: str, urlconf: str) -> tuple[str, str]:
    before, after = reverse(name, urlconf=urlconf, args=[_KEY]).split(str(_KEY))
    return before, after
