"""Places holds."""

from collections.abc import Sequence
from datetime import date, datetime
from itertools import count
from typing import Any
from uuid import UUID, uuid4

from accounts.models import StaffAccount
from catalogue.models import BibliographicRecord
from catalogue.selectors.works import edition_ids
from catalogue.services.standing import standing_record
from circulation.errors import Code, HoldRefused, Override
from circulation.models import Hold
from circulation.rules.hold_requests import (
    HoldRequest,
    fee_is_due,
    fee_rules,
    interest_until,
    on_shelf_for,
    reasons_to_refuse_hold,
)
from circulation.rules.reasons import blocking, covered_codes, standing
from circulation.selectors.desk_facts import patron_holds, read_facts
from circulation.selectors.rule_books import rule_book
from circulation.services import hold_states
from circulation.services.desk_actions import desk_action, local_day, locked_patron, override_facts, permissions
from circulation.services.fees.hold_fee import charge_hold_fee
from circulation.services.holds.locking import write_down
from circulation.services.holds.requests import FACTS, hold_request, wish_for
from circulation.services.recall import recall_for_hold
from common.errors import Reason
from holdings.models import Branch, Item
from patrons.models import Patron

_LONGEST_TEXT = 200
_LONGEST_VOLUME = 60


def place_hold(
    *,
    record: BibliographicRecord,
    patron: Patron,
    pickup_branch: Branch,
    staff: StaffAccount | None,
    now: datetime,
    item: Item | None = None,
    volume: str = "",
    any_edition: bool = False,
    needed_by: date | None = None,
    note: str = "",
    staff_note: str = "",
    priority: int = 0,
    parallel_to: Hold | None = None,
    override: Override | None = None,
) -> Hold:
    """Put the patron into the title's queue, to pick it up at a branch.

    Where a rule says so it calls a loan back, and costs a fee.

    :param item: when only this item of the title will do
    :param volume: when only this volume or issue will do
    :param any_edition: when another edition with the same author and title will do as well
    :param needed_by: the last day on which she can use it
    :param priority: above 0 goes before others, below 0 behind them
    :param parallel_to: one of her holds in a queue: when one of the two is filled, the other ends
    :param staff: None when she places it herself
    :raises HoldRefused: with every reason found; nothing has changed
    """
    with desk_action(HoldRefused):
        patron = locked_patron(patron, HoldRefused)
        if standing_record(record.pk) != record.pk:
            raise HoldRefused([Reason(Code.RECORD_UNKNOWN)])
        today = local_day(now, pickup_branch)
        editions = edition_ids(record) if any_edition else []
        facts = _read(record, editions, item, patron, pickup_branch, today, now)
        book = rule_book(facts["version"])
        request = hold_request(
            facts,
            record_id=record.pk,
            edition_ids=editions,
            wish=wish_for(
                patron,
                pickup_branch,
                item_id=item.pk if item else None,
                volume=_text(volume, _LONGEST_VOLUME),
            ),
            patron=patron,
            book=book,
            today=today,
            needed_by=needed_by,
        )
        reasons = reasons_to_refuse_hold(request)
        if against := standing(reasons, override, permissions(staff)):
            raise HoldRefused(against)
        hold = Hold(
            record_id=record.pk,
            item=item,
            patron=patron,
            pickup_branch=book.branches[pickup_branch.pk],
            requested_at=now,
            volume=request.wish.volume,
            any_edition=any_edition,
            edition_ids=editions,
            number=_number(request, facts),
            group=_group(parallel_to, patron),
            needed_by=needed_by,
            interest_until=interest_until(request.rules, today=today, needed_by=needed_by),
            priority=max(-1, min(1, priority)),
            note=_text(note, _LONGEST_TEXT),
            staff_note=_text(staff_note, _LONGEST_TEXT),
        )
        hold.save(force_insert=True)
        _write_down(hold, staff, override_facts(override, covered_codes(reasons, override)))
        _cause(hold, request, record, staff, now)
        return hold


def _read(
    record: BibliographicRecord,
    editions: Sequence[int],
    item: Item | None,
    patron: Patron,
    pickup_branch: Branch,
    today: date,
    now: datetime,
) -> dict[str, Any]:
    return read_facts(
        *FACTS,
        record=record.pk,
        records=[record.pk, *editions],
        item=item.pk if item else None,
        patron=patron.pk,
        today=today,
        now=now,
        zone=pickup_branch.time_zone,
    )


def _number(request: HoldRequest, facts: dict[str, Any]) -> int:
    """Return the lowest number that none of her holds on the title has; the database keeps them apart."""
    taken = {hold.number for hold in patron_holds(facts) if hold.record_id == request.record_id}
    return next(number for number in count(1) if number not in taken)


def _group(parallel_to: Hold | None, patron: Patron) -> UUID | None:
    if parallel_to is None:
        return None
    other = hold_states.lock_hold(parallel_to.pk)
    if other is None or other.patron_id != patron.pk or other.state != Hold.State.QUEUED:
        raise HoldRefused([blocking(Code.NOT_PARALLEL)])
    if other.group is None:
        other.group = uuid4()
        other.save(update_fields=["group"])
    return other.group


def _cause(
    hold: Hold, request: HoldRequest, record: BibliographicRecord, staff: StaffAccount | None, now: datetime
) -> None:
    """Charge the fee and call a loan back, where the rules want it."""
    rules = fee_rules(request)
    if rules is not None and fee_is_due(
        rules.value("hold_fee_when"),
        is_placed=True,
        others_wait=request.others_wait,
        all_out=not any(supply.is_on_shelf for supply in request.supplies),
    ):
        charge_hold_fee(
            hold=hold,
            patron=hold.patron,
            title=record.title,
            rules=rules,
            staff=staff,
            on=request.today,
            now=now,
        )
    if not on_shelf_for(request):
        recall_for_hold(hold=hold, wish=request.wish, filling=request.filling, staff=staff, now=now)


def _write_down(hold: Hold, staff: StaffAccount | None, overridden: dict[str, Any]) -> None:
    special = {name: getattr(hold, name) for name in ("volume", "any_edition", "priority") if getattr(hold, name)}
    write_down(
        "place_hold",
        hold,
        staff,
        record_id=hold.record_id,
        item_id=hold.item_id,
        pickup_branch_id=hold.pickup_branch_id,
        **special,
        **overridden,
    )


def _text(value: str, longest: int) -> str:
    return "".join(character if character.isprintable() else " " for character in value).strip()[:longest]
