"""A library finds a title by its own fields over the common record, and nobody else comes upon them."""

from io import BytesIO

import pytest

from catalogue.marc.field_lines import fields_in
from catalogue.marc.records import Flavour
from catalogue.models import BibliographicRecord
from catalogue.search import SearchRequest, count, search
from catalogue.search.conditions import HasMasked, HasWord, Place
from catalogue.search.finding import find
from catalogue.search.word_lists import words_around
from catalogue.search.writing import catch_up, rebuild
from catalogue.selectors import enrichments
from catalogue.services.enrichments import Whose, delete_enrichment, save_enrichment
from catalogue.services.import_marc import import_marc
from catalogue.services.libraries import set_cataloguing_library
from catalogue.services.records import Author
from tenants.choice import choose, choose_none
from tests.catalogue.marc_samples import DANISH_NOVEL, iso2709

LEADER = "00000name 2200000   4500"

pytestmark = pytest.mark.usefixtures("index_folder")


@pytest.fixture
def novel(alpha, now):
    import_marc(file=BytesIO(iso2709(DANISH_NOVEL, leader=LEADER)), source="test", owner="alpha", now=now)
    rebuild()
    return BibliographicRecord.objects.get(control_number="50000011")


@pytest.fixture
def enrich(novel, now):
    def _enrich(municipality, subject, **options):
        fields, wrong = fields_in(f"666 00 *f{subject}", Flavour.DANMARC2)
        assert not wrong
        whose = Whose(novel.pk, Author(None, municipality), **options)
        row = save_enrichment(whose=whose, fields=fields, expected_version=0, now=now)
        catch_up()
        return whose, row

    return _enrich


def _finds(text: str) -> bool:
    found = search(SearchRequest(text))
    as_typed = found.total == 1 and not found.is_corrected and not found.is_relaxed
    assert count(SearchRequest(text)) == int(as_typed)
    return as_typed


@pytest.mark.parametrize("text", ["havfruer", "havfrue", "Havfr*", "ørsted havfruer"])
def test_a_library_finds_a_title_by_its_own_subject(enrich, alpha, text):
    assert not _finds(text)

    enrich(alpha, "havfruer")

    assert _finds(text)


@pytest.mark.parametrize("text", ["havfruer", "havfrue", "havfr*", "havfruet", ":{}:havfruer", ":{}:*", "{}:havfruer"])
def test_nobody_else_comes_upon_it(enrich, alpha, beta, text):
    enrich(alpha, "havfruer")

    for leave in (lambda: choose(beta), choose_none):
        leave()

        assert search(SearchRequest(text.format(alpha.pk))).total == 0


def test_no_interface_lists_it_to_others(enrich, alpha, beta):
    enrich(alpha, "havfruer")
    masked = HasMasked(Place.ANYWHERE, ("", "fruer"), ("*",))

    for leave in (lambda: choose(beta), choose_none):
        leave()

        assert find(HasWord(Place.ANYWHERE, "havfruer"), municipality=None).total == 0
        assert find(masked, municipality=None).total == 0
        listed = words_around(Place.ANYWHERE, "havfruer", before=2, following=2, municipality=None)
        assert "havfr" not in " ".join(each.word for each in (*listed.before, *listed.following))


def test_the_interfaces_of_its_own_host_find_it_too(enrich, alpha):
    enrich(alpha, "havfruer")

    assert find(HasWord(Place.ANYWHERE, "havfruer"), municipality=None).total == 1
    assert find(HasWord(Place.ANYWHERE, "havfrue", with_forms=True), municipality=None).total == 1
    assert find(HasWord(Place.SUBJECT, "havfruer"), municipality=None).total == 0


def test_each_library_finds_by_its_own_fields(enrich, alpha, beta):
    enrich(alpha, "havfruer")
    enrich(beta, "dykning")

    assert _finds("havfruer")
    assert not _finds("dykning")
    choose(beta)
    assert _finds("dykning")
    assert not _finds("havfruer")


def test_a_view_that_cannot_be_read_keeps_no_title_from_being_found(enrich, alpha, beta, monkeypatch):
    read = enrichments.parse_columns

    def stumble(record):
        if "havfruer" in str(record.fields):
            raise IndexError
        return read(record)

    monkeypatch.setattr(enrichments, "parse_columns", stumble)
    enrich(alpha, "havfruer")
    enrich(beta, "dykning")

    assert not _finds("havfruer")
    assert _finds("ørsted")
    choose(beta)
    assert _finds("dykning")


def test_what_is_taken_back_finds_nothing_any_more(enrich, alpha, now):
    whose, row = enrich(alpha, "havfruer")

    delete_enrichment(whose=whose, expected_version=row.version, now=now)
    catch_up()

    assert not _finds("havfruer")
    assert _finds("æblehave")


def test_school_libraries_find_by_what_they_share(enrich, alpha, beta):
    set_cataloguing_library(municipality=beta, school_number="300102")
    enrich(beta, "læsetræning", for_schools=True)
    enrich(beta, "dykning")

    assert not _finds("læsetræning")
    choose(beta)
    assert _finds("læsetræning")
    assert _finds("læsetræning dykning")


def test_a_library_that_becomes_a_school_library_finds_by_what_they_share(enrich, alpha, beta):
    set_cataloguing_library(municipality=beta, school_number="300102")
    enrich(beta, "læsetræning", for_schools=True)
    assert not _finds("læsetræning")

    set_cataloguing_library(municipality=alpha, school_number="300101")
    catch_up()

    assert _finds("læsetræning")

    set_cataloguing_library(municipality=alpha, school_number="")
    catch_up()

    assert not _finds("læsetræning")


def test_a_common_word_counts_once_and_a_rebuilt_index_knows_own_words(enrich, alpha):
    enrich(alpha, "skov")
    rebuild()

    assert _finds("skov")
    assert _finds("ørsted")
