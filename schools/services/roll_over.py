"""Begins a school year by hand: moves a school's classes up, in one transaction, and takes it back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from accounts.models import StaffAccount
from common.audit import record
from common.errors import Reason
from holdings.models import Branch
from patrons.services.register import local_day
from schools.errors import CLASS_FROM_REGISTER, NAME_MISSING, NOT_THE_LATEST, NOTHING_TO_MOVE, ClassRefused
from schools.models import ClassMembership, RollOver, SchoolClass
from schools.rules import year_after
from schools.services.undoing import remove_unused_classes, reopen_memberships

_BATCH = 500


@dataclass(frozen=True)
class ClassStep:
    """What becomes of a class.

    :ivar name: what it's called then; empty when its pupils leave the school
    """

    school_class: SchoolClass
    name: str
    grade: int | None


@transaction.atomic
def begin_year(
    *, branch: Branch, from_year: str, steps: Sequence[ClassStep], staff: StaffAccount | None, now: datetime
) -> RollOver:
    """Move classes of a school into the year after theirs; whoever leaves keeps her loans.

    Classes that aren't named stay as they are, for another time. Two classes that get one name become one.

    :param from_year: of all the classes, as "2026-2027"
    :raises ClassRefused: NOTHING_TO_MOVE if no class has a pupil to move, CLASS_FROM_REGISTER, NAME_MISSING
    """
    to_year, today = year_after(from_year), local_day(now, branch)
    by_key = {step.school_class.pk: step for step in steps}
    # In the order of their numbers, so that two desks wait for each other and the second finds nothing left to do.
    olds = list(
        SchoolClass.objects.select_for_update(of=("self",))
        .filter(pk__in=by_key, branch=branch, school_year=from_year)
        .order_by("pk")
    )
    if any(old.register_key for old in olds):
        raise ClassRefused([Reason(CLASS_FROM_REGISTER)])
    now_in = ClassMembership.objects.filter(school_class__in=olds, until__isnull=True).order_by("pk")
    members = list(now_in)
    if not members:
        raise ClassRefused([Reason(NOTHING_TO_MOVE)])
    followers, made = _following(branch, to_year, [(old, by_key[old.pk]) for old in olds])
    ended = [each.pk for each in members]
    ClassMembership.objects.filter(pk__in=ended).update(until=today)
    begun = _begin(members, followers, today)
    done = {
        "classes": made,
        "begun": begun,
        "ended": ended,
        "leave": [old.pk for old in olds if old.pk not in followers],
    }
    years = {"from_year": from_year, "to_year": to_year}
    roll_over = RollOver.objects.create(branch=branch, done_at=now, done_by=staff, done=done, **years)
    facts = {**years, "classes": len(olds), "moved": len(begun), "left": len(members) - len(begun)}
    record(action="schools.begin_year", actor=staff, subject=roll_over, facts=facts)
    return roll_over


@transaction.atomic
def undo_year(*, roll_over: RollOver, staff: StaffAccount | None, now: datetime) -> RollOver:
    """Put the classes back into the year before. A class that somebody has used meanwhile stays.

    :raises ClassRefused: NOT_THE_LATEST, also if it's taken back already
    """
    Branch.objects.select_for_update(no_key=True).get(pk=roll_over.branch_id)
    latest = RollOver.objects.filter(branch=roll_over.branch_id, undone_at__isnull=True).order_by("-pk").first()
    if latest is None or latest.pk != roll_over.pk:
        raise ClassRefused([Reason(NOT_THE_LATEST)])
    ClassMembership.objects.filter(pk__in=latest.done["begun"]).delete()
    reopen_memberships(ClassMembership, "pupil", latest.done["ended"])
    remove_unused_classes(latest.done["classes"], local_day(now, latest.branch))
    latest.undone_at = now
    latest.save(update_fields=["undone_at"])
    facts = {"from_year": latest.from_year, "to_year": latest.to_year}
    record(action="schools.undo_year", actor=staff, subject=latest, facts=facts)
    return latest


def _following(
    branch: Branch, to_year: str, steps: Sequence[tuple[SchoolClass, ClassStep]]
) -> tuple[dict[int, SchoolClass], list[int]]:
    """Return what each class that goes on becomes, by its key, and the keys of those that were made for it."""
    there = {each.name: each for each in SchoolClass.objects.filter(branch=branch, school_year=to_year)}
    followers, made = {}, []
    for old, step in steps:
        name = step.name.strip()
        if step.name and not name:
            raise ClassRefused([Reason(NAME_MISSING)])
        if not name:
            continue
        if name not in there:
            there[name] = SchoolClass.objects.create(
                branch=branch,
                school_year=to_year,
                name=name,
                grade=step.grade,
                line=old.line,
                kind=old.kind,
                continues=old,
                teacher=old.teacher,
            )
            made.append(there[name].pk)
        followers[old.pk] = there[name]
    return followers, made


def _begin(members: Sequence[ClassMembership], followers: dict[int, SchoolClass], today: date) -> list[int]:
    wanted = {
        (followers[each.school_class_id].pk, each.pupil_id) for each in members if each.school_class_id in followers
    }
    classes = {class_id for class_id, _ in wanted}
    there = ClassMembership.objects.filter(school_class__in=classes, until__isnull=True)
    new = [
        ClassMembership(school_class_id=class_id, pupil_id=pupil_id, since=today)
        for class_id, pupil_id in sorted(wanted - set(there.values_list("school_class", "pupil")))
    ]
    ClassMembership.objects.bulk_create(new, batch_size=_BATCH)
    return [each.pk for each in new]
