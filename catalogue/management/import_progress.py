"""How far an import is: a bar on a terminal, a line now and then elsewhere."""

import time
from typing import Any

_BAR = 30
_SECONDS_BETWEEN_DRAWINGS = 0.1
_SECONDS_BETWEEN_LINES = 10.0


class ImportProgress:
    """Told how many bytes are read, shows it on a stream."""

    def __init__(self, stream: Any, name: str) -> None:
        self.stream = stream
        self.name = name
        self.is_terminal = bool(getattr(stream, "isatty", lambda: False)())
        self.wait = _SECONDS_BETWEEN_DRAWINGS if self.is_terminal else _SECONDS_BETWEEN_LINES
        self.shown_at = time.monotonic()

    def __call__(self, read: int, total: int | None) -> None:
        """Show the progress, unless it was shown just now."""
        if time.monotonic() - self.shown_at < self.wait:
            return
        self.shown_at = time.monotonic()
        text = self._text(read, total)
        self.stream.write(f"\r{text}" if self.is_terminal else text, ending="" if self.is_terminal else "\n")
        self.stream.flush()

    def clear(self) -> None:
        """Take the bar away."""
        if self.is_terminal:
            self.stream.write("\r\033[K", ending="")

    def _text(self, read: int, total: int | None) -> str:
        megabytes = f"{read / 1_000_000:.1f} MB"
        if not total:
            return f"{self.name}: {megabytes}"
        done = min(read / total, 1.0)
        if not self.is_terminal:
            return f"{self.name}: {done:.0%}, {megabytes}"
        filled = int(done * _BAR)
        return f"{self.name}: [{'#' * filled}{'.' * (_BAR - filled)}] {done:4.0%} {megabytes}"
