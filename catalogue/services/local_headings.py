"""Carrying an authority's new heading into what libraries lay over records, and back when its merge is undone.

The caller is the only writer, and announces the changes at the end of its transaction.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from catalogue.marc.records import MarcField
from catalogue.models import (
    AuthorityMerge,
    Change,
    ChangeKind,
    Enrichment,
    EnrichmentVersion,
    FollowedEnrichment,
    HeadingChange,
)
from catalogue.selectors.enrichments import fields_of
from catalogue.selectors.local_headings import Rename, renamed_enrichments
from catalogue.services import change_feed
from catalogue.services.enrichments import ENRICHMENT_COLUMNS, change_row
from catalogue.services.record_versions import keep_superseded_enrichments, origin
from common import audit
from tenants.everywhere import in_each_municipality


def rename_in_enrichments(
    record_ids: Collection[int], change: HeadingChange, rename: Rename, now: datetime
) -> list[Enrichment]:
    """Write the new heading into the enrichments of these records that have the old one, and return those."""
    written = _write(renamed_enrichments(record_ids, rename), change, ChangeKind.EDIT, now)
    if written and AuthorityMerge.objects.filter(change=change).exists():
        FollowedEnrichment.objects.bulk_create(
            [
                FollowedEnrichment(change=change, enrichment=row, version=row.version, before=row.version - 1)
                for row in written
            ],
            update_conflicts=True,
            unique_fields=["change", "enrichment"],
            update_fields=["version", "before"],
        )
    return written


def give_back_to_enrichments(
    record_ids: Collection[int], change: HeadingChange, now: datetime
) -> tuple[list[Enrichment], int]:
    """Give the enrichments of these records what they had before a merge.

    :returns: those, and how many were changed since and stay
    """
    noted = FollowedEnrichment.objects.filter(
        change=change.undoes_id, enrichment__record__in=list(record_ids), enrichment__deleted_at=None
    )
    rows = list(noted.select_related("enrichment__record"))
    followed = {each.enrichment_id: each for each in rows if each.enrichment.version == each.version}
    kept = EnrichmentVersion.objects.filter(enrichment__in=followed).order_by("enrichment")
    before = [
        (followed[pk].enrichment, fields_of(fields))
        for pk, number, fields in kept.values_list("enrichment", "number", "fields")
        if number == followed[pk].before
    ]
    written = _write(before, change, ChangeKind.RESTORE, now)
    _stand_as_before({row.pk: (followed[row.pk].before, row.version) for row in written})
    return written, len(rows) - len(written)


def announce_enrichments(rows: Iterable[Enrichment], now: datetime) -> None:
    """Tell of enrichments that changed, each in its own library's name; the last thing in a transaction."""
    by_owner: dict[int | None, list[int]] = defaultdict(list)
    for row in rows:
        by_owner[row.municipality_id].append(row.record_id)
    for municipality_id, ids in by_owner.items():
        change_feed.announce(record_ids=ids, kind=Change.Kind.ENRICHED, now=now, municipality_id=municipality_id)


def _write(
    rows: Sequence[tuple[Enrichment, list[MarcField]]], change: HeadingChange, kind: str, now: datetime
) -> list[Enrichment]:
    written = [row for row, _ in rows]
    if not written:
        return []
    keep_superseded_enrichments(written)
    by: dict[str, Any] = {**origin(kind=kind), "changed_by": change.asked_by}
    for row, fields in rows:
        change_row(row, {"fields": fields}, by, now)
    Enrichment.objects.bulk_update(written, ENRICHMENT_COLUMNS)
    _leave_entries(written, change.authority.heading)
    return written


def _leave_entries(rows: Sequence[Enrichment], heading: str) -> None:
    """Leave an audit entry of each change in its own library's log; what schools share is in the consortium's."""
    by_owner: dict[int | None, list[tuple[Any, Mapping[str, Any]]]] = defaultdict(list)
    for row in rows:
        for_schools = row.municipality_id is None
        facts = {"version": row.version, "kind": str(row.change_kind), "for_schools": for_schools, "heading": heading}
        by_owner[row.municipality_id].append((row.record, facts))

    def leave(owner: int | None) -> None:
        if owner in by_owner:
            audit.record_each(action="catalogue.save_enrichment", actor=None, about=by_owner[owner])

    leave(None)
    if set(by_owner) != {None}:
        in_each_municipality(lambda municipality: leave(municipality.pk))


def _stand_as_before(versions: Mapping[int, tuple[int, int]]) -> None:
    """Let an earlier merge that gave enrichments what they've got back now be undone in its turn.

    :param versions: of each, the number of the version that it got back, and the one it has now
    """
    earlier = [
        each
        for each in FollowedEnrichment.objects.filter(enrichment__in=versions)
        if each.version == versions[each.enrichment_id][0]
    ]
    for each in earlier:
        each.version = versions[each.enrichment_id][1]
    FollowedEnrichment.objects.bulk_update(earlier, ["version"])
