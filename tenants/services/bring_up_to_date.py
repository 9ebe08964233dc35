"""What a release does to the database before it serves: shared schema, template, municipalities, templates of rules."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from django.core.management import call_command
from django.db import connection
from django.utils import timezone
from django_tenants.utils import get_public_schema_name

from tenants.choice import choose_none
from tenants.errors import DumpProgramMissing
from tenants.selectors import all_municipalities
from tenants.services.consortium import ensure_consortium
from tenants.services.migrate_schemas import migrate_schemas
from tenants.services.migration_plans import Release, applied_migrations
from tenants.services.snapshots import build_template, has_current_snapshot, take_snapshot
from tenants.services.standard_templates import load_standard_templates

# Any number, the same in every process.
_LOCK = 4_711_098
_SECONDS_BETWEEN_LOOKS = 0.5
Report = Callable[[str], None]


@dataclass
class UpToDate:
    """What was done.

    :ivar applied: how many times a migration was applied to a municipality's schema
    :ivar failed: what stopped a municipality, by its schema's name
    :ivar snapshot_problem: why no municipality can be provisioned, if so
    """

    applied: int = 0
    failed: dict[str, str] = field(default_factory=dict)
    snapshot_problem: str = ""


def bring_up_to_date(*, report: Report, lock_timeout_seconds: int = 5) -> UpToDate:
    """Migrate everything that needs it; takes no time worth mentioning when nothing does.

    :raises Exception: what the shared schema's or the template's migration raises; then no municipality was touched
    """
    choose_none()
    with _only_one_at_a_time(report):
        release = Release()
        _migrate_shared(release, report)
        ensure_consortium()
        done = UpToDate(snapshot_problem=_refresh_template(report))
        schemas = [municipality.schema_name for municipality in all_municipalities()]
        outcome = migrate_schemas(schemas, report=report, lock_timeout_seconds=lock_timeout_seconds, release=release)
        done.applied, done.failed = outcome.applied, outcome.failed
        report(f"{len(schemas) - len(done.failed)} of {len(schemas)} municipalities are up to date")
        changed = load_standard_templates()
        if changed:
            report(f"Standard templates written: {', '.join(changed)}")
    return done


def _migrate_shared(release: Release, report: Report) -> None:
    public = get_public_schema_name()
    if release.lacks(applied_migrations([public])[public]):
        report("Migrating the shared schema")
        call_command("migrate_schemas", shared=True, verbosity=0)
        choose_none()


def _refresh_template(report: Report) -> str:
    """Build the template first: a migration that breaks on it never reaches a municipality."""
    if has_current_snapshot():
        return ""
    report("Building the template schema")
    build_template()
    report("Taking its snapshot")
    try:
        take_snapshot(now=timezone.now())
    except DumpProgramMissing as problem:
        # The members need their migrations all the same.
        return str(problem)
    return ""


@contextmanager
def _only_one_at_a_time(report: Report) -> Iterator[None]:
    # The lock has a connection of its own, for migrations close theirs.
    keeper = connection.copy()
    try:
        with keeper.cursor() as cursor:
            waits = False
            while not _takes_lock(cursor):
                if not waits:
                    report("Another run is under way; waiting for its end")
                waits = True
                time.sleep(_SECONDS_BETWEEN_LOOKS)
            try:
                yield
            finally:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])
    finally:
        keeper.close()


def _takes_lock(cursor: object) -> bool:
    cursor.execute("SELECT pg_try_advisory_lock(%s)", [_LOCK])  # type: ignore[attr-defined]
    return bool(cursor.fetchone()[0])  # type: ignore[attr-defined]
