"""Which class of the new school year is which of the old one's, by name, else by the pupils."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from schools.register.people import GroupKind, RegisterGroup, SchoolExport
from schools.register.standing import Standing

# Of a class's pupils, so many must have gone the same way for it to be the class's.
_SAME_WAY = 0.7


class Way(StrEnum):
    """How a class's next one was found."""

    BY_NAME = "BY_NAME"
    BY_PUPILS = "BY_PUPILS"
    LEAVES = "LEAVES"
    ASK = "ASK"


@dataclass(frozen=True, slots=True)
class ClassMove:
    """What becomes of a class in a new school year.

    :ivar after: the key of what it is then; empty when it leaves, or a person must say
    :ivar together: the share of its pupils who are in that class, or in the one that most of them are in
    """

    before: RegisterGroup
    after: str
    way: Way
    together: float


def class_moves(before: Standing, after: SchoolExport) -> list[ClassMove]:
    """Return what each class becomes in the next school year: 5.B is 6.B, if all of the fifth grade can be told so.

    Where a grade's classes were mixed or named anew, a class is the one that at least 70 % of its pupils went to. A
    grade above which there's none, and of which nobody is left, leaves. Anything else is a person's to say. So
    OS2skoledata, which the Danish municipalities share, does it too.
    """
    years = _Years(before, after)
    return [move for grade in years.grades() for move in years.moves(grade)]


class _Years:
    """A school in two years."""

    def __init__(self, before: Standing, after: SchoolExport) -> None:
        self._old = [group for group in before.groups if group.kind is GroupKind.CLASS]
        self._sizes = Counter(pupil.main_group for pupil in before.pupils)
        new = [group for group in after.groups if group.kind is GroupKind.CLASS]
        self._by_place: dict[tuple[int | None, str], list[str]] = defaultdict(list)
        for group in new:
            self._by_place[group.level, group.line].append(group.key)
        self._highest = max((group.level for group in new if group.level is not None), default=None)
        now = {pupil.key: pupil.main_group for pupil in after.pupils if not pupil.is_of_older_year}
        self._went: dict[str, Counter[str]] = defaultdict(Counter)
        for pupil in before.pupils:
            if key := now.get(pupil.key):
                self._went[pupil.main_group][key] += 1

    def grades(self) -> Iterator[Sequence[RegisterGroup]]:
        """Yield the old year's classes, a grade at a time."""
        for level in dict.fromkeys(group.level for group in self._old):
            yield [group for group in self._old if group.level == level]

    def moves(self, grade: Sequence[RegisterGroup]) -> Iterator[ClassMove]:
        """Yield what becomes of a grade's classes."""
        named, leaves = self._by_name(grade), self._leaves(grade)
        for group in grade:
            if leaves:
                yield ClassMove(group, "", Way.LEAVES, 0.0)
            elif named:
                key = named[group.key]
                yield ClassMove(group, key, Way.BY_NAME, self._share(group, key))
            else:
                yield self._by_pupils(group)

    def _leaves(self, grade: Sequence[RegisterGroup]) -> bool:
        level = grade[0].level
        is_above = level is not None and self._highest is not None and level >= self._highest
        return is_above and not any(self._went[group.key] for group in grade)

    def _by_name(self, grade: Sequence[RegisterGroup]) -> dict[str, str]:
        """Return the next classes of the same lines, if each class of the grade has one of its own."""
        level = grade[0].level
        if level is None:
            return {}
        found = {group.key: self._by_place.get((level + 1, group.line), []) for group in grade}
        keys = [key for each in found.values() for key in each]
        is_plain = all(len(each) == 1 for each in found.values()) and len(set(keys)) == len(grade)
        return {group: each[0] for group, each in found.items()} if is_plain else {}

    def _by_pupils(self, group: RegisterGroup) -> ClassMove:
        ((key, _),) = self._went[group.key].most_common(1) or [("", 0)]
        share = self._share(group, key)
        if share >= _SAME_WAY:
            return ClassMove(group, key, Way.BY_PUPILS, share)
        return ClassMove(group, "", Way.ASK, share)

    def _share(self, group: RegisterGroup, key: str) -> float:
        size = self._sizes[group.key]
        return self._went[group.key][key] / size if size else 0.0
