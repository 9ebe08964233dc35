"""Who may change which record: the common catalogue is everybody's work, but each record has an owner.

After DBC's rules for danMARC2, where the owner stands in 996*a; other families of MARC keep the same owner beside the
record. Who works for the consortium itself may do everything.
"""

from dataclasses import dataclass
from enum import StrEnum

from catalogue.errors import Code

SCHOOL_COMMON_AGENCY = "300000"
# The school service's records are nobody else's to change, whatever rights a library has.
_OWNER_ONLY = frozenset({"SBCI"})


class Level(StrEnum):
    """Whose record it is."""

    COMMON = "COMMON"
    SCHOOL_COMMON = "SCHOOL_COMMON"
    LOCAL = "LOCAL"


@dataclass(frozen=True, slots=True)
class Library:
    """A member of the consortium as a cataloguing agency.

    :ivar code: what it signs its records with
    :ivar names: every code that means this library, its own among them
    :ivar edits_common: may take over other libraries' common records, and lets them take over its own
    :ivar edits_national: may change what the national centre owns
    :ivar is_school: has school libraries, which share the school-common records
    :ivar is_root: the consortium itself
    """

    code: str
    names: frozenset[str]
    edits_common: bool = True
    edits_national: bool = False
    is_school: bool = False
    is_root: bool = False


@dataclass(frozen=True, slots=True)
class Owned:
    """A record as far as rights go.

    :ivar owner: the code of its owner; empty when nobody is named
    :ivar owner_is_member: the owner is a library of the consortium, not the national centre or another source
    :ivar owner_edits_common: that library lets others take its common records over
    :ivar is_kept: nobody but its library sees it
    """

    level: Level
    owner: str
    owner_is_member: bool = False
    owner_edits_common: bool = False
    is_kept: bool = False


def reasons_against_edit(record: Owned, library: Library, *, new_owner: str) -> list[Code]:
    """Return everything that stands against the library's changing the record.

    :param new_owner: the owner that the new content names; empty when it names none
    """
    if library.is_root:
        return []
    if record.level == Level.LOCAL:
        return _reasons_against_local_edit(record, library, new_owner)
    if record.level == Level.SCHOOL_COMMON:
        return [] if library.is_school else [Code.SCHOOLS_ONLY]
    if record.owner in library.names:
        return [] if new_owner in ("", *library.names) else [Code.OWNER_MUST_BE_EDITOR]
    return _reasons_against_taking_over(record, library, new_owner)


def reasons_against_creation(level: Level, library: Library, *, owner: str) -> list[Code]:
    """Return everything that stands against a new record: its owner must be named, and be who brings it in."""
    if library.is_root:
        return []
    reasons = []
    if level == Level.SCHOOL_COMMON and not library.is_school:
        reasons.append(Code.SCHOOLS_ONLY)
    if level == Level.COMMON and not library.edits_common:
        reasons.append(Code.NO_RIGHT_TO_COMMON)
    if not owner:
        reasons.append(Code.NO_OWNER)
    elif owner not in library.names:
        reasons.append(Code.OWNER_MUST_BE_EDITOR)
    return reasons


def reasons_against_deletion(record: Owned, library: Library, *, items: int, parts: int) -> list[Code]:
    """Return everything that stands against a deletion; no library deletes a common record.

    :param items: how many items all municipalities have of it
    :param parts: how many records say that they're part of it
    """
    reasons = []
    if not library.is_root and record.level == Level.COMMON:
        reasons.append(Code.COMMON_RECORD_STAYS)
    else:
        reasons += reasons_against_edit(record, library, new_owner="")
    if items:
        reasons.append(Code.HAS_ITEMS)
    if parts:
        reasons.append(Code.HAS_PARTS)
    return reasons


def reasons_against_merge(winner: Owned, loser: Owned, library: Library) -> list[Code]:
    """Return everything that stands against making one record of two: whoever could change both may merge them.

    Nothing is lost by it, and it can be undone; so a library merges a common record away that it may not delete.
    """
    found = reasons_against_edit(winner, library, new_owner="") + reasons_against_edit(loser, library, new_owner="")
    if (winner.level, winner.is_kept) != (loser.level, loser.is_kept):
        found.append(Code.LEVELS_DIFFER)
    return list(dict.fromkeys(found))


def owner_after(record: Owned, library: Library, *, new_owner: str) -> str:
    """Return who owns a record once the library has changed it: who takes over another's common record owns it."""
    if new_owner:
        return new_owner
    is_takeover = record.level == Level.COMMON and not library.is_root and record.owner not in library.names
    return library.code if is_takeover and record.owner_is_member else record.owner


def _reasons_against_local_edit(record: Owned, library: Library, new_owner: str) -> list[Code]:
    if record.owner not in library.names:
        return [Code.OTHERS_LOCAL_RECORD]
    return [] if new_owner in ("", *library.names) else [Code.OWNER_MUST_BE_EDITOR]


def _reasons_against_taking_over(record: Owned, library: Library, new_owner: str) -> list[Code]:
    if record.owner in _OWNER_ONLY:
        return [Code.OWNER_ONLY]
    if not record.owner_is_member:
        return [] if library.edits_national else [Code.NATIONAL_RECORD]
    reasons = []
    if not library.edits_common:
        reasons.append(Code.NO_RIGHT_TO_COMMON)
    if not record.owner_edits_common:
        reasons.append(Code.OWNER_SHARES_NOTHING)
    if new_owner and new_owner not in library.names:
        reasons.append(Code.OWNER_MUST_BE_EDITOR)
    return reasons
