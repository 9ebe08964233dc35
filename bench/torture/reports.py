"""What becomes of items: lost, missing, claimed as returned or never had; and branches that close meanwhile."""

from datetime import timedelta

from bench.torture.desk import Act, Desk
from circulation.services.claims import claim_never_had, claim_returned, give_up_claim, take_back_claim
from circulation.services.closings import close_branches
from circulation.services.report_item import report_lost, report_missing
from circulation.services.results import ReportResult
from holdings.models import CalendarDay
from holdings.services.branches import clear_calendar_day


def lose(desk: Desk) -> Act:
    """Report an item lost, mostly one that's on loan."""
    item, values = desk.some_item(lent=0.7), desk.by_hand()
    return lambda: _left(desk, report_lost(item=item, **values), "report_lost")


def miss(desk: Desk) -> Act:
    """Report an item missing."""
    item, values = desk.some_item(), desk.by_hand()
    return lambda: _left(desk, report_missing(item=item, **values), "report_missing")


def say_returned(desk: Desk) -> Act | None:
    """Let a patron say that she has returned it."""
    loan, values = desk.open_loans().first(), desk.by_hand()
    return None if loan is None else lambda: _left(desk, claim_returned(loan=loan, **values), "claim_returned")


def say_never_had(desk: Desk) -> Act | None:
    """Let a patron say that she never had it."""
    loan, values = desk.open_loans().first(), desk.by_hand()
    return None if loan is None else lambda: _left(desk, claim_never_had(loan=loan, **values), "claim_never_had")


def decide_claim(desk: Desk) -> Act | None:
    """Believe a patron who says that she has returned it, or not."""
    loan, values = desk.open_loans().filter(claim="RETURNED").first(), desk.by_hand()
    if loan is None:
        return None
    if desk.throws(0.5):
        return lambda: _left(desk, give_up_claim(loan=loan, reason="Looked for", **values), "give_up_claim")
    return lambda: _left(desk, take_back_claim(loan=loan, reason="At home", **values), "take_back_claim")


def close(desk: Desk) -> Act:
    """Close a branch for a day or more, soon."""
    branch, values = desk.some_branch(), desk.by_hand()
    first = values["now"].date() + timedelta(days=desk.chance.randrange(1, 12))
    last = first + timedelta(days=desk.chance.randrange(3))

    def act() -> tuple[str, ...]:
        close_branches(
            branches=[branch], first=first, last=last, reason="Storm", actor=values["staff"], now=values["now"]
        )
        return ("circulation.close_branch",)

    return act


def open_again(desk: Desk) -> Act | None:
    """Take a closed day back; what moved because of it stays where it is. Two desks may, so it isn't counted."""
    day = CalendarDay.objects.filter(branch__in=desk.town.branches, is_open=False).order_by("?").first()
    if day is None:
        return None
    branch = next(each for each in desk.town.branches if each.pk == day.branch_id)

    def act() -> tuple[str, ...]:
        clear_calendar_day(branch=branch, day=day.date, actor=desk.town.staff)
        return ()

    return act


def _left(desk: Desk, done: ReportResult, verb: str) -> tuple[str, ...]:
    desk.remember(done.entry_id)
    return (f"circulation.{verb}",)
