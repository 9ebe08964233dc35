"""What the services of circulation hand back: everything that a screen, slip or protocol needs to answer."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from circulation.models import Fee, Hold, Loan
from common.errors import Reason, Refused
from holdings.models import Branch, Item


class GoesTo(StrEnum):
    """Where an item that was checked in belongs now."""

    SHELF = "SHELF"
    HOLD_SHELF = "HOLD_SHELF"
    TRANSIT = "TRANSIT"
    ASIDE = "ASIDE"  # not for any shelf: a withdrawn item


@dataclass(frozen=True)
class CheckOutResult:
    """A loan that was made, or renewed because the patron had the item already.

    :ivar item: the item with its `record`, `item_type` and branches at hand
    :ivar notices: what the desk should know, though nothing stood in the way
    :ivar filled_hold: the patron's hold that the loan ended
    :ivar changed: False if she had it already and the scan changed nothing
    :ivar repeated: the scan was known, and this is its first result
    :ivar entry_id: the audit entry, by which `undo` takes it back
    :ivar seen: the patron's facts for her panel as they're now, None if they have to be read
    """

    loan: Loan
    item: Item
    notices: tuple[Reason, ...] = ()
    filled_hold: Hold | None = None
    changed: bool = True
    was_renewal: bool = False
    repeated: bool = False
    entry_id: int | None = None
    seen: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class CheckInResult:
    """What became of an item that was scanned at the desk.

    :ivar goes_to: where to put it
    :ivar changed: False if everything was as it should be already
    :ivar branch: the branch that it lies at or travels to
    :ivar arrived_from: the branch that had sent it here, if this scan ends its journey
    :ivar hold: the hold that it's for, with its `patron` at hand
    :ivar shelf_number: its place on the hold shelf
    :ivar fee: the overdue fee, when there is one
    :ivar hours_late: of a loan by the hour that's late on its very day, where a rule counts hours
    :ivar was_used: it was counted as used in the house
    :ivar patron_id: who returned it; ask no later, for the loan forgets her when nothing is owed
    """

    item: Item
    goes_to: GoesTo
    branch: Branch
    changed: bool = True
    arrived_from: Branch | None = None
    hold: Hold | None = None
    shelf_number: int | None = None
    loan: Loan | None = None
    patron_id: int | None = None
    fee: Fee | None = None
    days_late: int = 0
    hours_late: int = 0
    was_used: bool = False
    notices: tuple[Reason, ...] = ()
    repeated: bool = False
    entry_id: int | None = None

    @property
    def is_late(self) -> bool:
        """Whether it came back late, by days or by hours that count."""
        return bool(self.days_late or self.hours_late)


@dataclass(frozen=True)
class RenewResult:
    """A loan with its new due date."""

    loan: Loan
    old_due_date: date
    notices: tuple[Reason, ...] = ()
    fee: Fee | None = None
    repeated: bool = False
    entry_id: int | None = None


@dataclass(frozen=True)
class RenewalAnswer:
    """One loan of `renew_all`: either renewed or refused."""

    loan: Loan
    result: RenewResult | None = None
    refused: Refused | None = None


@dataclass(frozen=True)
class ReportResult:
    """What was noted of an item.

    :ivar fee: what it costs the patron
    :ivar entry_id: the audit entry, by which `undo` takes it back
    """

    item: Item
    loan: Loan | None = None
    fee: Fee | None = None
    notices: tuple[Reason, ...] = ()
    entry_id: int | None = None


@dataclass(frozen=True)
class UndoResult:
    """What was taken back.

    :ivar action: the action that's undone, for instance `circulation.check_out`
    :ivar item: what was scanned or said something of; None when a hold goes on or a `fee` is owed again
    """

    action: str
    item: Item | None = None
    loan: Loan | None = None
    hold: Hold | None = None
    fee: Fee | None = None
    facts: dict[str, object] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """What it's about, as a page names it."""
        if self.fee is not None:
            return self.fee.description
        about = self.item or self.hold
        return about.record.title if about else ""
