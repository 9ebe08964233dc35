"""What is offered while somebody types."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from catalogue.models import HoldingsSummary
from catalogue.search import Suggestion, suggest
from catalogue.search.writing import rebuild
from tenants.models import Municipality
from tests.factories.catalogue import RecordFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def shelves(alpha: Municipality, beta: Municipality, index_folder: Path) -> dict[str, int]:
    """Index a few titles; return their ids."""
    titles = [
        ("Havets sang", "Holm, Anne", ["havet", "digte"], alpha, 2),
        ("Sangen om havet", "Hav, Niels", ["havet"], alpha, 9),
        ("Sangen om havet", "Hav, Niels", ["havet"], alpha, 1),
        ("Håndbog i havebrug", "Dahl, Per", ["haver"], beta, 1),
    ]
    found = {}
    for title, author, subjects, municipality, items in titles:
        record = RecordFactory.create(title=title, author=author, subjects=subjects)
        HoldingsSummary.objects.create(record=record, municipality=municipality, branch_code="hb", items=items)
        found[title] = record.pk
    rebuild()
    return found


def _texts(typed: str, kind: str, municipality: str | None = None) -> list[str]:
    return [found.text for found in suggest(typed, municipality) if found.kind == kind]


def test_titles_that_begin_so_come_before_titles_with_such_a_word(shelves: dict[str, int]) -> None:
    assert suggest("havet", "alpha") == [
        Suggestion("title", "Havets sang", 1, shelves["Havets sang"]),
        Suggestion("title", "Sangen om havet", 2),
        Suggestion("subject", "havet", 3),
    ]


def test_names_come_with_their_number_of_titles_most_owned_first(shelves: dict[str, int]) -> None:
    assert [(found.kind, found.text, found.count) for found in suggest("hav") if found.kind != "title"] == [
        ("author", "Hav, Niels", 2),
        ("subject", "havet", 3),
        ("subject", "haver", 1),
    ]


def test_counts_the_municipalitys_titles_only(shelves: dict[str, int]) -> None:
    assert _texts("have", "title", "beta") == ["Håndbog i havebrug"]
    assert _texts("have", "subject", "beta") == ["haver"]
    assert suggest("have", "nowhere") == []


def test_plain_letters_are_enough(shelves: dict[str, int]) -> None:
    assert _texts("handb", "title") == ["Håndbog i havebrug"]
    assert _texts("haandbog i", "title") == ["Håndbog i havebrug"]
    assert _texts("haandbog", "title") == ["Håndbog i havebrug"]


def test_all_words_count_and_the_last_may_be_unfinished(shelves: dict[str, int]) -> None:
    assert _texts("om sang", "title") == ["Sangen om havet"]
    assert _texts("anne ho", "author") == ["Holm, Anne"]


def test_two_letters_offer_titles_only(shelves: dict[str, int]) -> None:
    assert {found.kind for found in suggest("ha")} == {"title"}


def test_one_letter_is_too_little(shelves: dict[str, int]) -> None:
    assert suggest("h") == []
    assert suggest("  ") == []


@hypothesis_settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(typed=st.text(max_size=200), municipality=st.text(max_size=20) | st.none())
def test_takes_any_text(shelves: dict[str, int], typed: str, municipality: str | None) -> None:
    assert len(suggest(typed, municipality)) <= 11
