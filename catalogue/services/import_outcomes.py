"""What becomes of incoming records, as the services say it that bring them in, and as an import keeps it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from catalogue.errors import Code
from catalogue.marc.problems import Problem
from catalogue.marc.records import RecordFailure
from catalogue.models import ImportEntry, ImportOutcome, ImportRun
from catalogue.rules.import_decisions import Profile
from catalogue.services.import_deciding import Decided
from catalogue.services.records import Author
from common.errors import Reason

_LONGEST_TITLE, _LONGEST_NUMBER = 200, 64


@dataclass(frozen=True, slots=True)
class Done:
    """What became of a record.

    :ivar against: what stood against it, with facts
    """

    outcome: ImportOutcome
    record_id: int | None = None
    version: int | None = None
    against: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class Applying:
    """Who brings records in, and how.

    :ivar makes_local: new records are the library's own
    """

    profile: Profile
    author: Author
    source: str
    makes_local: bool
    now: datetime


def failed(record_id: int | None, reasons: Iterable[Reason]) -> Done:
    """Return that a record can't be brought in, and why."""
    return Done(ImportOutcome.FAILED, record_id, against=tuple(reasons))


def unfit(problem: Problem) -> Reason:
    """Return what's wrong with a record's bytes as a reason."""
    return Reason(Code.UNREADABLE, facts={"problem": problem.value})


def as_kept(reasons: Iterable[Reason]) -> list[str]:
    """Return reasons as an entry keeps them: a code, of unfit bytes what is wrong with them, then the tags if any."""
    kept = []
    for reason in reasons:
        code = str(reason.facts.get("problem", "") if reason.code == Code.UNREADABLE else reason.code)
        tags = ",".join(map(str, reason.facts.get("tags", ())))
        kept.append(f"{code} {tags}" if tags else code)
    return kept


def entry_of(run: ImportRun, each: Decided, done: Done) -> ImportEntry:
    """Return the entry of a record that was decided upon, not saved yet."""
    decision = each.decision
    reasons = as_kept(done.against) or [str(lack) for lack in decision.lacks]
    return ImportEntry(
        run=run,
        position=each.record.read.number,
        control_number=each.record.control_number[:_LONGEST_NUMBER],
        title=each.record.columns.title[:_LONGEST_TITLE],
        outcome=done.outcome,
        why=decision.why,
        reasons=reasons,
        record_id=done.record_id,
        score=each.candidate.score.total if each.candidate and not each.candidate.is_same_number else None,
        version=done.version,
        raw=each.record.read.raw if done.outcome == ImportOutcome.ASKED else None,
    )


def entry_of_failure(run: ImportRun, failure: RecordFailure) -> ImportEntry:
    """Return the entry of a record that can't be read, not saved yet."""
    return ImportEntry(
        run=run,
        position=failure.number,
        control_number=failure.control_number[:_LONGEST_NUMBER],
        outcome=ImportOutcome.FAILED,
        reasons=[failure.code.value],
    )
