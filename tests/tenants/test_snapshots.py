"""The snapshot's text, and the program that makes it."""

import subprocess
from pathlib import Path

import pytest
from django.conf import settings
from django.db import ProgrammingError, connection

from tenants.errors import DumpProgramMissing
from tenants.models import SchemaSnapshot
from tenants.services import dump_program
from tenants.services.snapshots import replay, replayable

DUMP = r"""--
-- PostgreSQL database dump
--

\restrict aBc123

SET statement_timeout = 0;
SELECT pg_catalog.set_config('search_path', '', false);

--
-- Name: the_template; Type: SCHEMA; Schema: -; Owner: -
--

CREATE SCHEMA the_template;


SET default_tablespace = '';

--
-- Name: hall; Type: TABLE; Schema: the_template; Owner: -
--

CREATE TABLE the_template.hall (
    id bigint NOT NULL
);


SELECT pg_catalog.setval('the_template.hall_id_seq', 3, true);


\unrestrict aBc123

"""


def test_takes_out_what_would_outlive_the_replay_in_its_session():
    text = replayable(DUMP, schema_name="the_template")

    assert "SET " not in text
    assert "set_config" not in text
    assert "restrict" not in text
    assert "CREATE TABLE the_template.hall" in text


def test_refuses_a_dump_that_names_its_schema_where_the_replay_would_miss_it():
    with pytest.raises(ValueError, match="COMMENT ON SCHEMA the_template"):
        replayable(DUMP + "COMMENT ON SCHEMA the_template IS 'x';\n", schema_name="the_template")


def test_replaces_the_schemas_name_and_no_other_text(db):
    snapshot = SchemaSnapshot(
        sql=f"CREATE SCHEMA {settings.TEMPLATE_SCHEMA};\n"
        f"CREATE TABLE {settings.TEMPLATE_SCHEMA}.hall (id int, word text DEFAULT 'my{settings.TEMPLATE_SCHEMA}.x');"
    )

    replay(snapshot, schema_name="clone")

    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO clone.hall VALUES (1) RETURNING word")
        assert cursor.fetchone() == (f"my{settings.TEMPLATE_SCHEMA}.x",)


def test_leaves_the_session_as_it_was(db):
    def session():
        with connection.cursor() as cursor:
            cursor.execute("SELECT name, setting FROM pg_settings WHERE source = 'session' AND name <> 'lock_timeout'")
            return dict(cursor.fetchall())

    before = session()

    replay(SchemaSnapshot.objects.get(), schema_name="clone")

    assert session() == before


def test_never_replays_over_a_schema_that_is_there(db):
    with pytest.raises(ProgrammingError, match="already exists"):
        replay(SchemaSnapshot.objects.get(), schema_name="alpha")


@pytest.fixture
def programs(monkeypatch):
    """Put dump programs of given versions into the places where they're looked for."""

    def put(**versions):
        paths = {Path(f"/programs/{name}/pg_dump"): version for name, version in versions.items()}
        monkeypatch.setattr(dump_program, "_candidates", lambda: iter(paths))
        monkeypatch.setattr(dump_program, "_version_of", paths.get)

    return put


def test_finds_the_newest_program_that_can_read_the_server(programs):
    programs(system=15, wheel=18, path=17)

    assert dump_program.find_dump_program(server=17) == Path("/programs/wheel/pg_dump")


def test_says_what_to_install_when_every_program_is_too_old(programs):
    programs(system=15)

    with pytest.raises(
        DumpProgramMissing, match=r"PostgreSQL 17 .* \(/programs/system/pg_dump is version 15\)\. Install"
    ):
        dump_program.find_dump_program(server=17)


def test_says_what_to_install_when_there_is_no_program(programs):
    programs()

    with pytest.raises(DumpProgramMissing, match="none was found"):
        dump_program.find_dump_program(server=18)


def test_passes_over_a_program_that_does_not_run(tmp_path):
    broken = tmp_path / "pg_dump"
    broken.write_text("not a program")

    assert dump_program._version_of(broken) is None
    assert dump_program._version_of(tmp_path / "missing") is None


def test_finds_a_program_for_the_server_of_these_tests(db):
    with connection.cursor() as cursor:
        server = cursor.connection.info.server_version // 10000

    program = dump_program.find_dump_program(server=server)

    assert "pg_dump (PostgreSQL)" in subprocess.run([program, "--version"], capture_output=True, text=True).stdout


def test_says_what_the_program_said_when_it_fails(db):
    with pytest.raises(RuntimeError, match="no matching schemas were found"):
        dump_program.dump_schema("ghost")
