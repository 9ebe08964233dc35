from datetime import date
from itertools import islice

import pytest

from bench.demo.facts import Title, genres, real_titles
from bench.demo.invented import invented_titles
from bench.demo.marc import write_marc
from catalogue.marc.columns import parse_columns
from catalogue.marc.iso2709 import parse

DAY = date(2026, 1, 1)


def test_columns_read_back_are_those_of_the_title():
    title = Title(
        language="swe",
        genre=genres()["crime"],
        material="AUDIOBOOK",
        title="Det ödelagda huset",
        remainder="en gåta från Åmål",
        authors=("Öberg, Åsa", "Ek, Nils"),
        year=2019,
        publisher="Älven",
        pages=321,
        isbn="9789113071299",
        subjects=("Åmål", "mord"),
        series="Dalslandsmorden ; 4",
    )

    columns = parse_columns(parse(write_marc(title, "demo-1", DAY)).record)

    assert columns.control_number == "demo-1"
    assert (columns.title, columns.sort_title) == ("Det ödelagda huset", "ödelagda huset")
    assert columns.remainder == "en gåta från Åmål"
    assert (columns.author, columns.contributors) == ("Öberg, Åsa", ["Ek, Nils"])
    assert (columns.year, columns.language, columns.publisher) == (2019, "swe", "Älven")
    assert columns.isbns == ["9789113071299"]
    assert columns.subjects == ["Åmål", "mord", "deckare"]
    assert columns.classification == "Hc"
    assert (columns.material_type, columns.audience) == ("AUDIOBOOK", "ADULT")
    assert columns.extent == "321 sidor"
    assert columns.all_series == ["Dalslandsmorden ; 4"]


@pytest.mark.parametrize("titles", [real_titles(), tuple(islice(invented_titles(7), 2000))], ids=["real", "invented"])
def test_titles_are_records_that_need_no_repair(titles):
    for title in titles:
        parsed = parse(write_marc(title, "demo-1", DAY))
        columns = parse_columns(parsed.record)

        assert parsed.repairs == ()
        assert (columns.title.rstrip("."), columns.remainder) == (title.title.rstrip("."), title.remainder)
        assert columns.material_type == title.material
        assert columns.isbns == ([title.isbn] if title.isbn else [])


def test_invented_titles_are_the_same_for_a_seed_and_bear_no_isbn():
    first, again, other = (list(islice(invented_titles(seed), 500)) for seed in (1, 1, 2))

    assert first == again
    assert first != other
    assert not any(title.isbn for title in first)
    assert len({(title.title, title.remainder, title.authors) for title in first}) > 495
