"""Proposes what an export says of a school, takes it over, declines it and takes it back.

All of one school's is one transaction under the lock of its row. Nothing that leaves people or classes in doubt is
taken over before a person has said so.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from django.db import transaction

from accounts.models import StaffAccount
from common.audit import record
from common.encryption import encrypt
from common.errors import Reason
from patrons.services.register import local_day
from schools.errors import CLASS_UNANSWERED, UPDATE_DECIDED, UPDATE_OVERTAKEN, UPDATE_WAITING, RosterRefused
from schools.models import RosterUpdate, School
from schools.register.keeping import as_text
from schools.register.new_year import ClassMove, Way
from schools.register.people import SchoolExport
from schools.selectors.comparisons import Comparison, compare, roster_of
from schools.services.roster_classes import name_teachers, write_classes
from schools.services.roster_memberships import WrittenMemberships, end_classes, end_memberships, write_memberships
from schools.services.roster_people import let_go, write_people
from tenants.locks import wait_in_line

_MOST_SLIPS = 500
_PEOPLE = "people of the school register"


@transaction.atomic
def propose(
    *, school: School, export: SchoolExport, source: str, file_name: str, staff: StaffAccount | None, now: datetime
) -> RosterUpdate | None:
    """Keep what an export says of a school until somebody decides; an earlier proposal is overtaken by it.

    :return: None when it says nothing new
    :raises RosterRefused: UPDATE_WAITING when it's changes only, and what they add to isn't decided yet
    """
    school = _locked(school)
    export = _of_a_year(export, school)
    compared = compare(school, export)
    if compared.is_nothing:
        return None
    return _proposed(school, export, compared, source=source, file_name=file_name, staff=staff, now=now)


@transaction.atomic
def take_over(*, school: School, export: SchoolExport, source: str, now: datetime) -> RosterUpdate | None:
    """Take over what an export says without asking, where nothing needs a person; else propose it.

    :return: None when it says nothing new
    :raises RosterRefused: UPDATE_WAITING, as `propose`
    """
    school = _locked(school)
    export = _of_a_year(export, school)
    compared = compare(school, export)
    if compared.is_nothing:
        return None
    update = _proposed(school, export, compared, source=source, file_name="", staff=None, now=now)
    if not compared.needs_a_person:
        _apply(update, school, export, compared, compared.moves, staff=None, now=now)
    return update


@transaction.atomic
def confirm(
    *, update: RosterUpdate, answers: Mapping[str, str], staff: StaffAccount | None, now: datetime
) -> RosterUpdate:
    """Take over a proposal, compared anew with what's stored.

    :param answers: what classes of the old year become that nothing told, by the register's keys; empty when one ends
    :raises RosterRefused: UPDATE_DECIDED, UPDATE_OVERTAKEN or CLASS_UNANSWERED
    """
    school = _locked(update.school)
    update = _still_proposed(update)
    export = roster_of(update)
    compared = compare(school, export)
    moves = _answered(compared.moves, answers, export)
    _apply(update, school, export, compared, moves, staff=staff, now=now)
    return update


@transaction.atomic
def decline(*, update: RosterUpdate, staff: StaffAccount | None, now: datetime) -> RosterUpdate:
    """Decide against a proposal; nothing of the school changes, and what was read is forgotten.

    :raises RosterRefused: UPDATE_DECIDED or UPDATE_OVERTAKEN
    """
    _locked(update.school)
    update = _still_proposed(update)
    _decide(update, RosterUpdate.State.DECLINED, staff, now)
    record(action="schools.decline_roster", actor=staff, subject=update, facts={"school_id": update.school_id})
    return update


def _of_a_year(export: SchoolExport, school: School) -> SchoolExport:
    return export if export.school_year else replace(export, school_year=school.school_year)


def _proposed(
    school: School,
    export: SchoolExport,
    compared: Comparison,
    *,
    source: str,
    file_name: str,
    staff: StaffAccount | None,
    now: datetime,
) -> RosterUpdate:
    waiting = RosterUpdate.objects.filter(school=school, state=RosterUpdate.State.PROPOSED)
    if export.is_partial and waiting.exists():
        raise RosterRefused([Reason(UPDATE_WAITING)])
    waiting.update(state=RosterUpdate.State.OVERTAKEN, roster=None, decided_at=now)
    slips = [{"slip": each.slip, "place": each.place, "detail": each.detail} for each in export.problems[:_MOST_SLIPS]]
    update = RosterUpdate.objects.create(
        school=school,
        source=source,
        school_year=export.school_year,
        file_name=file_name[:200],
        read_at=now,
        roster=encrypt(as_text(export)),
        counts=compared.counts,
        doubts=list(compared.difference.doubts),
        slips=slips,
    )
    record(
        action="schools.propose_roster", actor=staff, subject=update, facts={"school_id": school.pk, **update.counts}
    )
    return update


def _apply(
    update: RosterUpdate,
    school: School,
    export: SchoolExport,
    compared: Comparison,
    moves: Iterable[ClassMove],
    *,
    staff: StaffAccount | None,
    now: datetime,
) -> None:
    # A teacher whom two schools name at once becomes one patron.
    wait_in_line([_PEOPLE])
    today, year_before = local_day(now, school.branch), school.school_year
    classes = write_classes(school, export, moves, today)
    people = write_people(school, export.people, now, today)
    left = let_go(school, compared.difference.left, now, today)
    written = [
        end_memberships(school, [each.patron_id for each in left], today),
        end_classes(classes.gone, today),
        write_memberships(school, export, people.by_key, classes.by_key, today),
    ]
    name_teachers(school, export.school_year)
    school.school_year = max(year_before, export.school_year)
    school.save(update_fields=["school_year"])
    update.counts = compared.counts | ({"recognised": people.recognised} if people.recognised else {})
    update.done = {
        "year_before": year_before,
        "classes": [each.pk for each in classes.made],
        "gone": [each.pk for each in classes.gone],
        "people": [each.pk for each in people.made],
        "left": [each.pk for each in left],
        **_joined(written),
    }
    _decide(update, RosterUpdate.State.APPLIED, staff, now)
    record(action="schools.apply_roster", actor=staff, subject=update, facts={"school_id": school.pk, **update.counts})


def _joined(written: Iterable[WrittenMemberships]) -> dict[str, list[int]]:
    joined: dict[str, list[int]] = {"begun": [], "ended": [], "teaching_begun": [], "teaching_ended": []}
    for each in written:
        for name, keys in joined.items():
            keys += getattr(each, name)
    return joined


def _answered(moves: Iterable[ClassMove], answers: Mapping[str, str], export: SchoolExport) -> list[ClassMove]:
    keys = {group.key for group in export.groups}
    answered = []
    for move in moves:
        if move.way is not Way.ASK:
            answered.append(move)
            continue
        answer = answers.get(move.before.key)
        if answer is None or (answer and answer not in keys):
            raise RosterRefused([Reason(CLASS_UNANSWERED, facts={"class": move.before.name})])
        answered.append(ClassMove(move.before, answer, move.way, move.together))
    return answered


def _locked(school: School) -> School:
    found = School.objects.select_for_update(of=("self",))
    return found.select_related("branch", "pupil_category", "staff_category").get(pk=school.pk)


def _still_proposed(update: RosterUpdate) -> RosterUpdate:
    update = RosterUpdate.objects.select_for_update(of=("self",)).get(pk=update.pk)
    if update.state == RosterUpdate.State.OVERTAKEN:
        raise RosterRefused([Reason(UPDATE_OVERTAKEN)])
    if update.state != RosterUpdate.State.PROPOSED:
        raise RosterRefused([Reason(UPDATE_DECIDED)])
    return update


def _decide(update: RosterUpdate, state: str, staff: StaffAccount | None, now: datetime) -> None:
    update.state, update.roster = state, None
    update.decided_at, update.decided_by = now, staff
    update.save()
