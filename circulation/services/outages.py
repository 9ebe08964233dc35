"""Carries out what a desk recorded while the network or the server was away, at the time when it happened.

What can't be carried out is kept for staff to settle; nothing that was scanned is dropped.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max

from accounts.models import AuditEntry, StaffAccount
from circulation.errors import Code, Override, SettlingRefused
from circulation.models import Loan, OutageScan
from circulation.rules.outages import TOLERANCE, moment_of
from circulation.rules.reasons import blocking
from circulation.rules.resolution import RuleMissing
from circulation.selectors.loan_cases import is_late
from circulation.selectors.rule_books import rule_book
from circulation.services.check_in import check_in
from circulation.services.check_out import check_out
from circulation.services.desk_actions import clean_scan_id, local_day, locked_item
from circulation.services.fees import close_overdue_fee
from circulation.services.results import CheckInResult, CheckOutResult
from common import audit
from common.barcodes import clean_barcode
from common.errors import Reason, Refused
from holdings.models import Branch, Item
from holdings.selectors import get_item_by_barcode
from patrons.models import Patron
from patrons.selectors import get_patron, get_patron_by_card

ACTION = "circulation.replay_scan"
SETTLE_ACTION = "circulation.settle_scan"


@dataclass(frozen=True)
class Recorded:
    """A scan as the browser recorded it.

    :ivar kind: of `OutageScan.Kind`
    :ivar card: the patron's card, if it was scanned during the outage
    :ivar patron_id: the patron whom the desk served when it began, if no card was scanned since
    :ivar said: the browser's time as text; `happened_at` the same, read
    :ivar sent_at: the browser's clock when it was sent
    :ivar recorded_by: the user name of whoever was logged in then
    """

    scan_id: str
    kind: str
    text: str
    said: str
    happened_at: datetime | None
    sent_at: datetime | None
    card: str = ""
    patron_id: int | None = None
    due_date: date | None = None
    returned_on: date | None = None
    recorded_by: str = ""


@dataclass(frozen=True)
class Replayed:
    """What became of it: done with a result, or open with all reasons.

    :ivar result: of the check-out or check-in; None when it's open; of the first time when it was sent before
    """

    scan: OutageScan
    result: CheckOutResult | CheckInResult | None = None

    @property
    def reasons(self) -> list[Reason]:
        """Why it's open."""
        return reasons_of(self.scan)


def replay_scan(*, recorded: Recorded, branch: Branch, is_hers: bool, staff: StaffAccount, now: datetime) -> Replayed:
    """Carry out a recorded scan at its own time, or keep it for staff; sent again, it's told what became of it.

    :param branch: where it was recorded; `is_hers` says whether `staff`, who sends it, may work there
    """
    scan_id = clean_scan_id(recorded.scan_id) or ""
    known = OutageScan.objects.filter(scan_id=scan_id).select_related("item__record", "branch").first()
    if known is not None:
        return Replayed(known, _first_result(known, recorded, staff))
    try:
        with transaction.atomic():
            return _replay(recorded, scan_id, branch=branch, is_hers=is_hers, staff=staff, now=now)
    except IntegrityError as error:
        # Another tab has sent it at the same time.
        known = OutageScan.objects.filter(scan_id=scan_id).select_related("item__record", "branch").first()
        if known is None:
            raise error
        return Replayed(known, _first_result(known, recorded, staff))


def settle_by_action(
    *,
    scan: OutageScan,
    staff: StaffAccount,
    at: datetime,
    now: datetime,
    patron: Patron | None = None,
    override: Override | None = None,
) -> CheckOutResult | CheckInResult:
    """Carry out an open scan after all, at a time that staff say, in spite of what they may override.

    :param patron: instead of the one that the scan named, if it named any
    :raises SettlingRefused: with every reason; it stays open
    """
    if at > now + TOLERANCE:
        raise SettlingRefused([blocking(Code.TIME_AHEAD, said=at.isoformat())])
    try:
        with transaction.atomic():
            scan = _locked(scan)
            if later := _seen_after(scan, at):
                raise SettlingRefused([blocking(Code.SCANNED_SINCE, seen_at=later.isoformat())])
            her = patron or scan.patron
            again = f"{scan.scan_id}:{scan.pk}"
            result = _carry_out(scan, patron=her, staff=staff, at=at, override=override, scan_id=again)
            _settle(scan, staff=staff, now=now, how=ACTION)
            return result
    except SettlingRefused:
        raise
    except Refused as refused:
        raise SettlingRefused(refused.reasons) from refused


@transaction.atomic
def settle_by_note(*, scan: OutageScan, staff: StaffAccount, note: str, now: datetime) -> OutageScan:
    """Close an open scan with a word on what was done instead.

    :raises SettlingRefused: NOTE_MISSING, or SCAN_ID_TAKEN if somebody else has settled it
    """
    note = "".join(character if character.isprintable() else " " for character in note).strip()[:200]
    if not note:
        raise SettlingRefused([blocking(Code.NOTE_MISSING)])
    return _settle(_locked(scan), staff=staff, now=now, how=note)


def reasons_of(scan: OutageScan) -> list[Reason]:
    """Return why it wasn't carried out."""
    return [Reason(code, severity, permission, facts) for code, severity, permission, facts in scan.reasons]


def _replay(
    recorded: Recorded, scan_id: str, *, branch: Branch, is_hers: bool, staff: StaffAccount, now: datetime
) -> Replayed:
    moment = moment_of(said=recorded.said, happened_at=recorded.happened_at, sent_at=recorded.sent_at, now=now)
    found = get_item_by_barcode(clean_barcode(recorded.text))
    # Locked, so that nobody scans it between the look at what came later and the deed.
    item = locked_item(found, SettlingRefused) if found else None
    patron = _patron_of(recorded)
    scan = OutageScan(
        scan_id=scan_id,
        kind=recorded.kind,
        state=OutageScan.State.OPEN,
        text=recorded.text,
        card=clean_barcode(recorded.card)[:40],
        patron=patron,
        item=item,
        branch=branch,
        happened_at=moment.at,
        happened_text=recorded.said[:40],
        due_date=recorded.due_date,
        returned_on=recorded.returned_on,
        recorded_by=recorded.recorded_by,
        sent_by=staff,
        sent_at=now,
    )
    # First, so that whoever sends the same scan waits here.
    scan.save()
    problems = [moment.problem] if moment.problem else []
    problems += _problems(scan, is_hers=is_hers)
    result = None
    if not problems and moment.at is not None:
        try:
            result = _carry_out(scan, patron=patron, staff=staff, at=moment.at, override=None, scan_id=scan_id)
        except Refused as refused:
            problems = list(refused.reasons)
    if not problems:
        scan.state, scan.card, scan.patron = OutageScan.State.DONE, "", None
    scan.reasons = [[each.code, each.severity, each.permission, dict(each.facts)] for each in problems]
    scan.save(update_fields=["state", "card", "patron", "reasons"])
    audit.record(action=ACTION, actor=staff, subject=scan, facts=_facts(scan))
    return Replayed(scan, result)


def _first_result(scan: OutageScan, recorded: Recorded, staff: StaffAccount) -> CheckOutResult | CheckInResult | None:
    """Return what came of a scan that's done, for another page that sends it too; None where nothing is known of it."""
    if scan.state != OutageScan.State.DONE or scan.item is None or scan.happened_at is None:
        return None
    if not AuditEntry.objects.filter(scan_id=scan.scan_id).exists():
        # It changed nothing, and carried out once more it might now.
        return None
    patron = _patron_of(recorded)
    if scan.kind == OutageScan.Kind.CHECK_OUT and patron is None:
        return None
    try:
        # The scan's id is known, so this is only told its first result.
        return _do(
            scan, scan.item, patron=patron, staff=staff, at=scan.happened_at, override=None, scan_id=scan.scan_id
        )
    except Refused:
        return None


def _patron_of(recorded: Recorded) -> Patron | None:
    if recorded.kind != OutageScan.Kind.CHECK_OUT:
        return None
    if recorded.card:
        return get_patron_by_card(clean_barcode(recorded.card))
    return get_patron(recorded.patron_id) if recorded.patron_id else None


def _problems(scan: OutageScan, *, is_hers: bool) -> list[Reason]:
    problems = []
    if not is_hers:
        problems.append(blocking(Code.NOT_HER_BRANCH, branch_id=scan.branch_id))
    if scan.item is None:
        problems.append(blocking(Code.ITEM_UNKNOWN, barcode=clean_barcode(scan.text)))
    if scan.kind == OutageScan.Kind.CHECK_OUT and scan.patron is None:
        problems.append(blocking(Code.CARD_UNKNOWN, card=scan.card) if scan.card else blocking(Code.PATRON_UNKNOWN))
    later = _seen_later(scan)
    if later is not None:
        problems.append(blocking(Code.SCANNED_SINCE, seen_at=later.isoformat()))
    return problems


def _seen_later(scan: OutageScan) -> datetime | None:
    """Return when the item was scanned after this scan; one that was carried out already isn't later than itself."""
    if scan.happened_at is None or AuditEntry.objects.filter(scan_id=scan.scan_id).exists():
        return None
    return _seen_after(scan, scan.happened_at)


def _seen_after(scan: OutageScan, at: datetime) -> datetime | None:
    """Return when the item was scanned after a moment, online or by another desk that was cut off too."""
    if scan.item is None:
        return None
    others = OutageScan.objects.filter(item=scan.item, state=OutageScan.State.DONE).exclude(pk=scan.pk)
    seen = [scan.item.last_seen_at, others.aggregate(last=Max("happened_at"))["last"]]
    return max((each for each in seen if each is not None and each > at + TOLERANCE), default=None)


def _carry_out(
    scan: OutageScan,
    *,
    patron: Patron | None,
    staff: StaffAccount,
    at: datetime,
    override: Override | None,
    scan_id: str,
) -> CheckOutResult | CheckInResult:
    if scan.item is None or (scan.kind == OutageScan.Kind.CHECK_OUT and patron is None):
        raise SettlingRefused(_problems(scan, is_hers=True))
    # A savepoint, for what's refused ends no fee.
    with transaction.atomic(), audit.along_with(**_end_later_fees(scan.item, at, staff)):
        return _do(scan, scan.item, patron=patron, staff=staff, at=at, override=override, scan_id=scan_id)


def _end_later_fees(item: Item, at: datetime, staff: StaffAccount) -> dict[str, bool]:
    """End what nights charged since for a loan that wasn't late when its item was scanned; return that for undoing.

    One that was late then is brought down to what was right by the scan itself.
    """
    # The item before its loan, as at every desk.
    locked_item(item, SettlingRefused)
    loans = Loan.objects.select_for_update(of=("self",), no_key=True).select_related("patron", "lending_branch")
    loan = loans.filter(item=item, returned_at__isnull=True).first()
    if loan is None:
        return {}
    on = local_day(at, loan.lending_branch)
    if is_late(loan.due_date, loan.due_at, on=on, at=at, book=rule_book()):
        return {}
    try:
        # A savepoint, for the scan goes on.
        with transaction.atomic():
            ended = close_overdue_fee(loan=loan, on=on, now=at, actor=staff)
    except RuleMissing:
        # A return goes on even if no rule says any more what being late costs.
        return {}
    return {"later_fee_ended": True} if ended else {}


def _do(
    scan: OutageScan,
    item: Item,
    *,
    patron: Patron | None,
    staff: StaffAccount,
    at: datetime,
    override: Override | None,
    scan_id: str,
) -> CheckOutResult | CheckInResult:
    if scan.kind == OutageScan.Kind.CHECK_IN or patron is None:
        return check_in(
            item=item,
            branch=scan.branch,
            staff=staff,
            now=at,
            scan_id=scan_id,
            back_dated_to=scan.returned_on,
        )
    return check_out(
        item=item,
        patron=patron,
        branch=scan.branch,
        staff=staff,
        now=at,
        override=override,
        scan_id=scan_id,
        due_date=scan.due_date,
    )


def _locked(scan: OutageScan) -> OutageScan:
    rows = OutageScan.objects.select_for_update(of=("self",)).select_related("item", "patron", "branch")
    locked = rows.filter(pk=scan.pk, state=OutageScan.State.OPEN).first()
    if locked is None:
        raise SettlingRefused([blocking(Code.SCAN_ID_TAKEN)])
    return locked


def _settle(scan: OutageScan, *, staff: StaffAccount, now: datetime, how: str) -> OutageScan:
    scan.state, scan.card, scan.patron = OutageScan.State.SETTLED, "", None
    scan.settled_by, scan.settled_at, scan.settled_how = staff, now, how
    if scan.item is None:
        # It may be a card's number, scanned where an item was expected.
        scan.text = ""
    scan.save(update_fields=["state", "text", "card", "patron", "settled_by", "settled_at", "settled_how"])
    audit.record(action=SETTLE_ACTION, actor=staff, subject=scan, facts={**_facts(scan), "how": how})
    return scan


def _facts(scan: OutageScan) -> dict[str, Any]:
    return {
        "item_id": scan.item_id,
        "branch_id": scan.branch_id,
        "kind": scan.kind,
        "state": scan.state,
        "happened_at": scan.happened_at.isoformat() if scan.happened_at else None,
        "recorded_by": scan.recorded_by,
        "codes": [code for code, *_rest in scan.reasons],
    }
