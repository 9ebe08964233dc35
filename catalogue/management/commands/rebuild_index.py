"""`manage.py rebuild_index`: build this node's search index anew while the old one goes on answering."""

import time
from typing import Any

from django.core.management.base import BaseCommand

from catalogue.search.folder import Progress
from catalogue.search.writing import catch_up, rebuild

_SECONDS_BETWEEN_LINES = 2.0


class Command(BaseCommand):
    """Builds the index; `catch_up` then reads what changed meanwhile."""

    help = "Build this node's search index anew from all records; searches go on with the old one until it's done."

    def handle(self, *args: Any, **options: Any) -> None:
        """Build, with a progress line now and then."""
        began = self._said_at = time.monotonic()
        count = rebuild(report=self._say)
        catch_up()
        seconds = time.monotonic() - began
        self.stdout.write(self.style.SUCCESS(f"{count:,} records in {seconds:.1f} s"))

    def _say(self, progress: Progress) -> None:
        if time.monotonic() - self._said_at >= _SECONDS_BETWEEN_LINES:
            self._said_at = time.monotonic()
            self.stdout.write(f"{progress.done:,} of {progress.total:,} records ({progress.percent} %)")
            self.stdout.flush()
