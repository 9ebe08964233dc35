"""`manage.py add_local_records`: bring in a library's own records, which nobody else sees until it shares them."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from catalogue.errors import RecordRefused
from catalogue.marc.problems import describe
from catalogue.marc.reading import read_records
from catalogue.marc.records import RecordFailure
from catalogue.services.records import Author, add_record
from tenants.choice import choose, choose_none
from tenants.models import Municipality


class Command(BaseCommand):
    """Adds each record by itself; what is refused is named, and doesn't stop the others."""

    help = "Add a file of MARC records as a municipality's own. Their numbers are the library's."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the municipality and the file."""
        parser.add_argument("schema", help="the municipality's schema name")
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        """Add the records.

        :raises CommandError: if there's no such municipality or file, or any record was refused
        """
        municipality = Municipality.objects.filter(schema_name=options["schema"]).exclude(schema_name="public").first()
        if municipality is None:
            raise CommandError(f"There's no municipality {options['schema']}")
        choose(municipality)
        try:
            added, refused = self._add(options["file"], Author(None, municipality))
        except OSError as error:
            raise CommandError(f"{options['file']}: {error.strerror}") from error
        finally:
            choose_none()
        self.stdout.write(f"{added:,} added")
        if refused:
            raise CommandError(f"{refused:,} refused")

    def _add(self, file: Path, author: Author) -> tuple[int, int]:
        added = refused = 0
        for outcome in read_records(file):
            try:
                if isinstance(outcome, RecordFailure):
                    reason = str(describe(outcome.code))
                else:
                    add_record(raw=outcome.raw, source="", author=author, now=timezone.now(), is_local=True)
                    added += 1
                    continue
            except RecordRefused as refusal:
                reason = ", ".join(refusal.codes)
            refused += 1
            self.stderr.write(f"record {outcome.number}: {reason}")
        return added, refused
