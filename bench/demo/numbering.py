"""Numbers for new items and cards, each right by the municipality's own scheme, and how many of so many."""

from collections.abc import Iterator
from typing import Any

from common.barcodes import BarcodeScheme


class NumbersUsedUp(Exception):
    """The scheme has no room for so many."""


def numbers_after(last: str | None, scheme: dict[str, Any]) -> Iterator[str]:
    """Yield barcodes of a scheme in order.

    :param last: the highest one that's taken, or None when there's none yet
    :raises NumbersUsedUp: when the scheme's digits don't suffice
    """
    barcodes = BarcodeScheme(**scheme)
    digits = barcodes.length - len(barcodes.prefix) - (0 if barcodes.check_digit == "none" else 1)
    taken = int(last[len(barcodes.prefix) : len(barcodes.prefix) + digits]) if last else 0
    for serial in range(taken + 1, 10**digits):
        try:
            yield barcodes.make(serial)
        except ValueError:
            # One serial number in eleven has no mod 11 check digit, and libraries leave it out.
            continue
    raise NumbersUsedUp(f"{barcodes} has only {10**digits - 1} numbers")


class Evenly:
    """Picks exactly `wanted` of `available` things, spread over them, one answer a time."""

    def __init__(self, wanted: int, available: int) -> None:
        self._wanted = min(wanted, available)
        self._available = max(available, 1)
        self._asked = 0

    def pick(self) -> bool:
        """Return whether the next thing is one of the picked ones."""
        before = self._asked * self._wanted // self._available
        self._asked += 1
        return self._asked * self._wanted // self._available > before


class Popularity:
    """Deals items to titles: many to a few, one or two to most, and exactly so many altogether."""

    _WEIGHTS = (12, 1, 1, 2, 1, 3, 1, 1, 2, 1, 6, 1, 2, 1, 1, 4, 1, 2, 1, 1)

    def __init__(self, items: int, titles: int) -> None:
        rounds, rest = divmod(titles, len(self._WEIGHTS))
        self._whole = max(1, rounds * sum(self._WEIGHTS) + sum(self._WEIGHTS[:rest]))
        self._items = items
        self._place = 0
        self._weight = 0

    def deal(self) -> int:
        """Return how many items the next title has."""
        before = self._weight * self._items // self._whole
        self._weight += self._WEIGHTS[self._place % len(self._WEIGHTS)]
        self._place += 1
        return self._weight * self._items // self._whole - before
