"""`manage.py set_cataloguing_library`: say which numbers a member catalogues under, and what it may change."""

from argparse import ArgumentParser, BooleanOptionalAction
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import IntegrityError

from catalogue.services.libraries import set_cataloguing_library
from tenants.models import Municipality


class Command(BaseCommand):
    """Changes what is given, leaves the rest, and says what holds then."""

    help = "Set a municipality's library numbers and its rights to common and national records."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the municipality and what is to change."""
        parser.add_argument("schema", help="the municipality's schema name")
        parser.add_argument("--number", help="the public library's number, for instance 710100")
        parser.add_argument("--school-number", help="the school libraries' number, for instance 300123")
        parser.add_argument("--edits-common", action=BooleanOptionalAction, default=None)
        parser.add_argument("--edits-national", action=BooleanOptionalAction, default=None)
        parser.add_argument("--keeps-shelf-data", action=BooleanOptionalAction, default=None)

    def handle(self, *args: Any, **options: Any) -> None:
        """Change the row.

        :raises CommandError: if there's no such municipality, or the number is another's
        """
        municipality = Municipality.objects.filter(schema_name=options["schema"]).exclude(schema_name="public").first()
        if municipality is None:
            raise CommandError(f"There's no municipality {options['schema']}")
        try:
            library = set_cataloguing_library(
                municipality=municipality,
                number=options["number"],
                school_number=options["school_number"],
                edits_common=options["edits_common"],
                edits_national=options["edits_national"],
                keeps_shelf_data=options["keeps_shelf_data"],
            )
        except IntegrityError as error:
            raise CommandError("Another municipality has this number") from error
        self.stdout.write(
            f"{municipality.name}: number {library.number or '–'}, schools {library.school_number or '–'},"
            f" common records {'yes' if library.edits_common else 'no'},"
            f" national records {'yes' if library.edits_national else 'no'},"
            f" keeps old shelf data {'yes' if library.keeps_shelf_data else 'no'}"
        )
