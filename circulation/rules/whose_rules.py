"""Whose rules hold, where a patron belongs, when an item on its way is late. Pure; the municipality chooses."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from circulation.models import CirculationRule

Residence = CirculationRule.Residence
# The part of the municipality's settings in which they stand.
SECTION = "circulation"
# A van that took longer than this has lost something.
USUAL_TRANSIT_DAYS = 3
MOST_TRANSIT_DAYS = 60


class WhoseRules(StrEnum):
    """Whose branch decides: where it's lent or picked up, where the item belongs, or where the patron does."""

    DESK = "DESK"
    ITEM_HOME = "ITEM_HOME"
    PATRON_HOME = "PATRON_HOME"


@dataclass(frozen=True)
class Choices:
    """What a municipality has chosen.

    :ivar loans: whose rules and calendar a loan follows
    :ivar holds: whose rules a hold follows; the desk is the pick-up branch
    :ivar own_code: the municipality's number, empty if it hasn't been given
    :ivar partner_codes: the numbers of those whose residents are partners'
    :ivar transit_days: after how many days on its way an item is late
    """

    loans: WhoseRules = WhoseRules.DESK
    holds: WhoseRules = WhoseRules.DESK
    own_code: str = ""
    partner_codes: frozenset[str] = frozenset()
    transit_days: int = USUAL_TRANSIT_DAYS

    def residence_of(self, municipality_code: str) -> str:
        """Return where a patron belongs by her municipality's number; without one she's our own."""
        if not municipality_code or municipality_code == self.own_code:
            return Residence.OWN.value
        if municipality_code in self.partner_codes:
            return Residence.PARTNER.value
        return Residence.ELSEWHERE.value

    def branch_of_loan(self, *, desk_id: int, item_home_id: int, patron_home_id: int) -> int:
        """Return the branch whose rules and calendar a loan made at a desk follows."""
        return _branch(self.loans, desk_id, item_home_id, patron_home_id)

    def branch_of_hold(self, *, pickup_id: int, patron_home_id: int, item_home_id: int | None = None) -> int:
        """Return the branch whose rules a hold follows; before an item is known, the pick-up branch stands in."""
        return _branch(self.holds, pickup_id, pickup_id if item_home_id is None else item_home_id, patron_home_id)


def choices_from(settings: Mapping[str, Any]) -> Choices:
    """Return the choices that a municipality's settings hold; what nobody has chosen or knows is as usual."""
    return Choices(
        loans=_whose(settings.get("rules_of_loans")),
        holds=_whose(settings.get("rules_of_holds")),
        own_code=str(settings.get("municipality_code") or ""),
        partner_codes=frozenset(_codes(settings.get("partner_codes"))),
        transit_days=_days(settings.get("transit_days")),
    )


def _branch(whose: WhoseRules, desk_id: int, item_home_id: int, patron_home_id: int) -> int:
    return {WhoseRules.ITEM_HOME: item_home_id, WhoseRules.PATRON_HOME: patron_home_id}.get(whose, desk_id)


def _whose(text: Any) -> WhoseRules:
    return WhoseRules(text) if text in list(WhoseRules) else WhoseRules.DESK


def _days(days: Any) -> int:
    is_known = isinstance(days, int) and not isinstance(days, bool) and 1 <= days <= MOST_TRANSIT_DAYS
    return days if is_known else USUAL_TRANSIT_DAYS


def _codes(codes: Any) -> Iterable[str]:
    return (str(code) for code in codes) if isinstance(codes, list) else ()
