"""How long after a change the demo's own worker has made it findable."""

import random
import statistics
import string
import time
from dataclasses import replace

from django.utils import timezone

from bench.demo.facts import real_titles
from bench.demo.records import catalogue_titles
from bench.speed.figures import Figure, Figures, MeasurementBroke
from bench.speed.quiet import settle
from bench.speed.setting import Setting
from catalogue.search import SearchRequest, search

_TIMES = 10
_GOAL = 2.0
_PATIENCE = 30.0
_LOOK_EVERY = 0.02


def measure(setting: Setting) -> Figures:
    """Change a title again and again, and look for its new word until it's found."""
    settle()
    seconds = sorted(_seconds_until_found() for _ in range(_TIMES))
    detail = f"median {statistics.median(seconds):.2f} s, of {_TIMES} changes"
    yield Figure(name="Findable after a change: longest", value=seconds[-1], unit="s", goal=_GOAL, detail=detail)


def _seconds_until_found() -> float:
    word = "".join(random.choices(string.ascii_lowercase, k=14))
    title = replace(real_titles()[0], title=f"Findable {word}", isbn="")
    record_id = catalogue_titles([title], numbers=["bench-findable"], now=timezone.now())[0].record_id
    began = time.perf_counter()
    while not any(hit.record_id == record_id for hit in search(SearchRequest(text=word)).hits):
        if time.perf_counter() - began > _PATIENCE:
            raise MeasurementBroke(f"A change wasn't findable after {_PATIENCE:.0f} s.")
        time.sleep(_LOOK_EVERY)
    return time.perf_counter() - began
