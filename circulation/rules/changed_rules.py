"""What a change of rules comes to, case by case: what it would make wrong, and whether it changes anything. Pure."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import product

from circulation.rules.contradictions import Flaw, flaws, related
from circulation.rules.resolution import Level, Resolved, RuleSet, resolve, turns_of


@dataclass(frozen=True)
class Case:
    """A case that rules tell apart; None for a place, a patron or an item that no row names."""

    branch_id: int | None
    patron_category: str | None
    item_type: str | None
    residence: str


@dataclass(frozen=True)
class Known:
    """What there is that rules may name.

    :ivar branches: the branch group of each branch by its id, None for one in no group
    :ivar patron_categories: their codes, and `item_types` likewise; a row for another one is nobody's
    """

    branches: Mapping[int, int | None] = field(default_factory=dict)
    patron_categories: Collection[str] = ()
    item_types: Collection[str] = ()


@dataclass(frozen=True)
class ValueChange:
    """What a value is before and after; without a row that sets it, it's None, as one that's unlimited is too."""

    was_set: bool
    before: object
    is_set: bool
    after: object


@dataclass(frozen=True)
class RuleComparison:
    """The rules before and after a change.

    :ivar known: what there is after the change
    :ivar names: the values that are changed, or that hold elsewhere once a branch has changed its group
    :ivar today: what was before it concerns nobody
    :ivar groups_before: the branch group of each branch before the change, where that's what changes
    """

    before: RuleSet
    after: RuleSet
    known: Known
    names: frozenset[str]
    today: date
    groups_before: Mapping[int, int | None] | None = None

    def new_flaws(self) -> dict[Flaw, Case]:
        """Return what the change makes wrong, each with a case that shows it; what was wrong before isn't its fault."""
        found = list(self._flaws(self._after))
        had = set(self._flaws(self._before)) if found else set()
        new: dict[Flaw, Case] = {}
        for case, flaw in found:
            if (case, flaw) not in had:
                new.setdefault(flaw, case)
        return new

    def changes_anything(self) -> bool:
        """Return whether any case gets another value."""
        return any(
            self._values(self._before(case, day)) != self._values(self._after(case, day))
            for case, day in self._cases(self.names)
        )

    def changed_values(self) -> dict[str, list[ValueChange]]:
        """Return what becomes of each value that some case gets otherwise, each turn once, the broadest case first."""
        changed: dict[str, list[ValueChange]] = {}
        for case, day in self._cases(self.names):
            before, after = self._values(self._before(case, day)), self._values(self._after(case, day))
            for name, had, has in zip(sorted(self.names), before, after, strict=True):
                change = ValueChange(*had, *has)
                if had != has and change not in changed.setdefault(name, []):
                    changed[name].append(change)
        return {name: changes for name, changes in changed.items() if changes}

    def _flaws(self, resolved: Callable[[Case, date], Resolved]) -> Iterator[tuple[Case, Flaw]]:
        for case, day in self._cases(related(self.names)):
            for flaw in flaws(resolved(case, day), self.names):
                yield case, flaw

    def _values(self, resolved: Resolved) -> list[tuple[bool, object]]:
        pairs = ((resolved.origin(name) is not None, name) for name in sorted(self.names))
        return [(is_set, resolved.value(name) if is_set else None) for is_set, name in pairs]

    def _before(self, case: Case, day: date) -> Resolved:
        return _resolved(self.before, self._groups_before, case, day)

    def _after(self, case: Case, day: date) -> Resolved:
        return _resolved(self.after, self.known.branches, case, day)

    @property
    def _groups_before(self) -> Mapping[int, int | None]:
        return self.known.branches if self.groups_before is None else self.groups_before

    def _cases(self, names: Collection[str]) -> Iterator[tuple[Case, date]]:
        """Yield each case that some row tells apart, on a day in each time between two turns."""
        rows = (*self.before.rows(), *self.after.rows())
        # Only what some row tells apart can make a difference.
        origins = [row.origin for row in rows if any(row.sets(name) for name in names)]
        whom = {each.patron_category for each in origins if each.patron_category in self.known.patron_categories}
        what = {each.item_type for each in origins if each.item_type in self.known.item_types}
        homes = {each.residence for each in origins if each.residence} - {"OWN"}
        told = {(each.level, each.place_id) for each in origins}
        places = [
            pk
            for pk, group in sorted(self.known.branches.items())
            if (Level.BRANCH, pk) in told
            or (Level.BRANCH_GROUP, group) in told
            or (Level.BRANCH_GROUP, self._groups_before.get(pk)) in told
        ]
        # So that a row that only begins to hold is tried too.
        days = {day for each in origins for day in turns_of(each) if day > self.today}
        for case in product([None, *places], [None, *sorted(filter(None, whom))], [None, *sorted(filter(None, what))]):
            for home in ("OWN", *sorted(homes)):
                for day in (self.today, *sorted(days)):
                    yield Case(*case, home), day


def _resolved(rules: RuleSet, groups: Mapping[int, int | None], case: Case, day: date) -> Resolved:
    return resolve(
        rules,
        branch_id=case.branch_id or 0,
        branch_group_id=groups.get(case.branch_id or 0),
        patron_category=case.patron_category,
        item_type=case.item_type,
        residence=case.residence,
        on=day,
    )
