"""Writes the classes and groups that a register names."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Count, F, Min, OuterRef, Q, Subquery

from common.row_updates import update_rows
from schools.models import ClassTeacher, School, SchoolClass
from schools.register.new_year import ClassMove
from schools.register.people import RegisterGroup, SchoolExport

LONGEST_NAME = 60
_WRITTEN = ("kind", "name", "grade", "line", "register_key", "gone_on")


@dataclass
class WrittenClasses:
    """A school year's classes after an export.

    :ivar by_key: all of them, by the register's keys
    :ivar made: those that weren't there
    :ivar gone: those that the register names no more
    """

    by_key: Mapping[str, SchoolClass]
    made: list[SchoolClass] = field(default_factory=list)
    gone: list[SchoolClass] = field(default_factory=list)


def write_classes(school: School, export: SchoolExport, moves: Iterable[ClassMove], today: date) -> WrittenClasses:
    """Write the export's groups; a class that was made by hand under the same name becomes the register's.

    Runs in the caller's transaction, with the school's row locked.

    :param moves: what the old year's classes become, when a new one begins
    """
    here = SchoolClass.objects.select_for_update().filter(branch_id=school.branch_id, school_year=export.school_year)
    found = list(here.order_by("pk"))
    by_key = {each.register_key: each for each in found if each.register_key}
    by_hand = {each.name: each for each in found if not each.register_key}
    made, changed = [], []
    for group in export.groups:
        known = by_key.get(group.key) or by_hand.pop(group.name[:LONGEST_NAME], None)
        if known is None:
            known = SchoolClass(branch_id=school.branch_id, school_year=export.school_year)
            made.append(known)
        if _fill(known, group) and known.pk:
            changed.append(known)
        by_key[group.key] = known
    gone = [] if export.is_partial else _gone(by_key, export, today)
    SchoolClass.objects.bulk_create(made)
    update_rows([*changed, *gone], _WRITTEN)
    _link_years(school, by_key, moves)
    return WrittenClasses(by_key, made, gone)


def name_teachers(school: School, school_year: str) -> None:
    """Make the one who teaches a class its teacher where it has none who's still there; of several a person chooses."""
    taught = ClassTeacher.objects.filter(until__isnull=True, teacher__left_at__isnull=True)
    only = taught.filter(school_class=OuterRef("pk")).order_by().values("school_class")
    only = only.annotate(teachers=Count("pk")).filter(teachers=1).values_list(Min("teacher"))
    without = Q(teacher__isnull=True) | Q(teacher__left_at__isnull=False)
    found = SchoolClass.objects.filter(
        without, branch_id=school.branch_id, school_year=school_year, gone_on__isnull=True
    )
    found.exclude(register_key="").annotate(only=Subquery(only)).filter(only__isnull=False).update(teacher_id=F("only"))


def _fill(school_class: SchoolClass, group: RegisterGroup) -> bool:
    """Write what the register says, and return whether anything is different now."""
    wanted = (group.kind.value, group.name[:LONGEST_NAME], group.level, group.line[:20], group.key, None)
    if wanted == tuple(getattr(school_class, name) for name in _WRITTEN):
        return False
    for name, value in zip(_WRITTEN, wanted, strict=True):
        setattr(school_class, name, value)
    return True


def _gone(by_key: Mapping[str, SchoolClass], export: SchoolExport, today: date) -> list[SchoolClass]:
    named = {group.key for group in export.groups}
    gone = [each for key, each in by_key.items() if key not in named and each.gone_on is None]
    for each in gone:
        each.gone_on = today
    return gone


def _link_years(school: School, by_key: Mapping[str, SchoolClass], moves: Iterable[ClassMove]) -> None:
    following = {move.before.key: move for move in moves if move.after in by_key}
    before = SchoolClass.objects.filter(
        branch_id=school.branch_id, school_year=school.school_year, register_key__in=following
    )
    linked = {}
    # Where two classes become one, it goes on from the one that more of came along.
    for old in sorted(before, key=lambda each: following[each.register_key].together):
        new = by_key[following[old.register_key].after]
        new.continues = old
        linked[new.pk] = new
    update_rows(list(linked.values()), ["continues"])
