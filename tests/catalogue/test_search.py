"""Searching: what is found, in which order, and within which limits."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from catalogue.models import BibliographicRecord, HoldingsSummary
from catalogue.search import Filters, SearchRequest, SearchResult, Sort, State, count, other_editions, search
from catalogue.search.writing import rebuild
from catalogue.selectors import ids_by_identifier
from tenants.models import Municipality
from tests.factories.catalogue import RecordFactory
from tests.locks import statements_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def shelve(alpha: Municipality, beta: Municipality) -> Callable[..., BibliographicRecord]:
    """Return a function that catalogues a title, and gives branches items of it."""

    def _shelve(title: str, *, at: dict[str, int] | None = None, beside: dict[str, int] | None = None, **columns: Any):
        record = RecordFactory.create(title=title, **columns)
        for municipality, branches in ((alpha, at or {}), (beta, beside or {})):
            for code, items in branches.items():
                HoldingsSummary.objects.create(
                    record=record, municipality=municipality, branch_code=code, items=items, loanable=items
                )
        return record

    return _shelve


Shelve = Callable[..., BibliographicRecord]


def _titles(result: SearchResult) -> list[str]:
    return [hit.title for hit in result.hits]


def _find(text: str, **limits: Any) -> list[str]:
    return _titles(search(SearchRequest(text, **limits)))


class TestWords:
    """What a word finds."""

    def test_a_word_finds_its_other_forms(self, index_folder: Path, shelve: Shelve) -> None:
        shelve("Danske håndbøger")
        shelve("Bøgetræer i Danmark")
        rebuild()

        assert _find("Håndbog") == ["Danske håndbøger"]
        assert _find("HÅNDBOGEN") == ["Danske håndbøger"]

    def test_plain_letters_find_nordic_ones_later_in_the_list(self, index_folder: Path, shelve: Shelve) -> None:
        shelve("Håndbog for haveejere", at={"hb": 9})
        shelve("Handbog pa nudansk")
        rebuild()

        assert _find("handbog") == ["Handbog pa nudansk", "Håndbog for haveejere"]
        assert _find("haandbog") == ["Håndbog for haveejere"]

    def test_nordic_letters_that_were_typed_are_meant(self, index_folder: Path, shelve: Shelve) -> None:
        shelve("Får på fjeldet")
        shelve("Far på fjeldet")
        rebuild()

        assert _find("får") == ["Får på fjeldet"]

    @pytest.mark.parametrize(
        ("language", "title", "typed"),
        [
            ("swe", "Handböcker för hästägare", "handbok häst"),
            ("swe", "Barnen på Stormskär", "barn stormskar"),
            ("fin", "Lasten kaupungit", "lapsi kaupunki"),
            ("fin", "Kesäkirja", "kesakirja"),
            ("nob", "Bøkene om nordmenn", "bok nordmann"),
            ("eng", "The children of the wolves", "child wolf"),
        ],
    )
    def test_stems_in_the_records_language(
        self, index_folder: Path, shelve: Shelve, language: str, title: str, typed: str
    ) -> None:
        shelve(title, language=language)
        rebuild()

        assert _find(typed) == [title]

    def test_either_keyboard_finds_the_neighbours_letters(self, index_folder: Path, shelve: Shelve) -> None:
        shelve("Under björken", language="swe", author="Öberg, Märta")
        rebuild()

        assert _find("øberg") == ["Under björken"]
        assert _find("oeberg") == ["Under björken"]

    def test_old_and_new_spelling_find_each_other(self, index_folder: Path, shelve: Shelve) -> None:
        shelve("Aarhus i billeder")
        shelve("Århus før og nu")
        rebuild()

        assert sorted(_find("århus")) == ["Aarhus i billeder", "Århus før og nu"]
        assert sorted(_find("aarhus")) == ["Aarhus i billeder", "Århus før og nu"]

    def test_finds_by_every_part_of_the_record(self, index_folder: Path, shelve: Shelve) -> None:
        shelve(
            "Et liv",
            remainder="erindringer",
            author="Andersen, H.C.",
            contributors=["Pedersen, Vilhelm"],
            subjects=["eventyr"],
            series="Klassikere",
            publisher="Fjordforlaget",
            summary="Om en rejse til Rom",
            control_number="20012345",
            year=1927,
        )
        rebuild()

        for typed in "erindringer|hc andersen|vilhelm|eventyr|klassikere|fjordforlaget|rom|20012345|liv 1927".split(
            "|"
        ):
            assert _find(typed) == ["Et liv"], typed


class TestSeveralWords:
    """All of them, or as many as there are."""

    def test_every_word_must_be_there_but_small_ones(self, index_folder: Path, shelve: Shelve) -> None:
        shelve("Bogen om heste")
        shelve("Bogen om hunde")
        rebuild()

        assert _find("en bog om heste") == ["Bogen om heste"]

    def test_a_phrase_stands_in_its_order(self, index_folder: Path, shelve: Shelve) -> None:
        shelve("Krig og fred")
        shelve("Fred og krig")
        rebuild()

        assert _find('"krig og fred"') == ["Krig og fred"]
        assert _find("krig og fred") == ["Krig og fred", "Fred og krig"]

    def test_a_phrase_never_spans_title_and_author(self, index_folder: Path, shelve: Shelve) -> None:
        shelve("Den sidste sommer", author="Holm, Anne")
        rebuild()

        assert _find('"sommer holm"') == []

    def test_a_star_stands_for_the_rest_of_a_word(self, index_folder: Path, shelve: Shelve) -> None:
        shelve("Børnebibliotekets historie")
        rebuild()

        assert _find("børnebib*") == ["Børnebibliotekets historie"]

    def test_a_compound_is_found_by_its_beginning_when_nothing_has_the_word(
        self, index_folder: Path, shelve: Shelve
    ) -> None:
        shelve("Trollkarlens hatt", subjects=["mumintroll"], language="swe")
        shelve("Muminpappan och havet", language="swe")
        rebuild()

        result = search(SearchRequest("mumin"))

        assert _titles(result) == ["Muminpappan och havet", "Trollkarlens hatt"]
        assert not result.is_relaxed

    def test_offers_what_has_most_of_the_words_when_nothing_has_all(self, index_folder: Path, shelve: Shelve) -> None:
        shelve("Hestens historie")
        shelve("Hundens historie")
        shelve("Noget andet")
        rebuild()

        result = search(SearchRequest("hestens historie ridning"))

        assert _titles(result) == ["Hestens historie"]
        assert result.is_relaxed

    def test_signs_alone_find_nothing_and_nothing_typed_finds_all(self, index_folder: Path, shelve: Shelve) -> None:
        shelve("Lidt kendt", at={"hb": 1})
        shelve("Meget kendt", at={"hb": 5})
        rebuild()

        assert search(SearchRequest("?!")).total == 0
        assert _find("") == ["Meget kendt", "Lidt kendt"]


class TestOrder:
    """What comes first."""

    def test_the_title_itself_comes_before_titles_with_the_word(self, index_folder: Path, shelve: Shelve) -> None:
        shelve("Emil og detektiverne", at={"hb": 8})
        shelve("Emil")
        shelve("Noveller", subjects=["Emil"])
        shelve("Breve", contributors=["Emil, Jens", "Holm, Anne", "Dahl, Per"])
        shelve("Digte", summary="Om Emil")
        rebuild()

        assert _find("emil") == ["Emil", "Emil og detektiverne", "Breve", "Noveller", "Digte"]

    def test_what_is_owned_most_comes_first_among_equals(self, index_folder: Path, shelve: Shelve) -> None:
        shelve("Sommer i Vejle", at={"hb": 1})
        shelve("Sommer i Odder", at={"hb": 9})
        rebuild()

        assert _find("sommer") == ["Sommer i Odder", "Sommer i Vejle"]

    def test_newest_first(self, index_folder: Path, shelve: Shelve) -> None:
        shelve("Gammel sommer", year=1950)
        shelve("Ny sommer", year=2024)
        shelve("Sommer uden år", year=None)
        rebuild()

        assert _find("sommer", sort=Sort.NEWEST) == ["Ny sommer", "Gammel sommer", "Sommer uden år"]

    def test_titles_sort_as_the_reader_knows_the_alphabet(self, index_folder: Path, shelve: Shelve) -> None:
        for title in ("Åen", "Zoo", "Æblet", "Øen", "10 små", "2 små", "Abe"):
            shelve(title, subjects=["dyr"])
        rebuild()

        assert _find("dyr", sort=Sort.TITLE) == ["2 små", "10 små", "Abe", "Zoo", "Æblet", "Øen", "Åen"]
        assert _find("dyr", sort=Sort.TITLE, language="sv") == ["2 små", "10 små", "Abe", "Zoo", "Åen", "Æblet", "Øen"]

    def test_pages_follow_on_each_other(self, index_folder: Path, shelve: Shelve) -> None:
        for number in range(5):
            shelve(f"Bind {number}", subjects=["serie"])
        rebuild()

        first = search(SearchRequest("serie", sort=Sort.TITLE, page=1, page_size=2))
        last = search(SearchRequest("serie", sort=Sort.TITLE, page=3, page_size=2))

        assert (_titles(first), first.total, first.pages) == (["Bind 0", "Bind 1"], 5, 3)
        assert _titles(last) == ["Bind 4"]


class TestLimits:
    """Facets, and what's the municipality's own."""

    @pytest.fixture
    def collection(self, index_folder: Path, shelve: Shelve) -> None:
        novel = {"subjects": ["havet"], "author": "Holm, Anne"}
        shelve("Havet", at={"hb": 2, "syd": 1}, year=1994, **novel)
        shelve("Havet som lydbog", at={"hb": 1}, year=2001, material_type="AUDIOBOOK", **novel)
        shelve("Havet for børn", at={"syd": 1}, year=2003, audience="CHILD", subjects=["havet"], series="Natur")
        shelve("Havsboken", beside={"hb": 3}, year=1999, language="swe", subjects=["havet"])
        rebuild()

    def _facet(self, name: str, **request: Any) -> dict[str, int]:
        facets = search(SearchRequest("havet", **request)).facets
        return {value.value: value.count for value in facets[name]}

    def test_facets_count_all_hits(self, collection: None) -> None:
        assert self._facet("material_type") == {"BOOK": 3, "AUDIOBOOK": 1}
        assert self._facet("language") == {"dan": 3, "swe": 1}
        assert self._facet("audience") == {"ADULT": 3, "CHILD": 1}
        assert list(self._facet("decade").items()) == [("2000", 2), ("1990", 2)]

    def test_facets_count_only_what_the_municipality_owns(self, collection: None) -> None:
        assert self._facet("language", municipality="alpha") == {"dan": 3}
        assert self._facet("branch", municipality="alpha") == {"hb": 2, "syd": 2}
        assert self._facet("branch", municipality="beta") == {"hb": 1}
        assert "branch" not in search(SearchRequest("havet")).facets

    def test_a_choice_leaves_its_siblings_and_narrows_the_others(self, collection: None) -> None:
        request = {"municipality": "alpha", "filters": Filters(material_types=("AUDIOBOOK",))}

        assert self._facet("material_type", **request) == {"BOOK": 2, "AUDIOBOOK": 1}
        assert self._facet("branch", **request) == {"hb": 1}
        chosen = search(SearchRequest("havet", **request)).facets["material_type"]
        assert [value.is_selected for value in chosen] == [False, True]

    def test_a_choice_without_hits_stays_on_the_page(self, collection: None) -> None:
        assert self._facet("language", filters=Filters(languages=("fin",))) == {"dan": 3, "swe": 1, "fin": 0}

    @pytest.mark.parametrize(
        ("filters", "titles"),
        [
            (Filters(branches=("syd",)), {"Havet", "Havet for børn"}),
            (Filters(branches=("syd", "hb")), {"Havet", "Havet for børn", "Havet som lydbog"}),
            (Filters(branches=("syd",), audiences=("CHILD",)), {"Havet for børn"}),
            (Filters(decades=(1990,)), {"Havet"}),
            (Filters(decades=(1990, 2000), material_types=("AUDIOBOOK",)), {"Havet som lydbog"}),
            (Filters(year_from=2001), {"Havet for børn", "Havet som lydbog"}),
            (Filters(year_from=1990, year_to=2002), {"Havet", "Havet som lydbog"}),
            (Filters(author="Holm, Anne"), {"Havet", "Havet som lydbog"}),
            (Filters(subject="havet", series="Natur"), {"Havet for børn"}),
            (Filters(branches=("nowhere",)), set()),
            (Filters(year_from=10**30), set()),
        ],
    )
    def test_limits_combine(self, collection: None, filters: Filters, titles: set[str]) -> None:
        assert set(_find("", municipality="alpha", filters=filters)) == titles

    def test_one_branch_can_be_named_by_itself(self, collection: None) -> None:
        assert _find("lydbog", municipality="alpha", branch="hb") == ["Havet som lydbog"]
        assert _find("lydbog", municipality="alpha", branch="syd") == []

    def test_branches_of_the_neighbour_with_the_same_code_dont_count(self, collection: None) -> None:
        assert "Havsboken" not in _find("havet", municipality="alpha", branch="hb")

    def test_nothing_at_home_says_how_much_there_is_elsewhere(self, collection: None) -> None:
        result = search(SearchRequest("havsboken", municipality="alpha"))

        assert (result.total, result.everywhere_total, result.did_you_mean) == (0, 1, None)
        assert search(SearchRequest("havet", municipality="alpha")).everywhere_total is None
        assert count(SearchRequest("havet")) == 4


class TestSpelling:
    """Did you mean."""

    def test_shows_the_hits_of_the_likely_spelling(self, index_folder: Path, shelve: Shelve) -> None:
        shelve("Kærlighed i kulden", at={"hb": 3})
        rebuild()

        result = search(SearchRequest("kærlihged kulden"))

        assert (result.did_you_mean, result.is_corrected, _titles(result)) == (
            "kærlighed kulden",
            True,
            ["Kærlighed i kulden"],
        )

    def test_offers_it_beside_few_hits(self, index_folder: Path, shelve: Shelve) -> None:
        shelve("Dostojevskij læst på ny")
        for number in range(4):
            shelve(f"Idioten {number}", author="Dostojevski, Fjodor")
        rebuild()

        result = search(SearchRequest("dostojevskij"))

        assert (result.did_you_mean, result.is_corrected) == ("dostojevski", False)
        assert _titles(result) == ["Dostojevskij læst på ny"]

    def test_leaves_known_and_short_words_and_numbers_alone(self, index_folder: Path, shelve: Shelve) -> None:
        for number in range(3):
            shelve(f"Rosen {number}")
        shelve("Kat 1985", at={"hb": 9})
        rebuild()

        for typed in ("rosen", "hat", "1984"):
            assert search(SearchRequest(typed)).did_you_mean is None, typed


class TestNumbers:
    """Numbers lead straight to the record."""

    @pytest.mark.parametrize("typed", ["9788702000009", "978-87-02-00000-9", " 8702000008 ", "87-02-00000-8"])
    def test_an_isbn_in_any_dress(self, index_folder: Path, shelve: Shelve, typed: str) -> None:
        record = shelve("Med nummer", isbns=["9788702000009"])
        rebuild()

        assert search(SearchRequest(typed)).record_id == record.pk

    def test_works_without_an_index(self, index_folder: Path, shelve: Shelve) -> None:
        record = shelve("Med nummer", control_number="51234567")

        result = search(SearchRequest("5 123 456 7"))

        assert (result.record_id, result.state) == (record.pk, State.UNAVAILABLE)

    def test_two_records_with_the_number_are_listed(self, index_folder: Path, shelve: Shelve) -> None:
        shelve("Fra én kilde", isbns=["9788702000009"], control_number="1111111")
        shelve("Fra en anden", isbns=["9788702000009"], control_number="2222222")
        rebuild()

        result = search(SearchRequest("978-87-02-00000-9"))

        assert (result.record_id, result.total) == (None, 2)

    def test_asks_the_indexes_of_numbers_and_never_walks_the_catalogue(self, shelve: Shelve) -> None:
        shelve("Med nummer", isbns=["9788702000009"])

        with statements_of() as statements:
            assert len(ids_by_identifier("9788702000009")) == 1

        [(statement, _values)] = statements
        assert "ORDER BY" not in statement
        assert "LIMIT" not in statement

    def test_a_year_is_a_word(self, index_folder: Path, shelve: Shelve) -> None:
        shelve("1984", author="Orwell, George", control_number="5551984")
        shelve("Andet", control_number="1984")
        rebuild()

        result = search(SearchRequest("1984"))

        assert result.record_id is None
        assert result.hits[0].title == "1984"


def test_other_editions_have_the_same_author_and_title(index_folder: Path, shelve: Shelve) -> None:
    first = shelve("Ditte Menneskebarn", author="Nexø, Martin Andersen", year=1917)
    again = shelve("Ditte menneskebarn", author="Nexø, Martin Andersen", year=2002)
    shelve("Ditte Menneskebarn", author="En anden", year=2003)
    rebuild()

    assert [hit.record_id for hit in other_editions(first)] == [again.pk]


def test_a_hit_carries_what_the_list_shows(index_folder: Path, shelve: Shelve) -> None:
    record = shelve("Emil", author="Lindgren, Astrid", isbns=["9788702000009"], extent="160 sider", year=1963)
    rebuild()

    hit = search(SearchRequest("emil")).hits[0]

    assert (hit.record_id, hit.title, hit.author, hit.year) == (record.pk, "Emil", "Lindgren, Astrid", 1963)
    assert (hit.material_type, hit.language, hit.isbn, hit.extent) == ("BOOK", "dan", "9788702000009", "160 sider")


@hypothesis_settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(
    text=st.text(max_size=400),
    page=st.integers(-(10**12), 10**12),
    code=st.text(max_size=30),
    year=st.integers(-(10**20), 10**20) | st.none(),
    sort=st.sampled_from(Sort),
)
def test_no_input_is_refused(small_index: None, text: str, page: int, code: str, year: int | None, sort: Sort) -> None:
    filters = Filters(languages=(code,), branches=(code,), decades=(year or 0,), year_from=year, author=code)

    for request in (
        SearchRequest(text, sort=sort, page=page, page_size=page),
        SearchRequest(text, filters, municipality="alpha", branch=code),
        SearchRequest(f'"{text}" {code}*', municipality=None),
    ):
        assert search(request).state is State.READY


@pytest.fixture
def small_index(index_folder: Path, shelve: Shelve) -> None:
    """Index two titles."""
    shelve("Krig og fred", at={"hb": 1})
    shelve("Fred og krig", beside={"hb": 1})
    rebuild()
