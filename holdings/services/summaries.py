"""Tells the shared catalogue how many items a branch has of a title: counts only, never who has them."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection
from django.db.models import Count, Q

from catalogue.models import HoldingsSummary
from holdings.models import Item
from tenants.keys import lock_numbers
from tenants.selectors import current_municipality

# Titles whose copies are counted wrongly, or not at all yet.
_WRONG = """
    SELECT DISTINCT known.record_id
    FROM public.catalogue_holdingssummary known
    LEFT JOIN (
        SELECT item.record_id, branch.code, count(*) FILTER (WHERE item.status <> ALL (%(no_copy)s)) AS copies
        FROM holdings_item item JOIN holdings_branch branch ON branch.id = item.home_branch_id
        GROUP BY item.record_id, branch.code
    ) counted ON counted.record_id = known.record_id AND counted.code = known.branch_code
    WHERE known.municipality_id = %(municipality)s AND known.copies IS DISTINCT FROM coalesce(counted.copies, 0)
    ORDER BY known.record_id
"""
# In the order in which desks write them, one title after the other, so that neither waits for the other.
_LOCKED = """
    SELECT id FROM public.catalogue_holdingssummary
    WHERE municipality_id = %(municipality)s AND record_id = ANY (%(records)s)
    ORDER BY record_id, branch_code FOR NO KEY UPDATE
"""
_PUT_RIGHT = """
    UPDATE public.catalogue_holdingssummary known
    SET copies = (
        SELECT count(*) FILTER (WHERE item.status <> ALL (%(no_copy)s))
        FROM holdings_item item JOIN holdings_branch branch ON branch.id = item.home_branch_id
        WHERE item.record_id = known.record_id AND branch.code = known.branch_code
    )
    WHERE known.municipality_id = %(municipality)s AND known.record_id = ANY (%(records)s)
"""


def titles_with_wrong_copies() -> list[int]:
    """Return the titles whose copies to be read aren't as many as the summaries say, by their numbers.

    Desks tell at once of what's gone; what a scan found again or received, and what a night made lost, isn't told.
    """
    with connection.cursor() as cursor:
        cursor.execute(_WRONG, _counted())
        return [row[0] for row in cursor.fetchall()]


def recount_copies(record_ids: Sequence[int]) -> None:
    """Count anew how many copies of these titles are there to be read; in a transaction."""
    wanted = {**_counted(), "records": list(record_ids)}
    with connection.cursor() as cursor:
        cursor.execute(_LOCKED, wanted)
        cursor.execute(_PUT_RIGHT, wanted)


def be_the_only_counter(record_ids: Iterable[int]) -> None:
    """Keep others in this municipality from counting these titles' items until the transaction ends.

    The items that it changes are locked before; titles come in the order of their numbers.
    """
    with connection.cursor() as cursor:
        for record_id in sorted(set(record_ids)):
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", lock_numbers(f"holdings-summary:{record_id}"))


def refresh_summaries(record_id: int, branch_codes: Iterable[str]) -> bool:
    """Count a title's items at these branches anew; withdrawn ones are gone, reference ones aren't lent.

    :returns: whether anything has changed of which the change feed is to be told: all but how many are lost or missing
    """
    municipality = current_municipality()
    changed = False
    # Two items of a title added at once must be counted one after the other, or each misses the other.
    be_the_only_counter([record_id])
    for code in sorted(set(branch_codes)):
        items, loanable, copies = _counts(record_id, code)
        summaries = HoldingsSummary.objects.filter(
            record_id=record_id, municipality_id=municipality.pk, branch_code=code
        )
        if items == 0:
            changed |= summaries.delete()[0] > 0
            continue
        known = summaries.values_list("items", "loanable", "copies").first()
        if known != (items, loanable, copies):
            HoldingsSummary.objects.bulk_create(
                [
                    HoldingsSummary(
                        record_id=record_id,
                        municipality_id=municipality.pk,
                        branch_code=code,
                        items=items,
                        loanable=loanable,
                        copies=copies,
                    )
                ],
                update_conflicts=True,
                unique_fields=["record", "municipality", "branch_code"],
                update_fields=["items", "loanable", "copies"],
            )
            changed |= known is None or known[:2] != (items, loanable)
    return changed


def _counted() -> dict[str, Any]:
    return {"municipality": current_municipality().pk, "no_copy": [str(each) for each in Item.NO_COPY]}


def _counts(record_id: int, branch_code: str) -> tuple[int, int, int]:
    lent = ~Q(status=Item.Status.REFERENCE_ONLY) & Q(item_type__is_lent=True)
    counts = (
        Item.objects.filter(record_id=record_id, home_branch__code=branch_code)
        .exclude(status=Item.Status.WITHDRAWN)
        .aggregate(
            items=Count("pk"),
            loanable=Count("pk", filter=lent),
            copies=Count("pk", filter=~Q(status__in=Item.NO_COPY)),
        )
    )
    return counts["items"], counts["loanable"], counts["copies"]
