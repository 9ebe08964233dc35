"""`manage.py provision`: a new municipality from the command line."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.urls import reverse
from django.utils import timezone

from tenants.errors import ProvisioningFailed, ProvisioningRefused
from tenants.models import Municipality
from tenants.selectors import address_of
from tenants.services.provision import provision

_SIGNS = {"DONE": "done", "FAILED": "failed"}


class Command(BaseCommand):
    """Provisions one municipality and prints where it answers."""

    help = "Put a municipality into service: its schema, host, first rows and first administrator."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take what the console's form takes."""
        parser.add_argument("name", help="for instance Hedensted")
        parser.add_argument("--host", required=True, help="the first part of its host name, for instance hedensted")
        parser.add_argument("--country", required=True, choices=Municipality.Country.values)
        parser.add_argument("--template", required=True, metavar="CODE", help="for instance standard-dk")
        parser.add_argument("--population", required=True, type=int)
        parser.add_argument("--admin-email", default="", help="where the first IT administrator is reached")

    def handle(self, *args: Any, **options: Any) -> None:
        """Provision it, telling each step."""
        try:
            done = provision(
                name=options["name"],
                host_label=options["host"],
                country=options["country"],
                template_code=options["template"],
                population=options["population"],
                first_admin_email=options["admin_email"],
                now=timezone.now(),
                progress=self._tell,
            )
        except ProvisioningRefused as refused:
            lines = "\n".join(f"  {reason.code} {dict(reason.facts) or ''}".rstrip() for reason in refused.reasons)
            raise CommandError(f"Nothing was done:\n{lines}") from refused
        except ProvisioningFailed as failed:
            raise CommandError(f"Everything was taken back, for the step {failed}") from failed
        self.stdout.write(f"{done.municipality.name} is in service after {done.seconds:.2f} s: {done.address}")
        if done.invitation:
            path = reverse("account:invitation", args=[done.invitation], urlconf=settings.ROOT_URLCONF)
            self.stdout.write(f"The first administrator chooses a password at {address_of(done.municipality, path)}")

    def _tell(self, step: str, state: str, seconds: float) -> None:
        if sign := _SIGNS.get(state):
            self.stdout.write(f"  {step:<18} {sign:<6} {seconds:6.3f} s")
