"""Which rule row wins, value by value: branch, then branch group, then municipality, then the consortium's template.

Within a level a row for the patron category goes before one for the item type, that before one for a residence, and
that before an open one. Of rows that differ in their days only, the one that began last goes first. A row that doesn't
set a value falls through, null is a value like any other.

So the place decides before the case: an open row of the municipality's goes before the template's row for one category
or item type. Whoever sets such a value is told which rows it passes over.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from itertools import product
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
    :ivar residence: OWN, PARTNER or ELSEWHERE, None where the row is open
    :ivar valid_from: the first day on which the row holds, None for always
    :ivar valid_until: the last day, None for ever
    """

    level: Level
    row_id: int
    place_id: int | None = None
    patron_category: str | None = None
    item_type: str | None = None
    residence: str | None = None
    valid_from: date | None = None
    valid_until: date | None = None

    @classmethod
    def from_facts(cls, facts: Mapping[str, Any]) -> "Origin":
        """Return the origin that was kept as facts; what those of an older release don't name is open."""
        begins, ends = facts.get("valid_from"), facts.get("valid_until")
        return cls(
            level=Level(facts["level"]),
            row_id=facts["row_id"],
            place_id=facts.get("place_id"),
            patron_category=facts.get("patron_category"),
            item_type=facts.get("item_type"),
            residence=facts.get("residence"),
            valid_from=date.fromisoformat(begins) if begins else None,
            valid_until=date.fromisoformat(ends) if ends else None,
        )

    def __str__(self) -> str:
        place = self.level.value if self.place_id is None else f"{self.level.value} {self.place_id}"
        whom = f"{place} × {self.patron_category or '*'} × {self.item_type or '*'}"
        return f"{whom} × {self.residence}" if self.residence else whom

    def holds_on(self, day: date) -> bool:
        """Return whether the row holds on a day."""
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_until is None or day <= self.valid_until
        )

    def is_narrower(self, other: "Origin") -> bool:
        """Return whether the row says more closely than another whom it's for, as rows of one level are compared."""
        return _closeness(self) > _closeness(other)

    def includes(self, other: "Origin") -> bool:
        """Return whether the row is for everybody and everything that another row is for, wherever both stand."""
        pairs = zip(_whom(self), _whom(other), strict=True)
        return all(mine is None or mine == theirs for mine, theirs in pairs)

    def as_facts(self) -> dict[str, Any]:
        """Return the origin as JSON, for refusals, the audit log and the ledger."""
        return {
            "level": self.level.value,
            "row_id": self.row_id,
            "place_id": self.place_id,
            "patron_category": self.patron_category,
            "item_type": self.item_type,
            "residence": self.residence,
            "valid_from": self.valid_from.isoformat() if self.valid_from else None,
            "valid_until": self.valid_until.isoformat() if self.valid_until else None,
        }


def _whom(origin: Origin) -> tuple[str | None, ...]:
    return (origin.patron_category, origin.item_type, origin.residence)


def _closeness(origin: Origin) -> tuple[bool, ...]:
    return tuple(code is not None for code in _whom(origin))


@dataclass(frozen=True)
class RuleRow:
    """A row with its values as Python has them."""

    origin: Origin
    values: Mapping[str, Any]

    def sets(self, name: str) -> bool:
        """Return whether the row decides this value; one that it has no say in doesn't count."""
        return name in self.values and REGISTER[name].applies_to(
            patron_category=self.origin.patron_category,
            item_type=self.origin.item_type,
            residence=self.origin.residence,
        )


@dataclass(frozen=True)
class Candidate:
    """A row that was asked for a value, for the explanation.

    :ivar is_set: whether the row sets it, with `value`
    :ivar wins: whether this is the row that decided
    :ivar passed_over: whether it sets the value more closely than the row that decided, but stands further away
    """

    row: RuleRow
    is_set: bool
    value: Any
    wins: bool
    passed_over: bool = False


_Key = tuple[Level, int | None, str | None, str | None, str | None]


class RuleSet:
    """All rows that hold in a municipality, its template's included."""

    def __init__(self, rows: Iterable[RuleRow]) -> None:
        self._rows: dict[_Key, list[RuleRow]] = {}
        for row in sorted(rows, key=_beginning, reverse=True):
            origin = row.origin
            key = (origin.level, origin.place_id, origin.patron_category, origin.item_type, origin.residence)
            self._rows.setdefault(key, []).append(row)
        # The days on which a row begins to hold, or holds no more.
        self._turns = sorted({day for row in self.rows() for day in turns_of(row.origin)})

    def rows(self) -> Iterator[RuleRow]:
        """Yield every row, whether it holds today or not."""
        for rows in self._rows.values():
            yield from rows

    def all_values(self, name: str) -> list[Any]:
        """Return what any row sets for a value, null left out: for a job that must find all it may concern."""
        return [row.values[name] for row in self.rows() if row.values.get(name) is not None]

    def passed_over(self, name: str, by: Origin, *, branch_group_id: int | None, on: date) -> list[RuleRow]:
        """Return the rows of levels further away that set a value more closely than one from here does, or would.

        :param by: where that one stands and whom it's for
        :param branch_group_id: of the branch, whose own group counts only
        """
        further = list(Level)[list(Level).index(by.level) + 1 :]
        return [
            row
            for row in self.rows()
            if row.origin.level in further
            and row.origin.place_id in (None, branch_group_id)
            and row.sets(name)
            and row.origin.holds_on(on)
            and by.includes(row.origin)
            and row.origin.is_narrower(by)
        ]

    def turns(self) -> list[date]:
        """Return the days on which a row begins to hold, or holds no more, in order."""
        return list(self._turns)

    def period(self, day: date) -> int:
        """Return a number for the time around a day in which the same rows hold."""
        return bisect_right(self._turns, day)

    def candidates(
        self,
        *,
        branch_id: int,
        branch_group_id: int | None,
        patron_category: str | None,
        item_type: str | None,
        residence: str | None,
        on: date,
    ) -> Iterator[RuleRow]:
        """Yield the rows that apply on a day, the nearest first."""
        places: list[tuple[Level, int | None]] = [(Level.BRANCH, branch_id)]
        if branch_group_id is not None:
            places.append((Level.BRANCH_GROUP, branch_group_id))
        places += [(Level.MUNICIPALITY, None), (Level.TEMPLATE, None)]
        whom = dict.fromkeys(product((patron_category, None), (item_type, None), (residence, None)))
        for level, place_id in places:
            for category, kind, home in whom:
                rows = self._rows.get((level, place_id, category, kind, home), ())
                yield from (row for row in rows if row.origin.holds_on(on))


def _beginning(row: RuleRow) -> tuple[bool, date]:
    return (row.origin.valid_from is not None, row.origin.valid_from or date.min)


def turns_of(origin: Origin) -> Iterator[date]:
    """Yield the day on which a row begins to hold, and the one on which it holds no more."""
    if origin.valid_from is not None:
        yield origin.valid_from
    if origin.valid_until is not None and origin.valid_until < date.max:
        yield origin.valid_until + timedelta(days=1)


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
            Candidate(
                row=row,
                is_set=row.sets(name),
                value=row.values.get(name),
                wins=row is winner,
                passed_over=winner is not None and row.sets(name) and row.origin.is_narrower(winner.origin),
            )
            for row in self.rows
        ]


def resolve(
    rules: RuleSet,
    *,
    branch_id: int,
    branch_group_id: int | None,
    patron_category: str | None,
    item_type: str | None,
    on: date,
    residence: str | None = None,
) -> Resolved:
    """Return the values that hold here on a day; categories and types by their codes, None if there's none to go by."""
    return Resolved(
        tuple(
            rules.candidates(
                branch_id=branch_id,
                branch_group_id=branch_group_id,
                patron_category=patron_category,
                item_type=item_type,
                residence=residence,
                on=on,
            )
        )
    )
