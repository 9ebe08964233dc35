"""How far this node's index is behind the catalogue, for those who look after it."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Min

from catalogue.models import Change
from catalogue.search import folder, schema


@dataclass(frozen=True)
class IndexState:
    """What this node's index knows, and what it doesn't yet.

    :ivar is_ready: whether it answers
    :ivar building: how far a new one has come, while one is built
    :ivar behind: changes that it hasn't read
    :ivar since: when the oldest of them was made; None when it has read all
    :ivar megabytes: what it takes on the disk
    :ivar is_older: it was built by the release before, and answers until this release's own is built
    """

    is_ready: bool
    building: folder.Progress | None
    behind: int = 0
    since: datetime | None = None
    megabytes: int = 0
    is_older: bool = False


def index_state() -> IndexState:
    """Return what this node's index knows of the change feed; without one it knows nothing, and is being built."""
    path = folder.current_index()
    state = folder.read_state(path) if path else None
    if path is None or state is None:
        return IndexState(False, folder.read_progress())
    unread = Change.objects.filter(number__gt=state.change).aggregate(behind=Count("pk"), since=Min("at"))
    size = sum(each.stat().st_size for each in path.iterdir())
    return IndexState(
        is_ready=True,
        building=folder.read_progress(),
        behind=unread["behind"],
        since=unread["since"],
        megabytes=-(-size // 1_000_000),
        is_older=state.version != schema.VERSION,
    )


def unread_records(most: int) -> set[int] | None:
    """Return the records of which this node's index hasn't read all changes; None without one, or when they're more.

    :param most: so many are few enough to look at each
    """
    path = folder.current_index()
    state = folder.read_state(path) if path else None
    if state is None:
        return None
    unread = Change.objects.filter(number__gt=state.change).order_by().values_list("record_id", flat=True)
    found = set(unread.distinct()[: most + 1])
    return found if len(found) <= most else None
