"""The night's holds: those whose patron has waited long enough, and those that were not collected."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date, datetime

from circulation.models import Hold
from circulation.services.holds import expire_interest, expire_shelf_hold
from circulation.services.nightly.batches import work_through
from circulation.services.recalls_over import lock_recalled_for
from patrons.models import Patron

# Each ends in its own transaction anyway; this is how many are looked up at once.
BATCH = 200


def expire_holds(*, on: date, now: datetime, counts: Counter[str]) -> None:
    """End holds whose time was over before a day.

    Counts `not_collected` and `interest_over`.

    :raises circulation.services.nightly.batches.SomeFailed: if some holds could not be ended
    """
    ready = {"state": Hold.State.READY, "shelf_until__lt": on}
    _expire("not_collected", ready, lambda hold: expire_shelf_hold(hold=hold, now=now), counts)
    waiting = {"state": Hold.State.QUEUED, "interest_until__lt": on}
    _expire("interest_over", waiting, lambda hold: expire_interest(hold=hold, now=now), counts)


def _expire(name: str, fits: dict[str, object], end: Callable[[Hold], bool], counts: Counter[str]) -> None:
    def next_keys(after: int | None) -> Sequence[int]:
        holds = Hold.objects.filter(**fits)
        if after is not None:
            holds = holds.filter(pk__gt=after)
        return list(holds.order_by("pk").values_list("pk", flat=True)[:BATCH])

    def work(hold_ids: Sequence[int]) -> Counter[str]:
        # A batch is one transaction, so patrons and loans come before all of its holds.
        lock_recalled_for(hold_ids, patron_ids=_lock_patrons_of_parallel(hold_ids))
        return Counter({name: sum(end(Hold(pk=hold_id)) for hold_id in hold_ids)})

    work_through(next_keys, work, counts)


def _lock_patrons_of_parallel(hold_ids: Sequence[int]) -> list[int]:
    """Lock those whose parallel holds end along, as `expire_shelf_hold` does, and return their numbers."""
    parallel = Hold.objects.filter(pk__in=hold_ids, group__isnull=False, state=Hold.State.READY).values("patron")
    patrons = Patron.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=parallel)
    return list(patrons.order_by("pk").values_list("pk", flat=True))
