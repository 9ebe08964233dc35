"""Keeps an uploaded export until a worker has read it, and proposes what it says of each school."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any, BinaryIO, cast

from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone

from accounts.models import StaffAccount
from common.audit import record
from schools.errors import UPDATE_WAITING, RosterRefused
from schools.models import RosterFile, RosterUpdate, School
from schools.register.people import RegisterUnreadable, SchoolExport, Unreadable
from schools.register.reading import is_register, read_register
from schools.register.tables import TablePlan, looks_like_table, read_table
from schools.services.rosters import propose

# What came of a school in a file.
PROPOSED, NOTHING_NEW, NOT_OURS = "PROPOSED", "NOTHING_NEW", "NOT_OURS"
FILE_GONE = "FILE_GONE"
_MOST_SCHOOLS = 1000
_LONGEST_WAIT = timedelta(days=1)
_UNREAD = (RosterFile.State.ASKING, RosterFile.State.WAITING)
_START = 4096
_LONGEST_NAME = 200


@transaction.atomic
def keep_file(*, file: Any, file_name: str, staff: StaffAccount, now: datetime) -> RosterFile:
    """Keep an export for a worker; a table waits until somebody has said which of its columns is what.

    :param file: Django's, as it was uploaded
    """
    _clear_away(now)
    start = file.read(_START)
    file.seek(0)
    is_table = not is_register(start) and looks_like_table(start)
    kept = RosterFile.objects.create(
        file_name=file_name[:_LONGEST_NAME],
        stored_as=default_storage.save(f"rosters/{now:%Y%m%d-%H%M%S}", file),
        state=RosterFile.State.ASKING if is_table else RosterFile.State.WAITING,
        uploaded_at=now,
    )
    record(action="schools.upload_roster", actor=staff, subject=kept)
    return kept


@transaction.atomic
def plan_table(
    *, file_id: int, school: School, school_year: str, columns: Mapping[str, int], staff: StaffAccount
) -> RosterFile | None:
    """Say what a table's columns are, so that a worker can read it.

    :param columns: see `schools.register.tables.TablePlan`
    :return: None if somebody else has said so meanwhile
    """
    waiting = RosterFile.objects.select_for_update().filter(pk=file_id, state=RosterFile.State.ASKING)
    kept = waiting.first()
    if kept is None:
        return None
    kept.plan = {"school": school.pk, "school_year": school_year, "columns": dict(columns)}
    kept.state = RosterFile.State.WAITING
    kept.save()
    record(action="schools.plan_table", actor=staff, subject=kept, facts={"school_id": school.pk})
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
            for export in _schools(cast(BinaryIO, file), kept, timezone.localdate(now)):
                if len(kept.schools) < _MOST_SCHOOLS:
                    kept.schools.append(_outcome(export, kept, staff, now))
        kept.state = RosterFile.State.READ
    except RegisterUnreadable as problem:
        detail = problem.detail[:_LONGEST_NAME]
        kept.state, kept.problem, kept.detail = RosterFile.State.UNREADABLE, problem.code, detail
    except FileNotFoundError:
        kept.state, kept.problem = RosterFile.State.UNREADABLE, FILE_GONE
    stored_as, kept.stored_as = kept.stored_as, ""
    kept.save()
    default_storage.delete(stored_as)
    return kept


def _schools(file: BinaryIO, kept: RosterFile, today: date) -> Iterator[SchoolExport]:
    if not kept.plan:
        yield from read_register(file, today=today)
        return
    school = School.objects.select_related("branch").filter(pk=kept.plan["school"]).first()
    if school is None:
        raise RegisterUnreadable(Unreadable.NO_SCHOOL)
    plan = TablePlan(school.number, school.branch.name, kept.plan["school_year"], kept.plan["columns"])
    yield read_table(file, plan)


def _clear_away(now: datetime) -> None:
    """Remove files that no worker got to in a day: what's in them is of people."""
    for kept in RosterFile.objects.filter(state__in=_UNREAD, uploaded_at__lt=now - _LONGEST_WAIT):
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
