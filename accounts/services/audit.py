"""Keeps audit entries: written in the transaction of what they tell of."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils import timezone

from accounts.models import AuditEntry, StaffAccount
from common.plain_inserts import PlainInsert
from common.row_inserts import insert_rows

_add_entry = PlainInsert(AuditEntry)


def write_entry(
    *, action: str, actor: Any, subject: Any, facts: Mapping[str, Any], scan_id: str | None = None
) -> AuditEntry:
    """Add one entry; see `common.audit.record`.

    :raises django.db.IntegrityError: if the scan has been recorded already
    """
    return _add_entry(**_values(action, actor, subject, facts), scan_id=scan_id or None)


def write_each(*, action: str, actor: Any, about: Iterable[tuple[Any, Mapping[str, Any]]]) -> None:
    """Add an entry for each of many things; see `common.audit.record_each`."""
    insert_rows([AuditEntry(**_values(action, actor, subject, facts)) for subject, facts in about])


def _values(action: str, actor: Any, subject: Any, facts: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "at": timezone.now(),
        "actor": actor if isinstance(actor, StaffAccount) else None,
        "action": action,
        "subject_type": subject._meta.label_lower if subject is not None else "",
        "subject_id": subject.pk if subject is not None else None,
        "facts": dict(facts),
    }
