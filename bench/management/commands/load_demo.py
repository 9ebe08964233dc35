"""`manage.py load_demo`: the demo's municipalities and their data, and `demo.json` with every address and login."""

import time
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from bench.demo.load import load_demo


class Command(BaseCommand):
    """Loads what's missing; run again it only looks up what is where now."""

    help = "Load the demo's municipalities and write demo.json."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Load, and say where the logins are."""
        started = time.perf_counter()
        path = load_demo(now=timezone.now(), report=self._say if options["verbosity"] else lambda _line: None)
        self.stdout.write(f"Addresses and logins: {path} ({time.perf_counter() - started:.1f} s)")

    def _say(self, what: str) -> None:
        self.stdout.write(f"Loading: {what}")
        self.stdout.flush()
