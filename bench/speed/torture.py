"""Many mixed actions on several desks at once, nights among them, some with connections cut: is every promise kept?"""

import random
import time

from django.core.management import call_command
from django.utils import timezone

from accounts.models import StaffAccount
from accounts.services.staff_accounts import add_account
from bench.speed.figures import Figure, Figures, MeasurementBroke
from bench.speed.municipality import drop
from bench.speed.setting import Setting
from bench.torture.driver import Outcome, torture
from bench.torture.invariants import broken, missing_entries
from bench.torture.town import Town, look_around
from tenants.choice import choose, choose_none
from tenants.models import Municipality

_NAME, _HOST = "Torture", "torture"
_SIZE = {"titles": 1_000, "items": 3_000, "patrons": 800, "loans": 0, "overdue": 0, "holds": 0}
_ITEMS, _PATRONS, _THREADS = 600, 150, 6
_ACTIONS, _NIGHTS = 30_000, 40
_ACTIONS_CUT, _NIGHTS_CUT, _CUTS = 6_000, 12, 0.003


def measure(setting: Setting) -> Figures:
    """Do it in a municipality of its own, which is dropped afterwards: nothing here can be taken back."""
    seed = random.SystemRandom().randrange(1_000_000)
    try:
        municipality = _municipality()
        choose(municipality)
        town = look_around(items=_ITEMS, patrons=_PATRONS, staff=_supervisor())
        yield _figure("Torture", municipality, town, setting, seed, _ACTIONS, _NIGHTS, 0)
        town = look_around(items=_ITEMS, patrons=_PATRONS, staff=town.staff)
        yield _figure("Torture, connections cut", municipality, town, setting, seed, _ACTIONS_CUT, _NIGHTS_CUT, _CUTS)
    finally:
        choose_none()
        for left in Municipality.objects.filter(name=_NAME):
            drop(left)
        choose(setting.municipality)


def _municipality() -> Municipality:
    choose_none()
    for left in Municipality.objects.filter(name=_NAME):
        # A run that was interrupted left it.
        drop(left)
    call_command("generate_municipality", name=_NAME, host=_HOST, **_SIZE)
    choose_none()
    return Municipality.objects.get(name=_NAME)


def _supervisor() -> StaffAccount:
    return add_account(
        username="torture",
        name="Torture",
        email="torture@example.org",
        role=StaffAccount.Role.SUPERVISOR,
        actor=None,
    )


def _figure(
    name: str,
    municipality: Municipality,
    town: Town,
    setting: Setting,
    seed: int,
    actions: int,
    nights: int,
    cuts: float,
) -> Figure:
    began = time.perf_counter()
    outcome = torture(
        municipality,
        town,
        seed=seed,
        actions=max(_THREADS, int(actions * setting.scale)),
        threads=_THREADS,
        nights=nights,
        start=timezone.now(),
        cuts=cuts,
    )
    seconds = time.perf_counter() - began
    found = [*outcome.problems, *broken(town), *missing_entries(town, outcome)]
    if found:
        raise MeasurementBroke(f"seed {seed}: {len(found)} promises broken: " + "; ".join(found)[:4000])
    return Figure(name=f"{name}: promises broken", value=0, unit="", goal=0, detail=_detail(outcome, seed, seconds))


def _detail(outcome: Outcome, seed: int, seconds: float) -> str:
    done = ", ".join(f"{number:,} {kind.rpartition('.')[2]}" for kind, number in outcome.done.most_common())
    refused = sum(outcome.refused.values())
    return (
        f"{done}; {refused:,} reasons to refuse; {outcome.nights} nights; {outcome.cuts} connections cut; "
        f"{_THREADS} desks; {seconds:.0f} s; seed {seed}"
    )
