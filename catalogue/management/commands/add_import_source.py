"""`manage.py add_import_source`: lets the consortium ask a provider every night, for all municipalities."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from catalogue.errors import RecordRefused
from catalogue.models import SourceKind
from catalogue.selectors.import_profiles import usable_profile
from catalogue.services.import_sources import save_source
from catalogue.services.records import Author


class Command(BaseCommand):
    """Municipalities have a page for theirs."""

    help = (
        "Ask an OAI-PMH provider every night for what has changed, or look into a folder every half hour, and import it"
        " for all municipalities by a profile."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take what is asked for, and where."""
        parser.add_argument("name")
        parser.add_argument("address", nargs="?", default="")
        parser.add_argument("--folder", default="", help="below the consortium's own, instead of an address")
        parser.add_argument("--profile", required=True, help="the name of one of the consortium's profiles")
        parser.add_argument("--set", default="", dest="set_name")
        parser.add_argument("--prefix", default="marcxml")

    def handle(self, *args: Any, **options: Any) -> None:
        """Keep the source.

        :raises CommandError: with everything that's wrong with it
        """
        profile = usable_profile(options["profile"], None)
        if profile is None:
            raise CommandError(f"There's no profile '{options['profile']}'")
        values = {name: options[name] for name in ("name", "address", "folder", "set_name", "prefix")}
        values["kind"] = SourceKind.FOLDER if options["folder"] else SourceKind.OAI_PMH
        try:
            source = save_source(values=values | {"profile_id": profile.pk}, author=Author(None, None))
        except RecordRefused as refused:
            raise CommandError(", ".join(refused.codes)) from refused
        when = "looked into every half hour" if options["folder"] else "asked from the next night on"
        self.stdout.write(f"{source.name} is {when}.")
