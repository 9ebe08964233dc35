"""The audit log as a page: narrowed by who, what, when and what it was done to, with names instead of numbers."""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any

from django.utils import timezone
from django.utils.http import urlencode

from accounts.selectors import AUDIT_PAGE, audit_log, staff_accounts
from catalogue.selectors import import_file_names, records_by_ids
from circulation.selectors.audit_names import fee_texts, hold_titles
from holdings.selectors import branch_groups, branch_names, item_types, items_with_record, order_titles
from patrons.selectors import patrons_by_ids
from schools.selectors.classes import class_names
from tenants.selectors import all_municipalities
from web.account.requests import StaffRequest
from web.console.audit_words import AREAS, action_name, subject_name
from web.ui.named import named

_LONGEST_NUMBER = 18
# Filters that are there again on coming back; what was done to one thing is asked once.
KEPT = ("area", "who", "since", "until")


def audit_context(request: StaffRequest) -> dict[str, Any]:
    """Return a page of the audit log of the current schema; what can't be read of the address counts as not given."""
    asked = {name: request.GET.get(name, "").strip() for name in (*KEPT, "about")}
    kind, _, number = asked["about"].partition(":")
    zone = timezone.get_current_timezone()
    entries = audit_log(
        before_id=_number(request.GET.get("before", "")),
        action=asked["area"] if asked["area"] in AREAS else "",
        actor_id=_number(asked["who"]),
        since=_midnight(_day(asked["since"]), zone),
        until=_midnight(_day(asked["until"]), zone, days=1),
        subject=(kind, subject_id) if kind and (subject_id := _number(number)) is not None else None,
    )
    rows = audit_rows(entries)
    return {
        "rows": rows,
        "older": urlencode({**asked, "before": entries[-1].pk}) if len(entries) == AUDIT_PAGE else "",
        "log_areas": list(AREAS.items()),
        "people": list(staff_accounts()),
        "about": rows[0]["subject"] if asked["about"] and rows else "",
        "is_narrowed": any(asked.values()),
        "asked": asked,
    }


def audit_rows(entries: list[Any]) -> list[dict[str, Any]]:
    """Return entries with what was done, and to what, in words: one statement for each kind of thing."""
    wanted: dict[str, set[int]] = {}
    for entry in entries:
        if entry.subject_id is not None:
            wanted.setdefault(entry.subject_type, set()).add(entry.subject_id)
    names = {kind: _NAMES[kind](ids) for kind, ids in wanted.items() if kind in _NAMES}
    return [
        {
            "entry": entry,
            "what": action_name(entry.action),
            "subject": subject_name(entry.subject_type),
            # Some things are gone, or have no name.
            "name": names.get(entry.subject_type, {}).get(entry.subject_id) or entry.subject_id,
            "about": f"{entry.subject_type}:{entry.subject_id}" if entry.subject_id is not None else "",
        }
        for entry in entries
    ]


def _patrons(ids: Iterable[int]) -> Mapping[int, str]:
    return {patron.pk: patron.display_name for patron in patrons_by_ids(sorted(ids))}


def _items(ids: Iterable[int]) -> Mapping[int, str]:
    return {item.pk: f"{item.barcode} {item.record.title}" for item in items_with_record().filter(pk__in=ids)}


def _accounts(ids: Iterable[int]) -> Mapping[int, str]:
    return {account.pk: account.name for account in staff_accounts().filter(pk__in=ids)}


_NAMES: Mapping[str, Callable[[Iterable[int]], Mapping[int, str]]] = {
    "accounts.staffaccount": _accounts,
    "catalogue.bibliographicrecord": lambda ids: {pk: str(each) for pk, each in records_by_ids(ids).items()},
    "catalogue.importrun": import_file_names,
    "circulation.fee": fee_texts,
    "circulation.hold": hold_titles,
    "holdings.branch": lambda _ids: branch_names(),
    "holdings.branchgroup": lambda _ids: {each.pk: each.name for each in branch_groups()},
    "holdings.item": _items,
    "holdings.itemtype": lambda _ids: {each.pk: named(each) for each in item_types()},
    "holdings.order": order_titles,
    "patrons.patron": _patrons,
    "schools.schoolclass": class_names,
    "tenants.municipality": lambda _ids: {each.pk: each.name for each in all_municipalities()},
}


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < _LONGEST_NUMBER else None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _midnight(day: date | None, zone: tzinfo, *, days: int = 0) -> datetime | None:
    try:
        return datetime.combine(day + timedelta(days=days), time(), zone).astimezone(UTC) if day else None
    except OverflowError:
        return None
