"""A start leaves the migrating out when nothing has changed since the last one, and only then."""

import psycopg
import pytest
from django.db import connection

from libsys.embedded.releases import is_up_to_date, note_up_to_date, program_in


@pytest.fixture
def project(tmp_path):
    for name in ("room/models.py", "room/__init__.py", "tests/__init__.py", "tests/test_room.py", "notes/draft.py"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("FIRST = 1\n")
    return tmp_path


@pytest.mark.parametrize("name", ["room/models.py", "room/later.py", "room/__init__.py"])
def test_a_change_of_the_code_makes_another_program(project, name):
    before = program_in(project)

    (project / name).write_text("SECOND = 2\n")

    assert program_in(project) != before


@pytest.mark.parametrize("name", ["tests/test_room.py", "notes/draft.py"])
def test_what_migrates_nothing_does_not(project, name):
    before = program_in(project)

    (project / name).write_text("SECOND = 2\n")

    assert program_in(project) == before


@pytest.fixture
def url(django_db_setup):
    """Return the address of an empty database of its own."""
    settings = connection.settings_dict
    parts = {"host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD"}
    server = " ".join(f"{part}='{settings[key]}'" for part, key in parts.items() if settings[key])
    name = f"{settings['NAME']}_releases"
    with psycopg.connect(f"{server} dbname='{settings['NAME']}'", autocommit=True) as other:
        other.execute(f'DROP DATABASE IF EXISTS "{name}"')
        other.execute(f'CREATE DATABASE "{name}" TEMPLATE template0')
        yield f"{server} dbname='{name}'"
        other.execute(f'DROP DATABASE "{name}"')


def _schema(url, name, *migrations):
    import psycopg

    with psycopg.connect(url) as other:
        other.execute(f"CREATE SCHEMA IF NOT EXISTS {name}")
        other.execute(f"CREATE TABLE IF NOT EXISTS {name}.django_migrations (app text, name text)")
        for migration in migrations:
            other.execute(f"INSERT INTO {name}.django_migrations VALUES ('room', %s)", [migration])


def test_knows_the_program_that_was_here_last(url):
    _schema(url, "public", "0001_initial")
    assert not is_up_to_date(url, "this")

    note_up_to_date(url, "this")

    assert is_up_to_date(url, "this")
    assert not is_up_to_date(url, "another")


def test_a_municipality_like_the_others_needs_no_migrating_and_one_that_lacks_something_does(url):
    for name in ("public", "alpha"):
        _schema(url, name, "0001_initial", "0002_more")
    note_up_to_date(url, "this")

    _schema(url, "beta", "0001_initial", "0002_more")
    assert is_up_to_date(url, "this")

    _schema(url, "gamma", "0001_initial")
    assert not is_up_to_date(url, "this")


def test_a_database_that_is_empty_again_has_to_be_migrated(url):
    _schema(url, "public", "0001_initial")
    note_up_to_date(url, "this")

    with psycopg.connect(url) as other:
        other.execute("DROP SCHEMA public CASCADE")

    assert not is_up_to_date(url, "this")
