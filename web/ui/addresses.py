"""Addresses of pages, for what's drawn at every scan and for the links of long lists.

`django.urls.reverse` looks for the pattern anew each time; for a hundred rows with three links each that takes longer
than reading them.
"""

from functools import cache
from urllib.parse import quote

from django.conf import settings
from django.urls import get_urlconf, reverse
from django.utils.http import RFC3986_SUBDELIMS

_AS_THEY_ARE = RFC3986_SUBDELIMS + "/~:@"
# Stands for the keys while the pattern is looked up: a number, as most patterns ask for one.
_KEY = 8_070_605_040


def address(name: str, *keys: int | str) -> str:
    """Return what `reverse` returns for a pattern with these keys.

    :raises NoReverseMatch: if no page has this name and so many keys, or a key is empty
    """
    if "" in keys or None in keys:
        # Nothing stands for an address that isn't whole.
        return reverse(name, args=keys)
    first, *others = _around(name, get_urlconf() or settings.ROOT_URLCONF, len(keys))
    parts = (f"{quote(str(key), safe=_AS_THEY_ARE)}{part}" for key, part in zip(keys, others, strict=True))
    return first + "".join(parts)


@cache
def _around(name: str, urlconf: str, count: int) -> list[str]:
    return reverse(name, urlconf=urlconf, args=[_KEY] * count).split(str(_KEY))
