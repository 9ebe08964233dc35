"""Counts a whole municipality's holdings into the shared catalogue at once, and tells the change feed."""

from collections.abc import Sequence
from datetime import datetime

from django.db import connection, transaction

from catalogue.models import Change
from catalogue.services.change_feed import announce
from holdings.models import Item
from tenants.selectors import current_municipality

_BATCH = 10_000
_NEVER_LENT = [Item.Status.REFERENCE_ONLY.value, Item.Status.LOST.value, Item.Status.MISSING.value]
_COUNT = """
    INSERT INTO public.catalogue_holdingssummary AS known
        (record_id, municipality_id, branch_code, items, loanable, copies)
    SELECT item.record_id, %(municipality)s, branch.code, count(*),
           count(*) FILTER (WHERE kind.is_lent AND item.status <> ALL (%(never_lent)s)),
           count(*) FILTER (WHERE item.status <> ALL (%(no_copy)s))
    FROM holdings_item item
    JOIN holdings_branch branch ON branch.id = item.home_branch_id
    JOIN holdings_itemtype kind ON kind.id = item.item_type_id
    WHERE item.status <> %(withdrawn)s
    GROUP BY item.record_id, branch.code
    ON CONFLICT (record_id, municipality_id, branch_code)
    DO UPDATE SET items = excluded.items, loanable = excluded.loanable, copies = excluded.copies
    WHERE (known.items, known.loanable, known.copies)
          IS DISTINCT FROM (excluded.items, excluded.loanable, excluded.copies)
    RETURNING record_id
"""


def announce_holdings(*, now: datetime) -> int:
    """Bring the current municipality's holdings summaries up to date, and return how many titles changed."""
    wanted = {
        "municipality": current_municipality().pk,
        "never_lent": _NEVER_LENT,
        "no_copy": [status.value for status in Item.NO_COPY],
        "withdrawn": Item.Status.WITHDRAWN.value,
    }
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_COUNT, wanted)
        changed = sorted({row[0] for row in cursor.fetchall()})
    for start in range(0, len(changed), _BATCH):
        _announce(changed[start : start + _BATCH], now)
    return len(changed)


@transaction.atomic
def _announce(record_ids: Sequence[int], now: datetime) -> None:
    municipality = current_municipality()
    announce(record_ids=record_ids, kind=Change.Kind.HOLDINGS, now=now, municipality_id=municipality.pk)
