"""Where a page finds the picture of a cover: on our own host, whoever has made it."""

from collections.abc import Sequence

from django.conf import settings
from django.urls import reverse


def cover_address(isbns: Sequence[str]) -> str:
    """Return the address of an edition's cover; nothing without an ISBN or where the installation names no source."""
    if not settings.COVER_SOURCE or not isbns or not isbns[0]:
        return ""
    # One address stands for all: looking each up takes longer than all the rest of a row.
    return reverse("portal:cover", args=["0"]).removesuffix("0") + isbns[0]
