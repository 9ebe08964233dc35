"""The key table: its own first keys are possible, and staff can't choose keys that wouldn't work."""

import pytest

from web.ui.keys import ACTIONS, AREAS, DEFAULT_KEYS, RESERVED_KEYS, key_problems, key_text, keys_of


def test_first_keys_have_nothing_wrong_with_them() -> None:
    assert key_problems(DEFAULT_KEYS) == []


def test_every_action_stands_in_an_area() -> None:
    assert {action.area for action in ACTIONS.values()} == set(AREAS)


def test_own_keys_beat_the_first_ones_and_strangers_are_left_out() -> None:
    table = keys_of({"renew-all": "Ctrl+L", "make-coffee": "F4", "undo": ""})

    assert table["renew-all"] == "Ctrl+L"
    assert table["undo"] == "Ctrl+Z"
    assert "make-coffee" not in table


@pytest.mark.parametrize(
    ("own", "code"),
    [
        pytest.param({"renew-all": "Ctrl+T"}, "reserved", id="the browser's new tab"),
        pytest.param({"renew-all": "F5"}, "reserved", id="reload"),
        pytest.param({"renew-all": "Ctrl+J"}, "scanner", id="a scanner's line feed"),
        pytest.param({"renew-all": "7"}, "scanner", id="a digit of a barcode"),
        pytest.param({"renew-all": "Shift+A"}, "scanner", id="a capital"),
        pytest.param({"renew-all": "Control+O"}, "malformed", id="another spelling"),
        pytest.param({"make-coffee": "F4"}, "unknown", id="no such action"),
        pytest.param({"renew-all": "F2"}, "taken", id="a key of every page"),
        pytest.param({"renew-all": "Ctrl+D"}, "taken", id="a key of the same page"),
    ],
)
def test_refuses(own: dict[str, str], code: str) -> None:
    problems = key_problems(own)

    assert [problem.code for problem in problems] == [code]
    assert all(problem.message for problem in problems)


@pytest.mark.parametrize("own", [{"renew-all": "F9"}, {"renew-all": "Ctrl+O"}], ids=["taken at the desk", "its own"])
def test_says_who_has_the_key(own: dict[str, str]) -> None:
    problems = key_problems(own)

    assert [problem.message for problem in problems] == (
        ["F9 is already used for “Finish with a receipt”."] if own["renew-all"] == "F9" else []
    )


def test_allows_one_key_in_areas_that_never_meet() -> None:
    assert key_problems({"class-list": "Ctrl+O"}) == []


def test_swaps_two_keys_at_once() -> None:
    assert key_problems({"finish": "F10", "slip-again": "F9"}) == []


def test_reserved_keys_are_written_like_the_others() -> None:
    assert all(key_problems({"save": key})[0].code == "reserved" for key in RESERVED_KEYS)


@pytest.mark.parametrize(("key", "text"), [("Up", "↑"), ("Ctrl+Z", "Ctrl+Z"), ("?", "?"), ("Space", "Space")])
def test_writes_a_key_as_on_the_keyboard(key: str, text: str) -> None:
    assert key_text(key) == text
