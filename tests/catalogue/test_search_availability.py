"""Hits that can be had now, before the others: the index doesn't know them, so whoever searches is asked."""

from collections.abc import Collection
from typing import Any

import pytest

from catalogue.models import BibliographicRecord
from catalogue.search import Filters, SearchRequest, SearchResult, Sort, search
from catalogue.search.writing import rebuild
from tests.factories.catalogue import RecordFactory

pytestmark = pytest.mark.usefixtures("index_folder")


@pytest.fixture
def volumes() -> list[BibliographicRecord]:
    """Return seven titles; the newer ones come first where nothing else decides."""
    made = [RecordFactory.create(title=f"Bind {number}", subjects=["serie"], year=2000) for number in range(7)]
    rebuild()
    return made


def _sorted(*at_home: BibliographicRecord, **more: Any) -> SearchResult:
    here = {record.pk for record in at_home}
    asked: list[int] = []

    def among(ids: Collection[int]) -> Collection[int]:
        asked.extend(ids)
        return here & set(ids)

    result = search(SearchRequest("serie", sort=Sort.AVAILABLE, at_home=among, **more))
    assert len(asked) == len(set(asked))
    return result


def _ids(result: SearchResult) -> list[int]:
    return [hit.record_id for hit in result.hits]


def test_the_others_stay_as_they_fit(volumes: list[BibliographicRecord]) -> None:
    usual = _ids(search(SearchRequest("serie")))

    result = _sorted(volumes[5], volumes[2])

    here = [volumes[5].pk, volumes[2].pk]
    assert set(_ids(result)[:2]) == set(here)
    assert _ids(result) == [pk for pk in usual if pk in here] + [pk for pk in usual if pk not in here]
    assert result.total == 7


def test_every_title_stands_on_one_page(volumes: list[BibliographicRecord]) -> None:
    pages = [_ids(_sorted(volumes[6], volumes[0], page=page, page_size=3)) for page in (1, 2, 3)]

    assert {volumes[6].pk, volumes[0].pk} < set(pages[0])
    assert [len(page) for page in pages] == [3, 3, 1]
    assert len({pk for page in pages for pk in page}) == 7


def test_behind_the_best_hits_nobody_is_asked(
    volumes: list[BibliographicRecord], monkeypatch: pytest.MonkeyPatch
) -> None:
    usual = _ids(search(SearchRequest("serie")))
    by_place = {pk: place for place, pk in enumerate(usual)}
    last = max(volumes, key=lambda record: by_place[record.pk])
    monkeypatch.setattr("catalogue.search.searching.MOST_ASKED_ABOUT", 5)

    pages = [_ids(_sorted(last, page=page, page_size=2)) for page in (1, 2, 3, 4)]

    assert [pk for page in pages for pk in page] == usual


def test_without_anybody_to_ask_the_best_come_first(volumes: list[BibliographicRecord]) -> None:
    assert _ids(search(SearchRequest("serie", sort=Sort.AVAILABLE))) == _ids(search(SearchRequest("serie")))


def test_hits_and_facets_are_limited_to_the_titles_that_are_named(volumes: list[BibliographicRecord]) -> None:
    wanted = [volumes[4].pk, volumes[1].pk, 10**12]

    result = search(SearchRequest("serie", Filters(only=wanted)))

    assert set(_ids(result)) == set(wanted[:2])
    assert result.total == 2
    assert [facet.count for facet in result.facets["decade"]] == [2]
    assert _ids(search(SearchRequest("serie", Filters(only=wanted), page=2, page_size=1))) == _ids(result)[1:]
    assert _ids(search(SearchRequest("", Filters(only=wanted[:1]), sort=Sort.TITLE))) == wanted[:1]


@pytest.mark.parametrize("only", [(), (10**12,)])
def test_where_none_of_them_fits_it_is_said_how_many_do(volumes: list[BibliographicRecord], only: tuple[int]) -> None:
    result = search(SearchRequest("serie", Filters(only=only)))

    assert (result.total, result.elsewhere_total, result.is_relaxed, result.is_corrected) == (0, 7, False, False)
    assert search(SearchRequest("ingensteds", Filters(only=only))).elsewhere_total is None
