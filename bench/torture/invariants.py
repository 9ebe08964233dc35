"""What must hold in a municipality whatever was done at once in it, and whatever was cut off."""

from collections import Counter
from collections.abc import Iterable
from datetime import date

from django.db import connection
from django.db.models import Max
from django.utils import timezone

from accounts.models import AuditEntry
from bench.torture.driver import Outcome
from bench.torture.promises import FINER, PROMISES
from bench.torture.town import Town
from circulation.models import Hold, Loan
from circulation.selectors.holds import holds_of
from patrons.models import Patron


def broken(town: Town, *, finely: bool = False) -> list[str]:
    """Return every promise that's broken in the chosen municipality, with the keys of some rows that break it.

    :param finely: the finer promises, too
    """
    values = {
        "entry": town.last_entry,
        "loan": town.last_loan,
        "hold": town.last_hold,
        "ledger": town.last_ledger,
        "items": [item.pk for item in town.items],
        "today": Loan.objects.aggregate(last=Max("loaned_on"))["last"] or date.min,
    }
    found = []
    with connection.cursor() as cursor:
        for promise, sql in {**PROMISES, **(FINER if finely else {})}.items():
            cursor.execute(sql, values)
            if rows := cursor.fetchmany(10):
                found.append(f"{promise}: {rows}")
    return found + list(_gaps(town))


def missing_entries(town: Town, outcome: Outcome) -> list[str]:
    """Return the kinds of audit entries of which there aren't as many as actions that were done."""
    kinds = {*outcome.done, *outcome.uncertain}
    written = Counter(
        AuditEntry.objects.filter(pk__gt=town.last_entry, action__in=kinds).values_list("action", flat=True)
    )
    return [
        f"{kind}: {written[kind]} written, {outcome.done[kind]} done, {outcome.uncertain[kind]} perhaps"
        for kind in sorted(kinds)
        if not outcome.done[kind] <= written[kind] <= outcome.done[kind] + outcome.uncertain[kind]
    ]


def _gaps(town: Town) -> Iterable[str]:
    """Yield queues in which somebody's place is missing or given twice, as those who wait are told it."""
    new = Hold.objects.filter(pk__gt=town.last_hold, state=Hold.State.QUEUED)
    # Those who waited before are in front of them.
    holds = Hold.objects.filter(record__in=new.values("record"), state=Hold.State.QUEUED)
    now = holds.aggregate(last=Max("requested_at"))["last"]
    if now is None:
        return
    # Who's paused keeps a place, but nobody waits behind her.
    paused = holds.filter(suspended_until__gt=timezone.localdate(now))
    waiting = set(holds.values_list("pk", flat=True)) - set(paused.values_list("pk", flat=True))
    places: dict[int, list[int]] = {}
    for patron in Patron.objects.filter(pk__in=holds.values("patron")):
        for line in holds_of(patron, now=now):
            if line.hold.pk in waiting and line.position is not None:
                places.setdefault(line.hold.record_id, []).append(line.position)
    for record_id, told in places.items():
        if sorted(told) != list(range(1, len(told) + 1)):
            yield f"the queue of a title has gaps: {record_id}: {sorted(told)}"
