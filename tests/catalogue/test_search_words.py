"""The words that the index holds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogue.search.words import LONGEST_WORD, initials_in, plain_spellings, same_letters, stem, stems, words_of


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Håndbog i ÆLDRE øl", ["håndbog", "i", "ældre", "øl"]),
        ("Ha\u030andbog", ["håndbog"]),
        ("L'Étranger, señor Łódź", ["l", "etranger", "senor", "lodz"]),
        ("C++ og C# for begyndere", ["c++", "og", "c#", "for", "begyndere"]),
        ("Harry Potter 7: 2011", ["harry", "potter", "7", "2011"]),
        ("日本語", ["日", "本", "語"]),
        ("नेपाली कथा", ["नेपाली", "कथा"]),
        ("Йод", ["йод"]),
        ("sam\u00adarbejde", ["samarbejde"]),
        (" …!?_ ", []),
    ],
)
def test_takes_a_text_apart(text: str, words: list[str]) -> None:
    assert words_of(text) == words


@pytest.mark.parametrize(
    ("language", "forms"),
    [
        ("danish", "håndbog håndbogen håndbøger håndbøgerne håndbøgernes"),
        ("danish", "bog bogen bøger bøgerne"),
        ("danish", "barn barnet børn børnene"),
        ("danish", "brandmand brandmænd brandmændene"),
        ("danish", "hest heste hesten hestene"),
        ("danish", "nat nætter nætterne"),
        ("swedish", "handbok handboken handböcker handböckerna"),
        ("swedish", "strand stränder stränderna"),
        ("swedish", "man mannen män männen"),
        ("swedish", "häst hästar hästarna"),
        ("norwegian", "bok boka bøker bøkene"),
        ("norwegian", "nordmann nordmenn nordmennene"),
        ("finnish", "nainen naiset naisen naisten naisia"),
        ("finnish", "kaupunki kaupungit kaupungin"),
        ("finnish", "lapsi lapset lapsen lasten lapsia"),
        ("finnish", "käsi käden kädet"),
        ("finnish", "tyttö tytön tytöt"),
        ("finnish", "talo talot talossa taloissa"),
        ("english", "child children"),
        ("english", "wolf wolves"),
    ],
)
def test_forms_of_a_word_share_their_stem(language: str, forms: str) -> None:
    found = {stem(word, language) for word in forms.split()}

    assert len(found) == 1, found


@pytest.mark.parametrize(
    ("language", "one", "other"),
    [
        # The beech isn't a book.
        ("danish", "bøg", "bog"),
        ("danish", "hus", "hest"),
        ("swedish", "strand", "strunt"),
        ("norwegian", "kalender", "kaland"),
        ("finnish", "katu", "katto"),
    ],
)
def test_different_words_keep_apart(language: str, one: str, other: str) -> None:
    assert stem(one, language) != stem(other, language)


def test_one_language_never_answers_for_another() -> None:
    assert stem("katten", "danish") == "kat:da"
    assert stem("katten", "finnish") != "kat:da"
    assert sorted(text.rpartition(":")[2] for text in stems("katten")) == ["da", "en", "fi", "no", "sv"]


def test_either_keyboard_writes_the_neighbours_letters() -> None:
    assert same_letters("björk") == "bjørk"
    assert stem("björn", "danish") == stem("bjørn", "danish")
    assert stem("hænder", "swedish") == stem("händer", "swedish")


@pytest.mark.parametrize(
    ("word", "spellings"),
    [
        ("håndbog", ["handbog", "haandbog"]),
        ("ærø", ["aero", "aro", "aeroe"]),
        ("hest", []),
        ("дом", []),
    ],
)
def test_knows_how_a_word_is_written_without_nordic_letters(word: str, spellings: list[str]) -> None:
    assert plain_spellings(word) == spellings


def test_joins_initials() -> None:
    assert initials_in("H.C. Andersen, J. R. R. Tolkien og Ib S.") == ["hc", "jrr"]


@given(st.text(max_size=200))
def test_any_text_gives_clean_words(text: str) -> None:
    for word in words_of(text):
        assert 0 < len(word) <= LONGEST_WORD
        assert not any(character.isspace() for character in word)
        assert len(stems(word)) == 5
        plain_spellings(same_letters(word))
