"""Refusals as data: codes with their facts, which each screen and protocol puts into its own words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Severity(StrEnum):
    """How much a reason weighs."""

    BLOCKING = "blocking"
    OVERRIDABLE = "overridable"
    NOTICE = "notice"


@dataclass(frozen=True)
class Reason:
    """One reason why an action is refused, or news that goes with it.

    :ivar code: for instance ITEM_ON_HOLD; the text belongs to the screen
    :ivar permission: what a member of staff needs to override it, when it can be overridden
    :ivar facts: values that the text needs; JSON values only
    """

    code: str
    severity: Severity = Severity.BLOCKING
    permission: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)


class Refused(Exception):
    """An action that was not done; nothing has changed. Carries every reason that was found."""

    def __init__(self, reasons: Sequence[Reason]) -> None:
        self.reasons = tuple(reasons)
        super().__init__(", ".join(reason.code for reason in self.reasons))

    @property
    def codes(self) -> list[str]:
        """The reasons' codes, in the order they were found."""
        return [reason.code for reason in self.reasons]
