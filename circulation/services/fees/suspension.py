"""Stops for being late: a block of so many days that a late return sets by itself, and its undoing lifts."""

from datetime import UTC, date, datetime
from typing import Any

from django.utils import translation
from django.utils.translation import gettext, ngettext

from circulation.models import Loan
from circulation.rules.fee_schemes import days_that_count, hours_that_count, scheme_of
from circulation.rules.suspensions import suspended_until, suspension_days
from circulation.selectors.loan_cases import LoanCase, hours_of
from circulation.selectors.rule_books import RuleBook
from circulation.services.fees.ending import Moment
from common.audit import record
from patrons.models import Block
from tenants.selectors import current_municipality

_CAUSE = "late:"


def suspend(case: LoanCase, *, moment: Moment, book: RuleBook) -> Block | None:
    """Stop a patron for a loan that came back late, where the rules do that; None where they don't.

    The caller has locked the loan, so that one return stops her once.
    """
    rules = case.rules(book, moment.on)
    days = rules.value("suspension_days")
    if not days or case.has_died(moment.on):
        return None
    scheme = scheme_of(rules)
    period = rules.value("suspension_period_hours")
    hours = hours_of(case, moment.at, book) if period is not None else None
    if hours is not None:
        calendar = book.calendar(case.rules_branch_id) if scheme.open_hours_only else None
        late, grace = hours_that_count(scheme, hours, calendar), scheme.grace_hours
    else:
        calendar = book.calendar(case.rules_branch_id) if scheme.open_days_only else None
        late, _counted = days_that_count(scheme, due_date=case.due_date, on=moment.on, calendar=calendar)
        period, grace = rules.value("suspension_period_days"), scheme.grace_days
    stopped = suspension_days(
        late=late, days=days, period=period or 1, grace=grace, longest=rules.value("suspension_max_days")
    )
    if stopped <= 0:
        return None
    until = suspended_until(
        returned_on=moment.on,
        days=stopped,
        calendar=calendar,
        running_until=_running_until(case.patron_id, moment.on),
        adds_up=bool(rules.value("suspension_adds_up")),
    )
    return _block(case, until, late, moment, by_hour=hours is not None)


def lift_suspension(loan: Loan, *, now: datetime, actor: Any) -> None:
    """Lift the stop that a loan's return set, when that's undone; what staff set stays."""
    causes = [_cause(loan.pk, loan.due_date), _cause(loan.pk, loan.due_date, loan.due_at)]
    for block in Block.objects.filter(cause__in=causes, lifted_at__isnull=True):
        block.lifted_at = now
        block.save(update_fields=["lifted_at"])
        record(action="patrons.lift_block", actor=actor, subject=block.patron, facts={"block": block.pk})


def _block(case: LoanCase, until: date, late: int, moment: Moment, *, by_hour: bool) -> Block:
    with translation.override(current_municipality().language):
        if by_hour:
            reason = ngettext("Returned %(hours)d hour late", "Returned %(hours)d hours late", late) % {"hours": late}
        else:
            reason = gettext("Returned %(days)s days late") % {"days": late}
        by_itself = gettext("by the rules")
    block = Block.objects.create(
        patron_id=case.patron_id,
        reason=reason,
        until=until,
        set_by=moment.actor.name if moment.actor else by_itself,
        set_at=moment.now,
        cause=_cause(case.loan_id, case.due_date, case.due_at if by_hour else None),
    )
    facts = {"block": block.pk, "until": until.isoformat(), "hours_late" if by_hour else "days_late": late}
    record(action="patrons.set_block", actor=moment.actor, subject=block.patron, facts=facts)
    return block


def _running_until(patron_id: int, on: date) -> date | None:
    stops = Block.objects.filter(patron=patron_id, cause__startswith=_CAUSE, lifted_at__isnull=True, until__gte=on)
    return stops.order_by("-until").values_list("until", flat=True).first()


def _cause(loan_id: int, due_date: date, due_at: datetime | None = None) -> str:
    """The loan and when it ended: one by the hour may be late twice on a day."""
    ended = due_date.isoformat() if due_at is None else f"{due_at.astimezone(UTC):%Y-%m-%dT%H:%M:%S}"
    return f"{_CAUSE}{loan_id}:{ended}"
