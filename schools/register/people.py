"""A school as a register's export describes it: its groups, its people, and what couldn't be read."""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from hashlib import blake2b

# Of a key; a longer one is none that could be kept.
LONGEST_KEY = 80


class GroupKind(StrEnum):
    """What a group is for."""

    CLASS = "CLASS"
    YEAR_GROUP = "YEAR_GROUP"
    TEACHING = "TEACHING"
    OTHER = "OTHER"


class Role(StrEnum):
    """What somebody is at a school."""

    PUPIL = "PUPIL"
    TEACHER = "TEACHER"
    STAFF = "STAFF"
    GUEST = "GUEST"


class Slip(StrEnum):
    """What's wrong with one entry of an export whose others are used."""

    NO_KEY = "NO_KEY"
    LONG_KEY = "LONG_KEY"
    NO_NAME = "NO_NAME"
    NO_ROLE = "NO_ROLE"
    GROUP_TWICE = "GROUP_TWICE"
    PERSON_TWICE = "PERSON_TWICE"
    SAME_KEY_OTHER_NAME = "SAME_KEY_OTHER_NAME"
    NO_SUCH_GROUP = "NO_SUCH_GROUP"
    NO_SUCH_SCHOOL = "NO_SUCH_SCHOOL"
    NO_SUCH_PERSON = "NO_SUCH_PERSON"
    CLASS_WITHOUT_LEVEL = "CLASS_WITHOUT_LEVEL"
    DATE_UNREADABLE = "DATE_UNREADABLE"
    LEVEL_UNREADABLE = "LEVEL_UNREADABLE"


class Unreadable(StrEnum):
    """Why a whole export can't be used."""

    UNKNOWN_FORMAT = "UNKNOWN_FORMAT"
    NOT_XML = "NOT_XML"
    NOT_A_REGISTER = "NOT_A_REGISTER"
    NO_SCHOOL = "NO_SCHOOL"
    NO_SCHOOL_YEAR = "NO_SCHOOL_YEAR"
    TOO_LARGE = "TOO_LARGE"
    NOT_TEXT = "NOT_TEXT"
    FILE_MISSING = "FILE_MISSING"
    COLUMN_MISSING = "COLUMN_MISSING"
    NOT_JSON = "NOT_JSON"
    DAMAGED_ARCHIVE = "DAMAGED_ARCHIVE"


class RegisterUnreadable(Exception):
    """Nothing of an export can be used.

    :ivar detail: where, or which file or column; never anything of a person
    """

    def __init__(self, code: Unreadable, detail: str = "") -> None:
        super().__init__(f"{code} {detail}".strip())
        self.code = code
        self.detail = detail


@dataclass(frozen=True, slots=True)
class RegisterGroup:
    """A class, a year group or a teaching group.

    :ivar key: the register's; names may be repeated, keys not
    :ivar level: the grade, 0 to 10, or more at other schools
    :ivar line: which of a grade's classes: the B of 5.B
    """

    key: str
    name: str
    kind: GroupKind
    level: int | None = None
    line: str = ""
    begins: date | None = None
    ends: date | None = None


@dataclass(frozen=True, slots=True)
class Contact:
    """Somebody to be asked about a pupil."""

    key: str
    given_name: str
    family_name: str
    relation: str = ""
    has_custody: bool = False
    is_protected: bool = False


@dataclass(frozen=True, slots=True)
class RegisterPerson:
    """Somebody at the school.

    :ivar key: stays the same as long as the register knows the person, at whichever school
    :ivar alias: what's shown instead of a protected name, where the register has one
    :ivar level: the grade of a pupil
    :ivar main_group: the key of a pupil's class
    :ivar groups: the keys of all groups, the class among them
    :ivar is_of_older_year: what's said of groups is last year's: the person's source hasn't moved up yet
    """

    key: str
    given_name: str
    family_name: str
    roles: frozenset[Role]
    is_protected: bool = False
    alias: str = ""
    birth_date: date | None = None
    email: str = ""
    phone: str = ""
    address: str = ""
    postal_code: str = ""
    city: str = ""
    short_name: str = ""
    level: int | None = None
    main_group: str = ""
    groups: tuple[str, ...] = ()
    contacts: tuple[Contact, ...] = ()
    is_of_older_year: bool = False

    @property
    def told(self) -> str:
        """What's said of her beside her groups, in 32 characters: the same as long as the same is said."""
        said = (
            (self.given_name, self.family_name, self.alias, self.is_protected),
            (sorted(self.roles), self.birth_date, self.level, self.short_name, self.contacts),
            (self.email, self.phone, self.address, self.postal_code, self.city),
        )
        return blake2b(repr(said).encode(), digest_size=16).hexdigest()


@dataclass(frozen=True, slots=True)
class EntryProblem:
    """What was wrong with one entry.

    :ivar place: which entry it is, by its key, or its line in its file
    """

    slip: Slip
    place: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class SchoolExport:
    """All that an export says of one school.

    :ivar number: the school's in the national register
    :ivar school_year: the newest one that's meant, as "2026-2027"; empty if changes only don't say it
    :ivar is_partial: only changes; who isn't named stays, and nobody's groups but those that are said to have changed
    :ivar gone: the keys of people who are said to have left
    :ivar joined: of changes only, who came into which group, as keys; so is `parted`, who went out of one
    """

    number: str
    name: str
    school_year: str
    groups: tuple[RegisterGroup, ...]
    people: tuple[RegisterPerson, ...]
    problems: tuple[EntryProblem, ...] = ()
    is_partial: bool = False
    gone: frozenset[str] = field(default_factory=frozenset)
    joined: frozenset[tuple[str, str]] = field(default_factory=frozenset)
    parted: frozenset[tuple[str, str]] = field(default_factory=frozenset)

    @property
    def pupils(self) -> tuple[RegisterPerson, ...]:
        """Those who are taught."""
        return tuple(person for person in self.people if Role.PUPIL in person.roles)
