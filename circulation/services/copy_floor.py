"""Sees to it that a list of withdrawals leaves as many copies as it was made to leave, whatever others withdraw."""

from collections import Counter
from collections.abc import Collection

from catalogue.models import HoldingsSummary
from circulation.errors import Code
from circulation.models import BulkChange
from circulation.rules.bulk_changes import ItemFacts
from circulation.rules.reasons import blocking
from circulation.selectors.bulk_changes import copies_of_titles
from common.errors import Reason
from holdings.models import Item
from holdings.services.summaries import be_the_only_counter
from tenants.selectors import current_municipality


class CopyFloor:
    """Copies of each title and volume, while items of a list go one after the other."""

    def __init__(self, bulk: BulkChange, *, locks: bool) -> None:
        """Take over how many are to stay.

        :param locks: whether nobody else may withdraw one of the titles until the transaction ends
        """
        self._kept, self._keeps_last, self._locks = bulk.copies_kept or 0, bulk.keeps_last_anywhere, locks
        withdraws = bulk.changes.get("status") == Item.Status.WITHDRAWN
        self._is_asked = withdraws and (self._kept > 0 or self._keeps_last)
        self._left: dict[tuple[int, str], int] = {}
        self._elsewhere: Counter[int] = Counter()
        self._known: set[int] = set()

    def count(self, items: Collection[ItemFacts]) -> None:
        """Count the copies of these items' titles, unless that's done; the items are locked by then if that's asked."""
        new = {item.record_id for item in items} - self._known
        if not self._is_asked or not new:
            return
        if self._locks:
            be_the_only_counter(new)
        self._known |= new
        self._left |= copies_of_titles(new)
        if self._keeps_last:
            self._count_elsewhere(new)

    def reasons_against(self, item: ItemFacts) -> list[Reason]:
        """Return LAST_COPY when the item is one of those that are to stay."""
        if not self._is_asked or item.values["status"] in Item.NO_COPY:
            return []
        left = self._left.get((item.record_id, item.volume), 0)
        if left <= self._kept:
            return [blocking(Code.LAST_COPY, kept=self._kept)]
        if self._keeps_last and left <= 1 and not self._elsewhere[item.record_id]:
            return [blocking(Code.LAST_COPY, kept=0)]
        return []

    def take(self, item: ItemFacts) -> None:
        """Count an item of the list as gone."""
        if self._is_asked and item.values["status"] not in Item.NO_COPY:
            self._left[item.record_id, item.volume] -= 1

    def _count_elsewhere(self, record_ids: Collection[int]) -> None:
        rows = HoldingsSummary.objects.filter(record__in=record_ids).order_by("record", "municipality", "branch_code")
        if self._locks:
            # Another municipality that withdraws the last but one at this moment waits, or is waited for.
            rows = rows.select_for_update(of=("self",), no_key=True)
        ours = current_municipality().pk
        for row in rows:
            if row.municipality_id != ours:
                # What isn't counted yet is there as far as anybody knows.
                self._elsewhere[row.record_id] += row.items if row.copies is None else row.copies
