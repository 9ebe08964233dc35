"""Doing with a batch of incoming records what was decided, and an entry for each; the caller is the only writer."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from catalogue.errors import Code, RecordRefused
from catalogue.marc.problems import Problem, RecordProblem
from catalogue.marc.records import MarcField, MarcRecord, RecordFailure
from catalogue.marc.rewriting import rewritten
from catalogue.models import BibliographicRecord, ChangeKind, ImportEntry, ImportOutcome, ImportRun
from catalogue.rules.field_protection import named
from catalogue.rules.import_decisions import Action, Profile
from catalogue.rules.rights import reasons_against_creation
from catalogue.selectors.enrichments import fields_of, newest_enrichment
from catalogue.services.enrichments import Whose, save_enrichment
from catalogue.services.import_deciding import Decided, decided, result_of
from catalogue.services.import_profiles import rules_from
from catalogue.services.record_writing import Incoming, SeenRecords, write_records
from catalogue.services.records import Author, Saved, add_record, level_of, save_record
from common.errors import Reason

_LONGEST_TITLE, _LONGEST_NUMBER = 200, 64
_WRITTEN = (ImportOutcome.CREATED, ImportOutcome.CHANGED, ImportOutcome.ENRICHED)


@dataclass
class Batch:
    """Records that are brought in together.

    :ivar after: the number of the last record before them
    """

    after: int
    records: list[Incoming] = field(default_factory=list)
    failures: list[RecordFailure] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.records) + len(self.failures)

    @property
    def last(self) -> int:
        """The number of the last record in the file."""
        numbers = [each.read.number for each in self.records] + [each.number for each in self.failures]
        return max([*numbers, self.after])


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


def entries_of(batch: Batch, run: ImportRun, author: Author, now: datetime) -> list[ImportEntry]:
    """Bring a batch in and return its entries, not saved yet."""
    settings = run.settings or {}
    how = Applying(rules_from(settings), author, run.source, settings["makes_local"], now)
    choices = decided(batch.records, how.profile)
    seen = _written_before(run, choices)
    done: dict[int, Done] = {}
    for place, each in enumerate(choices):
        if each.existing and each.existing.row.pk in seen:
            against = (_unfit(Problem.DUPLICATE_IN_FILE),)
            done[place] = Done(ImportOutcome.SKIPPED, each.existing.row.pk, against=against)
        elif each.decision.action != Action.NEW or how.makes_local:
            done[place] = apply(each, how)
    new = {place: each.record for place, each in enumerate(choices) if place not in done}
    done |= _create(new, how)
    entries = [_entry(run, each, done[place]) for place, each in enumerate(choices)]
    return entries + [_failed(run, failure) for failure in batch.failures if failure.number]


def apply(each: Decided, how: Applying) -> Done:
    """Do what was decided with one record; a refusal leaves everything as it was."""
    record_id = each.existing.row.pk if each.existing else None
    try:
        with transaction.atomic():
            return _DOES[each.decision.action](each, how)
    except RecordRefused as refused:
        return Done(ImportOutcome.FAILED, record_id, against=refused.reasons)
    except RecordProblem as problem:
        return Done(ImportOutcome.FAILED, record_id, against=(_unfit(problem.code),))


def as_kept(reasons: Iterable[Reason]) -> list[str]:
    """Return reasons as an entry keeps them: a code, of unfit bytes what is wrong with them, then the tags if any."""
    kept = []
    for reason in reasons:
        code = str(reason.facts.get("problem", "") if reason.code == Code.UNREADABLE else reason.code)
        tags = ",".join(map(str, reason.facts.get("tags", ())))
        kept.append(f"{code} {tags}" if tags else code)
    return kept


def _unfit(problem: Problem) -> Reason:
    return Reason(Code.UNREADABLE, facts={"problem": problem.value})


def _written_before(run: ImportRun, choices: Sequence[Decided]) -> set[int]:
    ids = [each.existing.row.pk for each in choices if each.existing]
    return set(
        ImportEntry.objects.filter(run=run, record__in=ids, outcome__in=_WRITTEN).values_list("record_id", flat=True)
    )


def _create(new: dict[int, Incoming], how: Applying) -> dict[int, Done]:
    """Bring new common records in together."""
    library = how.author.library
    done: dict[int, Done] = {}
    for place, record in new.items():
        owner = record.columns.owner or library.code
        if against := reasons_against_creation(level_of(record), library, owner=owner):
            done[place] = Done(ImportOutcome.FAILED, against=tuple(Reason(code) for code in against))
    wanted = {place: record for place, record in new.items() if place not in done}
    if not wanted:
        return done
    written = write_records(
        batch=list(wanted.values()),
        owner=library.code,
        now=how.now,
        seen=SeenRecords(),
        came_by=how.author.origin(ChangeKind.IMPORT),
    )
    refused = {record.key: problem for record, problem in written.refused}
    rows = BibliographicRecord.objects.filter(
        source__in={record.source for record in wanted.values()},
        control_number__in=[record.control_number for record in wanted.values()],
    ).values_list("source", "control_number", "pk", "version", "import_run_id")
    stored = {(source, number): (pk, version, run_id) for source, number, pk, version, run_id in rows}
    for place, record in wanted.items():
        if problem := refused.get(record.key):
            done[place] = Done(ImportOutcome.FAILED, against=(_unfit(problem),))
            continue
        pk, version, run_id = stored[record.key]
        outcome = ImportOutcome.CREATED if version == 1 else ImportOutcome.CHANGED
        # Bytes that a deleted record has already are left alone.
        done[place] = Done(outcome if run_id == how.author.run_id else ImportOutcome.UNCHANGED, pk, version)
    return done


def _new(each: Decided, how: Applying) -> Done:
    row = add_record(
        raw=each.record.read.raw, source=how.source, author=how.author, now=how.now, is_local=how.makes_local
    )
    return Done(ImportOutcome.CREATED, row.pk, row.version)


def _overlay(each: Decided, how: Applying) -> Done:
    row, marc = _existing(each)
    if each.is_same_number and _is_older(each):
        return Done(ImportOutcome.FAILED, row.pk, against=(_unfit(Problem.OLDER_THAN_CATALOGUE),))
    if each.record.columns.is_deleted:
        # A profile lays content over content; a withdrawal goes by the plain import.
        return Done(ImportOutcome.FAILED, row.pk, against=(Reason(Code.MARKED_AS_DELETED),))
    if each.is_same_number and how.profile.protection.is_whole:
        raw = each.record.read.raw
    else:
        merged = result_of(each, how.profile)
        raw = rewritten(merged or marc, row.raw_format)
    saved: Saved = save_record(record_id=row.pk, expected_version=row.version, raw=raw, author=how.author, now=how.now)
    outcome = ImportOutcome.CHANGED if saved.is_changed else ImportOutcome.UNCHANGED
    return Done(outcome, row.pk, saved.record.version)


def _enrich(each: Decided, how: Applying) -> Done:
    row, _ = _existing(each)
    coming = result_of(each, how.profile)
    whose = Whose(row.pk, how.author)
    before = newest_enrichment(row.pk, whose.municipality_id)
    kept: list[MarcField] = []
    if before is not None and before.deleted_at is None:
        kept = [each for each in fields_of(before.fields) if not named(each.tag, how.profile.enriches)]
    if coming is None or not coming.fields:
        return Done(ImportOutcome.UNCHANGED, row.pk)
    expected = before.version if before else 0
    after = save_enrichment(whose=whose, fields=[*kept, *coming.fields], expected_version=expected, now=how.now)
    outcome = ImportOutcome.UNCHANGED if after.version == expected else ImportOutcome.ENRICHED
    return Done(outcome, row.pk, after.version)


def _ask(each: Decided, how: Applying) -> Done:
    return Done(ImportOutcome.ASKED, each.existing.row.pk if each.existing else None)


def _skip(each: Decided, how: Applying) -> Done:
    return Done(ImportOutcome.SKIPPED, each.existing.row.pk if each.existing else None)


_DOES = {
    Action.NEW: _new,
    Action.OVERLAY: _overlay,
    Action.ENRICH: _enrich,
    Action.ASK: _ask,
    Action.SKIP: _skip,
}


def _existing(each: Decided) -> tuple[BibliographicRecord, MarcRecord]:
    if each.existing is None or each.existing.marc is None:
        raise RecordProblem(Problem.NOT_MARC)
    return each.existing.row, each.existing.marc


def _is_older(each: Decided) -> bool:
    """Say whether the catalogue's record was changed later, by the records' own dates."""
    ours = each.existing.columns.last_changed if each.existing and each.existing.columns else ""
    theirs = each.record.columns.last_changed
    length = min(len(ours), len(theirs))
    return theirs[:length] < ours[:length]


def _entry(run: ImportRun, each: Decided, done: Done) -> ImportEntry:
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


def _failed(run: ImportRun, failure: RecordFailure) -> ImportEntry:
    return ImportEntry(
        run=run,
        position=failure.number,
        control_number=failure.control_number[:_LONGEST_NUMBER],
        outcome=ImportOutcome.FAILED,
        reasons=[failure.code.value],
    )
