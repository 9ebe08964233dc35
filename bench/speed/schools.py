"""A municipality's schools: the register of sixty read and taken over, a new year in all of them, a class's page."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from xml.sax.saxutils import escape

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from bench.demo.facts import names_of
from bench.speed.clients import Request
from bench.speed.cpu import OwnClock, Spent
from bench.speed.desk import items_on_the_shelf, patrons_who_may, waiting_clerks
from bench.speed.figures import Figure, Figures, MeasurementBroke
from bench.speed.memory import PeakMemory
from bench.speed.quiet import settle
from bench.speed.setting import Setting
from circulation.models import Loan
from holdings.models import Branch, Item
from patrons.models import PatronCategory
from schools.models import ClassMembership, RosterUpdate, School, SchoolClass
from schools.register.reading import read_register
from schools.rules import school_year_of, year_after
from schools.services.rosters import confirm, propose, take_over

_SECONDS, _MEGABYTES = 60.0, 500.0
_SCHOOLS, _GRADES, _LINES, _IN_CLASS = 60, 10, 2, 21
_TEACHERS = 40
_PUPILS, _LOANS, _PAGE_CPU, _WARM_UP = 30, 10, 20.0, 20
_FULL = "https://brugerdatabasen.stil.dk/bpi/wsieksport/7/full"
_COMMON = "https://brugerdatabasen.stil.dk/bpi/wsieksport/7/common"


def measure(setting: Setting) -> Figures:
    """Open a class's page; then take the whole register over, and its next school year, and roll both back."""
    schools = max(2, int(_SCHOOLS * setting.scale))
    year = school_year_of(timezone.localdate())
    file = setting.folder / "bench-register.xml"
    yield from _class_page(setting)
    try:
        with transaction.atomic():
            _make_schools(schools)
            yield from _first_time(file, schools, year)
            yield from _next_year(file, schools, year_after(year))
            transaction.set_rollback(True)
    finally:
        file.unlink(missing_ok=True)


def _class_page(setting: Setting) -> Figures:
    """Measure the page of a class of 30, each with 10 loans; the class and its loans are removed afterwards."""
    branch = Branch.objects.filter(kind=Branch.Kind.PUBLIC).order_by("position").first()
    if branch is None:
        raise MeasurementBroke("The municipality has no branch.")
    clients, today = waiting_clerks(setting, branch), timezone.localdate()
    with transaction.atomic():
        school_class = SchoolClass.objects.create(branch=branch, name="5.Bench", school_year=school_year_of(today))
        pupils = patrons_who_may(_PUPILS)
        ClassMembership.objects.bulk_create(
            [ClassMembership(school_class=school_class, pupil_id=pupil, since=today) for pupil in pupils]
        )
        barcodes = items_on_the_shelf(branch, _PUPILS * _LOANS)
        items = list(Item.objects.filter(barcode__in=barcodes).order_by("pk"))
        loans = Loan.objects.bulk_create(
            [
                Loan(
                    item=item,
                    patron_id=pupils[place // _LOANS],
                    lending_branch=branch,
                    loaned_at=timezone.now(),
                    loaned_on=today,
                    due_date=today + timedelta(days=30),
                )
                for place, item in enumerate(items)
            ]
        )
    try:
        loop = setting.loop(clients)
        address = reverse("school:class", urlconf=settings.ROOT_URLCONF, args=[school_class.pk])
        pages = {"Class page": address, "Class page with a title": f"{address}?record={items[0].record_id}"}
        for name, page in pages.items():
            request = Request(page, contains=b"</html>")
            loop.warm_up([request] * _WARM_UP)
            settle()
            result = loop.run([request] * setting.requests)
            yield result.cpu_figure(name, _PAGE_CPU)
            yield result.wall_figure(name, None, len(clients))
    finally:
        Loan.objects.filter(pk__in=[loan.pk for loan in loans]).delete()
        school_class.delete()


def _first_time(file: Path, schools: int, year: str) -> Figures:
    _write(file, schools, year, moved=0)
    with PeakMemory() as memory:
        clock = OwnClock()
        with file.open("rb") as content:
            for export in read_register(content, today=timezone.localdate()):
                school, now = School.objects.get(number=export.number), timezone.now()
                update = propose(
                    school=school, export=export, source=RosterUpdate.Source.UPLOAD, file_name="", staff=None, now=now
                )
                if update is None:
                    raise MeasurementBroke("A register that nobody knew said nothing new.")
                confirm(update=update, answers={}, staff=None, now=now)
        spent = clock.read()
    yield _seconds("School register: all of it, with the difference", spent, file)
    yield Figure(
        name="School register: memory",
        value=memory.megabytes,
        unit="MB",
        goal=_MEGABYTES,
        bound="<",
        detail=str(memory),
    )
    yield _again(file)


def _again(file: Path) -> Figure:
    clock = OwnClock()
    if _taken_over(file, timezone.now()):
        raise MeasurementBroke("The same register once more said something new.")
    return _seconds("School register: the same once more", clock.read(), file)


def _next_year(file: Path, schools: int, year: str) -> Figures:
    _write(file, schools, year, moved=1)
    clock = OwnClock()
    taken = _taken_over(file, timezone.now() + timedelta(days=300))
    spent = clock.read()
    if taken != schools or School.objects.exclude(school_year=year).filter(number__startswith="8").exists():
        raise MeasurementBroke(f"The new year came to {taken} of {schools} schools.")
    yield _seconds("New school year in all schools", spent, file)


def _taken_over(file: Path, now: object) -> int:
    taken = 0
    with file.open("rb") as content:
        for export in read_register(content, today=timezone.localdate()):
            school = School.objects.get(number=export.number)
            update = take_over(school=school, export=export, source=RosterUpdate.Source.FETCH, now=now)  # type: ignore[arg-type]
            taken += update is not None and update.state == RosterUpdate.State.APPLIED
    return taken


def _seconds(name: str, spent: Spent, file: Path) -> Figure:
    people = ClassMembership.objects.filter(until__isnull=True).count()
    detail = f"{people:,} pupils in classes, {file.stat().st_size / 1e6:.0f} MB; {spent}"
    return Figure(name=name, value=spent.wall, unit="s", goal=_SECONDS, bound="<", detail=detail)


def _make_schools(count: int) -> None:
    pupil, _ = PatronCategory.objects.get_or_create(code="pupil", defaults={"name": "Pupil", "kind": "CHILD"})
    adult, _ = PatronCategory.objects.get_or_create(code="adult", defaults={"name": "Adult", "kind": "ADULT"})
    for number in range(count):
        branch = Branch.objects.create(code=f"bench-school-{number}", name=f"School {number}", kind=Branch.Kind.SCHOOL)
        School.objects.create(branch=branch, number=_number(number), pupil_category=pupil, staff_category=adult)


def _number(school: int) -> str:
    return f"8{school:05}"


def _write(file: Path, schools: int, year: str, *, moved: int) -> None:
    """Write an export: everybody is `moved` grades up, the highest grade has left, the lowest is new."""
    with file.open("w", encoding="utf-8") as text:
        text.write(f'<UNILoginExportFull xmlns="{_FULL}" xmlns:c="{_COMMON}">')
        text.write(f'<c:ImportSource source="Elev" schoolYear="{year}"/>')
        for school in range(schools):
            text.write(f"<Institution><c:InstitutionNumber>{_number(school)}</c:InstitutionNumber>")
            text.write(f"<c:InstitutionName>School {school}</c:InstitutionName>")
            text.writelines(_groups(year))
            text.writelines(_pupils(school, year, moved))
            text.writelines(_teachers(school, year))
            text.write("</Institution>")
        text.write("</UNILoginExportFull>")


def _groups(year: str) -> Iterator[str]:
    for grade in range(_GRADES):
        for line in "AB"[:_LINES]:
            yield (
                f"<c:Group><c:GroupId>{year}-{grade}{line}</c:GroupId><c:GroupName>{grade}.{line}</c:GroupName>"
                f"<c:GroupType>Hovedgruppe</c:GroupType><c:GroupLevel>{grade}</c:GroupLevel><c:Line>{line}</c:Line>"
                "</c:Group>"
            )


def _pupils(school: int, year: str, moved: int) -> Iterator[str]:
    names = names_of("da")
    women = sorted({name for decade in names.women.values() for name in decade})
    for grade in range(_GRADES):
        for line in "AB"[:_LINES]:
            for place in range(_IN_CLASS):
                # Who is in this grade now began so many years ago.
                began = moved - grade
                key = f"s{school}b{began}{line}{place}"
                given = women[(began * 7 + place) % len(women)]
                family = names.surnames[(school + place) % len(names.surnames)]
                born = f"{2020 + began}-03-{place + 1:02}"
                yield (
                    f'<InstitutionPerson source="Elev"><Person protected="false"><c:FirstName>{escape(given)}'
                    f"</c:FirstName><c:FamilyName>{escape(family)}</c:FamilyName><c:UserId>{key}</c:UserId>"
                    f"<c:BirthDate>{born}</c:BirthDate></Person><Student><c:Role>Elev</c:Role>"
                    f"<c:Level>{grade}</c:Level><c:MainGroupId>{year}-{grade}{line}</c:MainGroupId>"
                    '<ContactPerson relation="Mor" childCustody="true"><Person protected="false"><c:FirstName>Åse'
                    f"</c:FirstName><c:FamilyName>{escape(family)}</c:FamilyName><c:UserId>m{key}</c:UserId></Person>"
                    "</ContactPerson></Student></InstitutionPerson>"
                )


def _teachers(school: int, year: str) -> Iterator[str]:
    for place in range(_TEACHERS):
        group = f"{year}-{place % _GRADES}{'AB'[place % _LINES]}"
        yield (
            '<InstitutionPerson source="Elev"><Person protected="false"><c:FirstName>Bo</c:FirstName>'
            f"<c:FamilyName>Dahl {place}</c:FamilyName><c:UserId>s{school}t{place}</c:UserId></Person>"
            f"<c:Employee><c:Role>Lærer</c:Role><c:GroupId>{group}</c:GroupId></c:Employee></InstitutionPerson>"
        )
