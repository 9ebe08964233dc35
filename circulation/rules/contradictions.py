"""What's wrong with the values of one case: what nobody says, and what can't both be. Pure."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Any

from circulation.rules.resolution import Resolved
from circulation.rules.values import REGISTER

_NEEDED = tuple(name for name, spec in REGISTER.items() if spec.needed)


@dataclass(frozen=True)
class Flaw:
    """What's wrong with a case.

    :ivar code: GAP where nobody says, CONTRADICTION where two values can't both be
    :ivar names: the values
    """

    code: str
    names: tuple[str, ...]


@dataclass(frozen=True)
class _Clash:
    """Two values that can't both be.

    :ivar names: the values, the one that asks for something first
    :ivar is_one: whether it is so, asked with these values and then those of `given`; what nobody sets is None
    :ivar given: values that it depends on besides
    """

    names: tuple[str, str]
    is_one: Callable[..., bool]
    given: tuple[str, ...] = ()


def flaws(rules: Resolved, names: Collection[str] | None = None) -> Iterator[Flaw]:
    """Yield everything that's wrong with the values of one case.

    :param names: only what may be wrong because of these values; None for all
    """
    for name in _NEEDED:
        if (names is None or name in names) and rules.origin(name) is None:
            yield Flaw("GAP", (name,))
    for clash in _CLASHES:
        asked = clash.names + clash.given
        if names is not None and not any(name in names for name in asked):
            continue
        if clash.is_one(*(rules.value(name) if rules.origin(name) else None for name in asked)):
            yield Flaw("CONTRADICTION", clash.names)


def related(names: Collection[str]) -> frozenset[str]:
    """Return the values that decide whether something is wrong because of some, these themselves among them."""
    found = set(names)
    for clash in _CLASHES:
        asked = clash.names + clash.given
        if any(name in names for name in asked):
            found.update(asked)
    return frozenset(found)


def _is_larger(small: Any, large: Any) -> bool:
    return None not in (small, large) and small > large


def _is_without(wanted: Any, needed: Any) -> bool:
    return bool(wanted) and needed is None


def _day_of(letter: str, steps: Any) -> int | None:
    return next((step["day"] for step in steps or () if step["kind"] == letter), None)


def _is_before_invoice(hand_over_days: Any, steps: Any) -> bool:
    # Without an invoice in the ladder, what's handed over is what was charged for being late.
    day = _day_of("INVOICE", steps)
    return None not in (hand_over_days, day) and hand_over_days < day


def _is_before_reminder(hand_over_days: Any, reminder_days: Any, steps: Any) -> bool:
    day = _day_of("INVOICE", steps)
    return None not in (hand_over_days, reminder_days, day) and day <= hand_over_days < day + reminder_days


def _is_told_at_once(days_before: Any, days: Any) -> bool:
    return None not in (days_before, days) and days_before >= days


_CLASHES = (
    _Clash(("min_age", "max_age"), _is_larger),
    _Clash(("high_demand_days", "loan_days"), _is_larger),
    _Clash(("max_loans_at_branch", "max_loans"), _is_larger),
    # Somebody meant loans to be shorter, and they never would be.
    _Clash(("high_demand_days", "high_demand_holds"), _is_without),
    _Clash(("auto_renewal", "max_renewals"), lambda by_itself, most: bool(by_itself) and most == 0),
    _Clash(
        ("auto_renewal_days", "earliest_renewal_days"),
        lambda days, earliest, by_itself: bool(by_itself) and _is_larger(days, earliest),
        given=("auto_renewal",),
    ),
    # Whoever reads the steps would believe that they're charged.
    _Clash(("fee_per_day", "fee_steps"), lambda per_day, steps: None not in (per_day, steps)),
    # Without a loan time that's kept, nothing may be called back.
    _Clash(("recall_by_hold", "recall_min_days"), _is_without),
    # What waits for a letter that never goes out never comes.
    _Clash(
        ("block_at_notice", "notice_steps"),
        lambda letter, steps: letter is not None and _day_of(letter, steps) is None,
    ),
    _Clash(
        ("invoice_reminder_days", "notice_steps"),
        lambda days, steps: days is not None and _day_of("INVOICE", steps) is None,
    ),
    _Clash(("hand_over_days", "notice_steps"), _is_before_invoice),
    # Nobody is reminded of a bill that somebody else collects by then.
    _Clash(("hand_over_days", "invoice_reminder_days"), _is_before_reminder, given=("notice_steps",)),
    # Told on the day it begins that it ends, or never.
    _Clash(("interest_warning_days", "interest_days"), _is_told_at_once),
    _Clash(
        ("fixed_due_date_mode", "fixed_due_dates"),
        lambda mode, dates, date, yearly: mode is not None and not dates and date is None and yearly is None,
        given=("fixed_due_date", "fixed_yearly_day"),
    ),
)
