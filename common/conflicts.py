"""What PostgreSQL calls off because two transactions were in each other's way; done again, it works."""

from typing import Any

RETRY_AFTER = 1  # seconds, for whoever is told to try again
_SQLSTATES = ("40P01", "40001")  # a deadlock, a conflict between transactions


def is_conflict(problem: BaseException) -> bool:
    """Return whether the database took everything back only because somebody else was at it, too.

    :param problem: Django's error, with the driver's as its cause
    """
    sqlstate: Any = getattr(problem.__cause__, "sqlstate", None)
    return sqlstate in _SQLSTATES
