"""Which times of recorded scans can be true. Pure.

The desk's clock may be wrong: what counts is how long ago the scan was by the browser's own clock when it was sent.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from circulation.errors import Code
from circulation.rules.reasons import blocking
from common.errors import Reason

# The same to a person; less than a request takes on a bad line.
TOLERANCE = timedelta(seconds=5)
LONGEST_OUTAGE = timedelta(days=14)


@dataclass(frozen=True)
class Moment:
    """When a scan happened by the server's clock, or why that can't be known."""

    at: datetime | None
    problem: Reason | None = None


def moment_of(*, said: str, happened_at: datetime | None, sent_at: datetime | None, now: datetime) -> Moment:
    """Return when a recorded scan happened.

    :param said: the browser's time as it was sent, for whoever has to settle it
    :param happened_at: the same, read; None if it can't be
    :param sent_at: the browser's clock when it was sent
    :param now: the server's clock when it arrived
    """
    if happened_at is None or sent_at is None:
        return Moment(None, blocking(Code.TIME_UNREADABLE, said=said))
    ago = sent_at - happened_at
    if ago < -TOLERANCE:
        return Moment(None, blocking(Code.TIME_AHEAD, said=said))
    if ago > LONGEST_OUTAGE:
        return Moment(None, blocking(Code.TIME_TOO_OLD, said=said))
    return Moment(now - max(ago, timedelta(0)))
