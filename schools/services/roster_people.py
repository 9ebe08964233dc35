"""Writes the people whom a register names, as patrons and as a school's people."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import Exists, OuterRef
from django.utils import translation
from django.utils.translation import gettext

from circulation.models import Hold
from circulation.services.patrons_leaving import end_membership
from common.row_updates import update_rows
from patrons.models import Patron
from patrons.rules import name_keys
from patrons.services.many import add_patrons, change_patrons, let_patrons_back, let_patrons_leave, protect_names
from patrons.services.register import PatronDetails
from schools.models import ClassMembership, PupilContact, School, SchoolPerson
from schools.register.people import RegisterPerson, Role
from tenants.selectors import current_municipality

_SOURCE = "school register"
_LONGEST_NAME = 80


@dataclass
class WrittenPeople:
    """A school's people after an export.

    :ivar by_key: all whom it names, by the register's keys
    :ivar made: those who weren't at the school
    :ivar recognised: how many of these were known by name and birth date from a class that was made by hand
    """

    by_key: Mapping[str, SchoolPerson]
    made: list[SchoolPerson] = field(default_factory=list)
    recognised: int = 0


def write_people(school: School, people: Iterable[RegisterPerson], now: datetime, today: date) -> WrittenPeople:
    """Write those whom an export names; the same person at another school stays one patron.

    Runs in the caller's transaction, with the school's row locked.
    """
    named = {person.key: person for person in people}
    here = {
        each.key: each for each in SchoolPerson.objects.filter(school=school, until__isnull=True, key__in=list(named))
    }
    newcomers = [person for key, person in named.items() if key not in here]
    known, describes = _known_elsewhere(newcomers)
    recognised = _recognised(school, [person for person in newcomers if person.key not in known])
    strangers = [person for person in newcomers if person.key not in known and person.key not in recognised]
    added = add_patrons([_details(school, person) for person in strangers], source=_SOURCE, now=now)
    patron_ids = known | recognised | {person.key: each.pk for person, each in zip(strangers, added, strict=True)}
    let_patrons_back(known.values(), reason=Patron.LeftReason.SCHOOL)
    told_anew = [each for key, each in here.items() if each.told != named[key].told]
    described = {each.patron_id: each.key for each in told_anew if each.describes_patron}
    described |= {patron_ids[key]: key for key in known if describes[key]}
    change_patrons({pk: _details(school, named[key]) for pk, key in described.items()}, source=_SOURCE, now=now)
    made = [
        SchoolPerson(
            school=school,
            patron_id=patron_ids[person.key],
            since=today,
            describes_patron=describes.get(person.key, person.key not in recognised),
        )
        for person in newcomers
    ]
    for row, person in [*zip(made, newcomers, strict=True), *((each, named[each.key]) for each in told_anew)]:
        _fill(row, person)
    SchoolPerson.objects.bulk_create(made, batch_size=500)
    update_rows(told_anew, ["roles", "level", "short_name", "told"])
    _write_contacts([*made, *told_anew], named)
    _protect([*made, *told_anew], named)
    return WrittenPeople({**here, **{each.key: each for each in made}}, made, len(recognised))


def let_go(school: School, keys: Iterable[str], now: datetime, today: date) -> list[SchoolPerson]:
    """Note that people have left the school; whoever is at no other one is no member any more.

    Loans and fees stay until they're settled; holds end.
    """
    left = list(SchoolPerson.objects.filter(school=school, until__isnull=True, key__in=list(keys)))
    for each in left:
        each.until = today
    update_rows(left, ["until"])
    leave_with(left, now)
    return left


def leave_with(left: Iterable[SchoolPerson], now: datetime) -> None:
    """End the memberships of those whom only the register had made members, and who are at no other school."""
    ours = {each.patron_id for each in left if each.describes_patron}
    elsewhere = SchoolPerson.objects.filter(patron__in=ours, until__isnull=True).values_list("patron_id", flat=True)
    gone = ours - set(elsewhere)
    waiting = Hold.objects.filter(patron__in=gone, state__in=Hold.ACTIVE).values_list("patron_id", flat=True)
    for patron in Patron.objects.filter(pk__in=set(waiting)).order_by("pk"):
        end_membership(patron=patron, reason=Patron.LeftReason.SCHOOL, staff=None, now=now)
    let_patrons_leave(gone, reason=Patron.LeftReason.SCHOOL, now=now)


def _known_elsewhere(newcomers: Iterable[RegisterPerson]) -> tuple[dict[str, int], dict[str, bool]]:
    """Return who of them was at a school here before: their patrons, and whether the register describes these."""
    times = SchoolPerson.objects.filter(key__in=[person.key for person in newcomers]).order_by("pk")
    latest = {each.key: each for each in times}
    patrons = {key: each.patron_id for key, each in latest.items()}
    return patrons, {key: each.describes_patron for key, each in latest.items()}


def _recognised(school: School, strangers: Iterable[RegisterPerson]) -> dict[str, int]:
    """Return those who are in a class of this school already, by whole name and birth date, if only one fits."""
    language = current_municipality().language
    in_class = ClassMembership.objects.filter(school_class__branch=school.branch_id, until__isnull=True)
    told = SchoolPerson.objects.filter(patron=OuterRef("pk"), until__isnull=True)
    unknown = Patron.objects.filter(~Exists(told), pk__in=in_class.values("pupil"), birth_date__isnull=False)
    by_facts: dict[tuple[str, date], set[int]] = {}
    for patron in unknown:
        key = name_keys(patron.given_name, patron.family_name, language)[0]
        by_facts.setdefault((key, patron.birth_date), set()).add(patron.pk)  # type: ignore[arg-type]
    found: dict[str, int] = {}
    for person in strangers:
        if person.birth_date is None:
            continue
        key = name_keys(person.given_name, person.family_name, language)[0]
        fitting = by_facts.pop((key, person.birth_date), set())
        if len(fitting) == 1:
            found[person.key] = fitting.pop()
    return found


def _details(school: School, person: RegisterPerson) -> PatronDetails:
    municipality = current_municipality()
    email = _email(person.email)
    return PatronDetails(
        given_name=person.given_name[:_LONGEST_NAME],
        family_name=person.family_name[:_LONGEST_NAME],
        alias=_alias(person, municipality.language),
        category=school.pupil_category if Role.PUPIL in person.roles else school.staff_category,
        home_branch=school.branch,
        birth_date=person.birth_date,
        email=email,
        phone=person.phone[:20],
        address=person.address[:200],
        postal_code=person.postal_code[:10],
        city=person.city[:60],
        language=municipality.language,
        channel=Patron.Channel.EMAIL if email else Patron.Channel.LETTER,
    )


def _alias(person: RegisterPerson, language: str) -> str:
    if not person.is_protected:
        return ""
    with translation.override(language):
        return person.alias[:_LONGEST_NAME] or gettext("Protected name")


def _email(text: str) -> str:
    try:
        validate_email(text)
    except ValidationError:
        return ""
    return text


def _fill(row: SchoolPerson, person: RegisterPerson) -> None:
    row.key, row.roles, row.level = person.key, sorted(person.roles), person.level
    row.short_name, row.told = person.short_name[:40], person.told


def _protect(rows: Iterable[SchoolPerson], named: Mapping[str, RegisterPerson]) -> None:
    """Protect the names of those whom the library knew otherwise, too."""
    language = current_municipality().language
    others = [row for row in rows if not row.describes_patron and named[row.key].is_protected]
    protect_names({row.patron_id: _alias(named[row.key], language) for row in others}, source=_SOURCE)


def _write_contacts(rows: list[SchoolPerson], named: Mapping[str, RegisterPerson]) -> None:
    PupilContact.objects.filter(person__in=rows).delete()
    PupilContact.objects.bulk_create(
        [
            PupilContact(
                person=row,
                given_name=contact.given_name[:_LONGEST_NAME],
                family_name=contact.family_name[:_LONGEST_NAME],
                relation=contact.relation[:40],
                has_custody=contact.has_custody,
                is_protected=contact.is_protected,
            )
            for row in rows
            for contact in named[row.key].contacts
        ],
        batch_size=1000,
    )
