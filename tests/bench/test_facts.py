import pytest

from bench.demo.facts import genres, names_of, real_titles, towns
from catalogue.marc.identifiers import isbn13

_PAPER, _NIGHT = "#f6f5f1", "#13171a"


def test_has_more_real_titles_than_a_small_library_would_miss():
    titles = real_titles()

    assert len(titles) == 545
    assert len({(title.language, title.title, title.material, title.authors) for title in titles}) == 545
    assert sum(bool(title.isbn) for title in titles) == 357


def test_isbns_pass_their_check_and_belong_to_one_title_each():
    numbers = [title.isbn for title in real_titles() if title.isbn]

    assert [number for number in numbers if isbn13(number) != number] == []
    assert len(set(numbers)) == len(numbers)


def test_every_title_has_what_a_record_needs():
    for title in real_titles():
        assert title.title == title.title.strip()
        assert title.subjects
        assert all(subject == subject.strip() and subject for subject in title.subjects)
        assert title.year is None or 1800 < title.year < 2027


def test_every_genre_has_a_class_in_each_country_and_a_word_in_each_language():
    for genre in genres().values():
        assert all(genre.classes[scheme] for scheme in ("dk5", "kssb", "ykl"))
        assert all(genre.forms[language] for language in ("da", "sv", "fi", "en"))


@pytest.mark.parametrize("town", towns(), ids=lambda town: town.name)
def test_colours_of_a_municipality_can_be_read(town):
    theme = town.theme

    assert _contrast(theme["brand"], _PAPER) >= 4.5
    assert _contrast(theme["brand"], theme["brand_on"]) >= 4.5
    assert _contrast(theme["brand_night"], _NIGHT) >= 4.5
    assert _contrast(theme["brand_night"], theme["brand_night_on"]) >= 4.5


@pytest.mark.parametrize("town", towns(), ids=lambda town: town.name)
def test_municipality_has_two_public_branches_and_a_school(town):
    assert [branch.kind for branch in town.branches] == ["PUBLIC", "PUBLIC", "SCHOOL"]
    assert all(opens < closes for branch in town.branches for opens, closes in branch.hours.values())
    assert sum(town.record_languages.values()) >= 320
    assert names_of(town.language).surnames


def test_municipalities_number_their_items_and_cards_differently():
    schemes = [tuple(scheme.values()) for town in towns() for scheme in town.barcode_schemes.values()]

    assert len(set(schemes)) == 8


def _contrast(one, other):
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour):
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
