"""`manage.py load_templates`: the standard templates, or one of them put back."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tenants.choice import choose_none
from tenants.services.standard_templates import load_standard_templates, reset_standard_template


class Command(BaseCommand):
    """Loads what's missing; run twice it changes nothing."""

    help = "Load the standard templates that are missing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the code of a template to put back."""
        parser.add_argument("--reset", metavar="CODE", default="", help="put this template back to the standard")

    def handle(self, *args: Any, **options: Any) -> None:
        """Load, or put one back."""
        choose_none()
        if options["reset"]:
            try:
                template = reset_standard_template(options["reset"])
            except LookupError as problem:
                raise CommandError(str(problem)) from problem
            self.stdout.write(f"{template.code} is the standard again, as version {template.version}")
            return
        written = load_standard_templates()
        self.stdout.write(f"Written: {', '.join(written)}" if written else "All standard templates are there already")
