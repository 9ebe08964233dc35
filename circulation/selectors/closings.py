"""Reads what a closing would move: the days, the loans that end on them, the holds that wait on the shelf."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count, Max, QuerySet
from django.db.models.functions import Coalesce

from circulation.models import Hold, Loan
from circulation.rules.closings import closed_on, days_of, moved_due_date, newly_closed, with_week
from circulation.selectors.rule_books import rule_book
from holdings.models import Branch
from holdings.rules.calendars import Calendar, Hours


@dataclass(frozen=True)
class ClosingOfBranch:
    """What a closing does to one branch.

    :ivar days: those on which it would have been open
    :ivar after: its calendar when they're closed
    :ivar today: by its clock
    :ivar due_dates: how many loans move from which of these days to which day
    :ivar holds: how many wait on its shelf longer
    """

    branch: Branch
    days: tuple[date, ...]
    after: Calendar
    today: date
    due_dates: tuple[tuple[date, date, int], ...]
    holds: int

    @property
    def loans(self) -> int:
        """How many loans move."""
        return sum(count for _from, _to, count in self.due_dates)


def plan_closing(
    branches: Collection[Branch], days: Collection[date], *, now: datetime, keep_single_days: bool = False
) -> list[ClosingOfBranch]:
    """Return what closing these branches on these days would move; branches that are closed anyway are left out.

    :param days: from today on
    :param keep_single_days: whether a day that a branch has decided on already stays as it is
    :raises holdings.rules.calendars.NeverOpen: if a branch would never open again
    """
    book = rule_book()
    book.refresh_calendars([branch.pk for branch in branches])
    plans = []
    for branch in branches:
        calendar = book.known_calendar(branch.pk)
        wanted = [day for day in days if day not in calendar.exceptions] if keep_single_days else days
        closed = newly_closed(calendar, wanted)
        if closed:
            today = now.astimezone(ZoneInfo(branch.time_zone)).date()
            plans.append(_plan(branch, closed, closed_on(calendar, wanted), today))
    return plans


def plan_week(branch: Branch, week: Mapping[int, Hours], *, today: date) -> ClosingOfBranch | None:
    """Return what other weekly hours would move from today on; None if that's nothing.

    Only weekdays that are open now and wouldn't be any more move anything.
    """
    book = rule_book()
    book.refresh_calendars([branch.pk])
    before = book.known_calendar(branch.pk)
    after = with_week(before, week)
    if before.open_weekdays <= after.open_weekdays:
        return None
    furthest = _furthest(branch.pk)
    closed = [day for day in days_of(today, max(furthest, today)) if before.is_open(day) and not after.is_open(day)]
    return _plan(branch, closed, after, today) if closed else None


def loans_ending(branch_id: int, days: Collection[date]) -> QuerySet[Loan, Any]:
    """Return the open loans that follow a branch's calendar and end on these days."""
    return _following(branch_id).filter(due_date__in=days)


def holds_waiting(branch_id: int, since: date) -> QuerySet[Hold, Any]:
    """Return the holds that lie ready at a branch until a day or longer."""
    return Hold.objects.filter(pickup_branch_id=branch_id, state=Hold.State.READY, shelf_until__gte=since)


def _furthest(branch_id: int) -> date:
    """Return the last day on which a loan ends or a hold is kept by the branch's calendar."""
    loans = _following(branch_id).aggregate(last=Max("due_date"))["last"]
    holds = Hold.objects.filter(pickup_branch_id=branch_id, state=Hold.State.READY).aggregate(last=Max("shelf_until"))
    return max((day for day in (loans, holds["last"]) if day is not None), default=date.min)


def _following(branch_id: int) -> QuerySet[Loan, Any]:
    return Loan.objects.annotate(calendar_of=Coalesce("rules_branch_id", "lending_branch_id")).filter(
        calendar_of=branch_id, returned_at__isnull=True, is_on_site=False
    )


def _plan(branch: Branch, closed: list[date], after: Calendar, today: date) -> ClosingOfBranch:
    ending = loans_ending(branch.pk, closed).order_by().values_list("due_date", "patron__expires_on")
    moves: Counter[tuple[date, date]] = Counter()
    for day, expires_on, count in ending.annotate(Count("pk")):
        moves[day, moved_due_date(day, after, today=today, expires_on=expires_on)] += count
    return ClosingOfBranch(
        branch=branch,
        days=tuple(closed),
        after=after,
        today=today,
        due_dates=tuple((day, new, count) for (day, new), count in sorted(moves.items())),
        holds=holds_waiting(branch.pk, closed[0]).count(),
    )
