"""Many mixed actions on several desks at once, with nights, cut connections and killed desks: is every promise kept?"""

import random
import signal
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

from django.core.management import call_command
from django.utils import timezone

from accounts.models import StaffAccount
from accounts.services.staff_accounts import add_account
from bench.speed.figures import Figure, Figures, MeasurementBroke
from bench.speed.municipality import drop
from bench.speed.setting import Setting
from bench.torture.doomed import start_doomed
from bench.torture.driver import Outcome, torture
from bench.torture.interruptions import cutting
from bench.torture.invariants import broken, missing_entries
from bench.torture.town import Town, give_rules, look_around
from tenants.choice import choose, choose_none
from tenants.models import Municipality

_NAME, _HOST = "Torture", "torture"
_SIZE = {"titles": 1_000, "items": 3_000, "patrons": 800, "loans": 0, "overdue": 0, "holds": 0}
_ITEMS, _PATRONS, _THREADS = 600, 150, 6
_ACTIONS, _NIGHTS = 30_000, 40
_ACTIONS_CUT, _NIGHTS_CUT, _CUTS = 6_000, 12, 0.003
_KILLS, _ACTIONS_BESIDE, _LAST_STATEMENT = 24, 6_000, 1_500
# Longer than the nights of a run take, so that no clock runs backwards.
_AFTER = timedelta(days=250)


def measure(setting: Setting) -> Figures:
    """Do it in a municipality of its own, which is dropped afterwards: nothing here can be taken back."""
    start = timezone.now()
    seed = random.SystemRandom().randrange(1_000_000)
    try:
        municipality = _municipality()
        choose(municipality)
        town = look_around(items=_ITEMS, patrons=_PATRONS, staff=_supervisor())
        give_rules(town.branches)
        yield _figure("Torture", municipality, town, setting, seed, (_ACTIONS, _NIGHTS), start)
        town = town.from_now_on()
        cuts = cutting(seed=seed, share=_CUTS)
        size = (_ACTIONS_CUT, _NIGHTS_CUT)
        yield _figure(
            "Torture, connections cut", municipality, town, setting, seed, size, start + _AFTER, interruptions=cuts
        )
        yield _killed(municipality, town.from_now_on(), setting, seed, start + 2 * _AFTER)
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
    size: tuple[int, int],
    start: datetime,
    **more: Any,
) -> Figure:
    began = time.perf_counter()
    outcome = torture(
        municipality,
        town,
        seed=seed,
        actions=max(_THREADS, int(size[0] * setting.scale)),
        threads=_THREADS,
        nights=size[1],
        start=start,
        **more,
    )
    seconds = time.perf_counter() - began
    _check([*outcome.problems, *broken(town, finely=True), *missing_entries(town, outcome)], seed)
    return Figure(name=f"{name}: promises broken", value=0, unit="", goal=0, detail=_detail(outcome, seed, seconds))


def _killed(municipality: Municipality, town: Town, setting: Setting, seed: int, start: datetime) -> Figure:
    """Kill desks in processes of their own, one by one, while others are at work; no nights, for each has a clock.

    What the killed ones had done isn't known, so that the audit log can't be counted; every promise is looked at.
    """
    began, chance = time.perf_counter(), random.Random(f"kills {seed}")
    kills = max(2, int(_KILLS * setting.scale))

    def kill(number: int) -> str:
        statement, schema = chance.randrange(1, _LAST_STATEMENT), municipality.schema_name
        process = start_doomed(town, schema=schema, seed=seed + number, statement=statement, start=start, nights=False)
        errors = process.communicate()[1].decode()
        return "" if process.returncode == -signal.SIGKILL else f"not killed: {process.returncode}: {errors[-1000:]}"

    with ThreadPoolExecutor(1) as pool:
        dying = [pool.submit(kill, number) for number in range(kills)]
        actions = max(_THREADS, int(_ACTIONS_BESIDE * setting.scale))
        outcome = torture(municipality, town, seed=seed, actions=actions, threads=_THREADS, nights=0, start=start)
        lived = [problem for each in dying if (problem := each.result())]
    _check([*outcome.problems, *lived, *broken(town, finely=True)], seed)
    seconds = time.perf_counter() - began
    detail = f"{kills} desks killed in a transaction beside {_detail(outcome, seed, seconds)}"
    return Figure(name="Torture, desks killed: promises broken", value=0, unit="", goal=0, detail=detail)


def _check(found: Sequence[str], seed: int) -> None:
    if found:
        raise MeasurementBroke(f"seed {seed}: {len(found)} promises broken: " + "; ".join(found)[:4000])


def _detail(outcome: Outcome, seed: int, seconds: float) -> str:
    done = ", ".join(f"{number:,} {kind.rpartition('.')[2]}" for kind, number in outcome.done.most_common())
    refused = sum(outcome.refused.values())
    return (
        f"{done}; {refused:,} reasons to refuse; {outcome.nights} nights; {outcome.cuts} connections cut; "
        f"{_THREADS} desks; {seconds:.0f} s; seed {seed}"
    )
