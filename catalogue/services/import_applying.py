"""Doing with a batch of incoming records what was decided, and an entry for each; the caller is the only writer."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from catalogue.errors import RecordRefused
from catalogue.marc.problems import Problem, RecordProblem
from catalogue.marc.records import RecordFailure
from catalogue.models import BibliographicRecord, Change, ChangeKind, ImportEntry, ImportOutcome, ImportRun
from catalogue.rules.import_decisions import Action
from catalogue.rules.rights import reasons_against_creation, reasons_against_edit
from catalogue.selectors.matching import Wanted
from catalogue.selectors.rights import owned
from catalogue.selectors.visibility import visible_to
from catalogue.services import change_feed
from catalogue.services.import_deciding import Decided, decided
from catalogue.services.import_items import batch_of_items, bring_items
from catalogue.services.import_onto_records import enrich, overlay
from catalogue.services.import_outcomes import Applying, Done, entry_of, entry_of_failure, failed, unfit
from catalogue.services.import_profiles import rules_from
from catalogue.services.record_writing import Incoming, SeenRecords, write_records
from catalogue.services.records import Author, add_record, level_of
from common.errors import Reason

_WRITTEN = (ImportOutcome.CREATED, ImportOutcome.CHANGED, ImportOutcome.ENRICHED)
_Choices = Mapping[int, Decided]


@dataclass
class Batch:
    """Records that are brought in together.

    :ivar after: the number of the last record before them
    :ivar wanted: what each of the records is looked for by
    """

    after: int
    records: list[Incoming] = field(default_factory=list)
    wanted: list[Wanted] = field(default_factory=list)
    failures: list[RecordFailure] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.records) + len(self.failures)

    @property
    def last(self) -> int:
        """The number of the last record in the file."""
        numbers = [each.read.number for each in self.records] + [each.number for each in self.failures]
        return max([*numbers, self.after])


def entries_of(batch: Batch, run: ImportRun, author: Author, now: datetime) -> list[ImportEntry]:
    """Bring a batch in and return its entries, not saved yet.

    The statements don't grow with the batch, except for new records that are to be the library's own.
    """
    settings = run.settings or {}
    how = Applying(rules_from(settings), author, run.source, settings["makes_local"], now)
    choices = decided(batch.records, how.profile, wishes=batch.wanted, locks=True)
    with batch_of_items(_getting_items(choices), run_id=run.pk, now=now):
        done = _onto_known(choices, run, how)
        new = {place: each for place, each in enumerate(choices) if place not in done}
        if how.makes_local:
            done |= {place: _add(each, how) for place, each in new.items()}
        else:
            done |= _create({place: each.record for place, each in new.items()}, how)
        _announce(done.values(), how)
    entries = [entry_of(run, each, done[place]) for place, each in enumerate(choices)]
    return entries + [entry_of_failure(run, failure) for failure in batch.failures if failure.number]


@transaction.atomic
def apply(each: Decided, how: Applying) -> Done:
    """Do what was decided with one record, which is locked; a refusal leaves everything as it was."""
    if each.decision.action == Action.NEW:
        return _add(each, how)
    with batch_of_items(_getting_items([each]), run_id=how.author.run_id or 0, now=how.now):
        done = _DOES[each.decision.action]({0: each}, how)
        _announce(done.values(), how)
    return done[0]


def _onto_known(choices: Sequence[Decided], run: ImportRun, how: Applying) -> dict[int, Done]:
    """Do with every record but the new ones what was decided; the first that changes a record is the only one."""
    left = {place: each for place, each in enumerate(choices) if each.decision.action != Action.NEW}
    written = _written_before(run, choices)
    done: dict[int, Done] = {}
    while left:
        for place, each in left.items():
            if (record_id := _record_id(each)) in written:
                done[place] = Done(ImportOutcome.SKIPPED, record_id, against=(unfit(Problem.DUPLICATE_IN_FILE),))
        turn = _one_of_each({place: each for place, each in left.items() if place not in done})
        for action, does in _DOES.items():
            done |= does({place: each for place, each in turn.items() if each.decision.action == action}, how)
        written |= _written(done[place] for place in turn)
        left = {place: each for place, each in left.items() if place not in done}
    return done


def _one_of_each(choices: _Choices) -> _Choices:
    """Return the first choice of each record, and all of those that are of none."""
    first: dict[int | None, int] = {}
    for place, each in choices.items():
        first.setdefault(_record_id(each), place)
    return {
        place: each for place, each in choices.items() if _record_id(each) is None or first[_record_id(each)] == place
    }


def _written(done: Iterable[Done]) -> set[int]:
    return {each.record_id for each in done if each.outcome in _WRITTEN and each.record_id is not None}


def _written_before(run: ImportRun, choices: Sequence[Decided]) -> set[int]:
    ids = [each.existing.row.pk for each in choices if each.existing]
    entries = ImportEntry.objects.filter(run=run, record__in=ids, outcome__in=_WRITTEN)
    return {record_id for record_id in entries.values_list("record_id", flat=True) if record_id is not None}


def _create(new: dict[int, Incoming], how: Applying) -> dict[int, Done]:
    """Bring new common records in together.

    One that was deleted comes to life again, where the library could change it or had brought it in and undone that.
    """
    library = how.author.library
    deleted = _deleted(new.values(), how)
    done: dict[int, Done] = {}
    for place, record in new.items():
        owner = record.columns.owner or library.code
        against = reasons_against_creation(level_of(record), library, owner=owner)
        if row := deleted.get(record.key):
            against += reasons_against_edit(owned(row), library, new_owner=record.columns.owner)
        if against:
            done[place] = failed(None, map(Reason, dict.fromkeys(against)))
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
            done[place] = failed(None, [unfit(problem)])
            continue
        pk, version, run_id = stored[record.key]
        outcome = ImportOutcome.CREATED if version == 1 else ImportOutcome.CHANGED
        # Bytes that a deleted record has already are left alone.
        done[place] = Done(outcome if run_id == how.author.run_id else ImportOutcome.UNCHANGED, pk, version)
    return done


def _deleted(new: Iterable[Incoming], how: Applying) -> dict[tuple[str, str], BibliographicRecord]:
    """Return the deleted records that have these records' numbers, without what the library's own imports brought.

    Not those that the library doesn't see, either: `write_records` answers for their numbers.
    """
    own = how.author.municipality
    keys = {record.key for record in new}
    rows = BibliographicRecord.objects.filter(
        visible_to(own.pk if own else None),
        source__in={source for source, _number in keys},
        control_number__in=[number for _source, number in keys],
        deleted_at__isnull=False,
    ).select_related("import_run")
    return {
        key: row
        for row in rows
        if (key := (row.source, row.control_number)) in keys
        and not (own and row.import_run and row.import_run.municipality_id == own.pk)
    }


def _add(each: Decided, how: Applying) -> Done:
    try:
        row = add_record(
            raw=each.record.read.raw, source=how.source, author=how.author, now=how.now, is_local=how.makes_local
        )
    except RecordRefused as refused:
        return failed(None, refused.reasons)
    except RecordProblem as problem:
        return failed(None, [unfit(problem.code)])
    return Done(ImportOutcome.CREATED, row.pk, row.version)


def _ask(choices: _Choices, how: Applying) -> dict[int, Done]:
    return {place: Done(ImportOutcome.ASKED, _record_id(each)) for place, each in choices.items()}


def _skip(choices: _Choices, how: Applying) -> dict[int, Done]:
    return {place: Done(ImportOutcome.SKIPPED, _record_id(each)) for place, each in choices.items()}


_DOES: Mapping[Action, Callable[[_Choices, Applying], dict[int, Done]]] = {
    Action.OVERLAY: overlay,
    Action.ENRICH: enrich,
    Action.ITEMS: bring_items,
    Action.ASK: _ask,
    Action.SKIP: _skip,
}


def _announce(done: Iterable[Done], how: Applying) -> None:
    """Tell of the records that were changed; those that are new have been told of."""
    ids: dict[ImportOutcome, list[int]] = defaultdict(list)
    for each in done:
        if each.record_id is not None:
            ids[each.outcome].append(each.record_id)
    municipality = how.author.municipality
    change_feed.announce(record_ids=ids[ImportOutcome.CHANGED], kind=Change.Kind.RECORD, now=how.now)
    change_feed.announce(
        record_ids=ids[ImportOutcome.ENRICHED],
        kind=Change.Kind.ENRICHED,
        now=how.now,
        municipality_id=municipality.pk if municipality else None,
    )


def _getting_items(choices: Iterable[Decided]) -> set[int]:
    return {
        record_id
        for each in choices
        if each.decision.action == Action.ITEMS and (record_id := _record_id(each)) is not None
    }


def _record_id(each: Decided) -> int | None:
    return each.existing.row.pk if each.existing else None
