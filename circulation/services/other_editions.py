"""Holds for any edition follow when it's said by hand which records are editions of one work.

Only what may fill them changes: each keeps its record, its place in the queue and everything else.
"""

from collections.abc import Collection

from django.db.models import Q

from catalogue import regrouping
from catalogue.selectors.works import edition_ids
from circulation.models import Hold


def register() -> None:
    """Have holds follow when works are corrected."""
    regrouping.register("circulation", follow_editions)


def follow_editions(record_ids: Collection[int]) -> int:
    """Let waiting holds for any edition of these records name the editions that there are now; return how many did."""
    ids = list(record_ids)
    waiting = Hold.objects.filter(state=Hold.State.QUEUED, any_edition=True)
    touched = waiting.filter(Q(record__in=ids) | Q(edition_ids__overlap=ids)).select_related("record")
    return bring_up_to_date(touched.defer("record__raw").select_for_update(of=("self",), no_key=True).order_by("pk"))


def bring_up_to_date(holds: Collection[Hold]) -> int:
    """Give locked holds for any edition the editions that there are now; return how many had others."""
    changed = 0
    editions: dict[int, list[int]] = {}
    for hold in holds:
        if hold.record_id not in editions:
            editions[hold.record_id] = edition_ids(hold.record)
        if hold.edition_ids != editions[hold.record_id]:
            hold.edition_ids = editions[hold.record_id]
            hold.save(update_fields=["edition_ids"])
            changed += 1
    return changed
