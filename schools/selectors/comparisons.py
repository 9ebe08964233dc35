"""Reads what an export says otherwise than what's stored of a school."""

from dataclasses import dataclass

from common.encryption import decrypt
from schools.models import RosterUpdate, School
from schools.register.difference import Difference, difference
from schools.register.keeping import from_text
from schools.register.new_year import ClassMove, Way, class_moves
from schools.register.people import SchoolExport
from schools.register.standing import Standing
from schools.selectors.standing import standing_of


@dataclass(frozen=True)
class Comparison:
    """A school as it stands, and what an export says otherwise.

    :ivar moves: what the old year's classes become, when a new one begins
    """

    standing: Standing
    difference: Difference
    moves: tuple[ClassMove, ...]

    @property
    def is_nothing(self) -> bool:
        """Whether the export says what's known."""
        found = self.difference
        return not any(
            (found.is_new_year, found.came, found.left, found.moved, found.changed)
            + (found.new_groups, found.gone_groups, found.renamed, found.doubts)
        )

    @property
    def needs_a_person(self) -> bool:
        """Whether somebody should look before it's taken over: it's the first one, doubtful, or a class is unclear."""
        unclear = any(move.way is Way.ASK for move in self.moves)
        return bool(self.difference.doubts) or unclear or not self.standing.school_year

    @property
    def counts(self) -> dict[str, int]:
        """How much of what is different."""
        found = self.difference
        counts = {
            "came": len(found.came),
            "left": len(found.left),
            "moved": len(found.moved),
            "changed": len(found.changed),
            "new_groups": len(found.new_groups),
            "gone_groups": len(found.gone_groups),
            "renamed": len(found.renamed),
        }
        return {name: count for name, count in counts.items() if count}


def compare(school: School, export: SchoolExport) -> Comparison:
    """Return what an export says otherwise than what's stored. Reads only."""
    standing = standing_of(school)
    found = difference(standing, export)
    return Comparison(standing, found, tuple(class_moves(standing, export)) if found.is_new_year else ())


def roster_of(update: RosterUpdate) -> SchoolExport:
    """Return what a proposal's export said."""
    return from_text(decrypt(bytes(update.roster or b"")))
