"""Runs the scenarios one after the other, prints what they find and writes it down."""

import sys
import traceback
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone

from bench.relevance import measure as relevance
from bench.speed import (
    circulation,
    desk,
    freshness,
    harvesting,
    importing,
    large_night,
    nation,
    nights,
    provisioning,
    schools,
    search_pages,
    torture,
)
from bench.speed.figures import Figure, Figures
from bench.speed.municipality import municipality_in_service, sizes
from bench.speed.quiet import load, settle
from bench.speed.report import machine, table, write
from bench.speed.setting import Setting

# In the order in which they disturb each other least.
_SCENARIOS: Mapping[str, Callable[[Setting], Figures]] = {
    "search": search_pages.measure,
    "relevance": relevance.measure,
    "desk": desk.measure,
    "freshness": freshness.measure,
    "provisioning": provisioning.measure,
    "night": nights.measure,
    "harvest": harvesting.measure,
    "import": importing.measure,
    "circulation": circulation.measure,
    "large-night": large_night.measure,
    "schools": schools.measure,
    "torture": torture.measure,
    # Its million stays in the catalogue.
    "nation": nation.measure,
}


def measure(*, scale: float, requests: int, names: Sequence[str]) -> bool:
    """Measure the named scenarios, and return whether all of them came to their end."""
    at = timezone.now()
    home = Path(settings.HOME)
    with municipality_in_service(scale) as municipality:
        setting = Setting(municipality, requests=requests, scale=scale, folder=home)
        _say(f"Waiting until {municipality.name} is indexed and everything is quiet …")
        settle()
        result: dict[str, Any] = {
            "at": at.isoformat(timespec="seconds"),
            "scale": scale,
            "machine": machine(),
            "data": sizes(),
            "load_before": load(),
        }
        figures, broken = _run(setting, [name for name in _SCENARIOS if name in names])
        result |= {"load_after": load(), "figures": [figure.as_json() for figure in figures], "broken": broken}
    _conclude(result, figures)
    _say(f"\nWritten to {write(home / 'results', result, at)}")
    return not broken


def _run(setting: Setting, names: Sequence[str]) -> tuple[list[Figure], dict[str, str]]:
    figures: list[Figure] = []
    broken: dict[str, str] = {}
    for name in names:
        _say(f"Measuring: {name} …")
        try:
            for figure in _SCENARIOS[name](setting):
                figures.append(figure)
                _say(f"  {figure.name}: {figure.value:.2f} {figure.unit} ({figure.detail})")
        except Exception as problem:
            # The others are worth their time all the same.
            broken[name] = f"{type(problem).__name__}: {problem}"
            traceback.print_exc()
    return figures, broken


def _conclude(result: dict[str, Any], figures: Sequence[Figure]) -> None:
    made_of = result["machine"]
    data = ", ".join(f"{number:,} {name}" for name, number in result["data"].items())
    _say(
        f"\n{made_of['processors']} × {made_of['processor']}, {made_of['memory_gb']} GB; Python {made_of['python']}, "
        f"Django {made_of['django']}, PostgreSQL {made_of['postgresql']}; Libsys {made_of['libsys']}\n"
        f"{data}\n"
        f"Load before {result['load_before']}, after {result['load_after']}\n"
    )
    _say(table(figures))
    for name, problem in result["broken"].items():
        _say(f"\nBroken: {name}: {problem}")


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()
