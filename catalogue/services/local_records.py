"""A library's own records: kept to itself at first, shown to all if it wants, and taken back (case II.I15)."""

from datetime import datetime

from django.db import transaction

from catalogue.errors import Code
from catalogue.models import BibliographicRecord, Change, ChangeKind
from catalogue.rules.rights import reasons_against_edit
from catalogue.selectors.references import others_uses
from catalogue.selectors.rights import owned
from catalogue.services import change_feed
from catalogue.services.record_versions import be_the_only_writer, keep_superseded
from catalogue.services.records import Author, locked_record, refuse_stale_or, update_record
from common import audit
from common.errors import Reason


@transaction.atomic
def share_record(*, record_id: int, expected_version: int, author: Author, now: datetime) -> BibliographicRecord:
    """Show a local record to all libraries; its own one stays the only one that changes it.

    One that's shown already stays as it is. `unshare_record` is the way back.

    :raises StaleRecord: if somebody has changed the record since
    :raises RecordRefused: with every reason found
    """
    be_the_only_writer()
    record = locked_record(record_id)
    refuse_stale_or(record, expected_version, _reasons_against(record, author))
    if record.visible_to_id is not None:
        _show_to(record, None, ChangeKind.SHARE, "catalogue.share_record", author, now)
    return record


@transaction.atomic
def unshare_record(*, record_id: int, expected_version: int, author: Author, now: datetime) -> BibliographicRecord:
    """Show a local record to its own library alone again, for as long as no other library has anything on it.

    One that's kept to it already stays as it is. Whoever adds an item or a hold in the same moment is either seen here,
    or finds the record gone: both lock it.

    :raises StaleRecord: if somebody has changed the record since
    :raises RecordRefused: with every reason found; HAS_PARTS when records that all see are part of it
    """
    be_the_only_writer()
    record = locked_record(record_id)
    reasons = _reasons_against(record, author)
    if author.municipality is None or author.library.is_root:
        reasons = [Reason(Code.OTHERS_LOCAL_RECORD)]
    elif not reasons:
        reasons = others_uses(record, author.municipality)
    refuse_stale_or(record, expected_version, reasons)
    if record.visible_to_id is None and author.municipality is not None:
        _show_to(record, author.municipality.pk, ChangeKind.UNSHARE, "catalogue.unshare_record", author, now)
    return record


def _reasons_against(record: BibliographicRecord, author: Author) -> list[Reason]:
    reasons = [Reason(code) for code in reasons_against_edit(owned(record), author.library, new_owner="")]
    if not record.is_local:
        reasons = [Reason(Code.NOT_LOCAL)]
    if record.deleted_at is not None:
        reasons.append(Reason(Code.RECORD_GONE))
    return reasons


def _show_to(
    record: BibliographicRecord, viewer_id: int | None, kind: ChangeKind, action: str, author: Author, now: datetime
) -> None:
    keep_superseded([record.pk])
    update_record(record, {"visible_to_id": viewer_id}, author.origin(kind), now)
    audit.record(action=action, actor=author.account, subject=record, facts={"version": record.version})
    change_feed.announce(record_ids=[record.pk], kind=Change.Kind.RECORD, now=now)
