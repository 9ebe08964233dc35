"""What's known of a school before an export is read: an earlier export's, or what's stored."""

from collections.abc import Mapping
from dataclasses import dataclass

from schools.register.people import RegisterGroup, RegisterPerson, Role, SchoolExport


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """Somebody who was at the school.

    :ivar main_group: the key of a pupil's class, empty for none
    :ivar told: as `RegisterPerson.told`
    """

    key: str
    is_pupil: bool
    main_group: str
    told: str

    @classmethod
    def of(cls, person: RegisterPerson) -> "KnownPerson":
        """Return what's compared of somebody."""
        return cls(person.key, Role.PUPIL in person.roles, person.main_group, person.told)


@dataclass(frozen=True, slots=True)
class Standing:
    """A school as it's known.

    :ivar groups: those of its school year
    :ivar people: by the register's keys
    """

    number: str
    school_year: str
    groups: tuple[RegisterGroup, ...]
    people: Mapping[str, KnownPerson]

    @classmethod
    def of(cls, export: SchoolExport) -> "Standing":
        """Return the school as an export of the whole of it says."""
        people = {person.key: KnownPerson.of(person) for person in export.people}
        return cls(export.number, export.school_year, export.groups, people)

    @property
    def pupils(self) -> tuple[KnownPerson, ...]:
        """Those who are taught."""
        return tuple(person for person in self.people.values() if person.is_pupil)
