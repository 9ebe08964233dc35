"""Which class is which when a new school year begins."""

from schools.register.new_year import Way, class_moves
from schools.register.people import GroupKind, RegisterGroup, RegisterPerson, Role, SchoolExport
from schools.register.standing import Standing


def _school(year, *classes):
    """Return a school; each class is a name with its level and line, and the keys of its pupils."""
    groups = [RegisterGroup(f"{year}-{name}", name, GroupKind.CLASS, level, line) for name, level, line, _ in classes]
    people = [
        RegisterPerson(key, "Ida", "Holm", frozenset({Role.PUPIL}), main_group=f"{year}-{name}")
        for name, _, _, pupils in classes
        for key in pupils.split()
    ]
    return SchoolExport("999001", "Åskolen", str(year), tuple(groups), tuple(people))


def _moves(before, after):
    moves = class_moves(Standing.of(before), after)
    return {move.before.name: (move.after, move.way, round(move.together, 2)) for move in moves}


def test_a_class_is_the_one_of_its_line_a_grade_up():
    before = _school(26, ("5.A", 5, "A", "a1 a2"), ("5.B", 5, "B", "b1 b2"), ("9.A", 9, "A", "z1"))
    after = _school(27, ("6.A", 6, "A", "a1 b2"), ("6.B", 6, "B", "b1"), ("9.A", 9, "A", "y1"), ("0.A", 0, "A", "n"))

    assert _moves(before, after) == {
        "5.A": ("27-6.A", Way.BY_NAME, 0.5),
        "5.B": ("27-6.B", Way.BY_NAME, 0.5),
        "9.A": ("", Way.LEAVES, 0.0),
    }


def test_a_grade_that_was_mixed_goes_by_its_pupils():
    before = _school(26, ("5.A", 5, "A", "a1 a2 a3 a4"), ("5.B", 5, "B", "b1 b2 b3"), ("5.C", 5, "C", "c1 c2"))
    after = _school(27, ("6.X", 6, "X", "a1 a2 a3 b1 c1"), ("6.Y", 6, "Y", "b2 b3 c2 a4"))

    assert _moves(before, after) == {
        "5.A": ("27-6.X", Way.BY_PUPILS, 0.75),
        "5.B": ("", Way.ASK, 0.67),
        "5.C": ("", Way.ASK, 0.5),
    }


def test_one_class_without_its_line_makes_the_whole_grade_go_by_pupils():
    before = _school(26, ("5.A", 5, "A", "a1 a2"), ("5.B", 5, "B", "b1"))
    after = _school(27, ("6.A", 6, "A", "b1"), ("6.Z", 6, "Z", "a1 a2"))

    assert _moves(before, after) == {
        "5.A": ("27-6.Z", Way.BY_PUPILS, 1.0),
        "5.B": ("27-6.A", Way.BY_PUPILS, 1.0),
    }


def test_a_class_name_that_stands_twice_tells_nothing():
    before = _school(26, ("5.A", 5, "A", "a1"))
    twice = _school(27, ("6.A", 6, "A", "x"), ("6.A b", 6, "A", "a1"))

    assert _moves(before, twice) == {"5.A": ("27-6.A b", Way.BY_PUPILS, 1.0)}


def test_a_class_without_a_level_or_without_pupils_is_asked_about():
    before = _school(26, ("Blå stue", None, "", "p1 p2"), ("7.A", 7, "A", ""))
    after = _school(27, ("Rød stue", None, "", "p1"), ("9.A", 9, "A", "q"))

    assert _moves(before, after) == {"Blå stue": ("", Way.ASK, 0.5), "7.A": ("", Way.ASK, 0.0)}


def test_the_highest_grade_of_which_somebody_stays_is_asked_about():
    before = _school(26, ("9.A", 9, "A", "z1 z2"))
    after = _school(27, ("9.A", 9, "A", "z1"))

    assert _moves(before, after) == {"9.A": ("", Way.ASK, 0.5)}
