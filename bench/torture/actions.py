"""What a desk may do next: any of the actions of a day, at random, each as the screens call it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bench.torture import lending, money, reports, waiting
from bench.torture.desk import Act, Desk

_SCANS = ("check_out", "check_in", "renew")


@dataclass(frozen=True)
class Kind:
    """One kind of action.

    :ivar weight: how often it's done
    :ivar begin: chooses what it's done to; nothing if there's nothing
    :ivar unsure: the verbs of the audit entries that one try may leave without its answer's being heard. Who asks
        again with the same id is told; these have none, or aren't told all: asked again, it's refused or done twice
    """

    weight: int
    begin: Callable[[Desk], Act | None]
    unsure: tuple[str, ...] = ()


KINDS: Mapping[str, Kind] = {
    "check_out": Kind(30, lending.lend),
    "check_in": Kind(30, lending.take_in),
    "renew": Kind(8, lending.renew),
    "undo": Kind(10, lending.take_back, ("undo",)),
    "find": Kind(8, lending.find),
    "replay": Kind(6, lending.replay, _SCANS),
    "settle": Kind(2, lending.settle, ("settle_scan", *_SCANS)),
    "place_hold": Kind(12, waiting.place, ("place_hold",)),
    "cancel_hold": Kind(3, waiting.give_up, ("cancel_hold",)),
    "move_hold": Kind(2, waiting.move, ("move_hold",)),
    "move_in_queue": Kind(2, waiting.move_up, ("move_in_queue",)),
    "suspend": Kind(3, waiting.pause, ("suspend_hold",)),
    "resume": Kind(2, waiting.resume),
    "make_parallel": Kind(5, waiting.join, ("make_parallel", "make_parallel")),
    "stand_alone": Kind(1, waiting.part),
    "recall": Kind(3, waiting.recall),
    "take_back_recall": Kind(1, waiting.let_be),
    "report_lost": Kind(4, reports.lose, ("report_lost",)),
    "report_missing": Kind(2, reports.miss, ("report_missing",)),
    "claim_returned": Kind(3, reports.say_returned, ("claim_returned",)),
    "claim_never_had": Kind(2, reports.say_never_had, ("claim_never_had",)),
    "decide_claim": Kind(2, reports.decide_claim, ("give_up_claim", "take_back_claim")),
    "close": Kind(1, reports.close, ("close_branch",)),
    "open_again": Kind(1, reports.open_again),
    "pay": Kind(8, money.pay),
    "take_back_payment": Kind(2, money.take_back),
    "waive": Kind(3, money.give_up),
    "refund": Kind(1, money.pay_out),
    "use_credit": Kind(2, money.use),
    "take_credit_back": Kind(2, money.take_credit_back),
}


def next_action(desk: Desk) -> tuple[str, Act]:
    """Choose what a desk does next, and return its name and a call that may be made again with the same result."""
    name = desk.chance.choices(list(KINDS), weights=[kind.weight for kind in KINDS.values()])[0]
    return name, KINDS[name].begin(desk) or _nothing


def _nothing() -> tuple[str, ...]:
    """Do nothing: there's nothing to do it to."""
    return ()
