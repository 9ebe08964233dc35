"""Lends an item to a patron."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from accounts.models import StaffAccount
from circulation.errors import CheckOutRefused, Code, Override, RenewalRefused
from circulation.models import Hold, Loan, Transit
from circulation.rules.check_out import CheckOutFacts, HoldFacts, decide, own_hold_to_fill
from circulation.rules.due_dates import DueDate
from circulation.rules.holds import ItemToFill
from circulation.rules.reasons import covered_codes, notice, notices_among, standing
from circulation.rules.whose_rules import Choices
from circulation.selectors.desk_facts import (
    LoanFacts,
    ScanFacts,
    TransitFacts,
    bundle_of,
    loan_counts,
    open_loan,
    open_transit,
    patron_facts,
    patron_holds,
    read_facts,
    scan_facts,
    trapped_hold,
    wider_types,
    with_loan,
)
from circulation.selectors.holds import as_waiting
from circulation.selectors.panels import PANEL_FACTS
from circulation.selectors.rule_books import RuleBook, known_choices, rule_book
from circulation.services import hold_states
from circulation.services.desk_actions import (
    SAME_VISIT,
    attach_names,
    check_scan,
    clean_scan_id,
    desk_action,
    local_moment,
    locked_item,
    locked_patron,
    notice_facts,
    notices_of,
    override_facts,
    permissions,
)
from circulation.services.fees.hold_fee import charge_collected
from circulation.services.recalls_over import let_go, lock_recalled_for_patron
from circulation.services.renew import renew_instead_of_lending
from circulation.services.results import CheckOutResult
from circulation.services.returns import before_scan, news_to_lend, settle_found
from common import audit
from common.errors import Reason
from common.plain_inserts import PlainInsert
from common.plain_updates import PlainUpdate
from holdings.models import Branch, Item
from patrons.models import Patron, PatronCategory

ACTION = "circulation.check_out"
# Whoever is one of these takes many items of a title as a matter of course.
_BORROW_SETS = (PatronCategory.Kind.INSTITUTION, PatronCategory.Kind.CLASS)
_add_loan = PlainInsert(Loan)
_write_item = PlainUpdate(Item, "status", "current_branch", "last_seen_at")
# What the patron's panel shows is read along, so that no second look at her is needed.
_FACTS = (
    *PANEL_FACTS,
    "calendar_version",
    "scan",
    "loan",
    "transit",
    "trapped",
    "recalled_for_her",
    "waiting",
    "lendable",
    "claims",
    "same_title",
    "bundle",
)


@dataclass(frozen=True)
class _Wish:
    """What's asked for: when by the branch's clock, by whose rules, until when, and whether to stay in the house."""

    here: datetime
    rules_branch_id: int
    due_date: date | None
    on_site: bool


def check_out(
    *,
    item: Item,
    patron: Patron,
    branch: Branch,
    staff: StaffAccount | None,
    now: datetime,
    override: Override | None = None,
    scan_id: str | None = None,
    due_date: date | None = None,
    on_site: bool = False,
) -> CheckOutResult:
    """Lend the item to the patron; an item that she has on loan already is renewed.

    :param item: only its key counts; it's read again under lock, and so is `patron`
    :param staff: None at a self-service machine
    :param due_date: instead of the day that the rules give
    :param on_site: for use in the library only, until the end of the day; items that aren't lent out may be lent so
    :raises CheckOutRefused: with every reason found; nothing has changed
    """
    scan_id = clean_scan_id(scan_id)
    with desk_action(CheckOutRefused):
        item = locked_item(item, CheckOutRefused)
        patron = locked_patron(patron, CheckOutRefused)
        here = local_moment(now, branch)
        rules_branch_id = _rules_branch_id(known_choices(), item, patron, branch)
        facts = read_facts(
            *_FACTS,
            item=item.pk,
            record=item.record_id,
            patron=patron.pk,
            branch=rules_branch_id,
            today=here.date(),
            now=here,
            scan=scan_id,
        )
        book = rule_book(facts["version"])
        if scan := scan_facts(facts):
            return _first_result(scan, item, patron, book)
        loan = open_loan(facts)
        if loan is not None and loan.patron_id == patron.pk:
            return _renew(loan, item=item, patron=patron, staff=staff, now=now, override=override, scan_id=scan_id)
        if rules_branch_id != _rules_branch_id(book.choices, item, patron, branch):
            # The municipality has just chosen otherwise, so the days of another branch were asked for.
            rules_branch_id = _rules_branch_id(book.choices, item, patron, branch)
            facts["calendar_version"] = None
        wish = _Wish(here, rules_branch_id, due_date, on_site)
        decision = decide(_facts_to_decide(facts, item, patron, branch, book, loan, wish))
        against = standing(decision.reasons, override, permissions(staff))
        if against or decision.due is None:
            raise CheckOutRefused(against)
        return _lend(
            facts,
            decision.reasons,
            decision.due,
            item=item,
            patron=patron,
            branch=book.branches.get(branch.pk, branch),
            wish=wish,
            book=book,
            staff=staff,
            now=now,
            override=override,
            scan_id=scan_id,
        )


def _rules_branch_id(choices: Choices, item: Item, patron: Patron, branch: Branch) -> int:
    return choices.branch_of_loan(
        desk_id=branch.pk, item_home_id=item.home_branch_id, patron_home_id=patron.home_branch_id
    )


def _facts_to_decide(
    facts: dict[str, Any],
    item: Item,
    patron: Patron,
    branch: Branch,
    book: RuleBook,
    loan: LoanFacts | None,
    wish: _Wish,
) -> CheckOutFacts:
    item_type, seen_from = book.item_types[item.item_type_id], wish.rules_branch_id
    today = wish.here.date()
    ready_here = (
        hold
        for hold in patron_holds(facts)
        if hold.state == Hold.State.READY and hold.pickup_branch_id == branch.pk and hold.record_id != item.record_id
    )
    return CheckOutFacts(
        now=wish.here,
        item_id=item.pk,
        item_status=item.status,
        item_type_id=item.item_type_id,
        item_type=item_type.code,
        item_type_is_lent=item_type.is_lent,
        branch_id=branch.pk,
        branch_is_open_for_business=book.branches.get(branch.pk, branch).is_open_for_business,
        patron=patron_facts(patron, facts),
        rules_branch_id=seen_from,
        rules=book.resolved_for(patron, branch_id=seen_from, item_type_id=item.item_type_id, on=today),
        calendar=book.calendar(seen_from, facts["calendar_version"]),
        birth_date=patron.birth_date,
        on_loan_until=loan.due if loan else None,
        trapped=trapped_hold(facts),
        waiting=facts["waiting"],
        ready_here=sum(1 for _ in ready_here),
        bundle_barcode=bundle_of(facts).barcode,
        item_news=tuple(news_to_lend(item, bundle_of(facts))),
        claims=facts["claims"],
        same_title=0 if book.categories[patron.category_id].kind in _BORROW_SETS else facts["same_title"],
        loans=loan_counts(facts, book, branch_id=seen_from),
        loans_of_type=loan_counts(facts, book, branch_id=seen_from, item_type_ids=(item.item_type_id,)),
        wider_types=wider_types(facts, book, patron, branch_id=seen_from, item_type_id=item.item_type_id, on=today),
        items=facts["lendable"],
        chosen_due_date=wish.due_date,
        on_site=wish.on_site,
    )


def _lend(
    facts: dict[str, Any],
    reasons: tuple[Reason, ...],
    due: DueDate,
    *,
    item: Item,
    patron: Patron,
    branch: Branch,
    wish: _Wish,
    book: RuleBook,
    staff: StaffAccount | None,
    now: datetime,
    override: Override | None,
    scan_id: str | None,
) -> CheckOutResult:
    before = before_scan(item)
    trapped, transit = trapped_hold(facts), open_transit(facts)
    own = own_hold_to_fill(patron_holds(facts), item_id=item.pk, record_id=item.record_id, volume=item.volume)
    recalled = lock_recalled_for_patron(patron.pk) if own is not None and facts["recalled_for_her"] else []
    filled, hold_changes = _settle_holds(own, trapped, item=item, patron=patron, now=now)
    if filled is not None:
        rules = book.filling(wish.here.date()).for_hold(
            as_waiting(filled, patron), ItemToFill.of(item, at_branch_id=branch.pk)
        )
        fee = charge_collected(
            hold=filled, patron=patron, item=item, rules=rules, staff=staff, on=wish.here.date(), now=now
        )
        hold_changes |= {"hold_fee_id": fee.pk} if fee else {}
    found, of_claims = settle_found(item, on=wish.here.date(), now=now, actor=staff)
    loan = _add_loan(
        item=item,
        patron=patron,
        lending_branch=branch,
        loaned_at=now,
        loaned_on=wish.here.date(),
        due_date=due.day,
        due_at=due.at,
        is_on_site=wish.on_site,
        rules_branch_id=None if wish.rules_branch_id == branch.pk else wish.rules_branch_id,
        returns_as=_returns_as(item),
    )
    item.status, item.current_branch_id, item.last_seen_at = Item.Status.ON_LOAN, branch.pk, now
    _write_item(item)
    attach_names(item, book)
    free = let_go(recalled, staff=staff, now=now)
    notices = (*notices_among(reasons), *of_claims)
    entry = audit.record(
        action=ACTION,
        actor=staff,
        subject=item,
        scan_id=scan_id,
        facts={
            "loan_id": loan.pk,
            "item_id": item.pk,
            "patron_id": patron.pk,
            "branch_id": branch.pk,
            "due_date": due.day.isoformat(),
            **({"on_site": True} if wish.on_site else {}),
            "before": before,
            **hold_changes,
            **free,
            **found,
            **_end_transit(transit, branch, now),
            **override_facts(override, covered_codes(reasons, override)),
            **notice_facts(notices),
        },
    )
    seen = None
    if not (hold_changes or found or of_claims):
        seen = with_loan(facts, branch_id=wish.rules_branch_id, item_type_id=item.item_type_id, on_site=wish.on_site)
    return CheckOutResult(loan=loan, item=item, notices=notices, filled_hold=filled, entry_id=entry.pk, seen=seen)


def _returns_as(item: Item) -> str:
    return item.status if item.status == Item.Status.REFERENCE_ONLY else Item.Status.AVAILABLE


def _settle_holds(
    own: HoldFacts | None, trapped: HoldFacts | None, *, item: Item, patron: Patron, now: datetime
) -> tuple[Hold | None, dict[str, Any]]:
    """Fill the patron's own hold, and let another's, which staff went past, back into the queue."""
    wanted = {hold.hold_id for hold in (own, trapped) if hold is not None}
    filled: Hold | None = None
    changes: dict[str, Any] = {}
    for hold_id in sorted(wanted):
        hold = hold_states.lock_hold(hold_id)
        if hold is None or hold.state not in Hold.ACTIVE:
            continue
        if own is not None and hold_id == own.hold_id:
            changes["filled"] = hold_states.snapshot(hold)
            hold_states.fill(hold, item, now=now)
            if ended := hold_states.end_parallel(hold, now=now):
                changes["parallel"] = ended
            filled = hold
        elif hold.patron_id != patron.pk and hold.trapped_item_id == item.pk:
            changes["requeued"] = hold_states.snapshot(hold)
            hold_states.back_to_queue(hold)
    return filled, changes


def _end_transit(transit: TransitFacts | None, branch: Branch, now: datetime) -> dict[str, Any]:
    """End the journey of an item that's lent on the way, or as it arrives."""
    if transit is None:
        return {}
    ended = "received_at" if transit.to_branch_id == branch.pk else "cancelled_at"
    Transit.objects.filter(pk=transit.transit_id).update(**{ended: now})
    return {"transit_ended": {"id": transit.transit_id, "as": ended}}


def _renew(
    loan: LoanFacts,
    *,
    item: Item,
    patron: Patron,
    staff: StaffAccount | None,
    now: datetime,
    override: Override | None,
    scan_id: str | None,
) -> CheckOutResult:
    """Renew what she has on loan already; scanned twice in a row, the second time changes nothing."""
    here = notice(Code.ALREADY_ON_LOAN_TO_PATRON, loan_id=loan.loan_id, due_date=loan.due.isoformat())
    if abs(now - loan.touched_at) < SAME_VISIT:
        return _unchanged(loan, here, item=item, patron=patron)
    try:
        renewed = renew_instead_of_lending(
            loan_id=loan.loan_id, item=item, patron=patron, staff=staff, now=now, override=override, scan_id=scan_id
        )
    except RenewalRefused as refused:
        if refused.codes != [Code.NOT_LATER]:
            raise CheckOutRefused([here, *refused.reasons]) from refused
        return _unchanged(loan, here, item=item, patron=patron)
    return CheckOutResult(
        loan=renewed.loan,
        item=item,
        notices=(here, *renewed.notices),
        was_renewal=True,
        entry_id=renewed.entry_id,
    )


def _unchanged(known: LoanFacts, here: Reason, *, item: Item, patron: Patron) -> CheckOutResult:
    loan = Loan.objects.select_related("lending_branch").get(pk=known.loan_id)
    loan.item, loan.patron = item, patron
    return CheckOutResult(loan=loan, item=item, notices=(here,), changed=False, repeated=True)


def _first_result(scan: ScanFacts, item: Item, patron: Patron, book: RuleBook) -> CheckOutResult:
    check_scan(scan, CheckOutRefused, actions=(ACTION, "circulation.renew"), item_id=item.pk, patron_id=patron.pk)
    loan = Loan.objects.select_related("lending_branch").get(pk=scan.facts["loan_id"])
    loan.item = item
    # The loan may have forgotten her since, but it's she who stands at the desk.
    loan.patron = patron
    filled = scan.facts.get("filled")
    attach_names(item, book)
    return CheckOutResult(
        loan=loan,
        item=item,
        notices=notices_of(scan.facts),
        filled_hold=Hold.objects.filter(pk=filled["id"]).first() if filled else None,
        was_renewal=scan.action != ACTION,
        repeated=True,
        entry_id=scan.entry_id,
    )
