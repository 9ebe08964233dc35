"""What's new in an export, and when a person should look first."""

from dataclasses import replace

import pytest

from schools.register.difference import Doubt
from schools.register.difference import difference as difference_from
from schools.register.people import GroupKind, RegisterGroup, RegisterPerson, Role, SchoolExport
from schools.register.standing import Standing

A = RegisterGroup("a", "5.A", GroupKind.CLASS, 5, "A")
B = RegisterGroup("b", "5.B", GroupKind.CLASS, 5, "B")


def _pupil(key, group="a", **more):
    groups = (group,) if group else ()
    return RegisterPerson(key, f"Ida {key}", "Holm", frozenset({Role.PUPIL}), main_group=group, groups=groups, **more)


def _school(*people, groups=(A, B), year="2026-2027", **more):
    return SchoolExport("999001", "Åskolen", year, tuple(groups), tuple(people), **more)


def difference(before, after):
    return difference_from(Standing.of(before), after)


def _pupils(count):
    return [_pupil(f"u{number}") for number in range(count)]


def test_the_same_again_is_nothing():
    found = difference(_school(*_pupils(3)), _school(*_pupils(3)))

    assert (found.came, found.left, found.moved, found.changed) == ((), (), (), ())
    assert (found.new_groups, found.gone_groups, found.renamed, found.doubts) == ((), (), (), ())


def test_says_who_came_left_moved_and_is_told_otherwise():
    teacher = RegisterPerson("t", "Bo", "Dahl", frozenset({Role.TEACHER}))
    before = _school(_pupil("stays"), _pupil("moves"), _pupil("leaves"), _pupil("named"), teacher)
    after = _school(
        _pupil("stays"),
        _pupil("moves", "b"),
        replace(_pupil("named"), family_name="Lund"),
        replace(teacher, roles=frozenset({Role.STAFF})),
        _pupil("comes"),
    )

    found = difference(before, after)

    assert [each.key for each in found.came] == ["comes"]
    assert found.left == ("leaves",)
    assert [(each.key, each.before, each.after) for each in found.moved] == [("moves", "a", "b")]
    assert [each.key for each in found.changed] == ["named", "t"]
    assert not found.is_new_year


def test_says_which_groups_are_new_gone_and_renamed():
    before = _school(groups=[A, B])
    after = _school(groups=[replace(A, name="5.X"), RegisterGroup("c", "Kor", GroupKind.TEACHING)])

    found = difference(before, after)

    assert [each.key for each in found.new_groups] == ["c"]
    assert [each.key for each in found.gone_groups] == ["b"]
    assert [each.name for each in found.renamed] == ["5.X"]


def test_whom_a_partial_export_does_not_name_stays():
    before = _school(_pupil("u1"), _pupil("u2"), _pupil("u3"))
    after = _school(_pupil("u1", ""), groups=[B], is_partial=True, gone=frozenset({"u2", "unknown"}))

    found = difference(before, after)

    assert found.left == ("u2",)
    assert found.moved == ()
    assert found.gone_groups == ()


def test_of_changes_only_those_move_who_are_said_to():
    before = _school(*(_pupil(key) for key in ("moves", "goes", "stays", "sings")), groups=[A])
    choir = RegisterGroup("c", "Kor", GroupKind.TEACHING)
    joined = frozenset({("moves", "b"), ("sings", "c"), ("stranger", "b")})
    parted = frozenset({("moves", "a"), ("goes", "a"), ("stays", "c")})
    after = _school(groups=[B, choir], is_partial=True, joined=joined, parted=parted, year="")

    found = difference(before, after)

    assert [(each.key, each.before, each.after) for each in found.moved] == [("goes", "a", ""), ("moves", "a", "b")]
    assert (found.is_new_year, found.doubts) == (False, ())


def test_keys_of_another_system_are_doubted():
    others = [_pupil(f"x{number}") for number in range(20)]

    assert difference(_school(*_pupils(20)), _school(*others)).doubts == (Doubt.ALL_OTHERS,)
    assert difference(_school(*_pupils(20)), _school(*others, _pupil("u1"))).doubts == ()


def test_last_years_class_moves_nobody():
    before = _school(_pupil("u1", "a"))
    after = _school(_pupil("u1", "b", is_of_older_year=True))

    assert difference(before, after).moved == ()


@pytest.mark.parametrize(
    ("had", "has", "doubts"),
    [
        (20, 16, ()),
        (20, 15, (Doubt.MANY_LEFT,)),
        (20, 0, (Doubt.NOBODY,)),
        (10, 1, ()),
        (1, 0, (Doubt.NOBODY,)),
        (0, 0, ()),
    ],
)
def test_an_empty_or_shrunken_export_is_doubted(had, has, doubts):
    assert difference(_school(*_pupils(had)), _school(*_pupils(has))).doubts == doubts


def test_a_partial_export_that_takes_many_away_is_doubted():
    gone = frozenset(f"u{number}" for number in range(5))

    assert difference(_school(*_pupils(20)), _school(is_partial=True, gone=gone)).doubts == (Doubt.MANY_LEFT,)
    assert difference(_school(*_pupils(20)), _school(is_partial=True)).doubts == ()


def test_last_years_export_and_another_schools_are_doubted():
    before = _school(*_pupils(3))

    assert difference(before, _school(*_pupils(3), year="2025-2026")).doubts == (Doubt.OLDER_YEAR,)
    assert difference(before, replace(before, number="999002")).doubts == (Doubt.ANOTHER_SCHOOL,)
    assert difference(before, _school(*_pupils(3), year="2027-2028")).is_new_year
