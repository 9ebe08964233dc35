"""Items with loose parts, and items kept in one another: counted, noted, and charged when a part is missing."""

from collections.abc import Collection, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from accounts.models import AuditEntry, StaffAccount
from circulation.errors import CheckInRefused, Code, ReportRefused
from circulation.models import Fee, LedgerEntry
from circulation.rules.reasons import blocking
from circulation.selectors.desk_facts import open_loan, open_transit, read_facts, trapped_hold
from circulation.selectors.liability import liable_guardian
from circulation.selectors.rule_books import rule_book
from circulation.services import check_in
from circulation.services.desk_actions import desk_action, local_day, locked_item
from circulation.services.fees.ledger import write_entries
from circulation.services.report_item import report_missing
from circulation.services.results import ReportResult
from common import audit
from common.errors import Reason
from common.money import ZERO
from holdings.models import Branch, Item
from patrons.models import Patron

PARTS, INTO, OUT = "circulation.note_parts", "circulation.put_into_bundle", "circulation.take_out_of_bundle"
COUNTED = "circulation.count_bundle"
ACTIONS = (PARTS, INTO, OUT)
_THERE = (Item.Status.AVAILABLE, Item.Status.REFERENCE_ONLY)


def note_parts(
    *,
    item: Item,
    missing: int,
    branch: Branch,
    staff: StaffAccount | None,
    now: datetime,
    returned_by: AuditEntry | None = None,
) -> ReportResult:
    """Note how many parts of an item are missing; the next who counts is told.

    :param returned_by: the check-in after which they were counted: who had the item pays for what's newly missing, if
        a rule says so
    :raises ReportRefused: ITEM_UNKNOWN or PARTS_TOO_MANY
    """
    with desk_action(ReportRefused):
        item = locked_item(item, ReportRefused)
        if not 0 <= missing <= item.parts:
            raise ReportRefused([blocking(Code.PARTS_TOO_MANY, parts=item.parts)])
        before = {"parts_missing": item.parts_missing}
        newly = missing - item.parts_missing
        item.parts_missing = missing
        item.save(update_fields=["parts_missing"])
        fee = _charge(item, newly, branch, staff, now, returned_by) if newly > 0 else None
        facts = {
            "item_id": item.pk,
            "before": before,
            "missing": missing,
            "fee_id": fee.pk if fee else None,
            "patron_id": fee.patron_id if fee else None,
        }
        entry = audit.record(action=PARTS, actor=staff, subject=item, facts=facts)
        return ReportResult(item=item, fee=fee, entry_id=entry.pk)


def put_into_bundle(*, item: Item, bundle: Item, staff: StaffAccount | None, now: datetime) -> ReportResult:
    """Keep an item in another from now on: it's lent with it, and not by itself.

    :raises ReportRefused: ITEM_UNKNOWN, ITEM_NOT_ON_SHELF or BUNDLE_NESTED
    """
    with desk_action(ReportRefused):
        # Both are locked, in the order of their numbers, so that no two bundles are put into each other.
        rows = {pk: locked_item(Item(pk=pk), ReportRefused) for pk in sorted({item.pk, bundle.pk})}
        item, bundle = rows[item.pk], rows[bundle.pk]
        if reasons := _reasons_against(item, bundle):
            raise ReportRefused(reasons)
        before = {"bundle_id": item.bundle_id}
        item.bundle = bundle
        item.save(update_fields=["bundle"])
        facts = {"item_id": item.pk, "before": before, "bundle": bundle.barcode}
        entry = audit.record(action=INTO, actor=staff, subject=item, facts=facts)
        return ReportResult(item=item, entry_id=entry.pk)


def take_out_of_bundle(*, item: Item, staff: StaffAccount | None, now: datetime) -> ReportResult:
    """Let an item be lent by itself again.

    :raises ReportRefused: ITEM_UNKNOWN
    """
    with desk_action(ReportRefused):
        item = locked_item(item, ReportRefused)
        before = {"bundle_id": item.bundle_id}
        item.bundle = None
        item.save(update_fields=["bundle"])
        entry = audit.record(action=OUT, actor=staff, subject=item, facts={"item_id": item.pk, "before": before})
        return ReportResult(item=item, entry_id=entry.pk)


def count_bundle(
    *,
    bundle: Item,
    seen: Collection[int],
    branch: Branch,
    staff: StaffAccount | None,
    now: datetime,
    shown: Mapping[int, bool] | None = None,
) -> list[ReportResult]:
    """Compare what's in a bundle with what belongs in it: what wasn't seen is missing, what had been missing is found.

    :param seen: keys of the items that lie in it
    :param shown: which the counter's list had as there and which as gone; a count since then makes this one outdated
    :returns: one for each item that belongs in it and isn't there
    :raises ReportRefused: ITEM_UNKNOWN, BUNDLE_EMPTY when nothing is kept in it, PREVIEW_OUTDATED, or RETURN_NOT_HERE
    """
    with desk_action(ReportRefused):
        # All are locked in the order of their numbers, as where something is put into a bundle.
        inside = Item.objects.filter(bundle=bundle).values_list("pk", flat=True)
        rows = [locked_item(Item(pk=pk), ReportRefused) for pk in sorted({bundle.pk, *inside})]
        contents = [item for item in rows if item.bundle_id == bundle.pk]
        if not contents:
            raise ReportRefused([blocking(Code.BUNDLE_EMPTY)])
        if any(shown.get(item.pk, item.status in _THERE) != (item.status in _THERE) for item in contents if shown):
            raise ReportRefused([blocking(Code.PREVIEW_OUTDATED)])
        gone = [item for item in contents if item.pk not in seen]
        back = [item for item in contents if item.pk in seen and item.status not in _THERE]
        missing = [_missing(item, staff, now) for item in gone]
        for item in back:
            _found(item, branch, staff, now)
        facts = {
            "item_id": bundle.pk,
            "contents": len(contents),
            "missing": len(gone),
            "found": len(back),
            # What the item's history tells.
            "note": ", ".join(item.barcode for item in gone),
        }
        audit.record(action=COUNTED, actor=staff, subject=bundle, facts=facts)
        return missing


def _found(item: Item, branch: Branch, staff: StaffAccount | None, now: datetime) -> None:
    try:
        check_in.check_in(item=item, branch=branch, staff=staff, now=now)
    except CheckInRefused as refused:
        # One of another library's system can be on loan alone, and isn't taken back everywhere.
        raise ReportRefused(refused.reasons) from refused


def _missing(item: Item, staff: StaffAccount | None, now: datetime) -> ReportResult:
    # What was known to be gone stays what it is: missing, or lost.
    return report_missing(item=item, staff=staff, now=now) if item.status in _THERE else ReportResult(item=item)


def take_charge_back(fee_id: int, staff: StaffAccount | None, now: datetime) -> None:
    """Cancel the fee of a count that's undone.

    :raises ReportRefused: FEE_PAID_SINCE if something was paid or waived already
    """
    fee = Fee.objects.select_for_update(of=("self",), no_key=True).get(pk=fee_id)
    charged = sum((entry.amount for entry in fee.entries.all()), ZERO)
    if fee.entries.exclude(kind=LedgerEntry.Kind.CHARGE).exists():
        raise ReportRefused([blocking(Code.FEE_PAID_SINCE, fee_id=fee.pk)])
    rule = {"undone": True}
    write_entries(
        [LedgerEntry(fee=fee, kind=LedgerEntry.Kind.CORRECTION, amount=-charged, at=now, actor=staff, rule=rule)]
    )


def _charge(
    item: Item, parts: int, branch: Branch, staff: StaffAccount | None, now: datetime, entry: AuditEntry | None
) -> Fee | None:
    patron = _who_returned(item, entry)
    if patron is None:
        return None
    rules = rule_book().resolved(branch_id=branch.pk, category_id=patron.category_id, item_type_id=item.item_type_id)
    each: Decimal = rules.value("missing_part_fee") or ZERO
    if each <= ZERO:
        return None
    origin = rules.origin("missing_part_fee")
    description = ": ".join(filter(None, (item.record.title, item.parts_note)))[:200]
    fee = Fee.objects.create(
        patron=patron,
        liable_id=liable_guardian(patron, on=local_day(now, branch)),
        kind=Fee.Kind.MANUAL,
        branch=branch,
        description=description,
        created_at=now,
        closed_at=now,
    )
    rule = {"parts": parts, "each": str(each), "origin": origin.as_facts() if origin else None}
    write_entries(
        [LedgerEntry(fee=fee, kind=LedgerEntry.Kind.CHARGE, amount=each * parts, at=now, actor=staff, rule=rule)]
    )
    fee.balance = each * parts
    return fee


def _who_returned(item: Item, entry: AuditEntry | None) -> Patron | None:
    if entry is None or entry.action != check_in.ACTION or entry.facts.get("item_id") != item.pk:
        return None
    return Patron.objects.filter(pk=entry.facts.get("patron_id") or 0).first()


def _reasons_against(item: Item, bundle: Item) -> list[Reason]:
    reasons = []
    facts: dict[str, Any] = read_facts("loan", "transit", "trapped", item=item.pk)
    bound = open_loan(facts) or open_transit(facts) or trapped_hold(facts)
    if bound or item.status != Item.Status.AVAILABLE or bundle.status == Item.Status.WITHDRAWN:
        reasons.append(blocking(Code.ITEM_NOT_ON_SHELF, status=item.status))
    nested = item.pk == bundle.pk or bundle.bundle_id is not None or Item.objects.filter(bundle=item).exists()
    if nested:
        reasons.append(blocking(Code.BUNDLE_NESTED))
    if item.bundle_id not in (None, bundle.pk):
        reasons.append(blocking(Code.ITEM_IN_BUNDLE, barcode=item.bundle.barcode if item.bundle else ""))
    return reasons
