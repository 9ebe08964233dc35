"""Whether an item may be lent to a patron, and until when. Pure decisions over a bundle of facts."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from accounts.rules import Permission
from circulation.errors import Code
from circulation.models import Hold
from circulation.rules.due_dates import Demand, DueDate, due_date_of_loan, due_date_on_site
from circulation.rules.loan_limits import LoanCounts, WiderType, limit_reasons
from circulation.rules.patron_stops import PatronFacts, patron_stops
from circulation.rules.reasons import RuleReader, blocking, notice, overridable, rule_missing
from circulation.rules.resolution import Resolved, RuleMissing
from common.errors import Reason
from common.money import ZERO, to_money
from holdings.models import Item
from holdings.rules.calendars import Calendar, NeverOpen
from patrons.rules import age_on


@dataclass(frozen=True)
class HoldFacts:
    """A hold as far as the desk cares."""

    hold_id: int
    patron_id: int
    state: str
    pickup_branch_id: int
    item_id: int | None = None
    trapped_item_id: int | None = None
    shelf_number: int | None = None
    record_id: int | None = None
    volume: str = ""
    edition_ids: Sequence[int] = ()
    group: str | None = None
    number: int = 1

    def wants(self, *, item_id: int, record_id: int, volume: str) -> bool:
        """Return whether this item is what the hold asks for."""
        is_of_title = self.record_id == record_id or record_id in self.edition_ids
        of_volume = not self.volume or self.volume.strip().casefold() == volume.strip().casefold()
        return is_of_title and self.item_id in (None, item_id) and of_volume


@dataclass(frozen=True)
class CheckOutFacts:
    """Everything that decides over one loan.

    :ivar item_type_is_lent: what the item type says of itself; a rule may say otherwise
    :ivar on_loan_until: when another patron's open loan of the item is due, a moment for one by the hour
    :ivar trapped: the hold for which the item lies ready or travels
    :ivar waiting: how many others queue for the title
    :ivar ready_here: how many other holds of hers lie ready at this branch
    :ivar chosen_due_date: the day that staff chose instead of the rules'
    :ivar bundle_barcode: of the item in which this one is kept
    :ivar item_news: what the desk looks at with the item in hand
    :ivar same_title: how many other items of the title and volume she has on loan
    :ivar claims: of how many items she said that she returned or never had them
    :ivar now: in the lending branch's time zone; `today` is its day
    :ivar rules_branch_id: whose rules and calendar these are
    :ivar items: how many items of the title can be lent, this one among them
    :ivar wider_types: what the item's type is a kind of, the nearest first
    :ivar on_site: for use in the library only
    """

    now: datetime
    item_id: int
    item_status: str
    item_type_id: int
    item_type: str
    item_type_is_lent: bool
    branch_id: int
    branch_is_open_for_business: bool
    patron: PatronFacts
    rules_branch_id: int
    rules: Resolved
    calendar: Calendar
    birth_date: date | None = None
    on_loan_until: date | None = None
    trapped: HoldFacts | None = None
    waiting: int = 0
    ready_here: int = 0
    loans: LoanCounts = field(default_factory=LoanCounts)
    loans_of_type: LoanCounts = field(default_factory=LoanCounts)
    chosen_due_date: date | None = None
    bundle_barcode: str | None = None
    item_news: tuple[Reason, ...] = ()
    claims: int = 0
    same_title: int = 0
    items: int = 1
    wider_types: Sequence[WiderType] = ()
    on_site: bool = False

    @property
    def today(self) -> date:
        """The day at the branch."""
        return self.now.date()


@dataclass(frozen=True)
class CheckOutDecision:
    """Every reason found, notices included, and the due date if one could be counted."""

    reasons: tuple[Reason, ...]
    due: DueDate | None


def decide(facts: CheckOutFacts) -> CheckOutDecision:
    """Return whether the item may be lent, with all reasons, and when the loan would end."""
    rules = RuleReader(facts.rules)
    reasons = [
        *_branch_reasons(facts),
        *_item_reasons(facts),
        *_type_reasons(facts, rules),
        *patron_stops(facts.patron, rules, today=facts.today, item_type_id=facts.item_type_id),
        *limit_reasons(
            facts.loans,
            facts.loans_of_type,
            facts.wider_types,
            rules,
            item_type=facts.item_type,
            on_site=facts.on_site,
        ),
        *_age_reasons(facts, rules),
    ]
    due, due_reasons = _due_date(facts)
    known = {reason.facts["name"] for reason in rules.missing}
    reasons += rules.missing
    reasons += [reason for reason in due_reasons if reason.facts.get("name") not in known]
    reasons += [*_news(facts), *_same_title(facts), *_claims(facts), *facts.item_news]
    return CheckOutDecision(tuple(reasons), due)


def own_hold_to_fill(holds: Iterable[HoldFacts], *, item_id: int, record_id: int, volume: str = "") -> HoldFacts | None:
    """Return which of the patron's holds this loan fills: one on its title, never one for another item or volume.

    The hold that the item was trapped for goes first, then one for this very item, then one for the title.
    """
    fitting = [hold for hold in holds if hold.wants(item_id=item_id, record_id=record_id, volume=volume)]
    return min(
        fitting,
        key=lambda hold: (hold.trapped_item_id != item_id, hold.item_id != item_id, hold.hold_id),
        default=None,
    )


def _branch_reasons(facts: CheckOutFacts) -> list[Reason]:
    if facts.branch_is_open_for_business:
        return []
    return [blocking(Code.BRANCH_CLOSED_FOR_BUSINESS, branch_id=facts.branch_id)]


def _item_reasons(facts: CheckOutFacts) -> Iterator[Reason]:
    if facts.on_loan_until is not None:
        yield blocking(Code.ITEM_ON_LOAN, due_date=facts.on_loan_until.isoformat())
    trapped = facts.trapped
    if trapped is not None and trapped.patron_id != facts.patron.patron_id:
        if trapped.state == Hold.State.READY:
            yield overridable(
                Code.ITEM_ON_HOLD,
                Permission.OVERRIDE_LIMITS,
                hold_id=trapped.hold_id,
                shelf_number=trapped.shelf_number,
            )
        else:
            yield overridable(
                Code.ITEM_IN_TRANSIT,
                Permission.OVERRIDE_LIMITS,
                hold_id=trapped.hold_id,
                to_branch_id=trapped.pickup_branch_id,
            )
    if facts.bundle_barcode is not None:
        yield blocking(Code.ITEM_IN_BUNDLE, barcode=facts.bundle_barcode)
    status = _OF_STATUS.get(facts.item_status)
    if status is not None and not (facts.on_site and facts.item_status == Item.Status.REFERENCE_ONLY):
        yield status


_OF_STATUS: dict[str, Reason] = {
    Item.Status.REFERENCE_ONLY: overridable(Code.ITEM_REFERENCE_ONLY, Permission.OVERRIDE_LIMITS),
    Item.Status.ON_ORDER: overridable(Code.ITEM_ON_ORDER, Permission.OVERRIDE_LIMITS),
    Item.Status.IN_PROCESS: overridable(Code.ITEM_IN_PROCESS, Permission.OVERRIDE_LIMITS),
    # It lies on the desk, so whoever holds it may say that it's found.
    Item.Status.MISSING: overridable(Code.ITEM_MISSING, Permission.CIRCULATE),
    Item.Status.LOST: overridable(Code.ITEM_LOST, Permission.CIRCULATE),
    Item.Status.WITHDRAWN: blocking(Code.ITEM_WITHDRAWN),
}


def _type_reasons(facts: CheckOutFacts, rules: RuleReader) -> list[Reason]:
    is_lent = rules.value("is_lent")
    if is_lent is None:
        is_lent = facts.item_type_is_lent
    if is_lent or facts.on_site:
        # What doesn't leave the house may still be read in it.
        return []
    return [
        overridable(
            Code.ITEM_NOT_LENT,
            Permission.OVERRIDE_LIMITS,
            item_type=facts.item_type,
            origin=rules.origin("is_lent"),
        )
    ]


def _age_reasons(facts: CheckOutFacts, rules: RuleReader) -> list[Reason]:
    min_age, max_age = rules.value("min_age"), rules.value("max_age")
    if not min_age and max_age is None:
        return []
    age = age_on(facts.birth_date, facts.today)
    if age is None:
        return [notice(Code.AGE_UNKNOWN, min_age=min_age or 0)]
    reasons = []
    if min_age and age < min_age:
        reasons.append(_age_reason(Code.AGE_TOO_LOW, rules, "min_age", age=age, min_age=min_age))
    if max_age is not None and age > max_age:
        reasons.append(_age_reason(Code.AGE_TOO_HIGH, rules, "max_age", age=age, max_age=max_age))
    return reasons


def _age_reason(code: Code, rules: RuleReader, name: str, **facts: int) -> Reason:
    return overridable(code, Permission.OVERRIDE_LIMITS, **facts, origin=rules.origin(name))


def _due_date(facts: CheckOutFacts) -> tuple[DueDate | None, list[Reason]]:
    chosen = facts.chosen_due_date
    if chosen is not None and chosen < facts.today:
        return None, [blocking(Code.DUE_DATE_PAST, due_date=chosen.isoformat())]
    if facts.on_site:
        return due_date_on_site(facts.now), []
    try:
        due = due_date_of_loan(
            facts.rules,
            facts.calendar,
            now=facts.now,
            expires_on=facts.patron.expires_on,
            chosen=chosen,
            demand=Demand(facts.waiting, facts.items),
        )
    except RuleMissing as missing:
        return None, [rule_missing(missing.name)]
    except NeverOpen:
        return None, [blocking(Code.CALENDAR_NEVER_OPEN, branch_id=facts.rules_branch_id)]
    return due, list(_shortened(due, facts))


def _shortened(due: DueDate, facts: CheckOutFacts) -> Iterator[Reason]:
    if due.is_shortened and facts.patron.expires_on is not None:
        yield notice(Code.DUE_BEFORE_CARD_ENDS, expires_on=facts.patron.expires_on.isoformat())
    if due.without_demand is not None:
        yield notice(Code.SHORT_FOR_DEMAND, count=facts.waiting, due_date=due.without_demand.isoformat())


def _news(facts: CheckOutFacts) -> Iterator[Reason]:
    if facts.waiting:
        yield notice(Code.HOLDS_WAITING, count=facts.waiting)
    if facts.patron.overdue:
        yield notice(Code.HAS_OVERDUE, overdue=facts.patron.overdue)
    if facts.patron.owed > ZERO:
        yield notice(Code.OWES, owed=str(to_money(facts.patron.owed)))
    if facts.ready_here:
        yield notice(Code.HOLD_READY_HERE, count=facts.ready_here)


def _same_title(facts: CheckOutFacts) -> list[Reason]:
    # Only news: who lends a class set would be asked at each scan.
    return [notice(Code.HAS_SAME_TITLE, count=facts.same_title)] if facts.same_title else []


def _claims(facts: CheckOutFacts) -> list[Reason]:
    limit = facts.rules.value("warn_at_claims")
    if limit is None or facts.claims < limit:
        return []
    origin = facts.rules.origin("warn_at_claims")
    return [notice(Code.HAS_CLAIMS, claims=facts.claims, limit=limit, origin=origin.as_facts() if origin else None)]
