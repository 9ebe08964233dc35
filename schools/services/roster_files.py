"""Keeps an uploaded export until a worker has read it, and proposes what it says of each school."""

from datetime import datetime, timedelta
from typing import Any, BinaryIO, cast

from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone

from accounts.models import StaffAccount
from common.audit import record
from schools.errors import UPDATE_WAITING, RosterRefused
from schools.models import RosterFile, RosterUpdate, School
from schools.register.people import RegisterUnreadable, SchoolExport
from schools.register.reading import read_register
from schools.services.rosters import propose

# What came of a school in a file.
PROPOSED, NOTHING_NEW, NOT_OURS = "PROPOSED", "NOTHING_NEW", "NOT_OURS"
FILE_GONE = "FILE_GONE"
_MOST_SCHOOLS = 1000
_LONGEST_WAIT = timedelta(days=1)
_LONGEST_NAME = 200


@transaction.atomic
def keep_file(*, file: Any, file_name: str, staff: StaffAccount, now: datetime) -> RosterFile:
    """Keep an export for a worker.

    :param file: Django's, as it was uploaded
    """
    _clear_away(now)
    kept = RosterFile.objects.create(
        file_name=file_name[:_LONGEST_NAME],
        stored_as=default_storage.save(f"rosters/{now:%Y%m%d-%H%M%S}", file),
        uploaded_at=now,
    )
    record(action="schools.upload_roster", actor=staff, subject=kept)
    return kept


def read_file(*, file_id: int, staff: StaffAccount | None, now: datetime) -> RosterFile | None:
    """Propose what a kept file says of the municipality's schools, and remove it; each school is one transaction.

    :return: None if it's read already, or isn't there
    """
    kept = RosterFile.objects.filter(pk=file_id, state=RosterFile.State.WAITING).first()
    if kept is None:
        return None
    try:
        with default_storage.open(kept.stored_as) as file:
            for export in read_register(cast(BinaryIO, file), today=timezone.localdate(now)):
                if len(kept.schools) < _MOST_SCHOOLS:
                    kept.schools.append(_outcome(export, kept, staff, now))
        kept.state = RosterFile.State.READ
    except RegisterUnreadable as problem:
        kept.state, kept.problem, kept.detail = (
            RosterFile.State.UNREADABLE,
            problem.code,
            problem.detail[:_LONGEST_NAME],
        )
    except FileNotFoundError:
        kept.state, kept.problem = RosterFile.State.UNREADABLE, FILE_GONE
    stored_as, kept.stored_as = kept.stored_as, ""
    kept.save()
    default_storage.delete(stored_as)
    return kept


def _clear_away(now: datetime) -> None:
    """Remove files that no worker got to in a day: what's in them is of people."""
    for kept in RosterFile.objects.filter(state=RosterFile.State.WAITING, uploaded_at__lt=now - _LONGEST_WAIT):
        default_storage.delete(kept.stored_as)
        kept.state, kept.problem, kept.stored_as = RosterFile.State.UNREADABLE, FILE_GONE, ""
        kept.save()


def _outcome(export: SchoolExport, kept: RosterFile, staff: StaffAccount | None, now: datetime) -> dict[str, Any]:
    said = {"number": export.number[:40], "name": export.name[:_LONGEST_NAME], "update": None}
    school = School.objects.select_related("branch").filter(number=export.number).first()
    if school is None:
        return {**said, "what": NOT_OURS}
    source = RosterUpdate.Source.UPLOAD
    try:
        update = propose(school=school, export=export, source=source, file_name=kept.file_name, staff=staff, now=now)
    except RosterRefused:
        return {**said, "what": UPDATE_WAITING}
    return {**said, "what": PROPOSED if update else NOTHING_NEW, "update": update.pk if update else None}
