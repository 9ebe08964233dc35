"""Takes items on order into use that come with a delivery, as a scan at their home does, and takes that back."""

from datetime import datetime

from accounts.models import StaffAccount
from circulation.errors import UndoRefused
from circulation.services.check_in import check_in
from circulation.services.undo import undo_arrival
from holdings.models import Item
from holdings.services import ordered_items


class _Desk:
    """The desk of the branch where an item belongs."""

    def receive(self, item: Item, *, actor: StaffAccount | None, now: datetime) -> int:
        """Scan an item at its home and return the number of the scan's audit entry."""
        entry_id = check_in(item=item, branch=item.home_branch, staff=actor, now=now).entry_id
        if entry_id is None:
            raise RuntimeError("A scan that puts an item into use leaves an entry")
        return entry_id

    def take_back(self, entry_id: int, *, actor: StaffAccount | None, now: datetime) -> bool:
        """Undo such a scan, and return whether nothing had happened since."""
        try:
            undo_arrival(entry_id=entry_id, staff=actor, now=now)
        except UndoRefused:
            return False
        return True


def register() -> None:
    """Tell the room below who takes items into use."""
    ordered_items.register(_Desk())
