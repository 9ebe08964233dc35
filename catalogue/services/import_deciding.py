"""What a profile makes of incoming records, before anything is written: the import and its preview ask the same."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from catalogue.marc.columns import parse_columns
from catalogue.marc.problems import Problem, RecordProblem
from catalogue.marc.reading import parse_raw
from catalogue.marc.record_columns import Kind, RecordColumns
from catalogue.marc.records import MarcRecord
from catalogue.models import BibliographicRecord
from catalogue.rules.field_protection import fields_to_enrich, overlaid
from catalogue.rules.import_decisions import Action, Decision, Profile, decide, reconsider, standing
from catalogue.rules.match_facts import match_facts
from catalogue.rules.matching import Candidate
from catalogue.selectors.matching import Content, Wanted, candidates_and_contents
from catalogue.services.record_versions import locked_records
from catalogue.services.record_writing import Incoming

_NOT_A_TITLE = {Kind.AUTHORITY: Problem.AUTHORITY_RECORD, Kind.HOLDINGS: Problem.HOLDINGS_RECORD}


@dataclass(frozen=True, slots=True)
class Existing:
    """A record of the catalogue that an incoming one is.

    :ivar marc: None when its bytes can't be read any more
    """

    row: BibliographicRecord
    marc: MarcRecord | None
    columns: RecordColumns | None


@dataclass(frozen=True, slots=True)
class Decided:
    """An incoming record, and what becomes of it.

    :ivar existing: the record that it is, if any
    :ivar candidate: how that was found out
    """

    record: Incoming
    decision: Decision
    existing: Existing | None = None
    candidate: Candidate | None = None

    @property
    def is_same_number(self) -> bool:
        """Whether both have one number."""
        row = self.existing.row if self.existing else None
        return row is not None and self.record.key == (row.source, row.control_number)


def wanted(record: Incoming) -> Wanted:
    """Return what an incoming record is looked for by."""
    return Wanted(record.key, match_facts(record.read.record, record.columns, source=record.source))


def reason_to_refuse(record: Incoming) -> Problem | None:
    """Return why a record can't be brought in whatever the profile says: it's no title, or has none."""
    if problem := _NOT_A_TITLE.get(record.columns.kind):
        return problem
    return None if record.columns.title or record.columns.is_deleted else Problem.NO_TITLE


def decided(
    batch: Sequence[Incoming], profile: Profile, *, wishes: Sequence[Wanted] | None = None, locks: bool = False
) -> list[Decided]:
    """Return what becomes of each record of a batch.

    :param wishes: what each is looked for by, where the caller knows it
    :param locks: the records that they are stay as they are until the transaction ends
    """
    found, contents = candidates_and_contents([wanted(record) for record in batch] if wishes is None else wishes)
    first = [decide(candidates, profile) for candidates in found]
    ids = {each.record_id for each in first if each.record_id is not None}
    rows = locked_records(ids) if locks else BibliographicRecord.objects.in_bulk(ids)
    existing = {pk: _as_compared(row, contents.get(pk)) or existing_of(row) for pk, row in rows.items()}
    return [
        _considered(record, candidates, decision, existing, profile)
        for record, candidates, decision in zip(batch, found, first, strict=True)
    ]


def _considered(
    record: Incoming,
    candidates: Sequence[Candidate],
    decision: Decision,
    known: Mapping[int, Existing],
    profile: Profile,
) -> Decided:
    existing = known.get(decision.record_id) if decision.record_id is not None else None
    if existing and existing.marc and existing.columns:
        here = standing(existing.marc, existing.columns)
        decision = reconsider(decision, standing(record.read.record, record.columns), here, profile)
    return Decided(record, decision, existing, candidates[0] if candidates else None)


def _as_compared(row: BibliographicRecord, content: Content | None) -> Existing | None:
    """Return the record as it was read to be compared, unless it's another version by now."""
    if content is None or content.version != row.version:
        return None
    return Existing(row, content.marc, content.columns)


def existing_of(row: BibliographicRecord) -> Existing:
    """Return a record with its MARC, if that can be read."""
    try:
        marc = parse_raw(bytes(row.raw), raw_format=row.raw_format, raw_encoding=row.raw_encoding)
    except RecordProblem:
        return Existing(row, None, None)
    return Existing(row, marc, parse_columns(marc))


def result_of(each: Decided, profile: Profile) -> MarcRecord | None:
    """Return what the record is after an overlay, or the fields to enrich it with; None for anything else."""
    existing, incoming = each.existing, each.record
    if existing is None or existing.marc is None:
        return None
    if each.decision.action == Action.ENRICH:
        fields = fields_to_enrich(incoming.read.record, existing.marc, profile.enriches)
        return MarcRecord(existing.marc.flavour, "", fields)
    if each.decision.action != Action.OVERLAY:
        return None
    return overlaid(
        existing.marc,
        incoming.read.record,
        profile.protection,
        is_same_number=each.is_same_number,
        agency=incoming.source,
    )
