"""What differs between two contents of a record, field by field, and which version brought a field in.

A field that stands elsewhere is moved, not removed and added; one that has mostly the same subfields is changed.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from catalogue.marc.records import Flavour, MarcField, MarcRecord

LEADER = "LDR"
# Of a leader, what describes the title; the rest are lengths and places of the bytes.
_LENGTHS = ((0, 5), (12, 17))
# Beyond so many unlike fields of one tag, they're compared in order instead of each with each.
_MOST_COMPARED = 40


class Sign(StrEnum):
    """What became of a field or a subfield."""

    SAME = "SAME"
    ADDED = "ADDED"
    REMOVED = "REMOVED"
    CHANGED = "CHANGED"
    MOVED = "MOVED"


@dataclass(frozen=True, slots=True)
class Part:
    """A subfield, an indicator pair or a control field's value on one side of a change; the code is empty for both."""

    code: str
    value: str
    is_same: bool


@dataclass(frozen=True, slots=True)
class FieldChange:
    """What became of one field.

    :ivar old: as it was; None when added
    :ivar new: as it is; None when removed
    :ivar flavours: the families of MARC of the old record and of the new one
    :ivar old_parts: the old field in pieces, those that are gone marked; filled when changed
    """

    sign: Sign
    tag: str
    old: MarcField | None
    new: MarcField | None
    flavours: tuple[Flavour, Flavour]
    old_parts: tuple[Part, ...] = ()
    new_parts: tuple[Part, ...] = ()


def record_diff(old: MarcRecord, new: MarcRecord) -> list[FieldChange]:
    """Return what became of every field, in the new record's order; what's gone stands where it was."""
    before, after, flavours = _with_leader(old), _with_leader(new), (old.flavour, new.flavour)
    pairs = _equal(before, after)
    stayed = _longest_rising(pairs)
    rows = [
        (there, 1, FieldChange(sign, field.tag, before[here], field, flavours))
        for here, there in pairs
        for sign, field in ((Sign.SAME if (here, there) in stayed else Sign.MOVED, after[there]),)
    ]
    left = sorted(set(range(len(before))) - {here for here, _ in pairs})
    right = sorted(set(range(len(after))) - {there for _, there in pairs})
    changed = _alike(before, after, left, right)
    rows += [(there, 1, _changed(before[here], after[there], flavours)) for here, there in changed]
    met = {*pairs, *changed}
    gone, come = set(left) - {here for here, _ in changed}, set(right) - {there for _, there in changed}
    rows += [(there, 1, FieldChange(Sign.ADDED, after[there].tag, None, after[there], flavours)) for there in come]
    places = _places(gone, met)
    rows += [
        (places[here], 2, FieldChange(Sign.REMOVED, before[here].tag, before[here], None, flavours)) for here in gone
    ]
    order = {id(field): place for place, field in enumerate(before)}
    rows.sort(key=lambda row: (row[0], row[1], order.get(id(row[2].old), 0)))
    return [change for _, _, change in rows]


def is_same_content(old: MarcRecord, new: MarcRecord) -> bool:
    """Say whether two records have the same fields in the same order, and leaders that differ in lengths alone."""
    return old.flavour == new.flavour and _with_leader(old) == _with_leader(new)


def brought_in_by(contents: Iterable[tuple[int, MarcRecord]]) -> list[tuple[MarcField, int]]:
    """Return each field of the newest content with the number of the version since which it has been there.

    :param contents: each version's number and content, oldest first
    """
    known: list[tuple[MarcField, int]] = []
    for number, record in contents:
        since: dict[MarcField, list[int]] = defaultdict(list)
        for field, first in reversed(known):
            since[field].append(first)
        known = [(field, since[field].pop() if since[field] else number) for field in _with_leader(record)]
    return known


def _with_leader(record: MarcRecord) -> list[MarcField]:
    leader = list(record.leader.ljust(24))
    for first, end in _LENGTHS:
        leader[first:end] = "*" * (end - first)
    return [MarcField(LEADER, "".join(leader)), *record.fields]


def _equal(before: Sequence[Hashable], after: Sequence[Hashable]) -> list[tuple[int, int]]:
    """Pair what's equal on both sides, the first with the first; in the new order."""
    places: dict[Hashable, list[int]] = defaultdict(list)
    for place in reversed(range(len(before))):
        places[before[place]].append(place)
    return [(places[thing].pop(), place) for place, thing in enumerate(after) if places.get(thing)]


def _longest_rising(pairs: Sequence[tuple[int, int]]) -> set[tuple[int, int]]:
    """Return the most pairs that keep their order on both sides; the others have moved."""
    tails: list[int] = []
    ends: list[int] = []
    previous: list[int] = []
    for index, (here, _there) in enumerate(pairs):
        place = bisect_left(tails, here)
        previous.append(ends[place - 1] if place else -1)
        tails[place : place + 1] = [here]
        ends[place : place + 1] = [index]
    found = set()
    index = ends[-1] if ends else -1
    while index >= 0:
        found.add(pairs[index])
        index = previous[index]
    return found


def _alike(
    before: Sequence[MarcField], after: Sequence[MarcField], left: Iterable[int], right: Iterable[int]
) -> list[tuple[int, int]]:
    """Pair fields of one tag that differ, those with most in common first."""
    olds: dict[str, list[int]] = defaultdict(list)
    news: dict[str, list[int]] = defaultdict(list)
    for place in left:
        olds[before[place].tag].append(place)
    for place in right:
        news[after[place].tag].append(place)
    pairs = []
    for tag in olds.keys() & news.keys():
        here, there = olds[tag], news[tag]
        if max(len(here), len(there)) > _MOST_COMPARED:
            pairs += list(zip(here, there, strict=False))
            continue
        scored = sorted((-_in_common(before[a], after[b]), abs(a - b), a, b) for a in here for b in there)
        for _score, _distance, a, b in scored:
            if a in here and b in there:
                here.remove(a)
                there.remove(b)
                pairs.append((a, b))
    return pairs


def _in_common(old: MarcField, new: MarcField) -> int:
    return len(set(_pieces(old)) & set(_pieces(new)))


def _pieces(field: MarcField) -> list[tuple[str, str]]:
    return [("", field.text)] if field.is_control else [("", field.indicators), *field.subfields]


def _changed(old: MarcField, new: MarcField, flavours: tuple[Flavour, Flavour]) -> FieldChange:
    before, after = _pieces(old), _pieces(new)
    stayed = _longest_rising(_equal(before, after))
    here, there = {a for a, _ in stayed}, {b for _, b in stayed}
    return FieldChange(
        Sign.CHANGED,
        new.tag,
        old,
        new,
        flavours,
        tuple(Part(code, value, place in here) for place, (code, value) in enumerate(before)),
        tuple(Part(code, value, place in there) for place, (code, value) in enumerate(after)),
    )


def _places(gone: Iterable[int], met: Iterable[tuple[int, int]]) -> dict[int, int]:
    """Return, for what's gone, the new place of the nearest field before it that's still there."""
    still = sorted(met)
    heres = [here for here, _ in still]
    places = {}
    for here in gone:
        index = bisect_left(heres, here)
        places[here] = still[index - 1][1] if index else -1
    return places
