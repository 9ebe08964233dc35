"""Counts each title's copies anew for the shared catalogue, so that no municipality weeds the last one of all."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime

from circulation.services.nightly.batches import work_through
from holdings.services.summaries import recount_copies, titles_with_wrong_copies

_BATCH = 500


def count_copies(*, on: date, now: datetime, counts: Counter[str]) -> None:
    """Put right how many copies of each title are there to be read; counts `titles` that were wrong.

    :raises circulation.services.nightly.batches.SomeFailed: if some could not be counted
    """
    del on, now
    wrong = titles_with_wrong_copies()

    def next_titles(last: int | None) -> Sequence[int]:
        start = 0 if last is None else bisect_right(wrong, last)
        return wrong[start : start + _BATCH]

    def count(record_ids: Sequence[int]) -> Counter[str]:
        recount_copies(record_ids)
        return Counter(titles=len(record_ids))

    work_through(next_titles, count, counts)
