"""The scenario: every query of the test set against the catalogue as it's loaded, ours beside plain PostgreSQL's."""

from collections.abc import Sequence
from functools import partial

from bench.relevance import plain_postgres
from bench.relevance.cases import cases
from bench.relevance.scores import LOOKED_AT, Score, rank, score, score_groups
from bench.speed.figures import Figure, Figures, MeasurementBroke
from bench.speed.setting import Setting
from catalogue.search import SearchRequest, State, search
from tenants.choice import choose, choose_none

_GOAL = 90.0


def measure(setting: Setting) -> Figures:
    """Score the whole test set and each of its groups, among the nation's titles."""
    choose_none()
    try:
        ours = rank(cases(), found)
        works = score(rank(cases(), partial(found, by_work=True)))
        with plain_postgres.full_text():
            plain = rank(cases(), plain_postgres.search)
    finally:
        choose(setting.municipality)
    for name, mine, theirs in (
        ("all queries", score(ours), score(plain)),
        *((name, one, score_groups(plain)[name]) for name, one in score_groups(ours).items()),
    ):
        yield _figure(name, mine, theirs)
    yield Figure(
        name="Relevance, by work: expected title among the first five",
        value=100 * works.success,
        unit="%",
        goal=_GOAL,
        bound=">",
        detail=f"{works.successes} of {works.cases}, MRR {works.mrr:.2f}; the edition in front is the expected title",
    )
    yield Figure(
        name="Relevance: not among the first five",
        value=sum(not one.is_success for one in ours),
        unit="queries",
        detail="; ".join(f"{one.case.text} ({one.rank or 'none'})" for one in ours if not one.is_success),
    )


def found(text: str, *, by_work: bool = False) -> Sequence[int]:
    """Return the ids of the first titles that a reader sees for what was typed.

    :param by_work: as the portal shows them: each work by one edition
    :raises bench.speed.figures.MeasurementBroke: while there's no index
    """
    result = search(SearchRequest(text, page_size=LOOKED_AT, by_work=by_work))
    if result.state is not State.READY:
        raise MeasurementBroke("There's no index to search.")
    # A number leads straight to its title.
    return [result.record_id] if result.record_id else [hit.record_id for hit in result.hits]


def _figure(name: str, ours: Score, plain: Score) -> Figure:
    is_whole = name == "all queries"
    return Figure(
        name=f"Relevance, {name}: expected title among the first five",
        value=100 * ours.success,
        unit="%",
        goal=_GOAL if is_whole else None,
        bound=">",
        detail=f"{ours.successes} of {ours.cases}, MRR {ours.mrr:.2f}; "
        f"PostgreSQL full text {100 * plain.success:.0f} %, MRR {plain.mrr:.2f}",
    )
