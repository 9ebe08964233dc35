"""Waiting until what went before has been worked off, so that it isn't counted to what's measured next."""

import time

import psutil
from django_tenants.utils import get_public_schema_name, schema_context

from bench.speed.cpu import server
from bench.speed.figures import MeasurementBroke
from catalogue.search import folder
from catalogue.selectors import latest_change
from catalogue.services.change_feed import wake_followers

_LONGEST = 1800
_IDLE_SHARE = 0.05


def settle() -> None:
    """Wait until the search index knows every change and the demo's servers have nothing to do.

    :raises bench.speed.figures.MeasurementBroke: if that doesn't come
    """
    deadline = time.monotonic() + _LONGEST
    servers = [server(name) for name in ("worker", "web", "postgres")]
    while True:
        before, began = sum(one.seconds() for one in servers), time.monotonic()
        time.sleep(1)
        busy = (sum(one.seconds() for one in servers) - before) / (time.monotonic() - began)
        if not _is_indexed():
            # Beat, which does this now and then, is held.
            wake_followers()
        elif busy < _IDLE_SHARE:
            return
        if time.monotonic() > deadline:
            raise MeasurementBroke("The demo's servers don't come to rest.")


def load() -> list[float]:
    """Return the machine's load averages of the last 1, 5 and 15 minutes."""
    return [round(share, 2) for share in psutil.getloadavg()]


def _is_indexed() -> bool:
    path = folder.writable_index()
    state = folder.read_state(path) if path else None
    with schema_context(get_public_schema_name()):
        return state is not None and state.change >= latest_change()
