"""A library's own records: kept to itself at first, then shown to all if it wants (case II.I15)."""

from datetime import datetime

from django.db import transaction

from catalogue.errors import Code
from catalogue.models import BibliographicRecord, Change, ChangeKind
from catalogue.rules.rights import reasons_against_edit
from catalogue.selectors.rights import owned
from catalogue.services import change_feed
from catalogue.services.record_versions import be_the_only_writer, keep_superseded
from catalogue.services.records import Author, locked_record, refuse_stale_or, update_record
from common import audit
from common.errors import Reason


@transaction.atomic
def share_record(*, record_id: int, expected_version: int, author: Author, now: datetime) -> BibliographicRecord:
    """Show a local record to all libraries; its own one stays the only one that changes it.

    One that's shown already stays as it is. There's no way back: others may have items of it by then.

    :raises StaleRecord: if somebody has changed the record since
    :raises RecordRefused: with every reason found
    """
    be_the_only_writer()
    record = locked_record(record_id)
    reasons = [Reason(code) for code in reasons_against_edit(owned(record), author.library, new_owner="")]
    if not record.is_local:
        reasons = [Reason(Code.NOT_LOCAL)]
    if record.deleted_at is not None:
        reasons.append(Reason(Code.RECORD_GONE))
    refuse_stale_or(record, expected_version, reasons)
    if record.visible_to_id is None:
        return record
    keep_superseded([record.pk])
    update_record(record, {"visible_to_id": None}, author.origin(ChangeKind.SHARE), now)
    audit.record(
        action="catalogue.share_record", actor=author.account, subject=record, facts={"version": record.version}
    )
    change_feed.announce(record_ids=[record.pk], kind=Change.Kind.RECORD, now=now)
    return record
