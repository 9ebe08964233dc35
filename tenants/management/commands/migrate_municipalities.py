"""`manage.py migrate_municipalities`: the one command that a release runs against the database."""

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tenants.services.bring_up_to_date import bring_up_to_date


class Command(BaseCommand):
    """Migrates the shared schema, the template and every municipality."""

    help = "Bring the shared schema, the template and every municipality's schema up to date."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the patience with busy desks."""
        parser.add_argument(
            "--lock-timeout",
            type=int,
            default=5,
            metavar="SECONDS",
            help="how long a migration waits for a table that's in use, three times (default: 5)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it, and end with an error when anything wasn't done."""
        started = time.perf_counter()
        done = bring_up_to_date(report=self._report(options["verbosity"]), lock_timeout_seconds=options["lock_timeout"])
        if done.failed:
            lines = "\n".join(f"  {schema}: {problem}" for schema, problem in sorted(done.failed.items()))
            raise CommandError(
                f"{len(done.failed)} municipalities weren't migrated; put this right and run it again:\n{lines}"
            )
        if done.snapshot_problem:
            raise CommandError(f"No municipality can be provisioned yet. {done.snapshot_problem}")
        self._report(options["verbosity"])(f"Done in {time.perf_counter() - started:.1f} s")

    def _report(self, verbosity: int) -> Any:
        return (lambda line: self.stdout.write(line)) if verbosity else (lambda line: None)
