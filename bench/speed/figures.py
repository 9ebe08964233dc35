"""A measured figure beside its goal, and what breaks a measurement."""

import operator
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any


class MeasurementBroke(Exception):
    """Something answered otherwise than it must, so there's nothing to measure."""


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One figure.

    :ivar goal: the bound, or None where the figure only explains another one
    :ivar bound: how the value must stand to the goal: `<=`, `<` or `>`
    :ivar detail: what it consists of, for the reader
    """

    name: str
    value: float
    unit: str
    goal: float | None = None
    bound: str = "<="
    detail: str = ""

    @property
    def is_met(self) -> bool | None:
        """Return whether the goal is met, or None where there's none."""
        if self.goal is None:
            return None
        return bool(_BOUNDS[self.bound](self.value, self.goal))

    def as_json(self) -> dict[str, Any]:
        """Return the figure as it's kept."""
        return {
            "name": self.name,
            "value": round(self.value, 4),
            "unit": self.unit,
            "goal": self.goal,
            "bound": self.bound if self.goal is not None else None,
            "is_met": self.is_met,
            "detail": self.detail,
        }


Figures = Iterator[Figure]
_BOUNDS = {"<=": operator.le, "<": operator.lt, ">": operator.gt}
