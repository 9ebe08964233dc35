"""Factories of every room's rows, with traits for the states that tests need."""

from tests.factories.accounts import StaffAccountFactory
from tests.factories.catalogue import RecordFactory
from tests.factories.circulation import (
    USUAL_VALUES,
    FeeFactory,
    HoldFactory,
    LoanFactory,
    RuleFactory,
    TransitFactory,
)
from tests.factories.holdings import (
    BranchFactory,
    BranchGroupFactory,
    CalendarDayFactory,
    ItemFactory,
    ItemTypeFactory,
    ShelvingLocationFactory,
)
from tests.factories.moments import NOW, TODAY
from tests.factories.patrons import (
    BlockFactory,
    CardFactory,
    ContactPersonFactory,
    GuardianshipFactory,
    PatronCategoryFactory,
    PatronFactory,
    PatronNoteFactory,
)
from tests.factories.schools import ClassMembershipFactory, SchoolClassFactory, SchoolFactory

__all__ = [
    "NOW",
    "TODAY",
    "USUAL_VALUES",
    "BlockFactory",
    "BranchFactory",
    "BranchGroupFactory",
    "CalendarDayFactory",
    "CardFactory",
    "ContactPersonFactory",
    "ClassMembershipFactory",
    "FeeFactory",
    "GuardianshipFactory",
    "HoldFactory",
    "ItemFactory",
    "ItemTypeFactory",
    "LoanFactory",
    "PatronCategoryFactory",
    "PatronFactory",
    "PatronNoteFactory",
    "RecordFactory",
    "RuleFactory",
    "SchoolClassFactory",
    "SchoolFactory",
    "ShelvingLocationFactory",
    "StaffAccountFactory",
    "TransitFactory",
]
