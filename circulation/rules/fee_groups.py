"""Which late loans of a patron cost one fee together, as the library act's practice has it. Pure.

A group's fee ends with the first visit that brings something of it back; what comes back on the same day belongs to
it, and what stays out begins another.
"""

from datetime import UTC, date, datetime

from circulation.rules.values import Grouping

AGAIN = "again:"


def again_key(loan_id: int, due_at: datetime) -> str:
    """Return what sets the fee of a loan by the hour apart from the one that a renewal of the same day has closed."""
    return f"{AGAIN}{loan_id}:{due_at.astimezone(UTC):%d%H%M%S}"


def is_again(key: str) -> bool:
    """Return whether a key is that of a loan by the hour that's late a second time on its day."""
    return key.startswith(AGAIN)


def group_key(grouping: Grouping, *, due_date: date, loaned_on: date, renewed_on: date | None) -> str:
    """Return what the loans of a group have in common; empty if each loan has a fee of its own.

    :param renewed_on: the day of the last renewal, None if there was none
    """
    if grouping is Grouping.DUE_DATE:
        return f"due:{due_date.isoformat()}"
    if grouping is Grouping.LOAN_DATE:
        return f"lent:{loaned_on.isoformat()}"
    if grouping is Grouping.LATEST_DATE:
        return f"last:{max(loaned_on, renewed_on or loaned_on).isoformat()}"
    return ""
