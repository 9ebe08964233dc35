"""`migrate_municipalities`: what a release runs against the database."""

import re
import time

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from tenants.errors import DumpProgramMissing
from tenants.models import Domain, Municipality, PolicyTemplate, SchemaSnapshot
from tenants.services import bring_up_to_date as module
from tenants.services.migrate_schemas import Outcome
from tenants.services.snapshots import fingerprint


def run(capsys, **options):
    call_command("migrate_municipalities", **options)
    return capsys.readouterr().out.splitlines()


def without_moments(sql):
    return re.sub(r"'[0-9-]{10} [0-9:.+]+'", "'some moment'", sql)


@pytest.fixture
def calls(monkeypatch):
    """Note what's done instead of doing it: a test's transaction can't build schemas that pg_dump sees."""
    noted = []
    monkeypatch.setattr(module, "build_template", lambda: noted.append("template"))
    monkeypatch.setattr(module, "take_snapshot", lambda now: noted.append("snapshot"))
    return noted


def test_touches_nothing_when_everything_is_up_to_date(db, calls, capsys):
    call_command("load_templates")
    capsys.readouterr()

    lines = run(capsys)

    assert calls == []
    assert lines[0] == "2 of 2 municipalities are up to date"
    assert lines[1].startswith("Done in ")
    assert len(lines) == 2


def test_is_silent_on_request(db, calls, capsys):
    assert run(capsys, verbosity=0) == []


def test_makes_the_snapshot_anew_when_migrations_have_changed(db, calls, capsys):
    SchemaSnapshot.objects.update(fingerprint="0" * 64)

    assert run(capsys)[:2] == ["Building the template schema", "Taking its snapshot"]
    assert calls == ["template", "snapshot"]


def test_loads_the_standard_templates_that_are_missing(db, calls, capsys):
    assert "Standard templates written: standard-dk, standard-se, standard-fi" in run(capsys)
    assert PolicyTemplate.objects.filter(code__startswith="standard-").count() == 3


def test_makes_sure_that_the_consortium_has_its_host(db, calls, capsys):
    Municipality.objects.get(schema_name="public").delete()

    run(capsys)

    assert Domain.objects.get(domain="localhost").tenant.is_consortium


def test_ends_with_an_error_that_names_the_municipalities_that_failed(db, calls, monkeypatch):
    monkeypatch.setattr(module, "migrate_schemas", lambda *_, **__: Outcome(3, {"beta": "holdings.0002: locked"}))

    with pytest.raises(CommandError, match=r"(?s)^1 municipalities.*beta: holdings\.0002: locked"):
        call_command("migrate_municipalities", verbosity=0)


def test_migrates_the_municipalities_even_without_pg_dump_and_ends_with_an_error(db, calls, monkeypatch):
    def no_program(now):
        raise DumpProgramMissing("Install PostgreSQL's client programs")

    migrated = []
    SchemaSnapshot.objects.update(fingerprint="0" * 64)
    monkeypatch.setattr(module, "take_snapshot", no_program)
    monkeypatch.setattr(module, "migrate_schemas", lambda schemas, **_: migrated.extend(schemas) or Outcome())

    with pytest.raises(CommandError, match="No municipality can be provisioned yet. Install PostgreSQL's client"):
        call_command("migrate_municipalities", verbosity=0)

    assert migrated == ["alpha", "beta"]


def test_a_template_that_fails_stops_before_any_municipality(db, calls, monkeypatch):
    def broken():
        raise RuntimeError("The new migration is wrong")

    migrated = []
    SchemaSnapshot.objects.update(fingerprint="0" * 64)
    monkeypatch.setattr(module, "build_template", broken)
    monkeypatch.setattr(module, "migrate_schemas", lambda schemas, **_: migrated.extend(schemas))

    with pytest.raises(RuntimeError):
        call_command("migrate_municipalities", verbosity=0)

    assert migrated == []


def test_waits_for_another_run(db, calls, capsys):
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [module._LOCK])

        def let_go(_seconds):
            cursor.execute("SELECT pg_advisory_unlock(%s)", [module._LOCK])

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(time, "sleep", let_go)
            lines = run(capsys)
    other.close()

    assert lines[0] == "Another run is under way; waiting for its end"
    assert lines[-1].startswith("Done in ")


def test_builds_the_template_and_its_snapshot_from_nothing(committed_municipality, capsys):
    connection.set_schema_to_public()
    before = SchemaSnapshot.objects.get()
    SchemaSnapshot.objects.all().delete()

    run(capsys)

    after = SchemaSnapshot.objects.get()
    assert after.fingerprint == fingerprint()
    assert without_moments(after.sql) == without_moments(before.sql)
