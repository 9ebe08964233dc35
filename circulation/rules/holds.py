"""Whether a hold may be placed, which hold an item fills, and its number on the hold shelf. Pure."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from accounts.rules import Permission
from circulation.errors import Code
from circulation.rules.patron_stops import PatronFacts, patron_stops
from circulation.rules.reasons import RuleReader, blocking, overridable, rule_missing
from circulation.rules.resolution import Resolved, RuleMissing
from circulation.rules.values import PickupPolicy
from common.errors import Reason

LAST_SHELF_NUMBER = 999


@dataclass(frozen=True)
class Waiting:
    """A hold in the queue, as far as an item that could fill it cares."""

    hold_id: int
    patron_id: int
    pickup_branch_id: int
    item_id: int | None
    category_id: int
    patron_home_branch_id: int
    municipality_code: str = ""


@dataclass(frozen=True)
class Supply:
    """A kind of item of the title that could fill a hold some day, with the rules that hold for it.

    :ivar rules: of the pick-up branch, the patron's category and this item type
    """

    home_branch_id: int
    rules: Resolved

    def allows_pickup(self, *, pickup_branch_id: int, patron_home_id: int) -> bool:
        """Return whether an item of this kind can be picked up there."""
        return allows_pickup(
            self.rules,
            pickup_branch_id=pickup_branch_id,
            item_home_id=self.home_branch_id,
            patron_home_id=patron_home_id,
        )


@dataclass(frozen=True)
class HoldFactsToPlace:
    """Everything that decides over placing one hold.

    :ivar rules: of the pick-up branch and the patron's category
    :ivar supplies: what could fill it: one for each item type and home branch
    """

    today: date
    record_id: int
    patron: PatronFacts
    patron_home_branch_id: int
    pickup_branch_id: int
    pickup_is_possible: bool
    rules: Resolved
    supplies: Sequence[Supply]
    active_holds: int = 0
    same_hold_id: int | None = None
    own_loan_id: int | None = None
    interest_until: date | None = None


def reasons_to_refuse_hold(facts: HoldFactsToPlace) -> tuple[Reason, ...]:
    """Return every reason against placing the hold."""
    rules = RuleReader(facts.rules)
    reasons = [
        *_double_reasons(facts),
        *patron_stops(facts.patron, rules, today=facts.today),
        *_limit_reasons(facts, rules),
        *_supply_reasons(facts),
    ]
    if facts.interest_until is not None and facts.interest_until < facts.today:
        reasons.append(blocking(Code.DAY_PAST, day=facts.interest_until.isoformat()))
    rules.value("interest_days")  # so that it's among the missing when no row sets it
    return (*reasons, *rules.missing)


def allows_pickup(rules: Resolved, *, pickup_branch_id: int, item_home_id: int, patron_home_id: int) -> bool:
    """Return whether the rules let an item of this home be picked up there; unset means anywhere."""
    policy = rules.value("pickup_policy")
    if policy == PickupPolicy.ITEM_HOME_BRANCH:
        return pickup_branch_id == item_home_id
    if policy == PickupPolicy.PATRON_HOME_BRANCH:
        return pickup_branch_id == patron_home_id
    return True


def first_to_fill(
    queue: Iterable[Waiting], *, item_home_id: int, rules_for: Callable[[Waiting], Resolved]
) -> Waiting | None:
    """Return the first hold of the queue that an item may fill, None if there's none.

    :param queue: in order, without suspended holds and holds for other items
    :param rules_for: gives the rules of a hold's pick-up branch, its patron's category and the item's type
    """
    return next((hold for hold in queue if _may_fill(hold, item_home_id, rules_for(hold))), None)


def next_shelf_number(start: int, taken: Collection[int | None]) -> int | None:
    """Return the first free number from `start` on, round to the beginning after the last; None if all are taken."""
    for step in range(LAST_SHELF_NUMBER):
        number = (start - 1 + step) % LAST_SHELF_NUMBER + 1
        if number not in taken:
            return number
    return None


def may_fill(rules: Resolved, *, pickup_branch_id: int, item_home_id: int, patron_home_id: int) -> bool:
    """Return whether the rules let an item of this home fill a hold that's in the queue already."""
    try:
        allowed = rules.value("holds_allowed")
    except RuleMissing:
        # The hold was placed under rules that somebody has taken away since; her place in the queue still counts.
        allowed = True
    return allowed and allows_pickup(
        rules, pickup_branch_id=pickup_branch_id, item_home_id=item_home_id, patron_home_id=patron_home_id
    )


def _may_fill(hold: Waiting, item_home_id: int, rules: Resolved) -> bool:
    return may_fill(
        rules,
        pickup_branch_id=hold.pickup_branch_id,
        item_home_id=item_home_id,
        patron_home_id=hold.patron_home_branch_id,
    )


def _double_reasons(facts: HoldFactsToPlace) -> Iterator[Reason]:
    if facts.same_hold_id is not None:
        yield blocking(Code.ALREADY_HOLDS, hold_id=facts.same_hold_id)
    if facts.own_loan_id is not None:
        yield blocking(Code.HAS_IT_ON_LOAN, loan_id=facts.own_loan_id)


def _limit_reasons(facts: HoldFactsToPlace, rules: RuleReader) -> list[Reason]:
    limit = rules.value("max_holds")
    if limit is None or facts.active_holds < limit:
        return []
    return [
        overridable(
            Code.HOLD_LIMIT_REACHED,
            Permission.OVERRIDE_LIMITS,
            holds=facts.active_holds,
            limit=limit,
            origin=rules.origin("max_holds"),
        )
    ]


def _supply_reasons(facts: HoldFactsToPlace) -> list[Reason]:
    if not facts.pickup_is_possible:
        return [blocking(Code.PICKUP_NOT_ALLOWED, branch_id=facts.pickup_branch_id)]
    if not facts.supplies:
        return [blocking(Code.NO_ITEMS, record_id=facts.record_id)]
    try:
        allowed = [supply for supply in facts.supplies if supply.rules.value("holds_allowed")]
    except RuleMissing as missing:
        return [rule_missing(missing.name)]
    if not allowed:
        origin = facts.supplies[0].rules.origin("holds_allowed")
        return [
            overridable(
                Code.HOLDS_NOT_ALLOWED, Permission.OVERRIDE_LIMITS, origin=origin.as_facts() if origin else None
            )
        ]
    fitting = (
        supply.allows_pickup(pickup_branch_id=facts.pickup_branch_id, patron_home_id=facts.patron_home_branch_id)
        for supply in allowed
    )
    return [] if any(fitting) else [blocking(Code.PICKUP_NOT_ALLOWED, branch_id=facts.pickup_branch_id)]
