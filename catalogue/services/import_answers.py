"""What a person says of a record that an import asks about: that it's new, or which one it is."""

from dataclasses import replace
from datetime import datetime

from django.db import transaction

from catalogue.errors import Code, RecordRefused
from catalogue.marc.problems import RecordProblem
from catalogue.marc.reading import read_single
from catalogue.models import ImportEntry, ImportOutcome, ImportRun
from catalogue.rules.import_decisions import Action, Decision, Why
from catalogue.services.import_applying import apply
from catalogue.services.import_by_profile import locked_run
from catalogue.services.import_deciding import Decided, existing_of
from catalogue.services.import_outcomes import Applying, as_kept
from catalogue.services.import_profiles import rules_from
from catalogue.services.record_versions import be_the_only_writer
from catalogue.services.record_writing import incoming
from catalogue.services.records import Author, locked_record
from common import audit
from common.errors import Reason

_ANSWERS = (Action.NEW, Action.OVERLAY, Action.ENRICH, Action.ITEMS, Action.SKIP)


@transaction.atomic
def answer_question(
    *, run_id: int, position: int, action: Action, record_id: int | None, author: Author, now: datetime
) -> ImportEntry:
    """Do with a record what a person decided, by the rules of the profile for everything else.

    :param record_id: the record that it is, for an overlay or local fields
    :raises RecordRefused: with every reason found; the question stays open
    """
    run = locked_run(run_id)
    if run.state in (ImportRun.State.UNDOING, ImportRun.State.UNDONE):
        raise RecordRefused([Reason(Code.NOT_NOW, facts={"state": run.state})])
    be_the_only_writer()
    asked = ImportEntry.objects.select_for_update().filter(run=run, position=position, outcome=ImportOutcome.ASKED)
    entry = asked.first()
    if entry is None or entry.raw is None or action not in _ANSWERS:
        raise RecordRefused([Reason(Code.NO_SUCH_QUESTION)])
    try:
        read = read_single(bytes(entry.raw))
    except RecordProblem as problem:
        raise RecordRefused([Reason(Code.UNREADABLE, facts={"problem": problem.code.value})]) from problem
    settings = run.settings or {}
    # The consortium has no items.
    if action == Action.ITEMS and (run.municipality_id is None or not settings.get("items")):
        raise RecordRefused([Reason(Code.ACTION_NOT_POSSIBLE)])
    existing = None
    if action in (Action.OVERLAY, Action.ENRICH):
        existing = existing_of(locked_record(record_id or 0))
        if existing.marc is None or existing.marc.flavour != read.record.flavour:
            # Fields of one family of MARC mean something else in the other.
            raise RecordRefused([Reason(Code.ACTION_NOT_POSSIBLE)])
    elif action == Action.ITEMS:
        existing = existing_of(locked_record(record_id or 0))
    by = Author(author.account, author.municipality, run.pk)
    how = Applying(rules_from(settings), by, run.source, settings["makes_local"], now)
    record = incoming(read=replace(read, number=position), source=run.source)
    done = apply(Decided(record, Decision(action, Why.ANSWERED, record_id), existing), how)
    if done.outcome == ImportOutcome.FAILED:
        raise RecordRefused(done.against)
    run.counts[ImportOutcome.ASKED] -= 1
    run.counts[done.outcome] = run.counts.get(done.outcome, 0) + 1
    run.save(update_fields=["counts"])
    entry.outcome, entry.why, entry.raw = done.outcome, Why.ANSWERED, None
    entry.record_id, entry.version = done.record_id, done.version
    entry.reasons = as_kept(done.against) or entry.reasons
    entry.save()
    audit.record(
        action="catalogue.answer_import",
        actor=author.account,
        subject=run,
        facts={"position": position, "action": str(action), "record_id": done.record_id},
    )
    return entry
