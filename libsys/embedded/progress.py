"""Progress of the start: a live line on a terminal, plain lines in a log."""

import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

from libsys.embedded.problems import StopRequested

PLAIN_REPORT_SECONDS = 15


class Progress:
    """Counts the steps of a start and writes them down."""

    def __init__(self, total: int, *, stream: TextIO | None = None) -> None:
        self.total = total
        self.stream = stream or sys.stdout
        self.is_terminal = self.stream.isatty()
        self.started = time.monotonic()
        self._number = 0
        self._remarks: list[str] = []
        self._step: _Step | None = None

    @contextmanager
    def step(self, title: str) -> Iterator[None]:
        """Announce a step and write how long it took, or that it failed."""
        self._number += 1
        self._step = _Step(self, f"[{self._number}/{self.total}] {title} …")
        try:
            yield
        except BaseException as error:
            self._step.finish("stopped" if isinstance(error, StopRequested) else "failed")
            raise
        else:
            self._step.finish(f"{self._step.seconds():.1f} s")
        finally:
            self._step = None
            for remark in self._remarks:
                self.write(f"      {remark}\n")
            self._remarks.clear()

    def live(self, detail: str) -> None:
        """Show what the current step is doing now."""
        if self._step is not None:
            self._step.live(detail)

    def remark(self, text: str) -> None:
        """Keep a sentence that the reader should see, below the current step."""
        if self._step is None:
            self.write(f"{text}\n")
        else:
            self._remarks.append(text)

    def seconds(self) -> float:
        """Return the seconds since the start."""
        return time.monotonic() - self.started

    def write(self, text: str) -> None:
        """Write, even when nobody reads any more: a closed terminal mustn't keep us from stopping cleanly."""
        try:
            self.stream.write(text)
            self.stream.flush()
        except (OSError, ValueError):
            pass


class _Step:
    """The line of one step."""

    def __init__(self, progress: Progress, head: str) -> None:
        self.progress = progress
        self.head = head
        self.started = self.reported = time.monotonic()
        self.broken = False
        progress.write(head if progress.is_terminal else f"{head} ")

    def seconds(self) -> float:
        return time.monotonic() - self.started

    def live(self, detail: str) -> None:
        if self.progress.is_terminal:
            width = shutil.get_terminal_size().columns - 1
            line = f"{self.head} {self.seconds():.0f} s  {detail}"
            self.progress.write(f"\r\x1b[2K{line[:width]}")
        elif detail and time.monotonic() - self.reported > PLAIN_REPORT_SECONDS:
            self.reported = time.monotonic()
            self.progress.write(f"{'' if self.broken else chr(10)}      {self.seconds():.0f} s: {detail}\n")
            self.broken = True

    def finish(self, ending: str) -> None:
        if self.progress.is_terminal:
            self.progress.write(f"\r\x1b[2K{self.head} {ending}\n")
        else:
            self.progress.write(f"{'      ' if self.broken else ''}{ending}\n")
