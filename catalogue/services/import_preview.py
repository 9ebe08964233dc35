"""What an import would do with the first records of a file; nothing is written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from catalogue.marc.reading import read_records
from catalogue.marc.records import RecordFailure
from catalogue.rules.import_decisions import Action, Profile
from catalogue.rules.record_diff import FieldChange, Sign, record_diff
from catalogue.services.import_deciding import Decided, decided, reason_to_refuse, result_of
from catalogue.services.import_items import foresee_items
from catalogue.services.import_outcomes import as_kept
from catalogue.services.record_writing import Incoming, incoming

SHOWN = 100
# Far more than a hundred records have; a small file can be packed so that it unpacks to hundreds of gigabytes.
_MOST_BYTES = 64_000_000


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What would become of one record.

    :ivar action: empty for one that can't be read, or is no title
    :ivar points: by feature, when it was found by its description
    :ivar existing_title: of the record that it is
    :ivar changes: what an overlay would change, field by field; the unchanged fields are left out
    """

    position: int
    control_number: str
    title: str
    action: str
    why: str
    reasons: tuple[str, ...]
    record_id: int | None = None
    existing_title: str = ""
    score: int | None = None
    points: Mapping[str, int] | None = None
    changes: Sequence[FieldChange] = ()


def preview_import(*, file: Path | BinaryIO, source: str, profile: Profile) -> list[Foreseen]:
    """Return what would become of a file's first hundred records, in their order.

    Each is looked at by itself: that two of them may be one title is seen when they're brought in.
    """
    found: list[Foreseen] = []
    records: list[Incoming] = []
    for outcome in read_records(file, most_bytes=_MOST_BYTES):
        if isinstance(outcome, RecordFailure):
            found.append(_unreadable(outcome))
        else:
            record = incoming(read=outcome, source=source)
            if problem := reason_to_refuse(record):
                number = record.columns.control_number
                found.append(_unreadable(RecordFailure(outcome.number, outcome.offset, problem, number)))
            else:
                records.append(record)
        if len(found) + len(records) >= SHOWN:
            break
    found += [_foreseen(each, profile) for each in decided(records, profile)]
    return sorted(found, key=lambda each: each.position)


def _unreadable(failure: RecordFailure) -> Foreseen:
    return Foreseen(failure.number, failure.control_number, "", "", "", (failure.code.value,))


def _foreseen(each: Decided, profile: Profile) -> Foreseen:
    candidate, existing, decision = each.candidate, each.existing, each.decision
    is_scored = candidate is not None and not candidate.is_same_number
    return Foreseen(
        position=each.record.read.number,
        control_number=each.record.control_number,
        title=each.record.columns.title,
        action=str(decision.action),
        why=str(decision.why),
        reasons=_reasons(each, profile),
        record_id=decision.record_id,
        existing_title=existing.row.title if existing else "",
        score=candidate.score.total if candidate and is_scored else None,
        points={str(name): value for name, value in candidate.score.points.items()} if candidate else None,
        changes=changes_of(each, profile),
    )


def _reasons(each: Decided, profile: Profile) -> tuple[str, ...]:
    if each.decision.action == Action.ITEMS:
        return tuple(as_kept(foresee_items(each, profile.items)))
    return tuple(str(lack) for lack in each.decision.lacks)


def changes_of(each: Decided, profile: Profile) -> list[FieldChange]:
    """Return what an overlay changes, field by field; nothing for anything else."""
    after = result_of(each, profile) if each.decision.action == Action.OVERLAY else None
    if after is None or each.existing is None or each.existing.marc is None:
        return []
    return [change for change in record_diff(each.existing.marc, after) if change.sign != Sign.SAME]
