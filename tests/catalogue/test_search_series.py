"""Titles of several series: found by each, listed by their number in the one asked for, exported with all."""

import json

import pytest
from lxml import etree

from catalogue.marc.citations import bibtex, ris
from catalogue.marc.dublin_core import oai_dc
from catalogue.marc.lists import columns_named
from catalogue.marc.mods import mods
from catalogue.marc.reading import read_single
from catalogue.marc.schema_org import schema_org
from catalogue.marc.to_marc21 import as_marc21, described_in_marc21
from catalogue.search import Filters, SearchRequest, search, titles_in_series
from catalogue.search.cards import MORE_SERIES
from catalogue.search.conditions import HasWord, Place
from catalogue.search.documents import Holdings, document_of
from catalogue.search.finding import find
from catalogue.search.writing import catch_up, rebuild
from catalogue.services.all_series import fill_all_series
from tests.catalogue.marc_samples import iso2709
from tests.factories.catalogue import RecordFactory
from web.titles.family import family_of, series_of

TWO = ["Katz ; 3", "Stora serien ; 12"]


@pytest.fixture(autouse=True)
def _no_followers(monkeypatch):
    monkeypatch.setattr("catalogue.services.change_feed.wake_followers", lambda: None)


def in_series_of(title, *series, **columns):
    return RecordFactory(title=title, series=series[0] if series else "", all_series=list(series), **columns)


def ids(result):
    return {hit.record_id for hit in result.hits}


@pytest.fixture
def shelf(index_folder, alpha):
    """Return four titles by name, three of which share a series in different places."""
    found = {
        "both": in_series_of("Kattehuset", *TWO, year=2001),
        "large": in_series_of("Hundehuset", "Stora serien ; 2", year=2002),
        "other": in_series_of("Fuglehuset", "Andre ; 1", "Stora serien ; 10", "Katz ; 1", year=2003),
        "alone": in_series_of("Musehuset", year=2004),
    }
    rebuild()
    return found


@pytest.mark.parametrize("text", ["stora", "stora serien", '"stora serien"', "seri*", "kattehuset stora"])
def test_finds_a_title_by_the_words_of_its_second_series(shelf, text):
    assert shelf["both"].pk in ids(search(SearchRequest(text)))


def test_finds_a_title_by_the_name_that_stands_on_it_and_shows_the_shared_one(index_folder, alpha):
    record = in_series_of("Kattehuset", "Katz ; 3", stated_series=["De grå rækker"])
    rebuild()

    for text in ("rækker", '"de grå rækker"', "kattehuset grå"):
        (hit,) = search(SearchRequest(text)).hits
        assert (hit.record_id, hit.all_series) == (record.pk, ("Katz ; 3",))
    assert search(SearchRequest(filters=Filters(series="De grå rækker"))).total == 0
    assert find(HasWord(Place.SERIES, "rækker"), municipality=None).record_ids == (record.pk,)


def test_no_phrase_spans_two_series(shelf):
    assert search(SearchRequest('"3 stora"')).total == 0


@pytest.mark.parametrize("name", ["Stora serien", "Stora serien ; 12"])
def test_limits_to_any_series_with_and_without_the_number(shelf, name):
    found = ids(search(SearchRequest(filters=Filters(series=name))))

    assert found == (
        {shelf["both"].pk, shelf["large"].pk, shelf["other"].pk} if ";" not in name else {shelf["both"].pk}
    )


def test_programs_ask_for_any_series_by_name(shelf):
    found = find(HasWord(Place.SERIES, "stora"), municipality=None)

    assert set(found.record_ids) == {shelf["both"].pk, shelf["large"].pk, shelf["other"].pk}


def test_mends_the_spelling_of_a_word_that_only_a_second_series_has(index_folder, alpha):
    record = in_series_of("Huset", "Katz ; 3", "Regnbuebøger ; 4")
    rebuild()

    result = search(SearchRequest("regnbuepøger"))

    assert (result.did_you_mean, ids(result)) == ("regnbuebøger", {record.pk})


def test_hits_have_every_series_and_the_card_of_most_titles_grows_by_nothing(shelf):
    hits = {hit.record_id: hit for hit in search(SearchRequest()).hits}

    assert hits[shelf["both"].pk].all_series == tuple(TWO)
    assert hits[shelf["both"].pk].series == TWO[0]
    assert hits[shelf["large"].pk].all_series == ("Stora serien ; 2",)
    assert hits[shelf["alone"].pk].all_series == ()
    document = document_of(shelf["large"], Holdings(), "")
    assert MORE_SERIES not in json.loads(bytes(document.get_first("card")))


def test_lists_a_series_by_the_number_in_it(shelf):
    listed = [hit.record_id for hit in titles_in_series("Stora serien", None)]

    assert listed == [shelf[name].pk for name in ("large", "other", "both")]
    assert [hit.record_id for hit in titles_in_series("Katz", None)] == [shelf["other"].pk, shelf["both"].pk]


def test_a_title_knows_its_neighbours_in_each_series(shelf):
    katz, large = family_of(shelf["both"], None)["series"]

    assert (katz["name"], katz["number"], katz["count"], katz["next"]) == ("Katz", "3", 2, None)
    assert [row["number"] for row in katz["titles"]] == ["1", "3"]
    assert (large["name"], large["number"], large["count"]) == ("Stora serien", "12", 3)
    assert [row["number"] for row in large["titles"]] == ["2", "10", "12"]
    _andre, large, katz = family_of(shelf["other"], None)["series"]
    assert large["next"].record_id == katz["next"].record_id == shelf["both"].pk
    assert family_of(shelf["alone"], None)["series"] == []


def test_a_series_is_listed_in_order_and_knows_what_is_next(index_folder, alpha):
    titles = {number: in_series_of(f"Katz {number}", f"Katz ; {number}", year=2000 + number) for number in (10, 1, 2)}
    in_series_of("Other", "Katzen ; 1")
    rebuild()

    assert [hit.record_id for hit in titles_in_series("Katz", None)] == [titles[number].pk for number in (1, 2, 10)]
    (series,) = family_of(titles[2], None)["series"]
    assert series["next"].record_id == titles[10].pk
    assert family_of(titles[10], None)["series"][0]["next"] is None
    assert (series["name"], series["number"], series["count"]) == ("Katz", "2", 3)


def test_many_series_are_all_named_and_some_are_listed(index_folder, alpha):
    record = in_series_of("Kattehuset", *(f"Serie {number}" for number in range(9)))
    rebuild()

    assert len(family_of(record, None)["series"]) == 5
    assert len(series_of(record, record)) == 9


def test_what_another_library_keeps_to_itself_is_in_no_list_of_a_series(shelf, beta):
    in_series_of("Hemmeligt", "Andre ; 4", "Stora serien ; 11", is_local=True, visible_to=beta)
    rebuild()

    assert len(titles_in_series("Stora serien", None)) == 3
    assert "Hemmeligt" not in str(family_of(shelf["both"], None))


def test_a_record_that_is_filled_later_is_found_by_its_other_series_then(index_folder, alpha):
    fields = [("001", "1"), ("245", "10$aHuset"), ("490", "0 $aKatz ;$v3"), ("490", "0 $aStora serien ;$v12")]
    raw = iso2709(fields, leader="00000nam a2200000 a 4500")
    record = RecordFactory(title="Huset", series="Katz ; 3", raw=raw)
    rebuild()
    assert search(SearchRequest("stora")).total == 0
    assert search(SearchRequest("katz")).total == 1

    fill_all_series()
    catch_up()

    assert ids(search(SearchRequest("stora"))) == ids(search(SearchRequest("katz"))) == {record.pk}


def test_a_library_s_own_series_is_shown_and_leads_nowhere(db):
    record = RecordFactory.build(series="Katz ; 3", all_series=["Katz ; 3"])
    seen = RecordFactory.build(series="Katz ; 3", all_series=["Katz ; 3", "Vores egen ; 1"])

    assert series_of(seen, record) == [
        {"name": "Katz", "number": "3", "is_known": True},
        {"name": "Vores egen", "number": "1", "is_known": False},
    ]


class TestExports:
    """What others get of a title in two series, and of one that isn't filled yet."""

    @pytest.fixture(params=[TWO, None], ids=["filled", "not filled yet"])
    def record(self, request):
        return RecordFactory.build(series=TWO[0], all_series=request.param)

    @pytest.fixture
    def expected(self, record):
        return record.all_series or TWO[:1]

    def test_mods(self, record, expected):
        found = etree.fromstring(mods(record)).findall("{*}relatedItem/{*}titleInfo/{*}title")
        assert [each.text for each in found] == expected

    def test_dublin_core(self, record, expected):
        assert [each.text for each in etree.fromstring(oai_dc(record)).findall("{*}relation")] == expected

    def test_ris(self, record, expected):
        assert [line[6:] for line in ris(record).split("\r\n") if line.startswith("T3")] == expected

    def test_bibtex(self, record, expected):
        assert f"series = {{{', '.join(expected)}}}" in bibtex(record)

    def test_schema_org(self, record, expected):
        found = schema_org(record, url="https://example.org/")["isPartOf"]
        assert found == [{"@type": "CreativeWorkSeries", "name": name} for name in expected]

    def test_a_list(self, record, expected):
        first, every = columns_named(["series", "all_series"])
        assert (first.value(record), every.value(record)) == (TWO[0], expected)

    def test_marc_21(self, record, expected):
        made = described_in_marc21(record)
        said = [tuple(value for _code, value in each.subfields) for each in made.fields if each.tag == "490"]
        assert said == [tuple(each.split(" ; ")) for each in expected]


def test_danmarc2_becomes_a_490_for_each_series():
    fields = [
        ("001", "00$a1$b870970"),
        ("245", "00$aTitel"),
        ("440", "00$aSkriftserien Katz$nA$v3"),
        ("440", "00$aStora serien$vnr. 12"),
        ("840", "00$aKatz$nA"),
    ]
    record = as_marc21(read_single(iso2709(fields, leader="00000name 2200000   4500")).record)

    said = [(each.indicators, dict(each.subfields)) for each in record.fields if each.tag == "490"]
    assert said == [("0 ", {"a": "Katz. A", "v": "3"}), ("0 ", {"a": "Stora serien", "v": "nr. 12"})]
