"""Reads staff accounts and the audit log."""

from collections.abc import Collection, Sequence
from datetime import datetime

from django.db.models import QuerySet

from accounts.models import AuditEntry, StaffAccount, StaffIdentity
from common.keyed_reads import KeyedRead

AUDIT_PAGE = 50
_read_account = KeyedRead(StaffAccount)


def staff_accounts() -> QuerySet[StaffAccount]:
    """Return all accounts of the current schema, active ones first, by name."""
    return StaffAccount.objects.order_by("-is_active", "name", "pk")


def get_account(pk: int) -> StaffAccount | None:
    """Return the account with this number in the current schema, or None."""
    return _read_account(pk)


def identities_of(account: StaffAccount) -> list[StaffIdentity]:
    """Return who an account is at identity providers, the oldest link first."""
    return list(StaffIdentity.objects.filter(account=account).order_by("pk"))


def entry_of_scan(scan_id: str) -> AuditEntry | None:
    """Return what the scan with this id did, if it has been done."""
    return AuditEntry.objects.filter(scan_id=scan_id).first()


def get_entry(pk: int) -> AuditEntry | None:
    """Return an entry of the audit log by its number, or None."""
    return AuditEntry.objects.filter(pk=pk).first()


def newest_entry_of(*, actor: StaffAccount, actions: Sequence[str]) -> AuditEntry | None:
    """Return the newest entry that an account left by one of these actions."""
    return AuditEntry.objects.filter(actor=actor, action__in=actions).order_by("-id").first()


def newest_about(
    subject_type: str, subject_ids: Collection[int], *, actions: Collection[str], since: datetime
) -> dict[int, AuditEntry]:
    """Return the newest entry that any of these actions left about each thing, by the thing's number; one query.

    :param subject_type: as the log has it, for instance `circulation.hold`
    """
    if not subject_ids:
        return {}
    entries = AuditEntry.objects.filter(subject_type=subject_type, subject_id__in=subject_ids, at__gte=since)
    newest = entries.filter(action__in=actions).order_by("id")
    return {entry.subject_id: entry for entry in newest if entry.subject_id is not None}


def audit_log(
    *,
    before_id: int | None = None,
    action: str = "",
    actor_id: int | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    subject: tuple[str, int] | None = None,
    page_size: int = AUDIT_PAGE,
) -> list[AuditEntry]:
    """Return a page of the audit log, newest first.

    :param before_id: the last entry's number on the page before
    :param action: how the actions begin, for instance `patrons.`
    :param until: the first moment that doesn't count any more
    :param subject: what it was done to: a type as the log has it, and a number
    """
    entries = AuditEntry.objects.select_related("actor").order_by("-id")
    if subject is not None:
        entries = entries.filter(subject_type=subject[0], subject_id=subject[1])
    narrowed = {"id__lt": before_id, "actor_id": actor_id, "at__gte": since, "at__lt": until}
    entries = entries.filter(**{name: value for name, value in narrowed.items() if value is not None})
    return list(entries.filter(action__startswith=action)[:page_size] if action else entries[:page_size])


def newest_of(*, actions: Collection[str], subject_types: Collection[str], limit: int) -> list[AuditEntry]:
    """Return the newest entries that these actions left, with who did it.

    :param subject_types: what these actions are done to: the log is read by it, so that a long one isn't read through
    """
    entries = AuditEntry.objects.filter(subject_type__in=subject_types, action__in=actions)
    return list(entries.select_related("actor").order_by("-id")[:limit])


def entries_about(subject_type: str, subject_id: int, *, limit: int = 30) -> list[AuditEntry]:
    """Return the newest entries about one thing, with who did it.

    :param subject_type: as the log has it, for instance `holdings.item`
    """
    entries = AuditEntry.objects.filter(subject_type=subject_type, subject_id=subject_id).select_related("actor")
    return list(entries.order_by("-id")[:limit])
