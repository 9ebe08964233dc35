"""Giving many records new content at once, as an import does: the rules of a single save, the statements of one.

The caller is the only writer, has locked the records, and announces the changes at the end of its transaction.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from catalogue.errors import RecordRefused
from catalogue.marc.records import MarcRecord
from catalogue.models import BibliographicRecord, ChangeKind
from catalogue.rules.record_diff import is_same_content
from catalogue.selectors.rights import owned_each
from catalogue.services.enrichment_moves import keep_old_shelf_data
from catalogue.services.record_rows import upsert
from catalogue.services.record_versions import keep_superseded
from catalogue.services.record_writing import Incoming, content_columns
from catalogue.services.records import (
    Author,
    Saved,
    former_numbers_in_use,
    owner_named,
    reasons_against_content,
)
from common import audit

_LONGEST_OWNER = 40


@dataclass(frozen=True, slots=True)
class NewContent:
    """A record, locked, with what it's to say.

    :ivar before: what it says now
    """

    record: BibliographicRecord
    before: MarcRecord
    new: Incoming


def save_each(contents: Sequence[NewContent], *, author: Author, now: datetime) -> list[Saved | RecordRefused]:
    """Give each record its content unless something stands against it; a refusal leaves that record as it was.

    A fixed number of statements however many records there are, each of them named once.

    :returns: in their order, the record as it's now, or why it isn't changed
    """
    library = author.library
    owners = owned_each([each.record for each in contents])
    in_use = former_numbers_in_use([(each.record, each.new.read.record) for each in contents])
    results: list[Saved | RecordRefused] = []
    writing: list[tuple[NewContent, str]] = []
    for each, before, numbers in zip(contents, owners, in_use, strict=True):
        if reasons := reasons_against_content(each.record, each.new, before, library, numbers):
            results.append(RecordRefused(reasons))
        elif each.record.deleted_at is None and _is_same(each):
            results.append(Saved(each.record, is_changed=False))
        else:
            writing.append((each, owner_named(each.new, before, library)))
            results.append(Saved(each.record, is_changed=True))
    _write(writing, author, now)
    return results


def _is_same(each: NewContent) -> bool:
    raw, read = bytes(each.record.raw), each.new.read
    return raw == read.raw or is_same_content(each.before, read.record)


def _write(writing: Sequence[tuple[NewContent, str]], author: Author, now: datetime) -> None:
    if not writing:
        return
    # Whoever makes the change means it, so that library keeps nothing.
    but = author.municipality.pk if author.municipality else None
    keep_old_shelf_data({each.record.pk: (each.new.read.record, owner) for each, owner in writing}, now=now, but=but)
    keep_superseded([each.record.pk for each, _ in writing])
    by = author.origin(ChangeKind.EDIT)
    rows = [{**_row(each, owner, now), **by} for each, owner in writing]
    upsert(rows)
    for (each, _), row in zip(writing, rows, strict=True):
        for name, value in row.items():
            setattr(each.record, name, value)
    audit.record_each(
        action="catalogue.save_record",
        actor=author.account,
        about=[(each.record, {"version": each.record.version, "kind": str(ChangeKind.EDIT)}) for each, _ in writing],
    )


def _row(each: NewContent, owner: str, now: datetime) -> dict[str, Any]:
    record = each.record
    return {
        "source": record.source,
        "control_number": record.control_number,
        "owner": owner[:_LONGEST_OWNER],
        "version": record.version + 1,
        "deleted_at": None,
        "merged_into_id": None,
        "is_local": record.is_local,
        "visible_to_id": record.visible_to_id,
        "created_at": record.created_at,
        "changed_at": now,
        **content_columns(each.new),
    }
