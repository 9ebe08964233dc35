"""Searching by another name than records have."""

import pytest

from catalogue.models import Vocabulary
from catalogue.search import SearchRequest, count, search
from catalogue.search.writing import rebuild
from catalogue.services.authorities import Content, add_authority
from catalogue.services.records import Author
from tests.factories import NOW
from tests.factories.catalogue import RecordFactory


@pytest.fixture
def known(alpha, index_folder):
    defaults = {"name": "All", "agency": "libsys-test", "scheme": "all", "kinds": ["PERSON", "SUBJECT", "CLASS"]}
    vocabulary, _ = Vocabulary.objects.update_or_create(code="all", defaults=defaults)
    for kind, parts, variants in (
        ("PERSON", (("a", "Blixen, Karen"), ("d", "1885-1962")), [(("a", "Dinesen, Isak"),), (("a", "Osceola"),)]),
        ("SUBJECT", (("a", "koirat"),), [(("a", "hauvat"),), (("a", "lemmikit, koirat"),)]),
        ("CLASS", (("a", "79.41"),), [(("a", "spil"),)]),
    ):
        said = {"content": Content(parts, variants), "author": Author(None, None), "now": NOW}
        add_authority(vocabulary=vocabulary, kind=kind, **said)
    RecordFactory.create(title="Babettes gæstebud", author="Blixen, Karen")
    RecordFactory.create(title="Om Karen", author="Holm, Else", subjects=["Blixen, Karen"])
    RecordFactory.create(title="Hauvat", author="Tähti, Aino")
    RecordFactory.create(title="Kotona", author="Tähti, Aino", subjects=["koirat"])
    RecordFactory.create(title="Karen og koirat", author="Lund, Bo")
    rebuild()


FOUND = [
    ("Isak Dinesen", {"Babettes gæstebud", "Om Karen"}),
    ("dinesen, isak", {"Babettes gæstebud", "Om Karen"}),
    ("Osceola", {"Babettes gæstebud", "Om Karen"}),
    ("hauvat", {"Hauvat", "Kotona"}),
    ("spil", set()),
    ("koirat", {"Kotona", "Karen og koirat"}),
]


@pytest.mark.parametrize(("text", "titles"), FOUND)
def test_a_variant_finds_what_stands_under_the_preferred_heading(known, text, titles):
    result = search(SearchRequest(text))

    assert {hit.title for hit in result.hits} == titles
    assert (result.total, result.is_corrected) == (len(titles), False)
    assert count(SearchRequest(text)) == len(titles)


def test_what_has_the_word_itself_comes_first(known):
    assert [hit.title for hit in search(SearchRequest("hauvat")).hits] == ["Hauvat", "Kotona"]


@pytest.mark.parametrize("text", ['"Isak Dinesen"', "author:dinesen", "hauvat -kotona", "hauv*"])
def test_what_says_more_than_words_is_taken_at_its_word(known, text):
    assert {hit.title for hit in search(SearchRequest(text)).hits} <= {"Hauvat"}
