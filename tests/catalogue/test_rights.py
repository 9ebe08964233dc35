"""Who may change which record."""

import pytest

from catalogue.errors import Code
from catalogue.rules.rights import (
    Level,
    Library,
    Owned,
    owner_after,
    reasons_against_creation,
    reasons_against_deletion,
    reasons_against_edit,
)

AARHUS = Library("775100", frozenset({"775100", "aarhus"}))
WITHOUT = Library("710100", frozenset({"710100"}), edits_common=False)
CENTRE = Library("870970", frozenset({"870970"}), edits_national=True)
SCHOOL = Library("775100", frozenset({"775100", "300123"}), is_school=True)
ROOT = Library("", frozenset(), is_root=True)

OURS = Owned(Level.COMMON, "775100", owner_is_member=True, owner_edits_common=True)
THEIRS = Owned(Level.COMMON, "710100", owner_is_member=True, owner_edits_common=True)
CLOSED = Owned(Level.COMMON, "710100", owner_is_member=True, owner_edits_common=False)
NATIONAL = Owned(Level.COMMON, "870970")
LOCAL = Owned(Level.LOCAL, "710100", owner_is_member=True, owner_edits_common=True)
SCHOOLS = Owned(Level.SCHOOL_COMMON, "300000")


@pytest.mark.parametrize(
    ("record", "library", "new_owner", "expected"),
    [
        pytest.param(OURS, AARHUS, "", [], id="one's own"),
        pytest.param(OURS, WITHOUT, "", [Code.NO_RIGHT_TO_COMMON], id="without the right"),
        pytest.param(THEIRS, AARHUS, "", [], id="taken over silently"),
        pytest.param(THEIRS, AARHUS, "aarhus", [], id="taken over by name"),
        pytest.param(THEIRS, AARHUS, "730000", [Code.OWNER_MUST_BE_EDITOR], id="given to a third"),
        pytest.param(OURS, AARHUS, "730000", [Code.OWNER_MUST_BE_EDITOR], id="given away"),
        pytest.param(CLOSED, AARHUS, "", [Code.OWNER_SHARES_NOTHING], id="its owner keeps it"),
        pytest.param(
            CLOSED,
            Library("1", frozenset({"1"}), edits_common=False),
            "2",
            [Code.NO_RIGHT_TO_COMMON, Code.OWNER_SHARES_NOTHING, Code.OWNER_MUST_BE_EDITOR],
            id="every reason",
        ),
        pytest.param(NATIONAL, AARHUS, "", [Code.NATIONAL_RECORD], id="the national centre's"),
        pytest.param(NATIONAL, CENTRE, "", [], id="the national centre itself"),
        pytest.param(Owned(Level.COMMON, "RET"), AARHUS, "", [Code.NATIONAL_RECORD], id="sent back"),
        pytest.param(Owned(Level.COMMON, "SBCI"), CENTRE, "", [Code.OWNER_ONLY], id="the school service's"),
        pytest.param(Owned(Level.COMMON, ""), AARHUS, "", [Code.NATIONAL_RECORD], id="nobody's"),
        pytest.param(LOCAL, AARHUS, "", [Code.OTHERS_LOCAL_RECORD], id="another's local record"),
        pytest.param(LOCAL, WITHOUT, "", [], id="one's own local record"),
        pytest.param(LOCAL, WITHOUT, "730000", [Code.OWNER_MUST_BE_EDITOR], id="one's own local record given away"),
        pytest.param(SCHOOLS, SCHOOL, "", [], id="a school's common record"),
        pytest.param(SCHOOLS, AARHUS, "", [Code.SCHOOLS_ONLY], id="no school"),
        pytest.param(LOCAL, ROOT, "x", [], id="the consortium"),
    ],
)
def test_may_it_be_changed(record, library, new_owner, expected):
    assert reasons_against_edit(record, library, new_owner=new_owner) == expected


@pytest.mark.parametrize(
    ("level", "library", "owner", "expected"),
    [
        (Level.COMMON, AARHUS, "775100", []),
        (Level.COMMON, AARHUS, "", [Code.NO_OWNER]),
        (Level.COMMON, AARHUS, "710100", [Code.OWNER_MUST_BE_EDITOR]),
        (Level.SCHOOL_COMMON, SCHOOL, "300123", []),
        (Level.SCHOOL_COMMON, AARHUS, "", [Code.SCHOOLS_ONLY, Code.NO_OWNER]),
        (Level.COMMON, WITHOUT, WITHOUT.code, [Code.NO_RIGHT_TO_COMMON]),
        (Level.LOCAL, WITHOUT, WITHOUT.code, []),
        (Level.COMMON, ROOT, "", []),
    ],
)
def test_may_it_be_entered(level, library, owner, expected):
    assert reasons_against_creation(level, library, owner=owner) == expected


@pytest.mark.parametrize(
    ("record", "library", "items", "parts", "expected"),
    [
        (OURS, AARHUS, 0, 0, [Code.COMMON_RECORD_STAYS]),
        (LOCAL, WITHOUT, 0, 0, []),
        (LOCAL, WITHOUT, 2, 1, [Code.HAS_ITEMS, Code.HAS_PARTS]),
        (LOCAL, AARHUS, 0, 0, [Code.OTHERS_LOCAL_RECORD]),
        (SCHOOLS, SCHOOL, 0, 0, []),
        (NATIONAL, ROOT, 0, 0, []),
        (NATIONAL, ROOT, 1, 0, [Code.HAS_ITEMS]),
    ],
)
def test_may_it_be_deleted(record, library, items, parts, expected):
    assert reasons_against_deletion(record, library, items=items, parts=parts) == expected


@pytest.mark.parametrize(
    ("record", "library", "new_owner", "expected"),
    [
        (THEIRS, AARHUS, "", "775100"),
        (THEIRS, AARHUS, "aarhus", "aarhus"),
        (OURS, AARHUS, "", "775100"),
        (NATIONAL, CENTRE, "", "870970"),
        (Owned(Level.COMMON, ""), CENTRE, "", ""),
        (THEIRS, ROOT, "", "710100"),
        (SCHOOLS, SCHOOL, "", "300000"),
    ],
)
def test_who_owns_it_afterwards(record, library, new_owner, expected):
    assert owner_after(record, library, new_owner=new_owner) == expected
