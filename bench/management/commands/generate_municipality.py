"""`manage.py generate_municipality`: a believable municipality of any size, for benchmarks and trials."""

from argparse import ArgumentParser
from dataclasses import replace
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from bench.demo.facts import Town, towns
from bench.demo.municipality import Filled, Size, fill
from holdings.models import Item
from tenants.choice import choose, choose_none
from tenants.models import Domain, Municipality
from tenants.services.provision import provision

_DEFAULTS = {"titles": 100_000, "items": 200_000, "patrons": 50_000, "loans": 60_000, "overdue": 10_000, "holds": 5_000}


class Command(BaseCommand):
    """Provisions a municipality and fills it; the same seed gives the same one again."""

    help = "Provision a municipality and fill it with invented titles, items, patrons, loans and holds."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the municipality's name and size."""
        parser.add_argument("--name", default="Bench", help="what it's called (Bench)")
        parser.add_argument("--host", default="bench", help="the first part of its host name (bench)")
        parser.add_argument("--country", default="DK", choices=sorted({town.country for town in towns()}))
        for name, number in _DEFAULTS.items():
            parser.add_argument(f"--{name}", type=_count, default=number, metavar="N", help=f"({number:,})")
        parser.add_argument("--seed", type=int, default=1, help="another number gives another municipality (1)")
        parser.add_argument("--pin", default="4711", help="the PIN of every patron (4711)")

    def handle(self, **options: Any) -> None:
        """Provision, fill and say how long it took."""
        size = Size(**{name: options[name] for name in _DEFAULTS})
        if not size.overdue <= size.loans <= size.items:
            raise CommandError("There can be at most as many overdue loans as loans, and as many loans as items.")
        if size.loans and not size.patrons:
            raise CommandError("Somebody must have the loans: give --patrons.")
        if size.items and not size.titles:
            raise CommandError("Items need titles: give --titles.")
        municipality = self._municipality(options)
        choose(municipality)
        try:
            if Item.objects.exists():
                raise CommandError(f"{municipality.name} has items already; give another --name and --host.")
            filled = fill(
                town=_town(municipality, options["host"]),
                size=size,
                seed=options["seed"],
                pin=options["pin"],
                now=timezone.now(),
                report=self._report,
            )
        finally:
            choose_none()
        self._conclude(municipality, filled)

    def _municipality(self, options: dict[str, Any]) -> Municipality:
        choose_none()
        host = f"{options['host']}.{settings.BASE_DOMAIN}"
        known = Domain.objects.filter(domain=host).select_related("tenant").first()
        if known:
            return known.tenant
        template = next(town for town in towns() if town.country == options["country"])
        made = provision(
            name=options["name"],
            host_label=options["host"],
            country=options["country"],
            template_code=f"standard-{options['country'].lower()}",
            population=template.population,
            now=timezone.now(),
        )
        self.stdout.write(f"Provisioned {made.address} in {made.seconds:.2f} s")
        return made.municipality

    def _report(self, name: str, done: int, of: int) -> None:
        if self.stdout.isatty():
            self.stdout.write(f"\r{name:<10} {done:>9,} of {of:,}   ", ending="\n" if done >= of else "")
            self.stdout.flush()

    def _conclude(self, municipality: Municipality, filled: Filled) -> None:
        parts = ", ".join(f"{name} {seconds:.1f} s" for name, seconds in filled.seconds.items())
        self.stdout.write(
            f"{municipality.name}: {filled.titles:,} titles, {filled.items:,} items, {filled.patrons:,} patrons, "
            f"{filled.loans:,} loans, {filled.holds:,} holds ({parts})"
        )


def _town(municipality: Municipality, host: str) -> Town:
    """Return the facts of the country's first town with the municipality's own name and numbers."""
    template = next(town for town in towns() if town.country == municipality.country)
    return replace(
        template,
        schema=municipality.schema_name,
        name=municipality.name,
        host=host,
        barcode_schemes=municipality.barcode_schemes,
    )


def _count(text: str) -> int:
    number = int(text.replace("_", "").replace(",", ""))
    if number < 0:
        raise ValueError(text)
    return number
