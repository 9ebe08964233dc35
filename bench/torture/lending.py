"""Check-outs, check-ins, renewals, and what a desk takes back; also scans kept through an outage and sent later."""

from datetime import timedelta
from typing import Any

from accounts.models import AuditEntry
from bench.torture.desk import Act, Desk
from circulation.errors import Code, Override
from circulation.models import OutageScan
from circulation.services.check_in import check_in
from circulation.services.check_out import check_out
from circulation.services.outages import Recorded, replay_scan, settle_by_action, settle_by_note
from circulation.services.renew import renew_loan
from circulation.services.results import CheckInResult, CheckOutResult
from circulation.services.undo import undo
from holdings.models import Item

_OVERRIDDEN = [Code.ITEM_ON_HOLD, Code.DEBT_LIMIT, Code.LOAN_LIMIT_REACHED, Code.PATRON_BLOCKED]


def lend(desk: Desk) -> Act:
    """Lend somebody what lies ready for her, or anybody anything; now and then against a reason."""
    (item, patron), values = _who_wants_what(desk), desk.values()
    if desk.throws(0.2):
        values["override"] = Override(_OVERRIDDEN, "She's here")
    values["scan_id"] = desk.ids.take()
    return lambda: _left(desk, check_out(item=item, patron=patron, **values))


def take_in(desk: Desk) -> Act:
    """Take back what's on loan, or scan what isn't."""
    item, values, scan_id = desk.some_item(lent=0.6), desk.values(), desk.ids.take()
    return lambda: _left(desk, check_in(item=item, scan_id=scan_id, **values))


def find(desk: Desk) -> Act | None:
    """Scan what counted as lost or missing."""
    gone = Item.objects.filter(status__in=["LOST", "MISSING"], pk__in=[item.pk for item in desk.town.items])
    item, values, scan_id = gone.order_by("?").first(), desk.values(), desk.ids.take()
    return None if item is None else lambda: _left(desk, check_in(item=item, scan_id=scan_id, **values))


def renew(desk: Desk) -> Act | None:
    """Renew any loan."""
    loan, values, scan_id = desk.open_loans().first(), desk.by_hand(), desk.ids.take()
    if loan is None:
        return None

    def act() -> tuple[str, ...]:
        desk.remember(renew_loan(loan=loan, scan_id=scan_id, **values).entry_id)
        return ("circulation.renew",)

    return act


def take_back(desk: Desk) -> Act | None:
    """Undo something that this desk did lately."""
    today = [(entry_id, at) for entry_id, at, night in desk.entries if night == desk.clock.nights]
    if not today:
        return None
    entry_id, made_at = desk.chance.choice(today)
    entry, values = AuditEntry.objects.get(pk=entry_id), desk.by_hand()
    # The log goes by the machine's clock, which knows nothing of the town's nights.
    entry.at = made_at

    def act() -> tuple[str, ...]:
        undo(entry=entry, **values)
        return ("circulation.undo",)

    return act


def replay(desk: Desk) -> Act:
    """Send a scan that was recorded some minutes ago, while the network was away."""
    values, lends = desk.values(), desk.throws(0.5)
    item, patron = _who_wants_what(desk) if lends else (desk.some_item(lent=0.6), None)
    ago = timedelta(minutes=desk.chance.choice([0, 0, 1, 3, 30]))
    happened_at = values["now"] - ago
    recorded = Recorded(
        scan_id=desk.ids.take(),
        kind=OutageScan.Kind.CHECK_OUT if lends else OutageScan.Kind.CHECK_IN,
        text=item.barcode,
        said=happened_at.isoformat(),
        happened_at=happened_at,
        sent_at=values["now"],
        patron_id=patron.pk if patron else None,
    )

    def act() -> tuple[str, ...]:
        done = replay_scan(recorded=recorded, is_hers=True, **values)
        left = _left(desk, done.result) if done.result is not None else ()
        return ("circulation.replay_scan", *left)

    return act


def settle(desk: Desk) -> Act | None:
    """Settle a scan that couldn't be carried out: after all, or with a word."""
    scan = OutageScan.objects.filter(state=OutageScan.State.OPEN).order_by("?").first()
    values = desk.by_hand()
    if scan is None:
        return None
    if desk.throws(0.5):
        return lambda: _noted(scan, values)

    def act() -> tuple[str, ...]:
        done = settle_by_action(scan=scan, at=values["now"], override=Override(_OVERRIDDEN, "Lent then"), **values)
        return ("circulation.settle_scan", *_left(desk, done))

    return act


def _noted(scan: OutageScan, values: dict[str, Any]) -> tuple[str, ...]:
    settle_by_note(scan=scan, note="It's on the shelf", **values)
    return ("circulation.settle_scan",)


def _who_wants_what(desk: Desk) -> tuple[Any, Any]:
    """Choose somebody who comes for what lies ready for her, or anybody with anything."""
    ready = desk.holds("READY").select_related("trapped_item", "patron").first() if desk.throws(0.4) else None
    return (ready.trapped_item, ready.patron) if ready else (desk.some_item(), desk.somebody())


def _left(desk: Desk, done: CheckOutResult | CheckInResult) -> tuple[str, ...]:
    if not desk.remember(done.entry_id):
        return ()
    if isinstance(done, CheckInResult):
        return ("circulation.check_in",)
    return ("circulation.renew" if done.was_renewal else "circulation.check_out",)
