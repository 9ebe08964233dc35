"""When a message that the mail server wouldn't take is tried again."""

from datetime import datetime, timedelta

_WAITS = (
    timedelta(minutes=5),
    timedelta(minutes=20),
    timedelta(hours=1),
    timedelta(hours=4),
    timedelta(hours=12),
)
# A sender that has said nothing for this long is dead, and nobody knows whether its message went out.
SILENCE = timedelta(minutes=10)


def next_try(*, attempts: int, now: datetime) -> datetime | None:
    """Return when to try again after so many attempts, or None when it's time to tell staff."""
    return now + _WAITS[attempts - 1] if attempts <= len(_WAITS) else None
