"""As many municipalities as a nation has; they stay for the next run, out of service."""

from collections.abc import Sequence

from django.utils import timezone

from bench.speed.setting import Setting
from tenants.choice import choose, choose_none
from tenants.models import Municipality
from tenants.services.provision import provision
from tenants.services.suspend import suspend

MUNICIPALITIES = 98
_HOST = "bench-nation-{:02d}"


def provision_the_others(setting: Setting) -> Sequence[int]:
    """Provision what's missing, and return the numbers of those that are there for company only."""
    choose_none()
    for number in range(Municipality.objects.exclude(schema_name="public").count(), MUNICIPALITIES):
        made = provision(
            name=f"Benchmark {number:02d}",
            host_label=_HOST.format(number),
            country="DK",
            template_code="standard-dk",
            population=40_000,
            now=timezone.now(),
        )
        suspend(municipality=made.municipality, reason="Benchmark", actor=None, now=timezone.now())
    company = Municipality.objects.filter(domains__domain__startswith="bench-nation-").order_by("pk")
    found = list(company.values_list("pk", flat=True))
    choose(setting.municipality)
    return found
