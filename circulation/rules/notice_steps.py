"""When a loan's next letter is due: the steps of the ladder one by one, and the courtesy notice before the due date."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from notices.rules.channels import PATRONS_CHOICE


@dataclass(frozen=True)
class NoticeStep:
    """One step: from this day late on, the patron gets a message of this kind.

    :ivar channels: by which it goes, in their order; none for the patron's choice
    """

    kind: str
    day: int
    channels: tuple[str, ...] = ()


def notice_steps(value: Sequence[Mapping[str, Any]] | None) -> tuple[NoticeStep, ...]:
    """Read the ladder of letters from a rule's value, the earliest first; none means that nobody is reminded."""
    return tuple(sorted((_read(step) for step in value or ()), key=_day))


def channels_named(name: str, value: Any) -> set[str]:
    """Return the channels that a rule's value names, if it's one that names any; the patron's choice isn't one."""
    if name == "notice_steps":
        named = {channel for step in notice_steps(value) for channel in step.channels}
    else:
        named = set(value or ()) if name == "invoice_reminder_channels" else set()
    return named - {PATRONS_CHOICE}


def next_step(steps: Sequence[NoticeStep], *, made: int, late: int, days_since_last: int | None) -> NoticeStep | None:
    """Return the step whose message is due today, or None.

    No step is left out and none comes sooner after the one before than the ladder has it: whoever was reminded late,
    because the nights stood still, has as much time until the next letter as anybody else.

    :param made: how many steps have been made since the due date was set
    :param days_since_last: since the last message about the loan; None if there was none or it isn't known
    """
    if made >= len(steps) or late < steps[made].day:
        return None
    if made > 0 and days_since_last is not None and days_since_last < steps[made].day - steps[made - 1].day:
        return None
    return steps[made]


def courtesy_is_due(
    *, due_date: date, days_before: int | None, last_set_on: date, today: date, nights_since: date
) -> bool:
    """Return whether a loan's courtesy notice is due tonight.

    :param days_before: how many days before the due date it's sent; None for no courtesy notices
    :param last_set_on: when the loan was made or renewed: whoever was at the desk that day needs no reminder
    :param nights_since: the last day whose courtesy notices have been made; what has been missed since is made up for
    """
    if days_before is None or due_date < today:
        return False
    day = due_date - timedelta(days=days_before)
    return nights_since < day <= today and last_set_on < day


def _read(step: Mapping[str, Any]) -> NoticeStep:
    return NoticeStep(str(step["kind"]), int(step["day"]), tuple(step.get("channels", ())))


def _day(step: NoticeStep) -> int:
    return step.day
