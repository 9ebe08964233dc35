"""Ranking as readers agree with it: the test set against the real titles among some hundreds of invented ones."""

from datetime import UTC, datetime
from functools import partial
from itertools import islice
from typing import Any
from unittest.mock import patch

import pytest
from celery import current_app
from django.db import connection, transaction
from django.test import override_settings

from bench.demo.facts import real_titles
from bench.demo.invented import invented_titles
from bench.demo.records import catalogue_real_titles, catalogue_titles
from bench.relevance import plain_postgres
from bench.relevance.cases import Case, Described, Expectation, cases, describe
from bench.relevance.measure import found
from bench.relevance.scores import Ranked, rank, score, score_groups
from catalogue.search import reader
from catalogue.search.writing import rebuild
from catalogue.services.change_feed import followers_are_reading

NOW = datetime(2026, 11, 19, 13, 30, tzinfo=UTC)
_INVENTED = 400
# What must never be lost again; whoever makes ranking better raises them.
_SUCCESS, _MRR, _SUCCESS_OF_A_GROUP = 0.9, 0.8, 0.75


@pytest.fixture(scope="module")
def ranked(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> tuple[list[Ranked], ...]:
    """Return where every query's answer stands: in our search, in PostgreSQL's full text, and in ours by work."""
    folder = tmp_path_factory.mktemp("relevance") / "search-index"
    with (
        django_db_blocker.unblock(),
        override_settings(SEARCH_INDEX=folder),
        patch.object(current_app, "send_task"),
        transaction.atomic(),
    ):
        connection.set_schema_to_public()
        catalogue_real_titles(NOW)
        titles = list(islice(invented_titles(1), _INVENTED))
        catalogue_titles(titles, numbers=[f"invented-{place:04d}" for place in range(_INVENTED)], now=NOW)
        reader.close()
        rebuild()
        ours = rank(cases(), found)
        works = rank(cases(), partial(found, by_work=True))
        with plain_postgres.full_text():
            plain = rank(cases(), plain_postgres.search)
        transaction.set_rollback(True)
    reader.close()
    followers_are_reading()
    return ours, plain, works


def test_ranking_keeps_what_it_has_reached(ranked: tuple[list[Ranked], ...]) -> None:
    ours, _, _ = ranked
    missed = [f"{one.case.text} ({one.rank})" for one in ours if not one.is_success]
    whole = score(ours)

    assert whole.success >= _SUCCESS, missed
    assert whole.mrr >= _MRR, whole
    assert {name: one for name, one in score_groups(ours).items() if one.success < _SUCCESS_OF_A_GROUP} == {}, missed


def test_works_are_ranked_no_worse_than_their_editions(ranked: tuple[list[Ranked], ...]) -> None:
    ours, _, works = ranked
    lower = [(one.case.text, one.rank, by_work.rank) for one, by_work in zip(ours, works, strict=True)]

    assert score(works).successes >= score(ours).successes, lower
    assert score(works).mrr >= score(ours).mrr, [each for each in lower if each[1] != each[2]]


def test_finds_more_than_plain_full_text(ranked: tuple[list[Ranked], ...]) -> None:
    ours, plain, _ = map(score, ranked)

    # It's a yardstick, not a straw man.
    assert 0.4 < plain.success < ours.success
    assert plain.mrr < ours.mrr


def test_the_set_asks_for_titles_that_there_are() -> None:
    titles = [describe(title.title, title.authors, title.subjects) for title in real_titles()]

    wrong = [
        (case.text, expectation)
        for case in cases()
        for expectation in case.expected
        if not any(expectation.is_met_by(title) for title in titles)
    ]

    assert wrong == []
    assert len({case.text for case in cases()}) == len(cases()) >= 150


def test_scores_count_from_the_first_hit_that_was_expected() -> None:
    emil, lotta = (Described(title, frozenset({"lindgren astrid"}), frozenset()) for title in ("emil", "lotta"))
    case = Case("title", "lotta", (Expectation(title="lotta"), Expectation(subject="heste")))
    ranks = [
        case.rank_in([emil, lotta]),
        case.rank_in([lotta]),
        case.rank_in([emil]),
        case.rank_in([emil] * 7 + [lotta]),
    ]

    result = score([Ranked(case, place) for place in ranks])

    assert ranks == [2, 1, None, 8]
    assert (result.cases, result.successes, round(result.mrr, 3)) == (4, 2, round((1 / 2 + 1 + 1 / 8) / 4, 3))
