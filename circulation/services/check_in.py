"""Takes an item back, or finds out where one that lies on the desk belongs."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction

from accounts.models import StaffAccount
from circulation.errors import CheckInRefused, Code
from circulation.models import Fee, Hold, Loan, Transit
from circulation.rules.check_in import FOUND, CheckInFacts, CheckInPlan, HoldStep, OpenTransit, TransitStep, plan
from circulation.rules.holds import ItemToFill, first_to_fill
from circulation.rules.reasons import notice, notice_of_missing_rule
from circulation.rules.resolution import RuleMissing
from circulation.selectors.desk_facts import (
    ScanFacts,
    TransitFacts,
    bundle_of,
    open_loan,
    open_transit,
    queue_of,
    read_facts,
    scan_facts,
    trapped_hold,
)
from circulation.selectors.loan_cases import is_late
from circulation.selectors.rule_books import RuleBook, rule_book
from circulation.services import hold_states
from circulation.services.desk_actions import (
    SAME_VISIT,
    attach_names,
    check_scan,
    clean_scan_id,
    desk_action,
    local_day,
    locked_item,
    notice_facts,
    notices_of,
)
from circulation.services.privacy import anonymise_if_settled
from circulation.services.results import CheckInResult, GoesTo
from circulation.services.returns import (
    before_scan,
    count_use,
    day_of_return,
    day_reasons,
    end_fees,
    float_here,
    having_reasons,
    late_by,
    news_of_item,
    place_reasons,
    route_of,
    settle_claim,
    settle_found,
)
from common import audit
from common.errors import Reason
from common.keyed_reads import ALL, KeyedRead
from common.plain_inserts import PlainInsert
from common.plain_updates import PlainUpdate
from holdings.models import Branch, Item

ACTION = "circulation.check_in"
_lock_open_loan = KeyedRead(Loan, lock=True, along={"patron": ALL})
_write_loan = PlainUpdate(Loan, "returned_at", "returned_to", "patron", "claim", "claimed_at")
_write_item = PlainUpdate(Item, "status", "current_branch", "last_seen_at", "not_found_count")
_add_transit = PlainInsert(Transit)
_FACTS = ("version", "scan", "loan", "transit", "trapped", "queue", "owed_on_loan", "rotation", "bundle")


@dataclass
class _Scan:
    """One scan on its way through the service."""

    item: Item
    branch: Branch
    staff: StaffAccount | None
    now: datetime
    today: date
    facts: dict[str, Any]
    book: RuleBook
    is_self_service: bool = False
    counts_use: bool = False
    loan: Loan | None = None
    hold: Hold | None = None


def check_in(
    *,
    item: Item,
    branch: Branch,
    staff: StaffAccount | None,
    now: datetime,
    scan_id: str | None = None,
    back_dated_to: date | None = None,
    is_self_service: bool = False,
    counts_use: bool = False,
    lent_to: Collection[int] | None = None,
) -> CheckInResult:
    """Take the item back at a branch and say where it goes; scanned again there, nothing more changes.

    :param item: only its key counts; it's read again under lock
    :param back_dated_to: the day on which it came back, if that was earlier: a book drop's, for instance
    :param is_self_service: at a machine, where nothing floats
    :param counts_use: what wasn't on loan was read in the house, and counts for the statistics; scanned twice within
        ten minutes, once
    :param lent_to: the patrons one of whom has it, where a page said so and nobody scans it; None for a scan
    :raises CheckInRefused: RETURN_NOT_HERE, RETURN_DAY_AHEAD or RETURN_BEFORE_LOAN, and LOAN_ENDED or ITEM_ON_LOAN when
        none of `lent_to` has it any more; anything else is taken back
    """
    scan_id = clean_scan_id(scan_id)
    with desk_action(CheckInRefused):
        item = locked_item(item, CheckInRefused)
        today = local_day(now, branch)
        facts = _read(item, today, scan_id)
        book = rule_book(facts["version"])
        if known := scan_facts(facts):
            return _first_result(known, item, book)
        here = book.branches.get(branch.pk, branch)
        scan = _Scan(item, here, staff, now, today, facts, book, is_self_service, counts_use)
        scan.loan = _lock_loan(scan)
        gone = having_reasons(open_loan(facts), lent_to)
        if against := [*gone, *_place_reasons(scan), *day_reasons(back_dated_to, today, scan.loan)]:
            raise CheckInRefused(against)
        return _carry_out(scan, back_dated_to or today, scan_id)


def _read(item: Item, today: date, scan_id: str | None) -> dict[str, Any]:
    return read_facts(*_FACTS, item=item.pk, record=item.record_id, today=today, scan=scan_id)


def _lock_loan(scan: _Scan) -> Loan | None:
    known = open_loan(scan.facts)
    if known is None:
        return None
    loan = _lock_open_loan(known.loan_id)
    if loan is not None:
        loan.item = scan.item
    return loan


def _place_reasons(scan: _Scan) -> Iterator[Reason]:
    if scan.loan is not None:
        yield from place_reasons(scan.item, scan.branch, scan.book)


def _is_second(scan: _Scan) -> bool:
    seen_at = scan.item.last_seen_at
    return scan.item.current_branch_id == scan.branch.pk and seen_at is not None and scan.now - seen_at < SAME_VISIT


def _carry_out(scan: _Scan, day: date, scan_id: str | None) -> CheckInResult:
    item, loan = scan.item, scan.loan
    before = before_scan(item)
    decided = _plan_and_lock(scan)
    transit = open_transit(scan.facts)
    changes, of_claims = ({}, ()) if loan else settle_found(item, on=day, now=scan.now, actor=scan.staff)
    notices = (*_news(scan, decided), *of_claims)
    was_used = scan.counts_use and loan is None and item.status != Item.Status.WITHDRAWN and not _is_second(scan)
    if (
        loan is None
        and not was_used
        and not changes
        and not item.not_found_count
        and decided.changes_nothing(status=item.status, current_branch_id=item.current_branch_id)
    ):
        attach_names(item, scan.book)
        return _result(scan, decided, item=item, notices=notices, changed=False)
    patron_id = loan.patron_id if loan else None
    fee = None
    claimed_at = loan.claimed_at if loan is not None else None
    if loan is not None:
        day = day_of_return(loan, day, ZoneInfo(scan.branch.time_zone))
        changes |= settle_claim(loan)
        fee, problems = _close_loan(loan, scan, day, claimed_at)
        notices += problems
    if was_used:
        changes |= count_use(item, scan.branch, day, scan.now)
    if decided.floats:
        changes |= float_here(item, scan.branch, scan.now)
    changes |= _move(decided, transit, scan)
    if scan.hold is not None and decided.hold_step != HoldStep.NONE:
        changes["hold"] = hold_states.snapshot(scan.hold)
        notices += _step_hold(scan.hold, decided, scan)
    _settle_item(item, decided, scan)
    result = _result(
        scan,
        decided,
        item=item,
        notices=notices,
        loan=loan,
        patron_id=patron_id,
        fee=fee,
        was_used=was_used,
        **late_by(loan, day, claimed_at or scan.now, scan.book),
    )
    return _recorded(result, scan, scan_id, {"before": before, "returned_on": day.isoformat(), **changes})


def _plan_and_lock(scan: _Scan) -> CheckInPlan:
    """Decide, and lock the hold that it's about; when somebody else got hold of it meanwhile, decide anew."""
    while True:
        decided = plan(_facts_to_decide(scan))
        if decided.hold_id is None:
            return decided
        hold = hold_states.lock_hold(decided.hold_id)
        still_bound = hold is not None and hold.trapped_item_id == scan.item.pk and hold.state in Hold.TRAPPED
        if hold is not None and (still_bound or hold_states.still_waits(hold, decided.branch_id, scan.today)):
            scan.hold = hold
            return decided
        scan.facts |= _read(scan.item, scan.today, None)


def _facts_to_decide(scan: _Scan) -> CheckInFacts:
    item, facts = scan.item, scan.facts
    transit, trapped = open_transit(facts), trapped_hold(facts)
    for_holds = ItemToFill.of(item, at_branch_id=scan.branch.pk)
    first_waiting = first_to_fill(queue_of(facts), for_holds, scan.book.filling(scan.today))
    return CheckInFacts(
        status=item.status,
        home_branch_id=item.home_branch_id,
        here_id=scan.branch.pk,
        current_branch_id=item.current_branch_id,
        is_on_loan=scan.loan is not None,
        returns_as=scan.loan.returns_as if scan.loan else Item.Status.AVAILABLE,
        transit=OpenTransit(transit.to_branch_id, transit.purpose) if transit else None,
        trapped=trapped,
        first_waiting=first_waiting,
        route=route_of(
            item,
            scan.branch,
            scan.book,
            rotation_branch_id=facts["rotation"],
            is_in_transit=transit is not None,
            is_wanted=trapped is not None or first_waiting is not None,
            is_self_service=scan.is_self_service,
        ),
        is_damaged=item.is_damaged,
        is_in_bundle=item.bundle_id is not None,
    )


def _news(scan: _Scan, decided: CheckInPlan) -> tuple[Reason, ...]:
    notices = [] if scan.loan is not None else [notice(Code.NOT_ON_LOAN)]
    found = FOUND.get(Item.Status(scan.item.status))
    if found is not None:
        notices.append(notice(found))
    if scan.item.status == Item.Status.WITHDRAWN:
        notices.append(notice(Code.ITEM_WITHDRAWN))
    if scan.loan is not None and scan.loan.claim:
        notices.append(notice(Code.CLAIM_SETTLED, claim=scan.loan.claim))
    if decided.floats:
        notices.append(notice(Code.BELONGS_HERE_NOW, branch_id=scan.item.home_branch_id))
    return (*notices, *news_of_item(scan.item, bundle_of(scan.facts)))


def _close_loan(loan: Loan, scan: _Scan, day: date, until: datetime | None) -> tuple[Fee | None, tuple[Reason, ...]]:
    fee: Fee | None = None
    problems: tuple[Reason, ...] = ()
    # A lost item's claim ends, too, however early it comes back.
    ends = scan.item.status == Item.Status.LOST
    if ends := ends or is_late(loan.due_date, loan.due_at, on=scan.today, at=scan.now, book=scan.book):
        try:
            # A savepoint, for the return goes on even if no rule says what being late costs.
            with transaction.atomic():
                fee, problems = end_fees(loan, on=day, now=scan.now, actor=scan.staff, no_later_than=until)
        except RuleMissing as missing:
            problems = (notice_of_missing_rule(missing.name),)
    loan.returned_at = _moment(day, scan)
    loan.returned_to = scan.branch
    if fee is None and not scan.facts["owed_on_loan"] and loan.patron is not None and not loan.patron.keeps_history:
        loan.patron = None
    _write_loan(loan)
    if loan.patron is not None and ends:
        # What was owed may have been taken back just now, by the day on which it came back.
        anonymise_if_settled(loan)
    return fee, problems


def _moment(day: date, scan: _Scan) -> datetime:
    if day == scan.today:
        return scan.now
    return datetime.combine(day, time(23, 59), ZoneInfo(scan.branch.time_zone))


def _move(decided: CheckInPlan, transit: TransitFacts | None, scan: _Scan) -> dict[str, Any]:
    changes: dict[str, Any] = {}
    if transit is not None and decided.transit_step != TransitStep.NONE:
        ended = "received_at" if decided.transit_step == TransitStep.RECEIVE else "cancelled_at"
        Transit.objects.filter(pk=transit.transit_id).update(**{ended: scan.now})
        changes["transit_ended"] = {"id": transit.transit_id, "as": ended}
    if decided.send_to_id is not None:
        sent = _add_transit(
            item=scan.item,
            from_branch=scan.branch,
            to_branch_id=decided.send_to_id,
            purpose=decided.purpose,
            hold_id=decided.hold_id,
            sent_at=scan.now,
        )
        changes["transit_opened_id"] = sent.pk
    return changes


def _step_hold(hold: Hold, decided: CheckInPlan, scan: _Scan) -> tuple[Reason, ...]:
    if decided.hold_step == HoldStep.MAKE_READY:
        return tuple(hold_states.make_ready(hold, scan.item, book=scan.book, today=scan.today, now=scan.now))
    hold_states.send(hold, scan.item)
    return ()


def _settle_item(item: Item, decided: CheckInPlan, scan: _Scan) -> None:
    item.status, item.last_seen_at, item.not_found_count = decided.status, scan.now, 0
    if decided.send_to_id is not None or not decided.is_on_its_way:
        item.current_branch_id = scan.branch.pk
    _write_item(item)
    attach_names(item, scan.book)


def _goes_to(decided: CheckInPlan, here_id: int) -> GoesTo:
    if decided.is_aside:
        return GoesTo.ASIDE
    if decided.is_on_its_way or decided.branch_id != here_id:
        return GoesTo.TRANSIT
    return GoesTo.HOLD_SHELF if decided.status == Item.Status.ON_HOLD_SHELF else GoesTo.SHELF


def _result(scan: _Scan, decided: CheckInPlan, **values: Any) -> CheckInResult:
    goes_to = _goes_to(decided, scan.branch.pk)
    hold = scan.hold if decided.hold_id is not None else None
    transit = open_transit(scan.facts) if decided.transit_step == TransitStep.RECEIVE else None
    return CheckInResult(
        arrived_from=scan.book.branches.get(transit.from_branch_id) if transit else None,
        goes_to=goes_to,
        branch=scan.book.branches.get(decided.branch_id, scan.branch),
        hold=hold,
        shelf_number=hold.shelf_number if hold and goes_to == GoesTo.HOLD_SHELF else None,
        **values,
    )


def _recorded(result: CheckInResult, scan: _Scan, scan_id: str | None, changes: dict[str, Any]) -> CheckInResult:
    entry = audit.record(
        action=ACTION,
        actor=scan.staff,
        subject=result.item,
        scan_id=scan_id,
        facts={
            "item_id": result.item.pk,
            "branch_id": scan.branch.pk,
            "goes_to": result.goes_to.value,
            "to_branch_id": result.branch.pk,
            "arrived_from_id": result.arrived_from.pk if result.arrived_from else None,
            "loan_id": result.loan.pk if result.loan else None,
            "patron_id": result.patron_id,
            "hold_id": result.hold.pk if result.hold else None,
            "shelf_number": result.shelf_number,
            "fee_id": result.fee.pk if result.fee else None,
            "days_late": result.days_late,
            **({"hours_late": result.hours_late} if result.hours_late else {}),
            **changes,
            **notice_facts(result.notices),
        },
    )
    return CheckInResult(**{**vars(result), "entry_id": entry.pk})


def _first_result(scan: ScanFacts, item: Item, book: RuleBook) -> CheckInResult:
    check_scan(scan, CheckInRefused, actions=(ACTION,), item_id=item.pk)
    facts = scan.facts
    attach_names(item, book)
    loans = Loan.objects.filter(pk=facts["loan_id"]) if facts["loan_id"] else Loan.objects.none()
    holds = Hold.objects.select_related("patron").filter(pk=facts["hold_id"]) if facts.get("hold_id") else ()
    fees = Fee.objects.filter(pk=facts["fee_id"]) if facts.get("fee_id") else ()
    return CheckInResult(
        item=item,
        goes_to=GoesTo(facts["goes_to"]),
        branch=book.branches[facts["to_branch_id"]],
        arrived_from=book.branches.get(facts.get("arrived_from_id") or 0),
        hold=next(iter(holds), None),
        shelf_number=facts["shelf_number"],
        loan=next(iter(loans), None),
        patron_id=facts["patron_id"],
        fee=next(iter(fees), None),
        days_late=facts["days_late"],
        hours_late=facts.get("hours_late", 0),
        was_used="local_use_id" in facts,
        notices=notices_of(facts),
        repeated=True,
        entry_id=scan.entry_id,
    )
