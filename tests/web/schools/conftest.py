"""A class with three pupils and a teacher at the school librarian's school, and a pile of one title."""

from typing import Any

import pytest

from tests.factories import (
    ClassMembershipFactory,
    ItemFactory,
    PatronFactory,
    RecordFactory,
    RuleFactory,
    SchoolClassFactory,
)


@pytest.fixture
def school_class(school_branch: Any) -> Any:
    """Return 5.B with Anna, Bo and Carla, where the usual rules hold."""
    RuleFactory()
    teacher = PatronFactory(given_name="Tove", family_name="Teacher", card="2080000001")
    return SchoolClassFactory(name="5.B", branch=school_branch, teacher=teacher)


@pytest.fixture
def pupils(school_class: Any) -> list[Any]:
    """Return the pupils in their order."""
    return [
        ClassMembershipFactory(
            school_class=school_class,
            pupil__given_name=name,
            pupil__family_name="Pupil",
            pupil__given_name_key=f"{name} pupil".lower(),
            pupil__card=f"208000010{number}",
        ).pupil
        for number, name in enumerate(("Anna", "Bo", "Carla"))
    ]


@pytest.fixture
def pile(school_branch: Any, school_class: Any) -> list[Any]:
    """Return four items of Rubber-Tarzan."""
    record = RecordFactory(title="Rubber-Tarzan")
    return [ItemFactory(record=record, home_branch=school_branch) for _ in range(4)]
