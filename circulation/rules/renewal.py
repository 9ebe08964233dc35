"""Whether a loan may be renewed, and until when. Pure; the rules and calendar are the lending branch's."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from accounts.rules import Permission
from circulation.errors import Code
from circulation.rules.automatic_renewal import Answer, automatically
from circulation.rules.due_dates import DueDate, due_date_of_renewal
from circulation.rules.holds import FillingRules, ItemToFill, Waiting, may_fill
from circulation.rules.hour_loans import is_overdue
from circulation.rules.matching import all_can_be_filled
from circulation.rules.patron_stops import PatronFacts, patron_stops
from circulation.rules.reasons import RuleReader, blocking, notice, overridable, rule_missing
from circulation.rules.resolution import Resolved, RuleMissing
from circulation.rules.values import OnShelf, OverdueStop
from common.errors import Reason
from holdings.models import Item
from holdings.rules.calendars import Calendar, NeverOpen


@dataclass(frozen=True)
class RenewalFacts:
    """Everything that decides over one renewal.

    :ivar waiting: how many others wait for the title or this item, suspended holds left out
    :ivar others_fill_all: whether other items, standing on shelves, can fill every one of their holds
    :ivar now: in the lending branch's time zone; `today` is its day
    :ivar due_at: when a loan by the hour ends
    :ivar automatic: nobody asked for it, so what stops renewals by themselves counts too
    """

    now: datetime
    due_date: date
    renewals: int
    item_status: str
    item_type_id: int
    branch_id: int
    patron: PatronFacts
    rules: Resolved
    calendar: Calendar
    waiting: int = 0
    others_fill_all: bool = False
    is_recalled: bool = False
    due_at: datetime | None = None
    is_on_site: bool = False
    loaned_on: date | None = None
    automatic: bool = False

    @property
    def today(self) -> date:
        """The day at the branch that lent."""
        return self.now.date()

    @property
    def due(self) -> date:
        """When the loan is due: the moment of one by the hour, the day of another."""
        return self.due_at.astimezone(self.now.tzinfo) if self.due_at else self.due_date

    @property
    def is_overdue(self) -> bool:
        """Whether the loan is late itself."""
        return is_overdue(self.due_date, self.due_at, self.now)


@dataclass(frozen=True)
class RenewalDecision:
    """Every reason found, notices included, and the new due date if one could be counted."""

    reasons: tuple[Reason, ...]
    due: DueDate | None


def decide(facts: RenewalFacts) -> RenewalDecision:
    """Return whether the loan may be renewed, with all reasons, and when it would end."""
    rules = RuleReader(facts.rules)
    reasons = []
    if facts.is_recalled:
        reasons.append(blocking(Code.LOAN_RECALLED, due_date=facts.due.isoformat()))
    if facts.waiting and not (facts.others_fill_all and rules.value("renewal_despite_holds")):
        # No override lifts this: the item is promised to somebody who isn't at the desk to be asked.
        reasons.append(blocking(Code.SOMEBODY_WAITS, count=facts.waiting))
    if facts.item_status == Item.Status.LOST:
        reasons.append(blocking(Code.ITEM_LOST))
    if facts.is_on_site:
        reasons.append(blocking(Code.ON_SITE_LOAN))
    if facts.automatic:
        reasons += _automatic_reasons(facts, rules)
    reasons += _overdue_reasons(facts, rules)
    reasons += _count_reasons(facts, rules)
    reasons += _early_reasons(facts, rules)
    reasons += patron_stops(facts.patron, rules, today=facts.today, item_type_id=facts.item_type_id)
    due, due_reasons = _due_date(facts)
    known = {reason.facts["name"] for reason in rules.missing}
    reasons += rules.missing
    reasons += [reason for reason in due_reasons if reason.facts.get("name") not in known]
    return RenewalDecision(tuple(reasons), due)


def others_fill_all(queue: Sequence[Waiting], shelves: Sequence[ItemToFill], filling: FillingRules) -> bool:
    """Return whether items on shelves can fill all holds, each its own; one whose rules keep it there doesn't count."""

    def fits(hold: Waiting, item: ItemToFill) -> bool:
        on_shelf = filling.for_hold(hold, item).value("on_shelf_holds")
        return on_shelf in (None, OnShelf.ALWAYS) and may_fill(hold, item, filling)

    return all_can_be_filled(queue, shelves, fits)


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


def _automatic_reasons(facts: RenewalFacts, rules: RuleReader) -> list[Reason]:
    answer = automatically(
        rules.rules,
        loaned_on=facts.loaned_on or facts.today,
        due_date=facts.due_date,
        today=facts.today,
        owed=facts.patron.owed,
    )
    if answer is Answer.DUE:
        return []
    return [blocking(Code.NOT_AUTOMATIC, answer=answer.value)]


def _overdue_reasons(facts: RenewalFacts, rules: RuleReader) -> list[Reason]:
    stop = rules.value("renewal_blocked_by_overdue")
    late = {OverdueStop.ANY: facts.patron.overdue, OverdueStop.THIS: int(facts.is_overdue)}.get(stop, 0)
    if not late:
        return []
    return [
        overridable(
            Code.OVERDUE_STOPS_RENEWAL,
            Permission.OVERRIDE_LIMITS,
            overdue=late,
            origin=rules.origin("renewal_blocked_by_overdue"),
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
            now=facts.now,
            due_date=facts.due_date,
            expires_on=facts.patron.expires_on,
        )
    except RuleMissing as missing:
        return None, [rule_missing(missing.name)]
    except NeverOpen:
        return None, [blocking(Code.CALENDAR_NEVER_OPEN, branch_id=facts.branch_id)]
    if not _is_later(due, facts):
        return None, [blocking(Code.NOT_LATER, due_date=facts.due.isoformat())]
    if due.is_shortened and facts.patron.expires_on is not None:
        return due, [notice(Code.DUE_BEFORE_CARD_ENDS, expires_on=facts.patron.expires_on.isoformat())]
    return due, []


def _is_later(due: DueDate, facts: RenewalFacts) -> bool:
    if due.at is not None and facts.due_at is not None:
        return due.at > facts.due_at
    return due.day > facts.due_date
