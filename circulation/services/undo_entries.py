"""What every undo rests on: an audit entry that nothing has happened since, and the one that says it's taken back."""

from typing import Any

from accounts.models import AuditEntry, StaffAccount
from circulation.errors import Code, UndoRefused
from circulation.rules.reasons import blocking
from circulation.selectors.inventory import SEEN
from circulation.services import bundles
from common import audit

ACTION = "circulation.undo"
# Who looked at it, or into it, has changed nothing that undoing would touch.
_ONLY_LOOKS = (SEEN, bundles.COUNTED)


def facts_to_undo(entry: AuditEntry) -> dict[str, Any]:
    """Return what an entry says, unless something has happened to its subject since; the subject is locked.

    What an inventory has seen since has been seen: when it was seen before isn't right any more.

    :raises UndoRefused: UNDONE_ALREADY or CHANGED_SINCE
    """
    about = {"subject_type": entry.subject_type, "subject_id": entry.subject_id}
    later = AuditEntry.objects.filter(**about, pk__gt=entry.pk)
    taken_back, others, looks = set(), set(), set()
    for pk, action, facts in later.values_list("pk", "action", "facts"):
        if action == ACTION:
            taken_back.add(facts["entry_id"])
        elif action in _ONLY_LOOKS:
            looks.add(action)
        else:
            others.add(pk)
    if entry.pk in taken_back:
        raise UndoRefused([blocking(Code.UNDONE_ALREADY)])
    if others - taken_back:
        raise changed()
    before = dict(entry.facts["before"])
    if SEEN in looks:
        before.pop("last_seen_at", None)
    return {**entry.facts, "before": before}


def write_down(entry: AuditEntry, subject: Any, staff: StaffAccount | None) -> None:
    """Leave the audit entry that says that another is taken back."""
    facts = {"entry_id": entry.pk, "action": entry.action, "loan_id": entry.facts.get("loan_id")}
    audit.record(action=ACTION, actor=staff, subject=subject, facts=facts)


def changed() -> UndoRefused:
    """Return the refusal of what something has happened to since."""
    return UndoRefused([blocking(Code.CHANGED_SINCE)])
