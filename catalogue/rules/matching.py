"""Whether two records describe one title: a score of features, with vetoes, in hundredths.

After Melinda's scores (case II.I9). Ours beyond it: publisher, extent and edition count a little (case II.I11), and a
shared ISBN makes another year a reprint instead of an impossibility.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

from catalogue.rules.match_facts import MatchFacts

MATCHES = 90
# From here on a pair is worth a person's look: a title alone isn't (case II.I11).
WORTH_A_LOOK = 60
VETO = -100
_STRONG = 40


class Feature(StrEnum):
    """What of two records is compared."""

    NUMBER = "NUMBER"
    TITLE = "TITLE"
    PART = "PART"
    LANGUAGE = "LANGUAGE"
    ISBN = "ISBN"
    ISSN = "ISSN"
    YEAR = "YEAR"
    NAMES = "NAMES"
    MATERIAL = "MATERIAL"
    EDITION = "EDITION"
    PUBLISHER = "PUBLISHER"
    EXTENT = "EXTENT"


@dataclass(frozen=True, slots=True)
class Score:
    """How alike two records are.

    :ivar points: by feature, in hundredths; those that say nothing are left out
    """

    points: Mapping[Feature, int]

    @property
    def total(self) -> int:
        """The sum of all features."""
        return sum(self.points.values())

    @property
    def vetoes(self) -> list[Feature]:
        """The features that by themselves make them two titles."""
        return [feature for feature, points in self.points.items() if points <= VETO]

    @property
    def is_match(self) -> bool:
        """Whether they're one title: enough points, one strong feature among them, no veto."""
        return self.is_worth_a_look and self.total >= MATCHES

    @property
    def is_worth_a_look(self) -> bool:
        """Whether a person should be shown the pair."""
        strong = any(points >= _STRONG for points in self.points.values())
        return strong and not self.vetoes and self.total >= WORTH_A_LOOK


def compare(one: MatchFacts, other: MatchFacts) -> Score:
    """Return how alike two records are, feature by feature; the order of the two doesn't matter."""
    found = {feature: judge(one, other) for feature, judge in _JUDGES.items()}
    return Score({feature: points for feature, points in found.items() if points})


def is_told_apart(facts: MatchFacts, *, number: tuple[str, str], at_best: MatchFacts) -> bool:
    """Say whether a record isn't worth a look by what's known of it unread, unless they share a number.

    An agency gives one title one number; and even with the very same title, other names, years or ISBNs may weigh more.

    :param number: whose number the record has, and the number
    :param at_best: from `catalogue.rules.match_facts.facts_at_best`
    """
    if any(who == number[0] and each != number[1] for who, each in facts.numbers):
        return True
    return not compare(facts, at_best).is_worth_a_look


def _number(one: MatchFacts, other: MatchFacts) -> int:
    if one.numbers & other.numbers:
        return 75
    shared = {who for who, _ in one.numbers} & {who for who, _ in other.numbers}
    return VETO if shared else 0


def _title(one: MatchFacts, other: MatchFacts) -> int:
    if not one.title or not other.title:
        return 0
    if one.whole_title == other.whole_title:
        return 50
    if one.title == other.title and (one.title == one.whole_title or other.title == other.whole_title):
        # One of the two leaves the remainder out.
        return 40
    # The order of the two texts changes the ratio, so they're sorted.
    first, second = sorted((one.whole_title, other.whole_title))
    ratio = SequenceMatcher(None, first, second, autojunk=False).ratio()
    if ratio >= 0.9:
        return 30
    return 10 if ratio >= 0.75 else -50


def _part(one: MatchFacts, other: MatchFacts) -> int:
    if one.part == other.part:
        return 0
    # One of two with the same ISBN may have its part's number in the title.
    return -20 if "" in (one.part, other.part) and one.isbns & other.isbns else VETO


def _language(one: MatchFacts, other: MatchFacts) -> int:
    if not one.languages or not other.languages or one.languages == other.languages:
        return 0
    if not one.languages & other.languages:
        return VETO
    return -10 if one.languages <= other.languages or other.languages <= one.languages else -20


def _isbn(one: MatchFacts, other: MatchFacts) -> int:
    if not one.isbns or not other.isbns:
        return 0
    shared = one.isbns & other.isbns
    if not shared:
        return -75
    # A part of a set often names the set's ISBN beside its own.
    return 75 if shared in (one.isbns, other.isbns) else 50


def _issn(one: MatchFacts, other: MatchFacts) -> int:
    if not one.issns or not other.issns:
        return 0
    return 20 if one.issns & other.issns else -20


def _year(one: MatchFacts, other: MatchFacts) -> int:
    if one.year is None or other.year is None:
        return 0
    apart = abs(one.year - other.year)
    if apart < 2:
        return 0 if apart else 10
    return -20 if one.isbns & other.isbns else VETO


def _names(one: MatchFacts, other: MatchFacts) -> int:
    if len(one.name_numbers & other.name_numbers) >= 3:
        return 30
    if not one.names or not other.names:
        return 0
    if one.names[0] == other.names[0]:
        return 20
    return 10 if set(one.names) & set(other.names) else -20


def _material(one: MatchFacts, other: MatchFacts) -> int:
    return VETO if one.material != other.material else 0


def _edition(one: MatchFacts, other: MatchFacts) -> int:
    if one.edition == other.edition:
        return 0
    # A first edition often says nothing.
    return 0 if {one.edition, other.edition} == {"", "1"} else -10 if "" in (one.edition, other.edition) else -40


def _publisher(one: MatchFacts, other: MatchFacts) -> int:
    if not one.publisher or not other.publisher:
        return 0
    return 10 if one.publisher == other.publisher else -10


def _extent(one: MatchFacts, other: MatchFacts) -> int:
    if not one.pages or not other.pages:
        return 0
    apart = abs(one.pages - other.pages)
    if apart * 20 <= max(one.pages, other.pages):
        return 10
    return 0 if apart * 5 <= max(one.pages, other.pages) else -10


_JUDGES: Mapping[Feature, Callable[[MatchFacts, MatchFacts], int]] = {
    Feature.NUMBER: _number,
    Feature.TITLE: _title,
    Feature.PART: _part,
    Feature.LANGUAGE: _language,
    Feature.ISBN: _isbn,
    Feature.ISSN: _issn,
    Feature.YEAR: _year,
    Feature.NAMES: _names,
    Feature.MATERIAL: _material,
    Feature.EDITION: _edition,
    Feature.PUBLISHER: _publisher,
    Feature.EXTENT: _extent,
}


@dataclass(frozen=True, slots=True)
class Candidate:
    """A record of the catalogue that the incoming one may be.

    :ivar is_same_number: it has the incoming one's agency and number, so nothing needs to be weighed
    """

    record_id: int
    score: Score
    is_same_number: bool = False


def ranked(candidates: Iterable[Candidate]) -> list[Candidate]:
    """Return the candidates that are worth a look, the likeliest first, equal ones by age.

    A record with the same number is the record; the others don't count beside it.
    """
    found = list(candidates)
    if same := [each for each in found if each.is_same_number]:
        return same[:1]
    worthy = [each for each in found if each.score.is_worth_a_look]
    return sorted(worthy, key=lambda each: (-each.score.total, each.record_id))


def is_double(one: MatchFacts, other: MatchFacts) -> bool:
    """Say whether a record that's entered by hand may be there already, by what its material is known by (case II.I8).

    ISBN and ISSN first; parts by their parent and part; music by author; films and sound by extent; the rest by author
    and year. Looser than a match: a person decides.
    """
    if one.isbns & other.isbns or one.issns & other.issns or one.numbers & other.numbers:
        return True
    if one.material != other.material:
        return False
    if one.parent and one.parent == other.parent:
        return (one.part or one.title_key) == (other.part or other.title_key)
    if not one.title_key or one.title_key != other.title_key or one.part != other.part:
        return False
    if one.material in ("FILM", "AUDIOBOOK", "E_AUDIOBOOK"):
        return one.pages == other.pages
    same_author = one.names[:1] == other.names[:1]
    return same_author if one.material in ("MUSIC", "SHEET_MUSIC") else same_author and one.year == other.year
