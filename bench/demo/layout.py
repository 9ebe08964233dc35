"""Lays out a municipality before anything stands on its shelves: branches, hours, closed days, rooms, item types."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import holidays

from bench.demo.facts import Town
from holdings.models import Branch, CalendarDay, ItemType, OpeningHours, ShelvingLocation
from patrons.models import PatronCategory

# The codes that a template may have for a material, the best one first; "book" is always among them.
_ITEM_TYPE_CODES = {
    "BOOK": ("book",),
    "AUDIOBOOK": ("audiobook", "book"),
    "FILM": ("film", "dvd", "book"),
    "MUSIC": ("music", "cd", "book"),
    "GAME": ("game", "book"),
    "MAGAZINE": ("magazine", "journal", "book"),
}
_LENDABLE_MATERIALS = frozenset(_ITEM_TYPE_CODES)
_FICTION = frozenset({"novel", "short", "crime", "fantasy", "scifi", "drama", "poetry", "comics"})


@dataclass(frozen=True)
class Layout:
    """The rows that items and patrons refer to."""

    town: Town
    public: list[Branch]
    schools: list[Branch]
    locations: dict[tuple[int, str], ShelvingLocation]
    item_types: dict[str, ItemType]
    adult: PatronCategory
    child: PatronCategory

    @property
    def branches(self) -> list[Branch]:
        """All branches, public ones first."""
        return [*self.public, *self.schools]


def lay_out(town: Town, *, today: date) -> Layout:
    """Make what isn't there yet, and return everything."""
    branches = [_branch(town, place) for place in range(len(town.branches))]
    years = (today.year - 1, today.year, today.year + 1)
    for branch in branches:
        _close_on_holidays(branch, town, years)
    locations = {
        (branch.pk, shelf): ShelvingLocation.objects.get_or_create(branch=branch, name=name)[0]
        for branch in branches
        for shelf, name in town.locations.items()
    }
    return Layout(
        town=town,
        public=[branch for branch in branches if branch.kind == Branch.Kind.PUBLIC],
        schools=[branch for branch in branches if branch.kind == Branch.Kind.SCHOOL],
        locations=locations,
        item_types={material: _item_type(codes) for material, codes in _ITEM_TYPE_CODES.items()},
        adult=_category(PatronCategory.Kind.ADULT),
        child=_category(PatronCategory.Kind.CHILD),
    )


def is_physical(material: str) -> bool:
    """Return whether a library has items of this material: of what's online it has none."""
    return material in _LENDABLE_MATERIALS


def shelf_of(material: str, audience: str, genre: str) -> str:
    """Return on which shelf, by the names of `Town.locations`, a title stands."""
    if material in ("FILM", "MUSIC", "GAME", "MAGAZINE"):
        return material
    if audience != "ADULT":
        return audience
    return "FICTION" if genre in _FICTION else "ADULT"


def _branch(town: Town, place: int) -> Branch:
    facts = town.branches[place]
    branch, is_new = Branch.objects.get_or_create(
        code=facts.code,
        defaults={
            "name": facts.name,
            "kind": facts.kind,
            "address": facts.address,
            "phone": f"{town.phone} {100 + place}",
            "email": f"{facts.code}@{town.host}.example",
            "time_zone": town.time_zone,
            "is_pickup_place": facts.kind == Branch.Kind.PUBLIC,
            "position": place + 1,
        },
    )
    if is_new:
        OpeningHours.objects.bulk_create(
            OpeningHours(branch=branch, weekday=weekday, opens=opens, closes=closes)
            for weekday, (opens, closes) in facts.hours.items()
        )
    return branch


def _close_on_holidays(branch: Branch, town: Town, years: Iterable[int]) -> None:
    calendar = holidays.country_holidays(town.country, years=list(years), language=town.language)
    CalendarDay.objects.bulk_create(
        (CalendarDay(branch=branch, date=day, reason=name[:80]) for day, name in sorted(calendar.items())),
        ignore_conflicts=True,
    )


def _item_type(codes: tuple[str, ...]) -> ItemType:
    found = {item_type.code: item_type for item_type in ItemType.objects.filter(code__in=codes)}
    for code in codes:
        if code in found:
            return found[code]
    return ItemType.objects.create(code=codes[0], name=codes[0].capitalize())


def _category(kind: str) -> PatronCategory:
    category = PatronCategory.objects.filter(kind=kind).order_by("position", "pk").first()
    return category or PatronCategory.objects.create(code=kind.lower(), name=kind.capitalize(), kind=kind)
