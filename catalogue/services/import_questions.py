"""What an import asks a person, as she needs to see it: the record as it came, beside those that it may be."""

from collections.abc import Sequence
from dataclasses import dataclass

from catalogue.marc.problems import RecordProblem
from catalogue.marc.reading import read_single
from catalogue.marc.record_columns import RecordColumns
from catalogue.models import BibliographicRecord, ImportEntry, ImportRun
from catalogue.rules.import_decisions import Action, Decision, Profile, Why
from catalogue.rules.matching import Candidate
from catalogue.rules.record_diff import FieldChange
from catalogue.selectors.matching import candidates_for
from catalogue.services.import_deciding import Decided, existing_of, wanted
from catalogue.services.import_preview import changes_of
from catalogue.services.import_profiles import rules_from
from catalogue.services.record_writing import Incoming, incoming

# Beyond so many, a person compares nothing any more.
_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Choice:
    """A record of the catalogue that the incoming one may be.

    :ivar score: None when both have the same number
    :ivar fits: one can be laid over the other: both are of one family of MARC
    :ivar changes: what laying it over would change
    """

    row: BibliographicRecord
    score: int | None
    fits: bool
    changes: Sequence[FieldChange]


@dataclass(frozen=True, slots=True)
class Question:
    """One record that a person is asked about.

    :ivar columns: what came; None when it can't be read any more
    """

    entry: ImportEntry
    columns: RecordColumns | None
    choices: Sequence[Choice]


def questions(run: ImportRun, entries: Sequence[ImportEntry]) -> list[Question]:
    """Return a page of a run's questions, with what the catalogue has now; the statements don't grow with the page."""
    came = {entry.pk: record for entry in entries if (record := _read(entry, run.source))}
    candidates = dict(zip(came, candidates_for([wanted(record) for record in came.values()]), strict=True))
    ids = {each.record_id for found in candidates.values() for each in found[:_SHOWN]}
    rows = BibliographicRecord.objects.in_bulk(ids)
    profile = rules_from(run.settings or {})
    return [
        Question(
            entry,
            came[entry.pk].columns if entry.pk in came else None,
            [
                _choice(came[entry.pk], rows[each.record_id], each, profile)
                for each in candidates.get(entry.pk, [])[:_SHOWN]
                if each.record_id in rows
            ],
        )
        for entry in entries
    ]


def _read(entry: ImportEntry, source: str) -> Incoming | None:
    try:
        return incoming(read=read_single(bytes(entry.raw or b"")), source=source)
    except RecordProblem:
        return None


def _choice(record: Incoming, row: BibliographicRecord, candidate: Candidate, profile: Profile) -> Choice:
    existing = existing_of(row)
    fits = existing.marc is not None and existing.marc.flavour == record.read.record.flavour
    overlay = Decided(record, Decision(Action.OVERLAY, Why.ANSWERED, row.pk), existing, candidate)
    score = None if candidate.is_same_number else candidate.score.total
    return Choice(row, score, fits, changes_of(overlay, profile) if fits else ())
