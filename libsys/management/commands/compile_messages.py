"""Compiles the catalogues, without GNU gettext."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from libsys.translations.catalogues import LANGUAGES, compile_catalogue


class Command(BaseCommand):
    """`manage.py compile_messages`."""

    help = "Compiles the catalogues of the four languages"
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Run."""
        for language in LANGUAGES:
            path = compile_catalogue(settings.ROOT, language)
            self.stdout.write(f"{language}: {path.relative_to(settings.ROOT)}")
