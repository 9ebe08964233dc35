"""What happened at the desks in the last weeks, played through the services in the order of time."""

import random
from array import array
from collections.abc import Callable, Iterator
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from accounts.models import StaffAccount
from bench.demo.layout import Layout
from bench.demo.regulars import Regulars
from circulation.services.check_in import check_in
from circulation.services.check_out import check_out
from circulation.services.holds import place_hold
from common.errors import Refused
from holdings.models import Branch, Item
from patrons.models import Patron

_LENT_LATELY, _LATE, _RETURNED = 70, 18, 20
_QUEUED, _READY, _TRAVELLING, _GOING_HOME = 16, 5, 4, 2
_ODD = (Item.Status.REFERENCE_ONLY, Item.Status.MISSING, Item.Status.LOST, Item.Status.IN_PROCESS)
_OF_EACH = 3
# How many days ago the people with a name borrowed.
_LOANS_OF_REGULARS: dict[str, tuple[int, ...]] = {
    "fine": (3, 9),
    "borrower": (1, 2, 5, 8),
    "child": (6,),
    "guardian": (4,),
    "overdue": (33, 36),
    "long_overdue": (50, 62, 62),
}

Act = Callable[[datetime], object]


class Timeline:
    """Things that happen, each at its moment."""

    def __init__(self) -> None:
        self._acts: list[tuple[datetime, int, Act]] = []

    def add(self, moment: datetime, act: Act) -> None:
        """Let something happen at a moment."""
        self._acts.append((moment, len(self._acts), act))

    def play(self) -> int:
        """Let everything happen in order, and return how often a rule said no."""
        refused = 0
        for moment, _, act in sorted(self._acts, key=lambda entry: entry[:2]):
            try:
                act(moment)
            except Refused:
                refused += 1
        return refused


class Scenes:
    """Plans a few weeks of a municipality's life."""

    def __init__(
        self, *, layout: Layout, regulars: Regulars, people: array, staff: StaffAccount, seed: int, now: datetime
    ) -> None:
        self._chance = random.Random(f"scenes {layout.town.schema} {seed}")
        self._zone = ZoneInfo(layout.town.time_zone)
        self._layout = layout
        self._regulars = regulars
        self._people = list(Patron.objects.filter(pk__in=list(people)).order_by("pk"))
        self._staff = staff
        self._now = now
        self._items = self._shuffled_items()
        self.timeline = Timeline()

    def set_odd_items_aside(self) -> None:
        """Make sure that there are a few items in each of the states that nobody lends from."""
        for status in _ODD:
            for _ in range(_OF_EACH):
                item = next(self._items)
                item.status = status
                item.save(update_fields=["status"])

    def plan(self) -> Timeline:
        """Plan everything, and return the timeline to play."""
        lent = [self._lend(self._somebody(), days_ago=self._chance.randrange(1, 13)) for _ in range(_LENT_LATELY)]
        for _ in range(_LATE):
            self._lend(self._somebody(), days_ago=self._chance.randrange(31, 75))
        for _ in range(_RETURNED):
            self._lend_and_return(self._somebody(), self._chance.randrange(20, 27), self._chance.randrange(1, 15))
        self._play_regulars(lent)
        for item in self._chance.sample(lent, _QUEUED):
            self._hold(item, self._somebody(), item.home_branch, days_ago=self._chance.randrange(0, 2))
        for _ in range(_READY):
            self._make_ready(self._somebody())
        for _ in range(_TRAVELLING):
            item = self._public_item()
            self._trap(item, self._somebody(), self._other(item.home_branch))
        for _ in range(_GOING_HOME):
            self._return_elsewhere(self._somebody())
        return self.timeline

    def _play_regulars(self, lent: list[Item]) -> None:
        regulars = self._regulars
        for role, days in _LOANS_OF_REGULARS.items():
            for days_ago in days:
                self._lend(regulars[role], days_ago=days_ago)
        self._lend_and_return(regulars["owes"], 45, 2)
        self._hold(lent[0], regulars["fine"], self._layout.public[0], days_ago=0)
        self._make_ready(regulars["hold_ready"])

    def _lend(self, patron: Patron, *, days_ago: int) -> Item:
        item = self._public_item()
        self.timeline.add(self._moment(days_ago), lambda now: self._check_out(item, patron, now))
        return item

    def _lend_and_return(self, patron: Patron, days_ago: int, returned_days_ago: int) -> None:
        item = self._lend(patron, days_ago=days_ago)
        self.timeline.add(self._moment(returned_days_ago), lambda now: self._check_in(item, item.home_branch, now))

    def _return_elsewhere(self, patron: Patron) -> None:
        item = self._lend(patron, days_ago=9)
        self.timeline.add(self._moment(1), lambda now: self._check_in(item, self._other(item.home_branch), now))

    def _make_ready(self, patron: Patron) -> None:
        item = self._public_item()
        self._trap(item, patron, item.home_branch)

    def _trap(self, item: Item, patron: Patron, pickup: Branch) -> None:
        """Let somebody wait for the title, and the item be scanned at its branch."""
        self._hold(item, patron, pickup, days_ago=3)
        self.timeline.add(self._moment(1), lambda now: self._check_in(item, item.home_branch, now))

    def _hold(self, item: Item, patron: Patron, pickup: Branch, *, days_ago: int) -> None:
        def place(now: datetime) -> object:
            return place_hold(record=item.record, patron=patron, pickup_branch=pickup, staff=self._staff, now=now)

        self.timeline.add(self._moment(days_ago), place)

    def _check_out(self, item: Item, patron: Patron, now: datetime) -> object:
        return check_out(item=item, patron=patron, branch=item.home_branch, staff=self._staff, now=now)

    def _check_in(self, item: Item, branch: Branch, now: datetime) -> object:
        return check_in(item=item, branch=branch, staff=self._staff, now=now)

    def _moment(self, days_ago: int) -> datetime:
        """Return a moment of an open hour; of today, one that has passed."""
        day = (self._now.astimezone(self._zone) - timedelta(days=days_ago)).date()
        if days_ago and day.weekday() == 6:
            day -= timedelta(days=1)
        at = time(self._chance.randrange(11, 13), self._chance.randrange(60))
        return min(datetime.combine(day, at, self._zone), self._now - timedelta(minutes=self._chance.randrange(1, 50)))

    def _somebody(self) -> Patron:
        return self._chance.choice(self._people)

    def _other(self, branch: Branch) -> Branch:
        return next(other for other in self._layout.public if other.pk != branch.pk)

    def _public_item(self) -> Item:
        return next(self._items)

    def _shuffled_items(self) -> Iterator[Item]:
        class_sets = self._layout.item_types["CLASS_SET"]
        items = list(
            Item.objects.filter(status=Item.Status.AVAILABLE, home_branch__in=self._layout.public)
            .exclude(item_type=class_sets)
            .select_related("record", "home_branch")
            .defer("record__raw")
            .order_by("pk")
        )
        self._chance.shuffle(items)
        # One item of a title only, so that nobody is refused a second one and a hold finds just the item that's meant.
        return iter({item.record_id: item for item in items}.values())
