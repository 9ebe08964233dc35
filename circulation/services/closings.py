"""Closes branches, and moves the due dates and shelf dates that it touches, all in one transaction."""

from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction

from circulation.errors import ClosingRefused, Code
from circulation.models import Hold, Loan
from circulation.rules.closings import MOST_DAYS, days_of, moved_due_at, moved_due_date, moved_shelf_date
from circulation.rules.reasons import blocking
from circulation.selectors.closings import ClosingOfBranch, holds_waiting, loans_ending, plan_closing, plan_week
from common.audit import record
from holdings.models import Branch, CalendarDay, Item
from holdings.rules.calendars import Hours, NeverOpen
from holdings.services.branches import set_opening_hours
from holdings.services.calendars import add_yearly_day, close_public_holidays, public_holidays
from tenants.locks import wait_in_line

_BATCH = 1000
# No loan lasts longer than these.
_YEARS = 12


@dataclass(frozen=True)
class Closing:
    """What a closing would do, or did.

    :ivar branches: what becomes of each that isn't closed already
    """

    branches: tuple[ClosingOfBranch, ...]

    @property
    def loans(self) -> int:
        """How many loans move."""
        return sum(each.loans for each in self.branches)

    @property
    def moves_nothing(self) -> bool:
        """Whether nothing ends or waits on what would be closed."""
        return not self.loans and not self.holds

    @property
    def holds(self) -> int:
        """How many holds wait on the shelf longer."""
        return sum(each.holds for each in self.branches)


def preview_closing(*, branches: Collection[Branch], first: date, last: date, now: datetime) -> Closing:
    """Return what closing the branches from the first day to the last would move, without moving it.

    :raises ClosingRefused: DAY_PAST, DAYS_WRONG, NOTHING_TO_CLOSE, or CALENDAR_NEVER_OPEN
    """
    return _planned(branches, _days(branches, first, last, now), now)


@transaction.atomic
def close_branches(
    *, branches: Collection[Branch], first: date, last: date, reason: str, actor: Any, now: datetime
) -> Closing:
    """Close the branches from the first day to the last, and move what ends or waits meanwhile.

    Loans that would end on a closed day end on the next open one, those by the hour when the branch opens again, but
    none after its patron's card; holds on the shelf keep as many open days as they had, while they're needed. It can't
    be taken back: a day that's opened again moves nothing.

    :raises ClosingRefused: DAY_PAST, DAYS_WRONG, NOTHING_TO_CLOSE, or CALENDAR_NEVER_OPEN; nothing has changed
    """
    days = _days(branches, first, last, now)
    _lock(branches)
    closing = _planned(branches, days, now)
    _lock_touched(closing)
    for each in closing.branches:
        _close(each, reason)
    _move(closing, reason, actor)
    return closing


@transaction.atomic
def close_holidays(*, branch: Branch, country: str, years: Collection[int], actor: Any, now: datetime) -> int:
    """Close a branch on the country's holidays, move what would end on them, and return how many days were added.

    A day that the branch has decided on already stays as it is.

    :raises KeyError: for a country whose customs we don't know
    """
    _lock([branch])
    today = now.astimezone(ZoneInfo(branch.time_zone)).date()
    days = [day for day in public_holidays(country, years) if day >= today]
    closing = Closing(tuple(plan_closing([branch], days, now=now, keep_single_days=True)))
    _lock_touched(closing)
    added = close_public_holidays(branch=branch, country=country, years=years, actor=actor)
    _move(closing, "", actor)
    return added


@transaction.atomic
def close_every_year(
    *, branches: Collection[Branch], month: int, day: int, reason: str, actor: Any, now: datetime
) -> Closing:
    """Close branches on a day of every year, and move what would end on its next ones.

    :raises holdings.errors.BranchRefused: NO_SUCH_DAY
    """
    _lock(branches)
    today = min((now.astimezone(ZoneInfo(branch.time_zone)).date() for branch in branches), default=now.date())
    days = [each for each in _every_year(month, day, today) if each >= today]
    closing = Closing(tuple(plan_closing(branches, days, now=now, keep_single_days=True)))
    _lock_touched(closing)
    add_yearly_day(branches=branches, month=month, day=day, reason=reason, actor=actor)
    _move(closing, reason, actor)
    return closing


def preview_hours(*, branch: Branch, week: Mapping[int, Hours], now: datetime) -> Closing:
    """Return what other weekly hours would move if due dates and shelf dates followed them, without moving it.

    Hours that no branch can have move nothing; they're refused when they're set.

    :raises ClosingRefused: CALENDAR_NEVER_OPEN, if all days of the new week are closed one by one
    """
    today = now.astimezone(ZoneInfo(branch.time_zone)).date()
    try:
        plan = plan_week(branch, week, today=today) if week else None
    except NeverOpen as never:
        raise ClosingRefused([blocking(Code.CALENDAR_NEVER_OPEN)]) from never
    return Closing((plan,) if plan else ())


@transaction.atomic
def set_hours(*, branch: Branch, week: Mapping[int, Hours], move: bool, actor: Any, now: datetime) -> Closing:
    """Set a branch's weekly hours; what ends or waits on weekdays that are closed from now on moves if that's wished.

    It moves as it does when days are closed one by one. Declined, all dates stay, and only new loans and holds follow.

    :param week: opening and closing time by weekday, Monday 0; a weekday that isn't there is closed
    :raises holdings.errors.BranchRefused: NEVER_OPEN, or CLOSES_BEFORE_OPENS with the weekday; nothing has changed
    :raises ClosingRefused: CALENDAR_NEVER_OPEN
    """
    _lock([branch])
    closing = preview_hours(branch=branch, week=week, now=now) if move else Closing(())
    _lock_touched(closing)
    set_opening_hours(branch=branch, week=week, actor=actor)
    _move(closing, "", actor)
    return closing


def _lock(branches: Collection[Branch]) -> None:
    # Of two closings at once, the later sees what the earlier closed. Not by the branch's row: a check-in that traps a
    # hold takes the shelf number from there while it has loan and hold, for which the closing would be waiting.
    wait_in_line(f"closing:{each.pk}" for each in branches)


def _lock_touched(closing: Closing) -> None:
    """Lock what will move, as a check-in does: items, then loans, then holds."""
    plans = closing.branches
    loans = [row for each in plans for row in loans_ending(each.branch.pk, each.days).values_list("pk", "item")]
    holds = [
        row for each in plans for row in holds_waiting(each.branch.pk, each.days[0]).values_list("pk", "trapped_item")
    ]
    _lock_rows(Item, {item_id for _, item_id in (*loans, *holds)})
    _lock_rows(Loan, {loan_id for loan_id, _ in loans})
    _lock_rows(Hold, {hold_id for hold_id, _ in holds})


def _lock_rows(model: type[Item | Loan | Hold], keys: Collection[int]) -> None:
    rows = model.objects.select_for_update(no_key=True).filter(pk__in=keys).order_by("pk")
    list(rows.values_list("pk"))


def _every_year(month: int, day: int, today: date) -> Iterator[date]:
    for year in range(today.year, today.year + _YEARS):
        with suppress(ValueError):
            yield date(year, month, day)


def _move(closing: Closing, reason: str, actor: Any) -> None:
    loans = [_move_loans(each) for each in closing.branches]
    holds = [_move_holds(each) for each in closing.branches]
    for each, moved_loans, moved_holds in zip(closing.branches, loans, holds, strict=True):
        record(
            action="circulation.close_branch",
            actor=actor,
            subject=each.branch,
            facts={
                "days": [day.isoformat() for day in each.days],
                "reason": reason[:80],
                "loans": moved_loans,
                "holds": moved_holds,
            },
        )


def _days(branches: Collection[Branch], first: date, last: date, now: datetime) -> list[date]:
    if last < first or (last - first).days >= MOST_DAYS:
        raise ClosingRefused([blocking(Code.DAYS_WRONG, first=first.isoformat(), last=last.isoformat())])
    if any(first < now.astimezone(ZoneInfo(branch.time_zone)).date() for branch in branches):
        raise ClosingRefused([blocking(Code.DAY_PAST, day=first.isoformat())])
    return list(days_of(first, last))


def _planned(branches: Collection[Branch], days: Collection[date], now: datetime) -> Closing:
    try:
        closing = Closing(tuple(plan_closing(branches, days, now=now)))
    except NeverOpen as never:
        raise ClosingRefused([blocking(Code.CALENDAR_NEVER_OPEN)]) from never
    if not closing.branches:
        raise ClosingRefused([blocking(Code.NOTHING_TO_CLOSE)])
    return closing


def _close(plan: ClosingOfBranch, reason: str) -> None:
    CalendarDay.objects.bulk_create(
        [CalendarDay(branch=plan.branch, date=day, is_open=False, reason=reason[:80]) for day in plan.days],
        update_conflicts=True,
        unique_fields=["branch", "date"],
        update_fields=["is_open", "reason"],
    )


def _move_loans(plan: ClosingOfBranch) -> dict[str, dict[str, Any]]:
    """Move the loans, and return by old due date the new one and the loans' numbers."""
    zone, moved = ZoneInfo(plan.branch.time_zone), {}
    loans = loans_ending(plan.branch.pk, plan.days).select_for_update(of=("self",), no_key=True).order_by("pk")
    by_day: dict[date, list[Loan]] = {}
    for loan in loans.select_related("patron"):
        by_day.setdefault(loan.due_date, []).append(loan)
    for day, ending in sorted(by_day.items()):
        usual, by_card = plan.after.next_open_day(day), {}
        for loan in ending:
            _move_loan(loan, plan, zone)
            if loan.due_date != usual:
                by_card[str(loan.pk)] = loan.due_date.isoformat()
        Loan.objects.bulk_update(ending, ["due_date", "due_at"], batch_size=_BATCH)
        moved[day.isoformat()] = {
            "to": usual.isoformat(),
            "loans": [loan.pk for loan in ending],
            **({"by_card": by_card} if by_card else {}),
        }
    return moved


def _move_loan(loan: Loan, plan: ClosingOfBranch, zone: ZoneInfo) -> None:
    expires_on = loan.patron.expires_on if loan.patron else None
    if loan.due_at is None:
        loan.due_date = moved_due_date(loan.due_date, plan.after, today=plan.today, expires_on=expires_on)
        return
    loan.due_at = moved_due_at(loan.due_at.astimezone(zone), plan.after, today=plan.today, expires_on=expires_on)
    loan.due_date = loan.due_at.date()


def _move_holds(plan: ClosingOfBranch) -> list[dict[str, Any]]:
    waiting = holds_waiting(plan.branch.pk, plan.days[0]).select_for_update(of=("self",), no_key=True).order_by("pk")
    holds, moved = list(waiting), []
    for hold in holds:
        if hold.shelf_until is None:
            continue
        before = hold.shelf_until
        hold.shelf_until = moved_shelf_date(before, plan.days, plan.after, needed_by=hold.needed_by)
        moved.append({"id": hold.pk, "from": before.isoformat(), "to": hold.shelf_until.isoformat()})
    Hold.objects.bulk_update(holds, ["shelf_until"], batch_size=_BATCH)
    return moved
