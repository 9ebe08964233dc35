"""How much memory a piece of work needs at most, looked at while it runs."""

import threading
from types import TracebackType
from typing import Self

import psutil

_LOOK_EVERY = 0.05


class PeakMemory:
    """Watches this process as long as the block runs.

    :ivar megabytes: the most it had
    :ivar before: what it had at the beginning
    """

    def __init__(self) -> None:
        self._process = psutil.Process()
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self.before = self.megabytes = self._now()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._is_over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._is_over.wait(_LOOK_EVERY):
            self.megabytes = max(self.megabytes, self._now())

    def _now(self) -> float:
        return float(self._process.memory_info().rss) / 1024 / 1024

    def __str__(self) -> str:
        return f"memory {self.megabytes:.0f} MB at most, {self.before:.0f} MB before"
