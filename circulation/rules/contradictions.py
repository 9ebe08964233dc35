"""What's wrong with the values of one case: what nobody says, and what can't both be. Pure."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from circulation.rules.resolution import Resolved
from circulation.rules.values import REGISTER

_NEEDED = tuple(name for name, spec in REGISTER.items() if spec.needed)
# The first may not be larger than the second.
_NOT_LARGER = (
    ("min_age", "max_age"),
    ("high_demand_days", "loan_days"),
    ("max_loans_at_branch", "max_loans"),
)


@dataclass(frozen=True)
class Flaw:
    """What's wrong with a case.

    :ivar code: GAP where nobody says, CONTRADICTION where two values can't both be
    :ivar names: the values
    """

    code: str
    names: tuple[str, ...]


def flaws(rules: Resolved) -> Iterator[Flaw]:
    """Yield everything that's wrong with the values of one case."""

    def value(name: str) -> Any:
        return rules.value(name) if rules.origin(name) else None

    for name in _NEEDED:
        if rules.origin(name) is None:
            yield Flaw("GAP", (name,))
    for small, large in _NOT_LARGER:
        if None not in (value(small), value(large)) and value(small) > value(large):
            yield Flaw("CONTRADICTION", (small, large))
    if value("high_demand_days") is not None and value("high_demand_holds") is None:
        # Somebody meant loans to be shorter, and they never would be.
        yield Flaw("CONTRADICTION", ("high_demand_days", "high_demand_holds"))
    if value("auto_renewal"):
        yield from _of_automatic_renewal(value)


def _of_automatic_renewal(value: Callable[[str], Any]) -> Iterator[Flaw]:
    if value("max_renewals") == 0:
        yield Flaw("CONTRADICTION", ("auto_renewal", "max_renewals"))
    days, earliest = value("auto_renewal_days"), value("earliest_renewal_days")
    if None not in (days, earliest) and days > earliest:
        yield Flaw("CONTRADICTION", ("auto_renewal_days", "earliest_renewal_days"))
