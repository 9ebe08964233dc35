"""Reads staff accounts and the audit log."""

from collections.abc import Sequence

from django.db.models import QuerySet

from accounts.models import AuditEntry, StaffAccount
from common.keyed_reads import KeyedRead

AUDIT_PAGE = 50
_read_account = KeyedRead(StaffAccount)


def staff_accounts() -> QuerySet[StaffAccount]:
    """Return all accounts of the current schema, active ones first, by name."""
    return StaffAccount.objects.order_by("-is_active", "name", "pk")


def get_account(pk: int) -> StaffAccount | None:
    """Return the account with this number in the current schema, or None."""
    return _read_account(pk)


def entry_of_scan(scan_id: str) -> AuditEntry | None:
    """Return what the scan with this id did, if it has been done."""
    return AuditEntry.objects.filter(scan_id=scan_id).first()


def get_entry(pk: int) -> AuditEntry | None:
    """Return an entry of the audit log by its number, or None."""
    return AuditEntry.objects.filter(pk=pk).first()


def newest_entry_of(*, actor: StaffAccount, actions: Sequence[str]) -> AuditEntry | None:
    """Return the newest entry that an account left by one of these actions."""
    return AuditEntry.objects.filter(actor=actor, action__in=actions).order_by("-id").first()


def audit_log(*, before_id: int | None = None, action: str = "", page_size: int = AUDIT_PAGE) -> list[AuditEntry]:
    """Return a page of the audit log, newest first.

    :param before_id: the last entry's number on the page before
    """
    entries = AuditEntry.objects.select_related("actor")
    if before_id:
        entries = entries.filter(id__lt=before_id)
    if action:
        entries = entries.filter(action__startswith=action)
    return list(entries[:page_size])


def entries_about(subject_type: str, subject_id: int, *, limit: int = 30) -> list[AuditEntry]:
    """Return the newest entries about one thing, with who did it.

    :param subject_type: as the log has it, for instance `holdings.item`
    """
    entries = AuditEntry.objects.filter(subject_type=subject_type, subject_id=subject_id).select_related("actor")
    return list(entries.order_by("-id")[:limit])
