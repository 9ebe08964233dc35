"""Reading the catalogue: records by id and by their numbers, other editions, and the change feed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from catalogue.models import Change


@dataclass(frozen=True)
class FeedEntry:
    """One entry of the change feed."""

    number: int
    record_id: int
    kind: str
    at: datetime


def follow(after_number: int, limit: int = 1000) -> Sequence[FeedEntry]:
    """Return the feed's next entries in order; a follower reads on from the last number it got."""
    rows = Change.objects.filter(number__gt=after_number).order_by("number")[:limit]
    return [FeedEntry(*row) for row in rows.values_list("number", "record_id", "kind", "at")]


def latest_change() -> int:
    """Return the feed's last number; 0 when nothing has ever changed."""
    return Change.objects.order_by("-number").values_list("number", flat=True).first() or 0
