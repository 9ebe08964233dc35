"""Whether somebody is still there who could stop us: not every way of leaving sends us a signal."""

import os
import select
import signal
import sys
from collections.abc import Callable


class Attendance:
    """Remembers the terminal and the parent that we were started with."""

    def __init__(self) -> None:
        # `nohup` asks to outlive both.
        may_leave = signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
        # The kernel tells only the session's leader that the terminal closed, and make doesn't pass that on.
        self._has_hung_up = None if may_leave else _hang_up_of_terminal()
        # A make that was killed by force can't tell us either.
        self._parent = os.getppid() if "MAKELEVEL" in os.environ and not may_leave else None

    def has_ended(self) -> bool:
        """Return whether the terminal has closed or our make is gone."""
        if self._parent is not None and os.getppid() != self._parent:
            return True
        return self._has_hung_up is not None and self._has_hung_up()


def _hang_up_of_terminal() -> Callable[[], bool] | None:
    for stream in (sys.stdin, sys.stdout):
        try:
            number = stream.fileno()
        except (AttributeError, OSError, ValueError):
            continue
        if os.isatty(number):
            poll = select.poll()
            # Asked for nothing, it reports a hang-up only.
            poll.register(number, 0)
            return lambda: bool(poll.poll(0))
    return None
