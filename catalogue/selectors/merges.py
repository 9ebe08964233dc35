"""What merging two records would do, and which merges there were."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Sum

from catalogue.marc.problems import RecordProblem
from catalogue.marc.reading import parse_raw
from catalogue.marc.records import Flavour, MarcRecord
from catalogue.models import BibliographicRecord, HoldingsSummary, RecordMerge
from catalogue.rules.record_diff import FieldChange, record_diff
from catalogue.rules.rights import reasons_against_merge
from catalogue.selectors.rights import library_of, owned
from common.errors import Reason
from tenants.models import Municipality


@dataclass(frozen=True, slots=True)
class MergePreview:
    """What a cataloguer sees before two records become one.

    :ivar changes: from the record that goes to the one that stays
    :ivar items: how many items all municipalities have of the one that goes
    :ivar municipalities: how many municipalities have them
    :ivar reasons: what stands against it
    """

    changes: Sequence[FieldChange]
    items: int
    municipalities: int
    reasons: Sequence[Reason]


def merge_preview(winner: BibliographicRecord, loser: BibliographicRecord, municipality: Municipality) -> MergePreview:
    """Return what merging would do; nothing is changed."""
    held = HoldingsSummary.objects.filter(record=loser, items__gt=0)
    codes = reasons_against_merge(owned(winner), owned(loser), library_of(municipality))
    return MergePreview(
        changes=record_diff(_fields(loser), _fields(winner)),
        items=held.aggregate(items=Sum("items"))["items"] or 0,
        municipalities=held.values("municipality").distinct().count(),
        reasons=[Reason(code) for code in codes],
    )


def merges_of(record_id: int) -> list[RecordMerge]:
    """Return the merges that made other records part of this one and that stand, newest first."""
    standing = RecordMerge.objects.filter(winner=record_id, undone_at=None)
    return list(standing.select_related("loser").defer("loser__raw", "moved").order_by("-merged_at", "-pk"))


def _fields(record: BibliographicRecord) -> MarcRecord:
    try:
        return parse_raw(bytes(record.raw), raw_format=record.raw_format, raw_encoding=record.raw_encoding)
    except RecordProblem:
        return MarcRecord(Flavour.MARC21, "", [])
