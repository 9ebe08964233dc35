"""A desk in a process of its own, which is killed by SIGKILL in the middle of a transaction, as by a power cut.

`python -m bench.torture.doomed` is that process; its argument says what it's to do.
"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import django
from django.db import connection

if TYPE_CHECKING:
    # It needs the settings, which this process sets up only when it's told what to do.
    from bench.torture.town import Town

_ROOT = Path(__file__).resolve().parents[2]
# More than any of them lives to do.
_ACTIONS, _NIGHT_EVERY = 2_000, 20


@dataclass(frozen=True)
class Doom:
    """What the process does until it's killed.

    :ivar statement: behind which it's killed, or behind the first one after it that's inside a transaction
    :ivar nights: whether nights pass, too
    """

    schema: str
    seed: int
    statement: int
    start: str
    nights: bool
    town: Mapping[str, Any]


class Death:
    """Kills this process behind a statement; takes the place of `Interruptions`.

    :ivar count: how often it has; who reads it lives
    """

    count = 0

    def __init__(self, statement: int) -> None:
        self._statement = statement
        self._numbers = count(1)

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Kill while the block runs."""
        with connection.execute_wrapper(self._execute):
            yield

    def _execute(self, execute: Any, sql: Any, parameters: Any, many: bool, context: Any) -> Any:
        done = execute(sql, parameters, many, context)
        if next(self._numbers) >= self._statement and connection.in_atomic_block:
            os.kill(os.getpid(), signal.SIGKILL)
        return done


def start_doomed(
    town: "Town",
    *,
    schema: str,
    seed: int,
    statement: int,
    start: datetime,
    nights: bool,
    environment: Mapping[str, str] | None = None,
) -> subprocess.Popen[bytes]:
    """Start a desk that will be killed, and return its process; `-signal.SIGKILL` is what it ends with.

    :param statement: behind which it's killed
    :param environment: ours, if it's not given
    """
    doom = Doom(schema, seed, statement, start.isoformat(), nights, town.keys())
    return subprocess.Popen(
        [sys.executable, "-m", "bench.torture.doomed", json.dumps(asdict(doom))],
        cwd=_ROOT,
        env={**(environment or os.environ), "DJANGO_SETTINGS_MODULE": "libsys.settings"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )


def main() -> None:
    """Do what we're told until we're killed."""
    doom = Doom(**json.loads(sys.argv[1]))
    django.setup()
    # These need the settings.
    from bench.torture.driver import torture
    from bench.torture.town import town_of
    from tenants.choice import choose
    from tenants.models import Municipality

    municipality = Municipality.objects.get(schema_name=doom.schema)
    choose(municipality)
    torture(
        municipality,
        town_of(doom.town),
        seed=doom.seed,
        actions=_ACTIONS,
        threads=1,
        nights=_ACTIONS // _NIGHT_EVERY if doom.nights else 0,
        start=datetime.fromisoformat(doom.start),
        interruptions=lambda _number: Death(doom.statement),
    )


if __name__ == "__main__":
    main()
