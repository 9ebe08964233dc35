"""How good lists of hits are: the mean reciprocal rank, and how often the first five have what was meant."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from bench.relevance.cases import Case, described

# Nobody looks further.
LOOKED_AT = 20
_FIRST = 5

Searching = Callable[[str], Sequence[int]]


@dataclass(frozen=True)
class Ranked:
    """A case with the place of the first hit that was expected, from 1; None when the first twenty have none."""

    case: Case
    rank: int | None

    @property
    def is_success(self) -> bool:
        """Whether it's among the first five."""
        return self.rank is not None and self.rank <= _FIRST


@dataclass(frozen=True)
class Score:
    """What some cases come to."""

    cases: int
    mrr: float
    successes: int

    @property
    def success(self) -> float:
        """The share of cases with an expected hit among the first five, from 0 to 1."""
        return self.successes / self.cases


def rank(cases: Iterable[Case], search: Searching) -> list[Ranked]:
    """Return where each case's answer stands.

    :param search: gives the ids of the best records for a text, best first
    """
    ranked = []
    for case in cases:
        ids = list(search(case.text))[:LOOKED_AT]
        records = described(ids)
        ranked.append(Ranked(case, case.rank_in(records[pk] for pk in ids)))
    return ranked


def score(ranked: Sequence[Ranked]) -> Score:
    """Return the score of all these cases together."""
    reciprocal = sum(1 / one.rank for one in ranked if one.rank)
    return Score(len(ranked), reciprocal / len(ranked), sum(one.is_success for one in ranked))


def score_groups(ranked: Sequence[Ranked]) -> Mapping[str, Score]:
    """Return each group's score, in the order of the test set."""
    groups: dict[str, list[Ranked]] = {}
    for one in ranked:
        groups.setdefault(one.case.group, []).append(one)
    return {name: score(members) for name, members in groups.items()}
