"""Reads classes, and what their pupils have on loan."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.db.models import Case, Count, Exists, F, Max, OuterRef, Q, QuerySet, When

from circulation.models import Loan
from circulation.rules.hour_loans import is_overdue
from holdings.models import Branch
from patrons.models import Patron
from schools.models import ClassMembership, SchoolClass
from schools.rules import next_without, school_year_of


@dataclass(frozen=True)
class PupilLine:
    """A pupil of a class and the item of the title that she has.

    :ivar loan: the open loan of the title, or None when she lacks it
    :ivar overdue: how many of all her loans are overdue
    """

    number: int
    pupil: Patron
    loan: Loan | None
    loans: int
    overdue: int


@dataclass(frozen=True)
class ClassSheet:
    """A class with one title: who has it and who lacks it."""

    school_class: SchoolClass
    pupils: tuple[PupilLine, ...]
    teacher_loans: tuple[Loan, ...]

    @property
    def lacking(self) -> tuple[PupilLine, ...]:
        """Those without the title."""
        return tuple(line for line in self.pupils if line.loan is None)

    def next_pupil(self, *, after: int | None = None) -> PupilLine | None:
        """Return who gets the next book."""
        wanted = next_without([(line.pupil.pk, line.loan is not None) for line in self.pupils], after=after)
        return next((line for line in self.pupils if line.pupil.pk == wanted), None)


def classes(*, branch_id: int, school_year: str) -> QuerySet[SchoolClass]:
    """Return a school's classes and groups of a year with their teachers and `pupils` counted: classes first."""
    now_in_class = Q(memberships__until__isnull=True)
    return (
        SchoolClass.objects.filter(branch=branch_id, school_year=school_year, gone_on__isnull=True)
        .select_related("branch", "teacher")
        .annotate(pupils=Count("memberships", filter=now_in_class))
        .annotate(comes=Case(When(kind=SchoolClass.Kind.CLASS, then=0), default=1))
        .order_by("comes", F("grade").asc(nulls_last=True), "name", "pk")
    )


def schools_with_classes() -> QuerySet[Branch]:
    """Return the branches that classes belong to, in their order."""
    return Branch.objects.filter(Exists(SchoolClass.objects.filter(branch=OuterRef("pk"), gone_on__isnull=True)))


def year_at(branch_id: int, today: date) -> str:
    """Return the school year that a school is in: the newest with pupils in its classes, which somebody begins.

    Where no class has pupils it's the calendar's.
    """
    now_in_class = ClassMembership.objects.filter(school_class=OuterRef("pk"), until__isnull=True)
    used = SchoolClass.objects.filter(Exists(now_in_class), branch=branch_id, gone_on__isnull=True)
    newest = used.aggregate(newest=Max("school_year"))["newest"]
    return newest or school_year_of(today)


def get_class(pk: int) -> SchoolClass | None:
    """Return a class with school and teacher, or None."""
    return SchoolClass.objects.select_related("branch", "teacher").filter(pk=pk).first()


def class_names(class_ids: Iterable[int]) -> Mapping[int, str]:
    """Return what classes are called, by their numbers."""
    return dict(SchoolClass.objects.filter(pk__in=class_ids).values_list("pk", "name"))


def pupils_of(school_class: SchoolClass, *, by_family_name: bool = False) -> list[Patron]:
    """Return the pupils now in a class: by given name, as teachers call the roll, or by family name, as lists are."""
    pupils = Patron.objects.filter(class_memberships__school_class=school_class, class_memberships__until__isnull=True)
    return list(pupils.order_by("sort_key" if by_family_name else "given_name_key", "pk"))


def teachers_of(school_class: SchoolClass) -> list[Patron]:
    """Return those who teach a class, as the register says, in the order of their names."""
    now = Patron.objects.filter(taught_classes__school_class=school_class, taught_classes__until__isnull=True)
    return list(now.order_by("given_name_key", "pk"))


def class_sheet(
    school_class: SchoolClass, *, record_id: int | None, now: datetime, by_family_name: bool = False
) -> ClassSheet:
    """Return who of a class has a title; without a title, everybody's counts only. Three statements."""
    pupils = pupils_of(school_class, by_family_name=by_family_name)
    teacher_id = school_class.teacher_id
    facts: dict[int | None, list[_Fact]] = defaultdict(list)
    for fact in _facts([pupil.pk for pupil in pupils] + ([teacher_id] if teacher_id else [])):
        facts[fact.patron_id].append(fact)
    # Of a class's hundreds of loans only those are read as such that are shown.
    of_title = {
        pupil.pk: next((fact.loan_id for fact in facts[pupil.pk] if fact.record_id == record_id), None)
        for pupil in pupils
    }
    of_teacher = [fact.loan_id for fact in facts[teacher_id] if record_id in (None, fact.record_id)]
    shown = [*filter(None, of_title.values()), *of_teacher]
    loans = {loan.pk: loan for loan in _short(Loan.objects.filter(pk__in=shown))} if shown else {}
    lines = tuple(
        PupilLine(
            number=number,
            pupil=pupil,
            loan=loans.get(of_title[pupil.pk] or 0),
            loans=len(facts[pupil.pk]),
            overdue=_overdue(facts[pupil.pk], now),
        )
        for number, pupil in enumerate(pupils, 1)
    )
    return ClassSheet(school_class, lines, tuple(loans[pk] for pk in of_teacher if pk in loans))


def open_loans_of_class(school_class: SchoolClass) -> list[Loan]:
    """Return everything that pupils and teacher of a class have on loan, overdue first."""
    people = [pupil.pk for pupil in pupils_of(school_class)]
    if school_class.teacher_id:
        people.append(school_class.teacher_id)
    return sorted(_open_loans(people), key=lambda loan: (loan.due_date, loan.due_at is None, loan.pk))


def _open_loans(patron_ids: Iterable[int]) -> list[Loan]:
    loans = Loan.objects.filter(patron_id__in=list(patron_ids), returned_at__isnull=True)
    return list(loans.select_related("item__record", "patron", "lending_branch").defer("item__record__raw"))


def _short(loans: QuerySet[Loan]) -> QuerySet[Loan]:
    """Return loans with what a sheet shows: the item's barcode, and until when."""
    shown = loans.select_related("item", "lending_branch")
    return shown.only("patron", "due_date", "due_at", "item__barcode", "item__record", "lending_branch__time_zone")


class _Fact(NamedTuple):
    loan_id: int
    patron_id: int | None
    record_id: int
    due_date: date
    due_at: datetime | None
    time_zone: str


def _facts(patron_ids: Iterable[int]) -> Iterator[_Fact]:
    loans = Loan.objects.filter(patron_id__in=list(patron_ids), returned_at__isnull=True).order_by("pk")
    columns = ("pk", "patron_id", "item__record_id", "due_date", "due_at", "lending_branch__time_zone")
    return (_Fact(*row) for row in loans.values_list(*columns))


def _overdue(facts: Iterable[_Fact], now: datetime) -> int:
    return sum(1 for fact in facts if is_overdue(fact.due_date, fact.due_at, _there(fact.time_zone, now)))


@lru_cache(maxsize=8)
def _there(time_zone: str, now: datetime) -> datetime:
    return now.astimezone(ZoneInfo(time_zone))
