"""Putting a municipality into service, several times; each is dropped again."""

import statistics

from django.utils import timezone

from bench.speed.cpu import OwnClock
from bench.speed.figures import Figure, Figures
from bench.speed.municipality import drop
from bench.speed.setting import Setting
from tenants.choice import choose
from tenants.models import Domain
from tenants.services.provision import provision

_TIMES = 5
_GOAL = 3.0
_HOST = "bench-provisioning"


def measure(setting: Setting) -> Figures:
    """Provision and drop; the goal is for the median."""
    for left in Domain.objects.select_related("tenant").filter(domain__startswith=f"{_HOST}."):
        drop(left.tenant)
    walls, costs = [], []
    for _ in range(_TIMES):
        clock = OwnClock()
        made = provision(
            name="Benchmark of provisioning",
            host_label=_HOST,
            country="DK",
            template_code="standard-dk",
            population=50_000,
            now=timezone.now(),
        )
        spent = clock.read()
        walls.append(spent.wall)
        costs.append(spent.cpu)
        drop(made.municipality)
    choose(setting.municipality)
    detail = f"{min(walls):.2f} to {max(walls):.2f} s, median CPU {statistics.median(costs):.2f} s"
    yield Figure(
        name="Provisioning: median", value=statistics.median(walls), unit="s", goal=_GOAL, bound="<", detail=detail
    )
