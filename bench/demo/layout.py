"""Lays out a municipality before anything stands on its shelves: branches, hours, closed days, rooms, item types."""

from dataclasses import dataclass
from datetime import date

from bench.demo.facts import Title, Town
from holdings.models import Branch, ItemType, OpeningHours, ShelvingLocation
from holdings.services.calendars import close_public_holidays
from holdings.services.rooms import add_room
from patrons.models import PatronCategory

# The codes of the standard templates for what stands on shelves; a municipality may have fewer kinds.
_ITEM_TYPE_CODES = {
    "BOOK": ("book",),
    "AUDIOBOOK": ("audiobook", "book"),
    "FILM": ("film", "book"),
    "MUSIC": ("music", "book"),
    "GAME": ("game", "book"),
    "MAGAZINE": ("magazine", "book"),
    "COMIC": ("comic", "book"),
    "CLASS_SET": ("class-set", "book"),
}
_GIVEN = "main"
_KIND_OF_GENRE = {"comics": "COMIC"}
_ON_SHELVES = frozenset({"BOOK", "AUDIOBOOK", "FILM", "MUSIC", "GAME", "MAGAZINE"})
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
    pupil: PatronCategory
    teacher: PatronCategory

    def item_type_of(self, title: Title) -> ItemType:
        """Return what kind of thing an item of the title is."""
        return self.item_types[_KIND_OF_GENRE.get(title.genre.name, title.material)]

    @property
    def branches(self) -> list[Branch]:
        """All branches, public ones first."""
        return [*self.public, *self.schools]


def lay_out(town: Town, *, today: date) -> Layout:
    """Make what isn't there yet, and return everything."""
    branches = [_branch(town, place) for place in range(len(town.branches))]
    years = (today.year - 1, today.year, today.year + 1)
    for branch in branches:
        close_public_holidays(branch=branch, country=town.country, years=years)
    locations = {
        (branch.pk, shelf): _room(branch, name) for branch in branches for shelf, name in town.locations.items()
    }
    return Layout(
        town=town,
        public=[branch for branch in branches if branch.kind == Branch.Kind.PUBLIC],
        schools=[branch for branch in branches if branch.kind == Branch.Kind.SCHOOL],
        locations=locations,
        item_types={material: _item_type(codes) for material, codes in _ITEM_TYPE_CODES.items()},
        adult=_category("adult", PatronCategory.Kind.ADULT),
        child=_category("child", PatronCategory.Kind.CHILD),
        pupil=_category("pupil", PatronCategory.Kind.CHILD),
        teacher=_category("teacher", PatronCategory.Kind.ADULT),
    )


def is_physical(material: str) -> bool:
    """Return whether a library has items of this material: of what's online it has none."""
    return material in _ON_SHELVES


def shelf_of(material: str, audience: str, genre: str) -> str:
    """Return on which shelf, by the names of `Town.locations`, a title stands."""
    if material in ("FILM", "MUSIC", "GAME", "MAGAZINE"):
        return material
    if audience != "ADULT":
        return audience
    return "FICTION" if genre in _FICTION else "ADULT"


def _branch(town: Town, place: int) -> Branch:
    facts = town.branches[place]
    values = {
        "name": facts.name,
        "kind": facts.kind,
        "address": facts.address,
        "phone": f"{town.phone} {100 + place}",
        "email": f"{facts.code}@{town.host}.example",
        "time_zone": town.time_zone,
        "is_pickup_place": facts.kind == Branch.Kind.PUBLIC,
        "position": place + 1,
    }
    if known := Branch.objects.filter(code=facts.code).first():
        return known
    if place == 0:
        # What a new municipality was given as its first branch becomes the town's own.
        Branch.objects.filter(code=_GIVEN).update(code=facts.code)
    branch, _ = Branch.objects.update_or_create(code=facts.code, defaults=values)
    branch.opening_hours.all().delete()
    OpeningHours.objects.bulk_create(
        OpeningHours(branch=branch, weekday=weekday, opens=opens, closes=closes)
        for weekday, (opens, closes) in facts.hours.items()
    )
    return branch


def _room(branch: Branch, name: str) -> ShelvingLocation:
    known = ShelvingLocation.objects.filter(branch=branch, name=name).first()
    return known or add_room(branch=branch, name=name, actor=None)


def _item_type(codes: tuple[str, ...]) -> ItemType:
    found = {item_type.code: item_type for item_type in ItemType.objects.filter(code__in=codes)}
    for code in codes:
        if code in found:
            return found[code]
    return ItemType.objects.create(code=codes[0], name=codes[0].capitalize())


def _category(code: str, kind: str) -> PatronCategory:
    defaults = {"name": code.capitalize(), "kind": kind}
    return PatronCategory.objects.get_or_create(code=code, defaults=defaults)[0]
