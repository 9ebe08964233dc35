"""Asks the installation's source for the picture of a cover, and looks at what it sends before anybody else does."""

import struct
from dataclasses import dataclass

from django.conf import settings

from common.remote_sources import RemoteFailed, Trouble, fetch

_SECONDS, _MOST_BYTES = 10.0, 500_000
# Smaller is a source's way to say that it has none; larger is meant to fill a browser's memory.
_SMALLEST, _LARGEST = 20, 4000
_PNG, _JPEG = b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"
# The markers of a JPEG's frame, which say how large it is; the other three of this range mean something else.
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


@dataclass(frozen=True)
class Picture:
    """A picture that a page may show."""

    content: bytes
    content_type: str


def picture_of(isbn: str) -> Picture | None:
    """Return the cover of an edition, or None when the source has none, or nothing that's a picture of a sane size.

    :param isbn: of thirteen digits
    :raises common.remote_sources.RemoteFailed: if the source doesn't answer
    """
    try:
        body = fetch(settings.COVER_SOURCE.replace("{isbn}", isbn), seconds=_SECONDS, most_bytes=_MOST_BYTES).body
    except RemoteFailed as failed:
        if failed.trouble == Trouble.TOO_LONG or failed.status in (404, 410):
            return None
        raise
    for begins, content_type, size_of in ((_PNG, "image/png", _png_size), (_JPEG, "image/jpeg", _jpeg_size)):
        if body.startswith(begins):
            is_sane = all(_SMALLEST <= side <= _LARGEST for side in size_of(body))
            return Picture(body, content_type) if is_sane else None
    return None


def _png_size(body: bytes) -> tuple[int, int]:
    return struct.unpack(">II", body[16:24]) if len(body) >= 24 and body[12:16] == b"IHDR" else (0, 0)


def _jpeg_size(body: bytes) -> tuple[int, int]:
    at = 2
    while at + 9 <= len(body) and body[at] == 0xFF:
        marker, length = body[at + 1], int.from_bytes(body[at + 2 : at + 4], "big")
        if marker in _FRAMES:
            return struct.unpack(">HH", body[at + 5 : at + 9])
        if length < 2:
            break
        at += 2 + length
    return 0, 0
