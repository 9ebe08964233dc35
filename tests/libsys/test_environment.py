"""The environment is read once and completely; what's missing or unknown stops the start and says what to do."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from libsys.environment import KNOWN, EnvironmentProblem, read_environment

COMPLETE = {
    "DATABASE_URL": "postgres://libsys:secret@db/libsys",
    "REDIS_URL": "redis://broker/0",
    "LIBSYS_SECRET_KEY": "a long secret",
    "LIBSYS_FIELD_KEYS": "one, two",
    "LIBSYS_BASE_DOMAIN": "library.example",
}


def read(**changes: str | None):
    variables = {**COMPLETE, **changes}
    return read_environment(
        {name: value for name, value in variables.items() if value is not None}, root=Path("/srv/libsys")
    )


@pytest.mark.parametrize("wrong", ["covers.example/{isbn}", "https://covers.example/", "file:///{isbn}"])
def test_a_source_of_covers_is_an_address_with_a_place_for_the_number(wrong):
    with pytest.raises(EnvironmentProblem, match="LIBSYS_COVER_SOURCE"):
        read(LIBSYS_COVER_SOURCE=wrong)
    assert read(LIBSYS_COVER_SOURCE="https://covers.example/{isbn}").cover_source == "https://covers.example/{isbn}"


def test_is_production_unless_told_otherwise():
    environment = read()

    assert environment.is_production
    assert environment.home == Path("/srv/libsys/var")
    assert environment.field_keys == ("one", "two")
    assert environment.email_from == "bibliotek@library.example"
    assert (environment.database_pool, environment.log_level, environment.node) == (8, "INFO", "web")


@pytest.mark.parametrize("name", sorted(COMPLETE))
@pytest.mark.parametrize("value", [None, ""])
def test_a_missing_variable_stops_the_start(name, value):
    with pytest.raises(EnvironmentProblem, match=f"{name} is missing"):
        read(**{name: value})


def test_an_unknown_variable_stops_the_start_and_the_known_ones_are_named():
    with pytest.raises(EnvironmentProblem, match="LIBSYS_SECRETKEY: nobody knows this variable; known are LIBSYS_MODE"):
        read(LIBSYS_SECRETKEY="typed wrong")


def test_variables_of_others_and_of_tests_are_left_alone():
    assert read(PATH="/usr/bin", LIBSYS_TEST_NAME="mine").mode == "production"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("LIBSYS_MODE", "debug"),
        ("LIBSYS_DATABASE_POOL", "0"),
        ("LIBSYS_DATABASE_POOL", "many"),
        ("LIBSYS_DATABASE_POOL", "-1"),
    ],
)
def test_a_value_that_cannot_be_stops_the_start(name, value):
    with pytest.raises(EnvironmentProblem, match=f"{name} is '{value}'"):
        read(**{name: value})


def test_all_problems_are_told_at_once():
    with pytest.raises(EnvironmentProblem) as told:
        read(DATABASE_URL=None, LIBSYS_MODE="debug", LIBSYS_TYPO="x")

    assert len(str(told.value).splitlines()) == 4


def test_the_problem_never_shows_a_secret():
    with pytest.raises(EnvironmentProblem) as told:
        read(LIBSYS_MODE="debug")

    assert not [value for value in COMPLETE.values() if value in str(told.value)]


def test_settings_do_not_load_without_an_environment():
    bare = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LD_LIBRARY_PATH")}

    run = subprocess.run(
        [sys.executable, "-c", "import libsys.settings"], cwd=settings.ROOT, env=bare, capture_output=True, text=True
    )

    assert run.returncode != 0
    assert "LIBSYS_SECRET_KEY is missing: signs sessions and links" in run.stderr


def test_every_variable_is_told_about_in_the_production_guide():
    guide = (settings.ROOT / "docs" / "production.md").read_text()

    assert [name for name in KNOWN if name not in guide] == []
