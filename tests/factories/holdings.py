"""Branches with opening hours, item types and items."""

from datetime import time
from decimal import Decimal

import factory
from factory.django import DjangoModelFactory

from holdings.models import Branch, BranchGroup, CalendarDay, Item, ItemType, OpeningHours, ShelvingLocation
from tests.factories.catalogue import RecordFactory

MONDAY_TO_SATURDAY = (0, 1, 2, 3, 4, 5)


class BranchGroupFactory(DjangoModelFactory):
    """A group of branches."""

    class Meta:
        model = BranchGroup

    name = factory.Sequence(lambda n: f"Group {n}")


class BranchFactory(DjangoModelFactory):
    """A public branch, open Monday to Saturday; `open_on=()` gives one that never opens."""

    class Meta:
        model = Branch
        skip_postgeneration_save = True

    class Params:
        school = factory.Trait(kind=Branch.Kind.SCHOOL)
        closed_for_business = factory.Trait(is_open_for_business=False)
        no_pickup = factory.Trait(is_pickup_place=False)

    code = factory.Sequence(lambda n: f"branch-{n}")
    name = factory.Sequence(lambda n: f"Branch {n}")
    time_zone = "Europe/Copenhagen"

    @factory.post_generation
    def open_on(branch, create, extracted, **_):  # noqa: N805 - factory_boy hands the branch
        if create:
            weekdays = MONDAY_TO_SATURDAY if extracted is None else extracted
            OpeningHours.objects.bulk_create(
                OpeningHours(branch=branch, weekday=weekday, opens=time(10), closes=time(18)) for weekday in weekdays
            )


class CalendarDayFactory(DjangoModelFactory):
    """A closed day; `is_open=True` re-opens one that the week closes."""

    class Meta:
        model = CalendarDay

    branch = factory.SubFactory(BranchFactory)
    is_open = False
    reason = "Holiday"


class ShelvingLocationFactory(DjangoModelFactory):
    """A room of a branch."""

    class Meta:
        model = ShelvingLocation

    branch = factory.SubFactory(BranchFactory)
    name = factory.Sequence(lambda n: f"Room {n}")


class ItemTypeFactory(DjangoModelFactory):
    """The item type `book`, or the one whose code is given."""

    class Meta:
        model = ItemType
        django_get_or_create = ("code",)

    code = "book"
    name = factory.LazyAttribute(lambda item_type: item_type.code.capitalize())


class ItemFactory(DjangoModelFactory):
    """A book on the shelf of its home branch; traits give what else may become of it.

    An item on loan, on the hold shelf or in transit comes from `LoanFactory`, `HoldFactory` and `TransitFactory`.
    """

    class Meta:
        model = Item

    class Params:
        reference_only = factory.Trait(status=Item.Status.REFERENCE_ONLY)
        on_order = factory.Trait(status=Item.Status.ON_ORDER)
        in_process = factory.Trait(status=Item.Status.IN_PROCESS)
        missing = factory.Trait(status=Item.Status.MISSING)
        lost = factory.Trait(status=Item.Status.LOST)
        withdrawn = factory.Trait(status=Item.Status.WITHDRAWN)

    barcode = factory.Sequence(lambda n: f"30{10_000_000 + n}")
    record = factory.SubFactory(RecordFactory)
    item_type = factory.SubFactory(ItemTypeFactory)
    home_branch = factory.SubFactory(BranchFactory)
    current_branch = factory.SelfAttribute("home_branch")
    call_number = "Lar"
    price = Decimal("249.00")
    status = Item.Status.AVAILABLE
