"""Bringing incoming records onto those of the catalogue that they are: laid over them, or as a library's own fields.

Many at a time. The caller is the only writer, has locked the records, each of which is named once, and announces the
changes when everything else is written.
"""

from collections.abc import Mapping

from catalogue.errors import Code, RecordRefused
from catalogue.marc.problems import Problem, RecordProblem
from catalogue.marc.reading import read_single
from catalogue.marc.records import MarcField
from catalogue.marc.rewriting import rewritten
from catalogue.models import Enrichment, ImportOutcome
from catalogue.rules.field_protection import named
from catalogue.selectors.enrichments import fields_of, newest_enrichments
from catalogue.services.enrichment_batches import NewFields, enrich_each
from catalogue.services.import_deciding import Decided, result_of
from catalogue.services.import_outcomes import Applying, Done, failed, unfit
from catalogue.services.record_batches import NewContent, save_each
from catalogue.services.record_writing import Incoming, incoming
from common.errors import Reason


def overlay(choices: Mapping[int, Decided], how: Applying) -> dict[int, Done]:
    """Give the records the incoming ones' content as far as the profile lets it in, and say what became of each."""
    done: dict[int, Done] = {}
    contents: dict[int, NewContent] = {}
    for place, each in choices.items():
        try:
            contents[place] = _new_content(each, how)
        except RecordRefused as refused:
            done[place] = failed(_record_id(each), refused.reasons)
        except RecordProblem as problem:
            done[place] = failed(_record_id(each), [unfit(problem.code)])
    saved = save_each(list(contents.values()), author=how.author, now=how.now)
    for (place, content), after in zip(contents.items(), saved, strict=True):
        if isinstance(after, RecordRefused):
            done[place] = failed(content.record.pk, after.reasons)
        else:
            outcome = ImportOutcome.CHANGED if after.is_changed else ImportOutcome.UNCHANGED
            done[place] = Done(outcome, content.record.pk, after.record.version)
    return done


def enrich(choices: Mapping[int, Decided], how: Applying) -> dict[int, Done]:
    """Lay what the profile names of the incoming records over those of the catalogue, for the author's library."""
    municipality_id = how.author.municipality.pk if how.author.municipality else None
    ids = [each.existing.row.pk for each in choices.values() if each.existing]
    standing = newest_enrichments(ids, municipality_id)
    done: dict[int, Done] = {}
    contents: dict[int, NewFields] = {}
    for place, each in choices.items():
        if each.existing is None or each.existing.marc is None:
            done[place] = failed(_record_id(each), [unfit(Problem.NOT_MARC)])
            continue
        row, marc = each.existing.row, each.existing.marc
        coming = result_of(each, how.profile)
        if coming is None or not coming.fields:
            done[place] = Done(ImportOutcome.UNCHANGED, row.pk)
            continue
        before = standing.get(row.pk)
        contents[place] = NewFields(row, marc, before, [*_kept(before, how), *coming.fields])
    enriched = enrich_each(list(contents.values()), author=how.author, now=how.now)
    for (place, content), after in zip(contents.items(), enriched, strict=True):
        if isinstance(after, RecordRefused):
            done[place] = failed(content.record.pk, after.reasons)
        else:
            outcome = ImportOutcome.ENRICHED if after.is_changed else ImportOutcome.UNCHANGED
            done[place] = Done(outcome, content.record.pk, after.row.version)
    return done


def _new_content(each: Decided, how: Applying) -> NewContent:
    if each.existing is None or each.existing.marc is None:
        raise RecordProblem(Problem.NOT_MARC)
    row, marc = each.existing.row, each.existing.marc
    if each.is_same_number and _is_older(each):
        raise RecordProblem(Problem.OLDER_THAN_CATALOGUE)
    if each.record.columns.is_deleted:
        # A profile lays content over content; a withdrawal goes by the plain import.
        raise RecordRefused([Reason(Code.MARKED_AS_DELETED)])
    if each.is_same_number and how.profile.protection.is_whole:
        return NewContent(row, marc, each.record)
    merged = result_of(each, how.profile)
    return NewContent(row, marc, _as_incoming(rewritten(merged or marc, row.raw_format), row.source))


def _as_incoming(raw: bytes, source: str) -> Incoming:
    return incoming(read=read_single(raw), source=source)


def _kept(before: Enrichment | None, how: Applying) -> list[MarcField]:
    """Return the library's own fields that the profile doesn't name."""
    if before is None or before.deleted_at is not None:
        return []
    return [each for each in fields_of(before.fields) if not named(each.tag, how.profile.enriches)]


def _is_older(each: Decided) -> bool:
    """Say whether the catalogue's record was changed later, by the records' own dates."""
    ours = each.existing.columns.last_changed if each.existing and each.existing.columns else ""
    theirs = each.record.columns.last_changed
    length = min(len(ours), len(theirs))
    return theirs[:length] < ours[:length]


def _record_id(each: Decided) -> int | None:
    return each.existing.row.pk if each.existing else None
