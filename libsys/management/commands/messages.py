"""Completes the catalogues with every text of the source; with --check, says what's missing and changes nothing."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from libsys.translations.catalogues import LANGUAGES, complete, problems
from libsys.translations.sources import texts_in


class Command(BaseCommand):
    """`manage.py messages [--check]`."""

    help = "Completes the catalogues of the four languages with every text that a person reads"
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Take --check."""
        parser.add_argument("--check", action="store_true", help="change nothing, fail when a catalogue isn't complete")

    def handle(self, *args: Any, check: bool = False, **options: Any) -> None:
        """Run."""
        texts = texts_in(settings.ROOT)
        if check:
            found = [problem for language in LANGUAGES for problem in problems(settings.ROOT, language, texts)]
            if found:
                shown = "\n  ".join(found[:60])
                raise CommandError(f"{len(found)} problems in the catalogues (manage.py messages):\n  {shown}")
            self.stdout.write(f"{len(texts)} texts, complete in {', '.join(LANGUAGES)}")
            return
        for language in LANGUAGES:
            catalogue = complete(settings.ROOT, language, texts)
            self.stdout.write(
                f"{language}: {len(catalogue)} texts, {len(catalogue.untranslated_entries())} to translate"
            )
