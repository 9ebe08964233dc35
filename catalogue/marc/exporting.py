"""MARC out: gives a record back as it came."""

from typing import Protocol


class Kept(Protocol):
    """Anything that keeps a record as received."""

    raw: bytes


def export(record: Kept) -> bytes:
    """Return the record's bytes unchanged, as they were received."""
    return bytes(record.raw)
