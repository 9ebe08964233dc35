"""Whether a hold may be placed, and until when it's kept. Pure."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from accounts.rules import Permission
from circulation.errors import Code
from circulation.rules.holds import (
    FillingRules,
    ItemToFill,
    Waiting,
    allows_pickup,
    has_volume,
    is_for_patron_of,
    leaves_its_own,
    may_fill,
)
from circulation.rules.patron_stops import PatronFacts, patron_stops
from circulation.rules.reasons import RuleReader, blocking, overridable, rule_missing
from circulation.rules.resolution import Resolved, RuleMissing
from circulation.rules.values import HoldFeeWhen, OnShelf
from common.errors import Reason


@dataclass(frozen=True)
class Supply:
    """An item of the title that could fill the hold some day.

    :ivar is_on_shelf: whether she could fetch it herself right now
    """

    item: ItemToFill
    is_on_shelf: bool


@dataclass(frozen=True)
class HoldRequest:
    """Everything that decides over placing one hold.

    :ivar wish: the hold as it would wait in the queue
    :ivar rules: of the pick-up branch and the patron's category
    :ivar filling: without today: what stops an item only for a while doesn't count
    :ivar active_holds: hers, on whatever title
    :ivar holds_today: how many she has placed today, those that were cancelled left out
    :ivar holds_of_type: how many of her holds could be filled by each item type
    :ivar same_hold_ids: of hers for the same title, volume or item
    :ivar others_wait: whether somebody is in the queue already
    """

    today: date
    record_id: int
    wish: Waiting
    patron: PatronFacts
    pickup_is_possible: bool
    rules: Resolved
    filling: FillingRules
    supplies: Sequence[Supply]
    active_holds: int = 0
    holds_today: int = 0
    holds_of_type: Collection[tuple[int, int]] = ()
    same_hold_ids: Sequence[int] = ()
    own_loan_id: int | None = None
    needed_by: date | None = None
    others_wait: bool = False


def reasons_to_refuse_hold(request: HoldRequest) -> tuple[Reason, ...]:
    """Return every reason against placing the hold."""
    rules = RuleReader(request.rules)
    reasons = [
        *_double_reasons(request),
        *patron_stops(request.patron, rules, today=request.today),
        *_limit_reasons(request, rules),
        *_supply_reasons(request),
    ]
    if request.needed_by is not None and request.needed_by < request.today:
        reasons.append(blocking(Code.DAY_PAST, day=request.needed_by.isoformat()))
    rules.value("interest_days")  # so that it's among the missing when no row sets it
    return (*reasons, *rules.missing)


def interest_until(rules: Resolved, *, today: date, needed_by: date | None) -> date | None:
    """Return the last day on which a hold is kept that's placed or prolonged today, None if it's kept without end.

    :raises RuleMissing: if no row says how long
    """
    days = rules.value("interest_days")
    by_rule = None if days is None else today + timedelta(days=days)
    return min((day for day in (by_rule, needed_by) if day is not None), default=None)


def pickup_fits(request: HoldRequest) -> bool:
    """Return whether anything there is could be picked up where the wish says."""
    return request.pickup_is_possible and any(_fits(request, supply) for supply in request.supplies)


def on_shelf_for(request: HoldRequest) -> list[Supply]:
    """Return what stands on a shelf and could fill the hold at once."""
    return [
        supply
        for supply in request.supplies
        if supply.is_on_shelf and may_fill(request.wish, supply.item, request.filling)
    ]


def fee_rules(request: HoldRequest) -> Resolved | None:
    """Return the rules whose fee the hold costs, None if it costs none: the lowest of what could fill it."""
    rules = [_rules_for(request, supply) for supply in request.supplies]
    if not rules or any(each.value("hold_fee") is None for each in rules):
        return None
    return min(rules, key=lambda each: Decimal(each.value("hold_fee")))


def fee_is_due(when: str | None, *, is_placed: bool, others_wait: bool, all_out: bool) -> bool:
    """Return whether the fee for a hold is due now; unset means when it's placed.

    :param is_placed: True when it's placed, False when its item is collected
    :param all_out: whether no item stands on a shelf
    """
    if when == HoldFeeWhen.COLLECTED:
        return not is_placed
    if when == HoldFeeWhen.QUEUED:
        return is_placed and others_wait and all_out
    return is_placed


def _double_reasons(request: HoldRequest) -> Iterator[Reason]:
    if request.same_hold_ids and len(request.same_hold_ids) >= _most_on_title(request):
        yield blocking(Code.ALREADY_HOLDS, hold_id=request.same_hold_ids[0])
    if request.own_loan_id is not None and _most_on_title(request) == 1:
        yield blocking(Code.HAS_IT_ON_LOAN, loan_id=request.own_loan_id)


def _most_on_title(request: HoldRequest) -> int:
    if request.wish.item_id is not None:
        # Two holds for one thing can't both be filled.
        return 1
    return max((_title_limit(request, supply) for supply in request.supplies), default=1)


def _title_limit(request: HoldRequest, supply: Supply) -> int:
    limit: int | None = _rules_for(request, supply).value("max_holds_on_title")
    return limit or 1


def _limit_reasons(request: HoldRequest, rules: RuleReader) -> Iterator[Reason]:
    limit = rules.value("max_holds")
    if limit is not None and request.active_holds >= limit:
        yield overridable(
            Code.HOLD_LIMIT_REACHED,
            Permission.OVERRIDE_LIMITS,
            holds=request.active_holds,
            limit=limit,
            origin=rules.origin("max_holds"),
        )
    limit = rules.value("max_holds_per_day")
    if limit is not None and request.holds_today >= limit:
        yield overridable(
            Code.HOLD_DAY_LIMIT_REACHED,
            Permission.OVERRIDE_LIMITS,
            holds=request.holds_today,
            limit=limit,
            origin=rules.origin("max_holds_per_day"),
        )
    yield from _type_reasons(request)


def _type_reasons(request: HoldRequest) -> Iterator[Reason]:
    """Refuse only when every type that could come has reached its limit."""
    counts = dict(request.holds_of_type)
    full = None
    for supply in request.supplies:
        rules = _rules_for(request, supply)
        limit = rules.value("max_holds_of_type")
        held = counts.get(supply.item.item_type_id, 0)
        if limit is None or held < limit:
            return
        origin = rules.origin("max_holds_of_type")
        full = {"holds": held, "limit": limit, "origin": origin.as_facts() if origin else None}
    if full is not None:
        yield overridable(Code.HOLD_TYPE_LIMIT_REACHED, Permission.OVERRIDE_LIMITS, **full)


def _supply_reasons(request: HoldRequest) -> list[Reason]:
    if not request.pickup_is_possible:
        return [_no_pickup(request)]
    if not request.supplies:
        return [blocking(Code.NO_ITEMS, record_id=request.record_id)]
    wanted = [supply for supply in request.supplies if has_volume(supply.item, request.wish.volume)]
    if not wanted:
        return [blocking(Code.VOLUME_UNKNOWN, volume=request.wish.volume)]
    try:
        allowed = [supply for supply in wanted if _rules_for(request, supply).value("holds_allowed")]
    except RuleMissing as missing:
        return [rule_missing(missing.name)]
    if not allowed:
        return [_refusal(request, wanted[0], Code.HOLDS_NOT_ALLOWED, "holds_allowed")]
    for_her = [supply for supply in allowed if _is_for_her(request, supply)]
    if not for_her:
        return [_refusal(request, allowed[0], Code.HOLDS_FOR_OTHERS, "who_may_hold")]
    if not any(_fits(request, supply) for supply in for_her):
        return [_no_pickup(request)]
    return _shelf_reasons(request, for_her)


def _shelf_reasons(request: HoldRequest, supplies: Sequence[Supply]) -> list[Reason]:
    on_shelf = [supply for supply in supplies if supply.is_on_shelf]
    policies = {_rules_for(request, supply).value("on_shelf_holds") for supply in on_shelf}
    some_out = len(on_shelf) < len(supplies)
    # One item that may be held on the shelf is enough.
    if not on_shelf or policies & {None, OnShelf.ALWAYS} or (OnShelf.ANY_OUT in policies and some_out):
        return []
    origin = _rules_for(request, on_shelf[0]).origin("on_shelf_holds")
    return [
        overridable(
            Code.ON_SHELF,
            Permission.OVERRIDE_LIMITS,
            branch_id=on_shelf[0].item.at_branch_id,
            items=len(on_shelf),
            origin=origin.as_facts() if origin else None,
        )
    ]


def _rules_for(request: HoldRequest, supply: Supply) -> Resolved:
    return request.filling.for_hold(request.wish, supply.item)


def _is_for_her(request: HoldRequest, supply: Supply) -> bool:
    rules = _rules_for(request, supply)
    return is_for_patron_of(rules, supply.item, request.wish.patron_home_branch_id, request.filling.network)


def _fits(request: HoldRequest, supply: Supply) -> bool:
    item, filling, pickup = supply.item, request.filling, request.wish.pickup_branch_id
    # What's out may come back anywhere, so only what stands on a shelf is tied to the ways from there.
    may_come = not supply.is_on_shelf or filling.network.may_send(item.at_branch_id, pickup, item.item_type_id)
    return (
        may_come
        and leaves_its_own(request.wish, item, filling)
        and allows_pickup(request.wish, item, _rules_for(request, supply), filling.network)
    )


def _no_pickup(request: HoldRequest) -> Reason:
    return blocking(Code.PICKUP_NOT_ALLOWED, branch_id=request.wish.pickup_branch_id)


def _refusal(request: HoldRequest, supply: Supply, code: Code, name: str) -> Reason:
    origin = _rules_for(request, supply).origin(name)
    return overridable(code, Permission.OVERRIDE_LIMITS, origin=origin.as_facts() if origin else None)
