"""A municipality's own periods: how long traces of past loans are kept, and when a membership's end is announced."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

# Where they stand among the municipality's settings.
SECTION = "patrons"
LONGEST_DAYS = 3660


@dataclass(frozen=True)
class PatronSettings:
    """Periods in days.

    :ivar trace_days: how long the audit log, settled fees, ended holds and sent messages tell who had what
    :ivar left_days: how long a person is remembered whose membership is over and who owes nothing
    :ivar warning_days: how long before its end a membership's end is announced; 0 is never
    """

    trace_days: int = 30
    left_days: int = 365
    warning_days: int = 30

    def as_values(self) -> dict[str, int]:
        """Return them as the municipality keeps them."""
        return asdict(self)


def read_settings(own: Mapping[str, Any]) -> PatronSettings:
    """Return the municipality's periods; what it hasn't set, or what can't be a period, is the standard's.

    :param own: all of its settings
    """
    section = own.get(SECTION)
    known = section if isinstance(section, Mapping) else {}
    return PatronSettings(
        **{each.name: known[each.name] for each in fields(PatronSettings) if _is_period(known.get(each.name))}
    )


def _is_period(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= LONGEST_DAYS
