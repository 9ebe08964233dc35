"""What every desk action has in common: one transaction, locks in one order, the branch's day, one result per scan."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from functools import cache
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction

from accounts.models import StaffAccount
from accounts.rules import Permission, permissions_of
from circulation.errors import Code, Override
from circulation.rules.reasons import blocking
from circulation.selectors.desk_facts import ScanFacts
from circulation.selectors.rule_books import RuleBook
from common.errors import Reason, Refused, Severity
from holdings.models import Branch, Item
from holdings.selectors import lock_item
from patrons.models import Patron
from patrons.selectors import lock_patron

# A scanner that reads twice, or a pile gone through again, is no wish to renew, and no second use in the house.
SAME_VISIT = timedelta(minutes=10)
_LONGEST_SCAN_ID = 64


@contextmanager
def desk_action(refusal: type[Refused]) -> Iterator[None]:
    """Run a desk action in one transaction.

    Two actions with one scan id wait for each other at the item's lock, so the later finds the earlier's entry. Only a
    scan id that's used for two items at once gets as far as the database's constraint, and is refused.
    """
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        if "audit_scan_once" not in str(error):
            raise
        raise refusal([blocking(Code.SCAN_ID_TAKEN)]) from error


def locked_item(item: Item, refusal: type[Refused]) -> Item:
    """Lock the item and return it as it is now."""
    locked = lock_item(item.pk)
    if locked is None:
        raise refusal([blocking(Code.ITEM_UNKNOWN)])
    return locked


def locked_patron(patron: Patron, refusal: type[Refused]) -> Patron:
    """Lock the patron and return her as she is now."""
    locked = lock_patron(patron.pk)
    if locked is None:
        raise refusal([blocking(Code.PATRON_UNKNOWN)])
    return locked


def attach_names(item: Item, book: RuleBook) -> None:
    """Give the item its type and branches from the rule book, so that nobody asks the database for their names."""
    item.item_type = book.item_types[item.item_type_id]
    item.home_branch = book.branches[item.home_branch_id]
    item.current_branch = book.branches[item.current_branch_id]


def local_moment(now: datetime, branch: Branch) -> datetime:
    """Return the moment as the branch's clock shows it."""
    return now.astimezone(_zone(branch.time_zone))


def local_day(now: datetime, branch: Branch) -> date:
    """Return the day at the branch."""
    return local_moment(now, branch).date()


def permissions(staff: StaffAccount | None) -> frozenset[Permission]:
    """Return what the person may do; the system and patrons override nothing."""
    return permissions_of(staff.role) if staff is not None else frozenset()


def clean_scan_id(scan_id: str | None) -> str | None:
    """Return the scan's id as the audit log can keep it; the same text always gives the same id."""
    if not scan_id:
        return None
    if len(scan_id) <= _LONGEST_SCAN_ID and scan_id.isprintable():
        return scan_id
    return sha256(scan_id.encode(errors="replace")).hexdigest()


def check_scan(scan: ScanFacts, refusal: type[Refused], *, actions: tuple[str, ...], **expected: Any) -> None:
    """Refuse a scan id that was given to another action, or to the same one with another item or patron."""
    facts = scan.facts
    if scan.action not in actions or any(facts.get(name) != value for name, value in expected.items()):
        raise refusal([blocking(Code.SCAN_ID_TAKEN)])


def override_facts(override: Override | None, lifted: list[str]) -> dict[str, Any]:
    """Return what the audit log keeps of an override: nothing if none was needed."""
    if override is None or not lifted:
        return {}
    return {"overridden": lifted, "override_reason": override.reason}


def notice_facts(notices: tuple[Reason, ...]) -> dict[str, Any]:
    """Return the notices as the audit log keeps them, so that a repeated scan tells them again."""
    return {"notices": [[reason.code, dict(reason.facts)] for reason in notices]} if notices else {}


def notices_of(facts: dict[str, Any]) -> tuple[Reason, ...]:
    """Return the notices that an audit entry keeps."""
    return tuple(Reason(code, Severity.NOTICE, "", about) for code, about in facts.get("notices", ()))


@cache
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)
