"""What PostgreSQL calls off though nothing is wrong with it, as for two in each other's way; done again, it works."""

from typing import Any

RETRY_AFTER = 1  # seconds, for whoever is told to try again
# A deadlock, a conflict between transactions, a plan that a migration has made old (see `prepared_statements`).
_SQLSTATES = ("40P01", "40001", "0A000")


def is_conflict(problem: BaseException) -> bool:
    """Return whether the database took everything back only because of what others did meanwhile.

    :param problem: Django's error, with the driver's as its cause
    """
    sqlstate: Any = getattr(problem.__cause__, "sqlstate", None)
    return sqlstate in _SQLSTATES
