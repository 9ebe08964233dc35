"""docs/circulation-cases.md against the tests: each case has its line, and each line's tests are there."""

import re
from functools import cache
from pathlib import Path

import pytest

_TESTS = Path(__file__).parents[2]
_CASES = Path(__file__).parent
_PAGE = _TESTS.parent / "docs" / "circulation-cases.md"
# The sections of cases I with their first and last number.
_SECTIONS = {
    "A": (1, 8),
    "B": (1, 18),
    "C": (1, 18),
    "D": (0, 17),
    "E": (1, 17),
    "F": (1, 10),
    "G": (1, 25),
    "H": (1, 7),
}
# Those of cases II that have a line for each number, and the points that newcomers get wrong.
_SECTIONS_OF_MANY = {
    "II.C": (1, 17),
    "II.D": (1, 23),
    "II.E": (1, 9),
    "II.F": (1, 10),
    "II.H": (1, 5),
    "II.I": (1, 15),
    "II.J": (1, 6),
    "II.K": (1, 1),
    "II.L": (1, 7),
    "N": (1, 15),
}
_LINE = re.compile(r"^\| (?P<cases>(?:I{1,2}\.[A-M]|N)\d[^|]*) \| (?P<says>[^|]+) \|$", re.MULTILINE)
_CASE = re.compile(r"(?:(I{1,2})\.)?([A-N])(\d+)(?:–[A-N]?(\d+))?")
_NUMBERED = re.compile(r"^def test_(?:(i{1,2})_)?([a-n])(\d+)_", re.MULTILINE)
_FUNCTION = re.compile(r"^ *def (test_\w+)\(", re.MULTILINE)
_NAMED = re.compile(r"`([^`]*\btest_[^`]+)`")


def _cases(text):
    """Yield each case of a cell: "II.D1–D3, D5" is four; what comes without its part is of the one before."""
    part = ""
    for named, section, first, last in _CASE.findall(text):
        part = named or part
        for number in range(int(first), int(last or first) + 1):
            yield f"{part}.{section}{number}".removeprefix(".")


def _lines():
    for line in _LINE.finditer(_PAGE.read_text()):
        yield list(_cases(line["cases"])), line["says"]


@cache
def _said():
    """What the page says of each case."""
    said = {}
    for cases, says in _lines():
        for case in cases:
            said[case] = said.get(case, "") + says
    return said


def _numbered_tests():
    for path in sorted(_CASES.glob("test_*.py")):
        for part, section, number in _NUMBERED.findall(path.read_text()):
            whole = "" if section == "n" else f"{(part or 'i').upper()}."
            yield path.name, f"{whole}{section.upper()}{number}"


def _names(says):
    """Return the files and the functions that a line names."""
    named = _NAMED.findall(says)
    files = [name for name in named if name.endswith(".py")]
    return files, [name for name in named if not name.endswith(".py")]


def _is_there(name):
    return (_TESTS.parent / name if "/" in name else _CASES / name).is_file()


def _every_function():
    return {name for path in _TESTS.rglob("test_*.py") for name in _FUNCTION.findall(path.read_text())}


@pytest.mark.parametrize("section", _SECTIONS)
def test_each_case_of_a_single_library_has_one_line(section):
    first, last = _SECTIONS[section]
    wanted = [f"I.{section}{number}" for number in range(first, last + 1)]

    alone = [cases[0] for cases, _ in _lines() if len(cases) == 1]

    assert [case for case in alone if case.startswith(f"I.{section}")] == wanted


@pytest.mark.parametrize("section", _SECTIONS_OF_MANY)
def test_each_case_of_many_libraries_has_one_line(section):
    first, last = _SECTIONS_OF_MANY[section]
    wanted = [f"{section}{number}" for number in range(first, last + 1)]

    assert [case for cases, _ in _lines() for case in cases if case.startswith(section)] == wanted


def test_the_tests_that_are_named_exist():
    functions = _every_function()
    for cases, says in _lines():
        files, tests = _names(says)
        assert [name for name in files if not _is_there(name)] == [], cases
        assert set(tests) <= functions, cases


def test_a_line_s_file_has_a_test_with_its_number():
    numbered = set(_numbered_tests())
    for cases, says in _lines():
        named, _tests = _names(says)
        for case in (case for case in cases if case.startswith(("I.", *_SECTIONS_OF_MANY))):
            assert [name for name in named if "/" not in name and (name, case) not in numbered] == [], case


@pytest.mark.parametrize(("name", "case"), sorted(set(_numbered_tests())))
def test_a_numbered_test_stands_on_the_page(name, case):
    said = _said().get(case, "")

    assert f"`{name}`" in said, f"{case}: {name}"
