"""Which rule row wins, value by value: branch, then branch group, then municipality, then the consortium's template.

Within a level a row for the patron category goes before one for the item type, and that before an open one; a row that
doesn't set a value falls through, null is a value like any other.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from circulation.rules.values import REGISTER


class Level(StrEnum):
    """Where a row stands, nearest first."""

    BRANCH = "BRANCH"
    BRANCH_GROUP = "BRANCH_GROUP"
    MUNICIPALITY = "MUNICIPALITY"
    TEMPLATE = "TEMPLATE"


class RuleMissing(LookupError):
    """No row anywhere sets a value that circulation needs."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(name)


@dataclass(frozen=True)
class Origin:
    """The row that a value comes from.

    :ivar row_id: of a `CirculationRule`, or of a `TemplateRule` on the template's level
    :ivar place_id: the branch or the branch group, None on the levels above
    :ivar patron_category: its code, None where the row is open
    :ivar item_type: its code, None where the row is open
    """

    level: Level
    row_id: int
    place_id: int | None = None
    patron_category: str | None = None
    item_type: str | None = None

    def __str__(self) -> str:
        place = self.level.value if self.place_id is None else f"{self.level.value} {self.place_id}"
        return f"{place} × {self.patron_category or '*'} × {self.item_type or '*'}"

    def as_facts(self) -> dict[str, Any]:
        """Return the origin as JSON, for refusals, the audit log and the ledger."""
        return {
            "level": self.level.value,
            "row_id": self.row_id,
            "place_id": self.place_id,
            "patron_category": self.patron_category,
            "item_type": self.item_type,
        }


@dataclass(frozen=True)
class RuleRow:
    """A row with its values as Python has them."""

    origin: Origin
    values: Mapping[str, Any]

    def sets(self, name: str) -> bool:
        """Return whether the row decides this value; one that it has no say in doesn't count."""
        return name in self.values and REGISTER[name].applies_to(
            patron_category=self.origin.patron_category, item_type=self.origin.item_type
        )


@dataclass(frozen=True)
class Candidate:
    """A row that was asked for a value, for the explanation.

    :ivar is_set: whether the row sets it, with `value`
    :ivar wins: whether this is the row that decided
    """

    row: RuleRow
    is_set: bool
    value: Any
    wins: bool


class RuleSet:
    """All rows that hold in a municipality, its template's included."""

    def __init__(self, rows: Iterable[RuleRow]) -> None:
        self._rows: dict[tuple[Level, int | None, str | None, str | None], RuleRow] = {
            (row.origin.level, row.origin.place_id, row.origin.patron_category, row.origin.item_type): row
            for row in rows
        }

    def all_values(self, name: str) -> list[Any]:
        """Return what any row sets for a value, null left out: for a job that must find all it may concern."""
        return [row.values[name] for row in self._rows.values() if row.values.get(name) is not None]

    def candidates(
        self, *, branch_id: int, branch_group_id: int | None, patron_category: str | None, item_type: str | None
    ) -> Iterator[RuleRow]:
        """Yield the rows that apply, the nearest first."""
        places: list[tuple[Level, int | None]] = [(Level.BRANCH, branch_id)]
        if branch_group_id is not None:
            places.append((Level.BRANCH_GROUP, branch_group_id))
        places += [(Level.MUNICIPALITY, None), (Level.TEMPLATE, None)]
        whom = dict.fromkeys(((patron_category, item_type), (patron_category, None), (None, item_type), (None, None)))
        for level, place_id in places:
            for category, kind in whom:
                row = self._rows.get((level, place_id, category, kind))
                if row is not None:
                    yield row


@dataclass(frozen=True)
class Resolved:
    """The values that hold for one branch, patron category and item type, each with the row it comes from."""

    rows: tuple[RuleRow, ...]
    _winners: dict[str, RuleRow] = field(default_factory=dict, repr=False, compare=False)

    def __post_init__(self) -> None:
        for row in self.rows:
            for name in row.values:
                if name not in self._winners and row.sets(name):
                    self._winners[name] = row

    def value(self, name: str) -> Any:
        """Return a value; None means unlimited or none, as the register says.

        :raises RuleMissing: if no row sets it and circulation can't do without
        :raises KeyError: for a name that isn't in the register
        """
        row = self._winners.get(name)
        if row is not None:
            return row.values[name]
        if REGISTER[name].needed:
            raise RuleMissing(name)
        return None

    def origin(self, name: str) -> Origin | None:
        """Return where the value comes from, None if no row sets it."""
        row = self._winners.get(name)
        return row.origin if row else None

    def explain(self, name: str) -> list[Candidate]:
        """Return every row that applies, in the order they were asked, with the one that won."""
        winner = self._winners.get(name)
        return [
            Candidate(row=row, is_set=row.sets(name), value=row.values.get(name), wins=row is winner)
            for row in self.rows
        ]


def resolve(
    rules: RuleSet,
    *,
    branch_id: int,
    branch_group_id: int | None,
    patron_category: str | None,
    item_type: str | None,
) -> Resolved:
    """Return the values that hold here; categories and types by their codes, None if there's none to go by."""
    return Resolved(
        tuple(
            rules.candidates(
                branch_id=branch_id,
                branch_group_id=branch_group_id,
                patron_category=patron_category,
                item_type=item_type,
            )
        )
    )
