"""Bringing back what an authority said, and deleting one that nothing uses."""

from datetime import datetime

from django.db import transaction

from catalogue.errors import Code, RecordRefused
from catalogue.models import (
    Authority,
    AuthorityVersion,
    BibliographicRecord,
    ChangeKind,
    HeadingChange,
    RecordHeadings,
)
from catalogue.selectors.authorities import are_headings_read, having_any, keys_of, number_of
from catalogue.selectors.authority_versions import content_of_authority
from catalogue.services.authorities import change_authority, content_from, locked_authorities, refuse_authority
from catalogue.services.record_headings import catch_up_headings
from catalogue.services.records import Author
from common import audit
from common.errors import Reason

_MOST_READ = 500


def restore_authority(
    *, authority_id: int, number: int, expected_version: int, author: Author, now: datetime
) -> Authority:
    """Give an authority what it said in an older version, as its newest; the records follow the heading.

    :raises RecordRefused: NO_SUCH_VERSION, STALE, or with every reason found
    """
    kept = AuthorityVersion.objects.filter(authority=authority_id, number=number).first()
    if kept is None:
        raise RecordRefused([Reason(Code.NO_SUCH_VERSION, facts={"version": number})])
    return change_authority(
        authority_id=authority_id,
        expected_version=expected_version,
        content=content_from(kept.content),
        author=author,
        now=now,
        kind=ChangeKind.RESTORE,
    )


@transaction.atomic
def delete_authority(*, authority_id: int, expected_version: int, author: Author) -> None:
    """Delete an authority that no record has; what it said stays in the audit log.

    :raises RecordRefused: STALE, NO_RIGHT_TO_AUTHORITIES; IN_RECORDS while records have its heading or its number, or
        are still being changed; HEADINGS_UNREAD while it isn't known yet what the newest ones have; TOOK_OTHERS_IN
        when another was merged into it
    """
    authority = locked_authorities(authority_id)[0]
    # What changed in the last minute; behind a large import there's more, which only waiting helps.
    catch_up_headings(most=_MOST_READ)
    reasons = [] if author.library.is_root else [Code.NO_RIGHT_TO_AUTHORITIES]
    if authority.version != expected_version:
        reasons.append(Code.STALE)
    ids = RecordHeadings.objects.filter(having_any(keys_of(authority))).values("record_id")
    is_used = BibliographicRecord.objects.filter(pk__in=ids, deleted_at=None).exists()
    if is_used or HeadingChange.objects.filter(authority=authority, finished_at=None).exists():
        reasons.append(Code.IN_RECORDS)
    elif not are_headings_read():
        reasons.append(Code.HEADINGS_UNREAD)
    if Authority.objects.filter(merged_into=authority).exists():
        reasons.append(Code.TOOK_OTHERS_IN)
    refuse_authority(reasons)
    facts = {"heading": authority.heading, "number": number_of(authority), "content": content_of_authority(authority)}
    audit.record(action="catalogue.delete_authority", actor=author.account, subject=authority, facts=facts)
    authority.delete()
