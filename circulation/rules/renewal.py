"""Whether a loan may be renewed, and until when. Pure; the rules and calendar are the lending branch's."""

from dataclasses import dataclass
from datetime import date, timedelta

from accounts.rules import Permission
from circulation.errors import Code
from circulation.rules.due_dates import DueDate, due_date_of_renewal
from circulation.rules.patron_stops import PatronFacts, patron_stops
from circulation.rules.reasons import RuleReader, blocking, notice, overridable, rule_missing
from circulation.rules.resolution import Resolved, RuleMissing
from common.errors import Reason
from holdings.models import Item
from holdings.rules.calendars import Calendar, NeverOpen


@dataclass(frozen=True)
class RenewalFacts:
    """Everything that decides over one renewal.

    :ivar waiting: how many others wait for the title or this item, suspended holds left out
    """

    today: date
    due_date: date
    renewals: int
    item_status: str
    item_type_id: int
    branch_id: int
    patron: PatronFacts
    rules: Resolved
    calendar: Calendar
    waiting: int = 0


@dataclass(frozen=True)
class RenewalDecision:
    """Every reason found, notices included, and the new due date if one could be counted."""

    reasons: tuple[Reason, ...]
    due: DueDate | None


def decide(facts: RenewalFacts) -> RenewalDecision:
    """Return whether the loan may be renewed, with all reasons, and when it would end."""
    rules = RuleReader(facts.rules)
    reasons = []
    if facts.waiting:
        # No override lifts this: the item is promised to somebody who isn't at the desk to be asked.
        reasons.append(blocking(Code.SOMEBODY_WAITS, count=facts.waiting))
    if facts.item_status == Item.Status.LOST:
        reasons.append(blocking(Code.ITEM_LOST))
    reasons += _count_reasons(facts, rules)
    reasons += _early_reasons(facts, rules)
    reasons += patron_stops(facts.patron, rules, today=facts.today, item_type_id=facts.item_type_id)
    due, due_reasons = _due_date(facts)
    known = {reason.facts["name"] for reason in rules.missing}
    reasons += rules.missing
    reasons += [reason for reason in due_reasons if reason.facts.get("name") not in known]
    return RenewalDecision(tuple(reasons), due)


def _count_reasons(facts: RenewalFacts, rules: RuleReader) -> list[Reason]:
    limit = rules.value("max_renewals")
    if limit is None or facts.renewals < limit:
        return []
    return [
        overridable(
            Code.RENEWAL_LIMIT_REACHED,
            Permission.OVERRIDE_LIMITS,
            renewals=facts.renewals,
            limit=limit,
            origin=rules.origin("max_renewals"),
        )
    ]


def _early_reasons(facts: RenewalFacts, rules: RuleReader) -> list[Reason]:
    days = rules.value("earliest_renewal_days")
    if days is None:
        return []
    from_day = facts.due_date - timedelta(days=days)
    if facts.today >= from_day:
        return []
    return [
        overridable(
            Code.TOO_EARLY,
            Permission.OVERRIDE_LIMITS,
            from_day=from_day.isoformat(),
            origin=rules.origin("earliest_renewal_days"),
        )
    ]


def _due_date(facts: RenewalFacts) -> tuple[DueDate | None, list[Reason]]:
    try:
        due = due_date_of_renewal(
            facts.rules,
            facts.calendar,
            today=facts.today,
            due_date=facts.due_date,
            expires_on=facts.patron.expires_on,
        )
    except RuleMissing as missing:
        return None, [rule_missing(missing.name)]
    except NeverOpen:
        return None, [blocking(Code.CALENDAR_NEVER_OPEN, branch_id=facts.branch_id)]
    if due.day <= facts.due_date:
        return None, [blocking(Code.NOT_LATER, due_date=facts.due_date.isoformat())]
    if due.is_shortened and facts.patron.expires_on is not None:
        return due, [notice(Code.DUE_BEFORE_CARD_ENDS, expires_on=facts.patron.expires_on.isoformat())]
    return due, []
