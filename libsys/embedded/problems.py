"""What goes wrong while starting, told so that the reader knows what to do next."""

from pathlib import Path

TAIL_LINES = 15


class StartProblem(Exception):
    """Something stops the start; carries the advice and the log that tells more."""

    def __init__(self, what: str, *, advice: str = "", log: Path | None = None) -> None:
        super().__init__(what)
        self.what = what
        self.advice = advice
        self.log = log

    def as_text(self) -> str:
        """Return the whole message: what happened, the end of the log, what to do."""
        parts = [self.what]
        if self.log is not None:
            lines = last_lines(self.log, TAIL_LINES)
            if lines:
                parts.append("\n".join(f"  | {line}" for line in lines))
            parts.append(f"The whole log: {self.log}")
        if self.advice:
            parts.append(f"What to do: {self.advice}")
        return "\n".join(parts)


class StopRequested(Exception):
    """Somebody pressed Ctrl-C, sent SIGTERM or closed the terminal."""


def last_lines(log: Path, count: int) -> list[str]:
    """Return the last lines of a log that hold text; none when there is no log."""
    try:
        with log.open("rb") as file:
            file.seek(0, 2)
            file.seek(max(0, file.tell() - 64 * 1024))
            text = file.read().decode(errors="replace")
    except OSError:
        return []
    lines = [line.rstrip() for line in text.replace("\r", "\n").split("\n")]
    return [line for line in lines if line][-count:]
