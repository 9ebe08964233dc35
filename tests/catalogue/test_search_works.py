"""Hits by work: how many there are, by which edition each is shown, and that facets and pages agree with it."""

import random
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from catalogue.models import BibliographicRecord, Change, HoldingsSummary
from catalogue.search import Filters, SearchRequest, SearchResult, Sort, folding, search
from catalogue.search.writing import catch_up, rebuild
from catalogue.selectors.works import state_of
from catalogue.services.change_feed import announce
from catalogue.services.merging import merge_records
from catalogue.services.records import Author
from catalogue.services.works import join_work, take_out_of_work, undo_work_correction
from tenants.models import Municipality
from tests.catalogue.marc_samples import iso2709
from tests.factories import StaffAccountFactory
from tests.factories.catalogue import RecordFactory

pytestmark = pytest.mark.usefixtures("index_folder")
EVERYTHING = SearchRequest(by_work=True, page_size=100)
Shelve = Callable[..., BibliographicRecord]


@pytest.fixture
def shelve(alpha: Municipality, beta: Municipality) -> Shelve:
    """Return a function that catalogues an edition of a work, and gives branches of two municipalities items of it."""

    def _shelve(work: str, *, at: Iterable[str] = (), beside: Iterable[str] = (), **columns: Any):
        record = RecordFactory.create(work_key=work, **columns)
        for municipality, codes in ((alpha, at), (beta, beside)):
            for code in codes:
                HoldingsSummary.objects.create(
                    record=record, municipality=municipality, branch_code=code, items=1, loanable=1
                )
        return record

    return _shelve


def _ids(result: SearchResult) -> list[int]:
    return [hit.record_id for hit in result.hits]


def _counts(result: SearchResult, name: str) -> dict[str, int]:
    return {value.value: value.count for value in result.facets[name] if value.count}


VALUES: dict[str, tuple[str, list[Any]]] = {
    "material_type": ("material_types", ["BOOK", "AUDIOBOOK", "E_BOOK"]),
    "language": ("languages", ["dan", "eng", "swe"]),
    "audience": ("audiences", ["ADULT", "CHILD"]),
    "decade": ("decades", [1990, 2010]),
    "branch": ("branches", ["hb", "nord", "vest"]),
}


def _values_of(edition: dict[str, Any], name: str) -> list[Any]:
    if name == "decade":
        return [edition["year"] // 10 * 10]
    return edition["at"] if name == "branch" else [edition[name]]


def _expected(
    editions: list[dict[str, Any]], word: str, filters: Filters, *, without: str = ""
) -> list[dict[str, Any]]:
    def fits(edition: dict[str, Any]) -> bool:
        chosen = {name: getattr(filters, limit) for name, (limit, _) in VALUES.items() if name != without}
        limited = all(set(values) & set(_values_of(edition, name)) for name, values in chosen.items() if values)
        return bool(edition["at"]) and word in edition["title"].lower() and limited

    return [edition for edition in editions if fits(edition)]


@pytest.mark.parametrize("seed", [1, 4, 5])
def test_hits_and_facets_are_counted_by_work_whatever_limits_hold(seed, shelve, monkeypatch):
    chance = random.Random(seed)
    monkeypatch.setattr("catalogue.search.facets._MOST_PAIRS", chance.choice([3, 1000]))
    monkeypatch.setattr("catalogue.search.folding._MOST_LOOKED_UP", chance.choice([0, 200]))
    editions = []
    for _ in range(80):
        edition = {
            "title": chance.choice(["Hav", "Hav og fjord", "Fjord"]),
            "work": f"w{chance.randrange(30)}|",
            "at": chance.sample(VALUES["branch"][1], chance.randrange(4)),
            "year": chance.choice([1991, 1999, 2010]),
            **{name: chance.choice(VALUES[name][1]) for name in ("material_type", "language", "audience")},
        }
        editions.append(edition)
        shelve(**edition)
    rebuild()

    for _ in range(25):
        chosen = {limit: tuple(chance.sample(values, chance.choice([0, 0, 1, 2]))) for limit, values in VALUES.values()}
        filters, word = Filters(**chosen), chance.choice(["hav", "fjord"])
        sort = chance.choice(list(Sort))
        asked = SearchRequest(word, filters, municipality="alpha", by_work=True, page_size=4, sort=sort)
        pages = [search(asked)]
        pages += [search(replace(asked, page=page)) for page in range(2, pages[0].pages + 1)]

        works = {edition["work"] for edition in _expected(editions, word, filters)}
        shown = [record_id for result in pages for record_id in _ids(result)]
        keys = BibliographicRecord.objects.in_bulk(shown)
        assert pages[0].is_by_work or not pages[0].total
        assert pages[0].total == len(works) == len(shown), (word, filters)
        assert {keys[record_id].work_key for record_id in shown} == works
        for name in VALUES if works else ():
            fitting = _expected(editions, word, filters, without=name)
            pairs = {(edition["work"], str(value)) for edition in fitting for value in _values_of(edition, name)}
            assert _counts(pages[0], name) == Counter(value for _work, value in pairs), (name, word, filters)
        for result in pages:
            for record_id, others in result.editions.items():
                work = keys[record_id].work_key
                assert len(others) == sum(1 for each in editions if each["work"] == work and each["at"])
                assert len(others) > 1


def test_the_edition_in_front(shelve):
    english = shelve("hobbit|", title="The Hobbit", author="Tolkien", language="eng", year=2020, at=["hb"])
    old = shelve("hobbit|", title="Hobbitten", author="Tolkien", language="dan", year=1999, at=["hb"])
    new = shelve("hobbit|", title="Hobbitten", author="Tolkien", language="dan", year=2012, at=["hb"])
    newest = shelve("hobbit|", title="Hobbitten", author="Tolkien", language="dan", year=2024, beside=["main"])
    rebuild()

    def front(text: str = "tolkien", *at_home: BibliographicRecord, **more: Any) -> int:
        here = {record.pk for record in at_home}
        asked = replace(EVERYTHING, text=text, owner="alpha", at_home=lambda ids: here & set(ids))
        found = search(replace(asked, **more))
        assert found.total == 1
        assert len(next(iter(found.editions.values()))) == (3 if more.get("municipality") else 4)
        return _ids(found)[0]

    assert front() == new.pk  # her own library has it, in her language, and it's the newest of these
    assert front(owner="beta") == newest.pk
    assert front("tolkien", old) == old.pk  # it can be had now
    assert front(language="en") == english.pk
    assert front("the hobbit") == english.pk  # it's what was typed
    assert front("", municipality="alpha") == new.pk
    assert front(sort=Sort.NEWEST) == newest.pk  # it has given the work its place
    assert front(filters=Filters(languages=("eng",))) == english.pk


def test_who_has_one_at_home_comes_first_by_any_edition(shelve):
    works = [[shelve(f"w{number}|", title="Hav", year=2000 + year) for year in range(3)] for number in range(6)]
    rebuild()
    here = {works[4][0].pk, works[2][1].pk}
    asked = SearchRequest("hav", by_work=True, sort=Sort.AVAILABLE, at_home=lambda ids: here & set(ids), page_size=2)

    pages = [_ids(search(replace(asked, page=page))) for page in (1, 2, 3)]

    assert set(pages[0]) == here
    assert len({pk for page in pages for pk in page}) == 6


def test_too_many_to_count_are_shown_as_records(shelve, monkeypatch):
    for number in range(4):
        shelve(f"w{number}|", title="Hav"), shelve(f"w{number}|", title="Hav", language="eng")
    rebuild()
    monkeypatch.setattr(folding, "MOST_FOLDED", 7)

    result = search(replace(EVERYTHING, text="hav"))
    assert (result.is_by_work, result.total, len(result.hits), result.editions) == (False, 8, 8, {})
    # Other languages are counted without the limit, so hits stay records.
    result = search(replace(EVERYTHING, text="hav", filters=Filters(languages=("eng",))))
    assert (result.is_by_work, result.total) == (False, 4)
    assert _counts(result, "language") == {"dan": 4, "eng": 4}


def test_records_stay_records_for_who_does_not_ask_for_works(shelve):
    shelve("hav|", title="Hav"), shelve("hav|", title="Hav")
    rebuild()

    result = search(SearchRequest("hav"))

    assert (result.is_by_work, result.total, result.editions) == (False, 2, {})


def test_the_whole_country_is_counted_by_work_too(shelve):
    for language in ("dan", "eng"):
        shelve("hav|", title="Hav", language=language, beside=["main"])
    rebuild()

    assert search(SearchRequest("hav", municipality="alpha", by_work=True)).everywhere_total == 1
    only = replace(EVERYTHING, text="hav", filters=Filters(only=[]))
    assert search(only).elsewhere_total == 1


def test_a_second_edition_that_comes_later_joins_the_first(shelve, now: datetime):
    first = shelve("hav|", title="Hav")
    rebuild()
    second = shelve("hav|", title="Hav", year=2024)
    announce(record_ids=[second.pk], kind=Change.Kind.RECORD, now=now)
    catch_up()

    result = search(replace(EVERYTHING, text="hav"))

    assert (result.total, _ids(result)) == (1, [second.pk])
    assert {hit.record_id for hit in result.editions[second.pk]} == {first.pk, second.pk}
    second.work_key = "sø|"
    second.save()
    announce(record_ids=[second.pk], kind=Change.Kind.RECORD, now=now)
    catch_up()
    assert search(replace(EVERYTHING, text="hav")).total == 2


def test_what_is_said_by_hand_and_merged_reaches_the_index(shelve, alpha, now):
    one, two, three = (shelve(key, title="Hav", owner="alpha") for key in ("a|", "b|", ""))
    author = Author(StaffAccountFactory.create(), alpha)

    def works(**_: Any) -> int:
        catch_up()
        total = search(replace(EVERYTHING, text="hav")).total
        rebuild()
        assert search(replace(EVERYTHING, text="hav")).total == total
        return total

    def said(record: BibliographicRecord) -> dict[str, Any]:
        return {"record_id": record.pk, "expected": state_of(record), "author": author, "now": now}

    assert works() == 3
    joined = join_work(same_as_id=three.pk, with_editions=False, **said(one))
    assert works() == 2
    join_work(same_as_id=one.pk, with_editions=True, **said(two))
    assert works() == 1
    take_out_of_work(**said(two))
    assert works() == 2
    undo_work_correction(correction_id=joined.pk, **said(one))
    assert works() == 3


def test_a_merged_edition_takes_those_put_to_it_along(shelve, alpha, now):
    follower, loser, winner = (shelve(key, title="Hav", owner="alpha") for key in ("a|", "b|", "c|"))
    author = Author(StaffAccountFactory.create(), alpha)
    join_work(
        record_id=follower.pk,
        same_as_id=loser.pk,
        with_editions=False,
        expected=state_of(follower),
        author=author,
        now=now,
    )
    rebuild()
    assert search(replace(EVERYTHING, text="hav")).total == 2

    for record in (loser, winner):
        raw = iso2709([("001", record.control_number), ("245", "10$aHav")])
        BibliographicRecord.objects.filter(pk=record.pk).update(raw=raw)
    merge_records(winner_id=winner.pk, winner_version=1, loser_id=loser.pk, loser_version=1, author=author, now=now)
    catch_up()

    result = search(replace(EVERYTHING, text="hav"))
    assert (result.total, len(result.hits)) == (1, 1)
    assert {hit.record_id for hit in result.editions[_ids(result)[0]]} == {follower.pk, winner.pk}
