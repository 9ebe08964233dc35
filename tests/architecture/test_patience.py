"""Browser tests wait before they read: what a press leads to comes later, and on a busy machine much later."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

BROWSER_TESTS = sorted((Path(__file__).parents[1] / "browser").glob("*.py"))
# What the page answers in its own time, …
PRESSES = {"click", "dblclick", "press", "tap"}
# … what tells of the page as it's now, without waiting for anything, …
READS = {
    "all",
    "all_inner_texts",
    "all_text_contents",
    "content",
    "count",
    "evaluate",
    "get_attribute",
    "inner_html",
    "inner_text",
    "input_value",
    "is_checked",
    "is_hidden",
    "is_visible",
    "text_content",
    "title",
}
# … what keeps a press from ever reaching the server, …
LEAVES = {"goto", "reload"}
# … and what waits. The hands wait for what their own presses lead to.
WAITS = {"expect", "follow", "leave_by", "eventually", "scan", "press", "settled", "begin", "check_in"}


def hasty(source: str) -> list[int]:
    """Return the lines that read a page, or leave it, with nothing waited for since the last press."""
    functions = [each for each in ast.walk(ast.parse(source)) if isinstance(each, ast.FunctionDef)]
    return sorted({line for each in functions for line in _hasty_lines(each)})


def _hasty_lines(function: ast.FunctionDef) -> Iterator[int]:
    calls = [each for each in ast.walk(function) if isinstance(each, ast.Call)]
    is_pressed = False
    # A call ends after those that it's made on and those in its brackets: in the order in which they happen.
    for call in sorted(calls, key=lambda each: (each.end_lineno or 0, each.end_col_offset or 0)):
        if isinstance(call.func, ast.Name):
            is_pressed = is_pressed and call.func.id not in WAITS
        elif isinstance(call.func, ast.Attribute):
            name = call.func.attr
            if is_pressed and name in READS | LEAVES:
                yield call.lineno
            is_pressed = name in PRESSES or (is_pressed and not name.startswith(("wait_for_", "expect_")))


@pytest.mark.parametrize("path", BROWSER_TESTS, ids=lambda path: path.stem)
def test_nothing_is_read_right_after_a_press(path: Path) -> None:
    assert hasty(path.read_text(encoding="utf-8")) == [], f"{path.name}: wait as tests/browser/hands.py says"


@pytest.mark.parametrize(
    ("body", "lines"),
    [
        ("link.click()\n    names = rows(page).all_inner_texts()", [3]),
        ("page.keyboard.press('Enter')\n    page.goto('/')", [3]),
        ("link.click()\n    expect(heading).to_have_text('New')\n    names = rows(page).all_inner_texts()", []),
        ("follow(link)\n    names = rows(page).all_inner_texts()", []),
        ("page.keyboard.press('F2')\n    page.wait_for_url('**/new')\n    assert page.title()", []),
    ],
)
def test_knows_haste_from_patience(body: str, lines: list[int]) -> None:
    assert hasty(f"def test_it(page):\n    {body}\n") == lines
