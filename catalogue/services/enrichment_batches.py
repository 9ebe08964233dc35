"""Laying a library's own fields over many records at once, as an import does: the rules of a single save.

The caller is the only writer, has locked the records, and announces the changes at the end of its transaction.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from catalogue.errors import RecordRefused
from catalogue.marc.records import MarcField, MarcRecord
from catalogue.models import BibliographicRecord, ChangeKind, Enrichment
from catalogue.selectors.enrichments import fields_of
from catalogue.selectors.rights import owned_each
from catalogue.services.enrichments import ENRICHMENT_COLUMNS, change_row, reasons_against_fields
from catalogue.services.record_versions import keep_superseded_enrichments
from catalogue.services.records import Author
from common import audit


@dataclass(frozen=True, slots=True)
class NewFields:
    """What the author's library lays over a record, locked.

    :ivar row: its enrichment as it is, the newest if it was taken back
    """

    record: BibliographicRecord
    common: MarcRecord
    row: Enrichment | None
    fields: Sequence[MarcField]


@dataclass(frozen=True, slots=True)
class Enriched:
    """A library's enrichment after it was saved; unchanged when it said the same before."""

    row: Enrichment
    is_changed: bool


def enrich_each(contents: Sequence[NewFields], *, author: Author, now: datetime) -> list[Enriched | RecordRefused]:
    """Give each enrichment its fields unless something stands against it; a refusal leaves that one as it was.

    A fixed number of statements however many records there are, each of them named once.
    """
    library = author.library
    municipality_id = author.municipality.pk if author.municipality else None
    results: list[Enriched | RecordRefused] = []
    made: list[Enrichment] = []
    changed: list[tuple[Enrichment, NewFields]] = []
    about: list[tuple[BibliographicRecord, Enrichment]] = []
    by = author.origin(ChangeKind.EDIT)
    for each, before in zip(contents, owned_each([each.record for each in contents]), strict=True):
        fields = list(each.fields)
        reasons = reasons_against_fields(
            each.record, each.common, fields, before, library, for_schools=municipality_id is None
        )
        if reasons:
            results.append(RecordRefused(reasons))
            continue
        row = each.row
        if row is not None and row.deleted_at is None and fields_of(row.fields) == fields:
            results.append(Enriched(row, is_changed=False))
            continue
        if row is None:
            row = Enrichment(
                record=each.record, municipality_id=municipality_id, fields=fields, created_at=now, changed_at=now, **by
            )
            made.append(row)
        else:
            changed.append((row, each))
        about.append((each.record, row))
        results.append(Enriched(row, is_changed=True))
    keep_superseded_enrichments([row for row, _ in changed])
    for row, each in changed:
        change_row(row, {"fields": list(each.fields), "deleted_at": None}, by, now)
    Enrichment.objects.bulk_update([row for row, _ in changed], ENRICHMENT_COLUMNS)
    Enrichment.objects.bulk_create(made)
    audit.record_each(
        action="catalogue.save_enrichment",
        actor=author.account,
        about=[
            (
                record,
                {"version": row.version, "kind": str(row.change_kind), "for_schools": row.municipality_id is None},
            )
            for record, row in about
        ],
    )
    return results
