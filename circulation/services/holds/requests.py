"""Gathers what decides over a hold, for placing one and for picking one up somewhere else."""

from datetime import date
from typing import Any

from circulation.rules.hold_requests import HoldRequest
from circulation.rules.holds import Waiting
from circulation.rules.resolution import Resolved
from circulation.selectors.desk_facts import patron_facts, patron_holds, supplies_of
from circulation.selectors.rule_books import RuleBook
from holdings.models import Branch
from patrons.models import Patron

# Read in one statement; the parameters are record, records, item, patron, today, now and zone.
FACTS = (
    "version",
    "patron_holds",
    "holds_today",
    "holds_of_type",
    "open_loan_of_record",
    "supplies",
    "waiting",
    "overdue",
    "lost",
    "owed",
    "family_owed",
    "blocks",
    "cards",
)


def hold_request(
    facts: dict[str, Any],
    *,
    record_id: int,
    edition_ids: list[int],
    wish: Waiting,
    patron: Patron,
    book: RuleBook,
    today: date,
    needed_by: date | None,
) -> HoldRequest:
    """Return everything that decides over placing a hold."""
    holds = patron_holds(facts)
    titles = {record_id, *edition_ids}
    same = [
        hold.hold_id
        for hold in holds
        if titles & {hold.record_id, *hold.edition_ids}
        and (wish.item_id is None or hold.item_id in (None, wish.item_id))
        and (not wish.volume or hold.volume.casefold() in ("", wish.volume.casefold()))
    ]
    return HoldRequest(
        today=today,
        record_id=record_id,
        wish=wish,
        patron=patron_facts(patron, facts),
        pickup_is_possible=is_pickup_place(book, wish.pickup_branch_id),
        rules=rules_of(book, patron, wish.pickup_branch_id, on=today),
        filling=book.filling(today, some_day=True),
        supplies=supplies_of(facts),
        active_holds=len(holds),
        holds_today=facts["holds_today"],
        holds_of_type=[(item_type_id, count) for item_type_id, count in facts["holds_of_type"] or ()],
        same_hold_ids=same,
        own_loan_id=facts["open_loan_of_record"],
        needed_by=needed_by,
        others_wait=facts["waiting"] > 0,
    )


def wish_for(patron: Patron, pickup_branch: Branch, *, item_id: int | None, volume: str, hold_id: int = 0) -> Waiting:
    """Return a hold as it would wait in the queue; 0 for one that isn't there yet."""
    return Waiting(
        hold_id=hold_id,
        patron_id=patron.pk,
        pickup_branch_id=pickup_branch.pk,
        item_id=item_id,
        category_id=patron.category_id,
        patron_home_branch_id=patron.home_branch_id,
        volume=volume,
        municipality_code=patron.municipality_code,
    )


def rules_of(book: RuleBook, patron: Patron, pickup_branch_id: int, *, on: date) -> Resolved:
    """Return what holds for a patron's holds there, whatever the item."""
    return book.resolved_for_hold(
        pickup_id=pickup_branch_id,
        category_id=patron.category_id,
        patron_home_id=patron.home_branch_id,
        municipality_code=patron.municipality_code,
        item_type_id=None,
        item_home_id=None,
        on=on,
    )


def is_pickup_place(book: RuleBook, branch_id: int) -> bool:
    """Return whether holds can be picked up at a branch at all."""
    branch = book.branches.get(branch_id)
    return branch is not None and branch.is_pickup_place and branch.is_open_for_business
