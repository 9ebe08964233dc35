"""When a loan is due that's called back before its time. Pure; the rules and calendar are the lending branch's."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from circulation.errors import Code
from circulation.rules.reasons import blocking
from circulation.rules.resolution import Resolved
from common.errors import Reason
from holdings.models import Item
from holdings.rules.calendars import Calendar, NeverOpen


@dataclass(frozen=True)
class RecallFacts:
    """Everything that decides over calling one loan back.

    :ivar due_at: when a loan by the hour ends, in its branch's time zone
    """

    loan_id: int
    today: date
    loaned_on: date
    due_date: date
    is_recalled: bool
    item_status: str
    branch_id: int
    rules: Resolved
    calendar: Calendar
    due_at: datetime | None = None


@dataclass(frozen=True)
class RecallDecision:
    """The new due date, or every reason why there's none."""

    due_date: date | None
    reasons: tuple[Reason, ...] = ()


def decide(facts: RecallFacts) -> RecallDecision:
    """Return when the loan is due once it's called back.

    The loan time that the rules guarantee is kept, and so are the days to bring it; the day is an open one, and never
    later than the due date was.
    """
    if facts.is_recalled:
        return RecallDecision(None, (blocking(Code.RECALLED_ALREADY, due_date=facts.due_date.isoformat()),))
    if facts.due_at is not None:
        # It's back sooner than anybody could be asked.
        return RecallDecision(None, (blocking(Code.RECALL_NOT_EARLIER, due_date=facts.due_at.isoformat()),))
    if facts.item_status == Item.Status.LOST:
        return RecallDecision(None, (blocking(Code.ITEM_LOST),))
    guaranteed = facts.rules.value("recall_min_days")
    if guaranteed is None:
        return RecallDecision(None, (blocking(Code.RECALL_NOT_ALLOWED),))
    notice_days = facts.rules.value("recall_notice_days") or 1
    day = max(facts.loaned_on + timedelta(days=guaranteed), facts.today + timedelta(days=notice_days))
    try:
        day = facts.calendar.next_open_day(day)
    except NeverOpen:
        return RecallDecision(None, (blocking(Code.CALENDAR_NEVER_OPEN, branch_id=facts.branch_id),))
    if day >= facts.due_date:
        return RecallDecision(None, (blocking(Code.RECALL_NOT_EARLIER, due_date=facts.due_date.isoformat()),))
    return RecallDecision(day)


def given_back(*, due_date: date, due_before: date | None, today: date, calendar: Calendar) -> date:
    """Return when a loan is due once its recall is taken back: when it was before, and never earlier than it is now.

    A day that has been closed since gives way to the next open one. What's late by either day stays as late as it is.

    :param due_before: when it was due before the recall; None if that doesn't count any more
    """
    if due_before is None or due_before <= due_date:
        return due_date
    try:
        day = calendar.next_open_day(due_before)
    except NeverOpen:
        day = due_before
    return day if day >= today else due_date


def best_to_recall(loans: Iterable[RecallFacts]) -> RecallFacts | None:
    """Return the loan that a hold calls back: the one that's back first, then the one lent the longest; None if none.

    A loan whose rules don't let holds call it back isn't one of them.
    """
    possible = []
    for facts in loans:
        if facts.rules.value("recall_by_hold") and (due_date := decide(facts).due_date):
            possible.append(((due_date, facts.loaned_on, facts.loan_id), facts))
    return min(possible, key=lambda each: each[0])[1] if possible else None
