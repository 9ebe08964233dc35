"""What a check-in needs beside its decision table: routes, floating, claims that are settled, and news of the item.

What of it concerns an item that lies on the desk, a check-out needs as well.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from circulation.errors import Code
from circulation.models import Fee, Loan, LocalUse
from circulation.rules.fees import Movement
from circulation.rules.hour_fees import hours_late
from circulation.rules.reasons import blocking, notice
from circulation.rules.resolution import Level, Resolved
from circulation.rules.returns import Route, RouteFacts, accepts_return, route
from circulation.rules.values import ReturnPolicy
from circulation.selectors.desk_facts import BundleFacts, LoanFacts
from circulation.selectors.loan_cases import counts_hours
from circulation.selectors.rule_books import RuleBook
from circulation.services.fees.closing import close_fees
from circulation.services.fees.lost import found as found_lost
from common.errors import Reason
from common.money import ZERO, to_money
from holdings.models import Branch, Item, ShelvingLocation
from holdings.services.items import move_home
from patrons.models import Patron

_GONE = (Item.Status.LOST, Item.Status.MISSING, Item.Status.WITHDRAWN)


def route_of(item: Item, here: Branch, book: RuleBook, **facts: Any) -> Route:
    """Return where the item belongs when nobody waits for it.

    :param facts: what `RouteFacts` asks for beside the item, the branch and the rules
    """
    rules = _rules_at_home(item, book)
    rules_here = book.resolved(branch_id=here.pk, category_id=None, item_type_id=item.item_type_id)
    own = rules_here.origin("return_policy")
    return route(
        RouteFacts(
            home_branch_id=item.home_branch_id,
            here_id=here.pk,
            status=item.status,
            policy=rules.value("return_policy"),
            home_group=book.group_of(item.home_branch_id),
            here_takes_none=own is not None
            and own.level == Level.BRANCH
            and rules_here.value("return_policy") == ReturnPolicy.HOME,
            is_damaged=item.is_damaged,
            **facts,
        )
    )


def place_reasons(item: Item, here: Branch, book: RuleBook) -> Iterator[Reason]:
    """Yield the reason against giving the item back here, if its home branch wants it elsewhere."""
    rules = _rules_at_home(item, book)
    accepted = accepts_return(
        rules.value("returns_accepted"),
        home_branch_id=item.home_branch_id,
        here_id=here.pk,
        home_group=book.group_of(item.home_branch_id),
    )
    if not accepted:
        origin = rules.origin("returns_accepted")
        yield blocking(
            Code.RETURN_NOT_HERE, branch_id=item.home_branch_id, origin=origin.as_facts() if origin else None
        )


def having_reasons(loan: LoanFacts | None, lent_to: Collection[int] | None) -> Iterator[Reason]:
    """Yield the reason against taking back what none of these patrons has; None stands for whoever has it."""
    if lent_to is None:
        return
    if loan is None:
        yield blocking(Code.LOAN_ENDED)
    elif loan.patron_id not in lent_to:
        yield blocking(Code.ITEM_ON_LOAN, due_date=loan.due.isoformat())


def day_reasons(day: date | None, today: date, loan: Loan | None) -> Iterator[Reason]:
    """Yield the reason against dating a return to a day."""
    if day is None:
        return
    if day > today:
        yield blocking(Code.RETURN_DAY_AHEAD, back_dated_to=day.isoformat())
    elif loan is not None and day < loan.loaned_on:
        yield blocking(Code.RETURN_BEFORE_LOAN, back_dated_to=day.isoformat(), loaned_on=loan.loaned_on.isoformat())


def float_here(item: Item, here: Branch, now: datetime) -> dict[str, Any]:
    """Let the item belong to this branch from now on, and return where it belonged, for undoing."""
    before = {"home_branch_id": item.home_branch_id, "location_id": item.location_id}
    move_home(item, here, now=now)
    return {"floated_from": before}


def float_back(item: Item, before: Mapping[str, Any], now: datetime) -> None:
    """Let the item belong again where it did before it floated."""
    move_home(item, Branch.objects.get(pk=before["home_branch_id"]), now=now)
    # Locked, so that nobody takes the room away before the item is in it.
    item.location = ShelvingLocation.objects.select_for_update(no_key=True).filter(pk=before["location_id"]).first()
    item.save(update_fields=["location"])


def count_use(item: Item, here: Branch, day: date, now: datetime) -> dict[str, Any]:
    """Count that an item was used in the house, and return what's needed for undoing."""
    return {"local_use_id": LocalUse.objects.create(item=item, branch=here, used_at=now, used_on=day).pk}


def day_of_return(loan: Loan, day: date, zone: Any) -> date:
    """Return the day up to which being late counts: what the patron says she had returned stopped counting then."""
    if loan.claim and loan.claimed_at is not None:
        return max(loan.loaned_on, min(day, loan.claimed_at.astimezone(zone).date()))
    return day


def late_by(loan: Loan | None, day: date, until: datetime, book: RuleBook) -> dict[str, int]:
    """Return how late it came back, in days and, where any rule counts them, in hours of the due date itself.

    :param day: up to which being late counts
    :param until: the same for a loan by the hour
    """
    days = max(0, (day - loan.due_date).days) if loan else 0
    hours = 0
    if loan is not None and loan.due_at is not None and not days and counts_hours(book):
        same_day = day == until.astimezone(ZoneInfo(book.branches[loan.lending_branch_id].time_zone)).date()
        hours = hours_late(loan.due_at, until) if same_day else 0
    return {"days_late": days, "hours_late": hours}


def settle_claim(loan: Loan) -> dict[str, Any]:
    """Take the claim off a loan whose item is here; the caller saves it. Return what it said, for undoing."""
    if not loan.claim or loan.claimed_at is None:
        return {}
    before = {"claim": loan.claim, "claimed_at": loan.claimed_at.isoformat()}
    loan.claim, loan.claimed_at = "", None
    return {"claim_settled": before}


def before_scan(item: Item) -> dict[str, Any]:
    """Return what of an item a scan changes, for undoing."""
    return {
        "status": item.status,
        "current_branch_id": item.current_branch_id,
        "not_found_count": item.not_found_count,
        "last_seen_at": item.last_seen_at.isoformat() if item.last_seen_at else None,
    }


def settle_claims_of_found(item: Item) -> dict[str, Any]:
    """Take the claims off ended loans of an item that was missing: nobody had it. Return what was said, for undoing."""
    claimed = Loan.objects.filter(item=item, claim=Loan.Claim.NEVER_HAD)
    said = [
        {"loan_id": pk, "patron_id": patron_id, "claimed_at": claimed_at.isoformat() if claimed_at else None}
        for pk, patron_id, claimed_at in claimed.order_by("pk").values_list("pk", "patron_id", "claimed_at")
    ]
    if not said:
        return {}
    claimed.filter(patron__keeps_history=True).update(claim="", claimed_at=None)
    claimed.update(claim="", claimed_at=None, patron=None)
    return {"never_had": said}


def claim_again(said: Iterable[Mapping[str, Any]]) -> None:
    """Let it stand again that patrons say they never had an item, when the scan that found it is undone."""
    for claim in said:
        # Whoever was forgotten since isn't remembered because of it.
        patron = Patron.objects.filter(pk=claim["patron_id"]).first()
        moment = datetime.fromisoformat(claim["claimed_at"])
        Loan.objects.filter(pk=claim["loan_id"]).update(claim=Loan.Claim.NEVER_HAD, claimed_at=moment, patron=patron)


def settle_found(item: Item, *, on: date, now: datetime, actor: Any) -> tuple[dict[str, Any], tuple[Reason, ...]]:
    """End the claims for an item that counted as gone and is here; return what they said, for undoing, and the news.

    :param item: as it was before the scan
    """
    if item.status not in _GONE:
        return {}, ()
    # Whatever it was noted as since: it may have been lost with its loan over, or said never to have been had.
    said = settle_claims_of_found(item)
    found = found_lost(item=item, on=on, now=now, actor=actor)
    if not found:
        return said, ()
    return {**said, "found_claims": [fee.pk for fee, _ in found]}, (_claim_ended([moved for _, moved in found]),)


def end_fees(loan: Loan, **how: Any) -> tuple[Fee | None, tuple[Reason, ...]]:
    """End the fees of a loan that's over; return the overdue one, and what became of a claim for the item's price.

    :param how: what `close_fees` asks for beside the loan
    :raises circulation.rules.resolution.RuleMissing: if it's late and no rule says what that costs
    """
    closed = close_fees(loan=loan, **how)
    moved = [each for each in closed.replaced if each.take_back or each.overpaid]
    return closed.overdue, (_claim_ended(moved),) if moved else ()


def news_of_item(item: Item, bundle: BundleFacts) -> Iterator[Reason]:
    """Yield what the desk looks at when an item comes back: damage, loose parts, what it's kept in or holds."""
    if bundle.barcode is not None:
        yield notice(Code.ITEM_IN_BUNDLE, barcode=bundle.barcode)
    yield from news_to_lend(item, bundle)


def news_to_lend(item: Item, bundle: BundleFacts) -> Iterator[Reason]:
    """Yield what the desk looks at before it hands an item out: damage that was there, what's to be counted."""
    if item.is_damaged:
        yield notice(Code.ITEM_DAMAGED, note=item.damage_note)
    if item.parts:
        yield notice(Code.COUNT_PARTS, parts=item.parts, missing=item.parts_missing, note=item.parts_note)
    if bundle.contents:
        yield notice(Code.COUNT_BUNDLE, contents=bundle.contents)


def _claim_ended(moved: Sequence[Movement]) -> Reason:
    taken_back = sum((each.take_back for each in moved), ZERO)
    credited = sum((each.overpaid for each in moved), ZERO)
    return notice(Code.LOST_CLAIM_ENDED, taken_back=str(to_money(taken_back)), credited=str(to_money(credited)))


def _rules_at_home(item: Item, book: RuleBook) -> Resolved:
    return book.resolved(branch_id=item.home_branch_id, category_id=None, item_type_id=item.item_type_id)
