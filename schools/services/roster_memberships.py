"""Writes who is in which class and who teaches it, as a register says."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from schools.models import ClassMembership, ClassTeacher, School, SchoolClass, SchoolPerson
from schools.register.people import RegisterPerson, Role, SchoolExport

_BATCH = 1000


@dataclass
class WrittenMemberships:
    """The keys of the rows that were begun and ended, of pupils and of teachers."""

    begun: list[int] = field(default_factory=list)
    ended: list[int] = field(default_factory=list)
    teaching_begun: list[int] = field(default_factory=list)
    teaching_ended: list[int] = field(default_factory=list)


def write_memberships(
    school: School,
    export: SchoolExport,
    rows: Mapping[str, SchoolPerson],
    classes: Mapping[str, SchoolClass],
    today: date,
) -> WrittenMemberships:
    """Put everybody into the groups that the register says, and out of the register's others.

    Of whom only last year's groups are said, nothing changes. Groups that were made by hand stay as they are.
    Runs in the caller's transaction, with the school's row locked.

    :param rows: the people whom the export describes, by their keys
    """
    if export.is_partial:
        return _write_changes(school, export, classes, today)
    said = [person for person in export.people if not person.is_of_older_year]
    pupils = [person for person in said if Role.PUPIL in person.roles]
    others = [person for person in said if Role.PUPIL not in person.roles]
    begun, ended = _write(ClassMembership, "pupil_id", school, _wanted(pupils, rows, classes), today)
    taught, left = _write(ClassTeacher, "teacher_id", school, _wanted(others, rows, classes), today)
    return WrittenMemberships(begun, ended, taught, left)


def _write_changes(
    school: School, export: SchoolExport, classes: Mapping[str, SchoolClass], today: date
) -> WrittenMemberships:
    keys = {person for person, _ in export.joined | export.parted}
    people = {each.key: each for each in SchoolPerson.objects.filter(school=school, until__isnull=True, key__in=keys)}
    written: list[list[int]] = []
    for model, who, are_pupils in ((ClassMembership, "pupil_id", True), (ClassTeacher, "teacher_id", False)):
        rows = {key: each.patron_id for key, each in people.items() if (Role.PUPIL in each.roles) == are_pupils}
        joined, parted = (
            {(rows[person], classes[group].pk) for person, group in pairs if person in rows and group in classes}
            for pairs in (export.joined, export.parted)
        )
        now_in = _open(model, who, school, rows.values())
        there = {(patron_id, class_id): pk for pk, patron_id, class_id, _ in now_in}
        over = [there[pair] for pair in sorted(parted) if pair in there]
        _end(model._default_manager.filter(pk__in=over), today)
        written += [_begin(model, who, sorted(joined - there.keys()), today), over]
    return WrittenMemberships(*written)


def end_memberships(school: School, patron_ids: Iterable[int], today: date) -> WrittenMemberships:
    """Take people out of all of a school's classes, those made by hand too."""
    gone = list(patron_ids)
    here = {"school_class__branch": school.branch_id, "until__isnull": True}
    ended = _end(ClassMembership.objects.filter(pupil__in=gone, **here), today)
    return WrittenMemberships(
        ended=ended, teaching_ended=_end(ClassTeacher.objects.filter(teacher__in=gone, **here), today)
    )


def end_classes(classes: Iterable[SchoolClass], today: date) -> WrittenMemberships:
    """Take everybody out of classes that are no more."""
    of_them = {"school_class__in": list(classes), "until__isnull": True}
    ended = _end(ClassMembership.objects.filter(**of_them), today)
    return WrittenMemberships(ended=ended, teaching_ended=_end(ClassTeacher.objects.filter(**of_them), today))


def _wanted(
    people: Iterable[RegisterPerson], rows: Mapping[str, SchoolPerson], classes: Mapping[str, SchoolClass]
) -> dict[int, set[int]]:
    wanted: dict[int, set[int]] = {}
    for person in people:
        # Two keys are one patron's where two entries of hers were merged.
        groups = wanted.setdefault(rows[person.key].patron_id, set())
        groups.update(classes[key].pk for key in person.groups if key in classes)
    return wanted


def _write(
    model: Any, who: str, school: School, wanted: Mapping[int, set[int]], today: date
) -> tuple[list[int], list[int]]:
    stays: dict[int, set[int]] = {pk: set() for pk in wanted}
    over = []
    for pk, patron_id, class_id, key in _open(model, who, school, wanted):
        if class_id in wanted[patron_id]:
            stays[patron_id].add(class_id)
        elif key:
            over.append(pk)
    _end(model._default_manager.filter(pk__in=over), today)
    new = [(pk, class_id) for pk, class_ids in wanted.items() for class_id in sorted(class_ids - stays[pk])]
    return _begin(model, who, new, today), over


def _open(model: Any, who: str, school: School, patron_ids: Iterable[int]) -> Any:
    """Return the open rows of people at a school, each with its key, the patron, the class and the register's key."""
    here = model._default_manager.filter(school_class__branch=school.branch_id, until__isnull=True)
    rows = here.filter(**{f"{who}__in": list(patron_ids)})
    return rows.values_list("pk", who, "school_class_id", "school_class__register_key")


def _begin(model: Any, who: str, pairs: Iterable[tuple[int, int]], today: date) -> list[int]:
    new = [model(school_class_id=class_id, since=today, **{who: patron_id}) for patron_id, class_id in pairs]
    model._default_manager.bulk_create(new, batch_size=_BATCH)
    return [each.pk for each in new]


def _end(rows: Any, today: date) -> list[int]:
    keys = list(rows.order_by("pk").values_list("pk", flat=True))
    rows.model._default_manager.filter(pk__in=keys).update(until=today)
    return keys
