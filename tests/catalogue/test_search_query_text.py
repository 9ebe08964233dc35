"""What was typed, taken apart."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogue.search.asking import by_whom, without_asking
from catalogue.search.query_text import (
    LONGEST_TEXT,
    MOST_WORDS,
    Field,
    Phrase,
    Typed,
    Word,
    number_in,
    read_query,
    text_of,
    years_of,
)


@pytest.mark.parametrize(
    ("text", "typed"),
    [
        ("Ringenes herre", Typed((Word("ringenes"), Word("herre")))),
        ('"Ringenes herre" Tolkien', Typed((Word("tolkien"),), (Phrase(("ringenes", "herre")),))),
        ("»Den lille prins«", Typed((), (Phrase(("den", "lille", "prins")),))),
        ('"Emil"', Typed((Word("emil"),))),
        ('Ringenes "herre', Typed((Word("ringenes"), Word("herre")))),
        ("børnebø*", Typed((Word("børnebø", is_beginning=True),))),
        ("*", Typed()),
        ('""', Typed()),
        ("AND OR NOT title:(", Typed(tuple(map(Word, ("and", "or", "not", "title"))))),
        ("Helle Helle", Typed((Word("helle"), Word("helle")))),
        ("krimi -Oslo", Typed((Word("krimi"),), without=(Word("oslo"),))),
        ('krimi -"Harry Hole"', Typed((Word("krimi"),), without=(Phrase(("harry", "hole")),))),
        ("Enten - Eller", Typed((Word("enten"), Word("eller")))),
        ("Adler-Olsen 1914 -1918", Typed(tuple(map(Word, ("adler", "olsen", "1914", "1918"))))),
        ("author:Holm", Typed((Word("holm", field=Field.AUTHOR),))),
        ("Författare: Ågren", Typed((Word("ågren", field=Field.AUTHOR),))),
        ("tekijä:kun*", Typed((Word("kun", is_beginning=True, field=Field.AUTHOR),))),
        ('titel:"Krig og fred"', Typed((), (Phrase(("krig", "og", "fred"), Field.TITLE),))),
        (
            'emne:"heste" -forfatter:holm',
            Typed((Word("heste", field=Field.SUBJECT),), (), (Word("holm", field=Field.AUTHOR),)),
        ),
        ("isbn:87-02-00000-8", Typed((Word("9788702000009", field=Field.ISBN),))),
        ("år:1990-1999", Typed((Word("1990-1999", field=Field.YEAR),))),
        ("year:often", Typed((Word("often"),))),
        ("Oslo:krimi", Typed((Word("oslo"), Word("krimi")))),
        ("forfatter:", Typed((Word("forfatter"),))),
        ('-"" -', Typed()),
    ],
)
def test_reads(text: str, typed: Typed) -> None:
    assert read_query(text) == typed


def test_small_words_need_not_be_there() -> None:
    assert [word.text for word in read_query("en bog om heste").needed] == ["bog", "heste"]


def test_small_words_alone_must_be_there() -> None:
    assert [word.text for word in read_query("det").needed] == ["det"]


def test_cuts_what_is_too_long() -> None:
    typed = read_query(" ".join(f"ord{number}" for number in range(1000)))

    assert len(typed.words) == MOST_WORDS
    assert sum(len(word.text) for word in typed.words) <= LONGEST_TEXT


@pytest.mark.parametrize(
    ("text", "years"),
    [
        ("1994", (1994, 1994)),
        ("1990-1999", (1990, 1999)),
        ("1990–", (1990, None)),
        ("-1999", (None, 1999)),
        ("-", None),
        ("94", None),
        ("19901999", None),
    ],
)
def test_years(text: str, years: tuple[int | None, int | None] | None) -> None:
    assert years_of(text) == years


@pytest.mark.parametrize(
    "text", ['krimi oslo* "harry hole" -author:holm', 'title:emil year:1990-1999 subject:"børn og dyr"', "heste -hunde"]
)
def test_is_written_as_it_was_read(text: str) -> None:
    assert text_of(read_query(text)) == text


@pytest.mark.parametrize(
    ("text", "names", "materials", "newest"),
    [
        ("ny bog af Jussi Adler-Olsen", ["jussi", "adler", "olsen"], (), True),
        ("böcker av Astrid Lindgren", ["astrid", "lindgren"], (), False),
        ("nye film af Vinterberg", ["vinterberg"], ("FILM",), True),
    ],
)
def test_asks_for_what_somebody_made(text: str, names: list[str], materials: tuple[str, ...], newest: bool) -> None:
    asked = by_whom(read_query(text))

    assert asked is not None
    assert [(word.text, word.field) for word in asked.typed.words] == [(name, Field.AUTHOR) for name in names]
    assert (asked.materials, asked.newest) == (materials, newest)
    assert asked.anywhere == Typed(tuple(map(Word, names)))


@pytest.mark.parametrize(
    "text", ["Bogen om heste", "af Helle Helle", "ny bog af", "ny bog", "ny bog af author:helle", ""]
)
def test_asks_for_nobodys_work(text: str) -> None:
    assert by_whom(read_query(text)) is None


@pytest.mark.parametrize(
    ("text", "left", "materials"),
    [
        ("bog om grønland", "om grønland", ()),
        ("druk film", "druk", ("FILM",)),
        ("min kamp bind 2", "min kamp 2", ()),
        ("uusi kirja Sinisalo", "sinisalo", ()),
        ("lydbog krimi Nesbø", "nesbø", ("AUDIOBOOK",)),
    ],
)
def test_leaves_out_words_that_only_ask(text: str, left: str, materials: tuple[str, ...]) -> None:
    asked = without_asking(read_query(text))

    assert asked is not None
    assert (text_of(asked.typed), asked.materials) == (left, materials)


@pytest.mark.parametrize("text", ["ny bog", "bog om", "bind", "heste", ""])
def test_leaves_words_that_are_all_there_is(text: str) -> None:
    assert without_asking(read_query(text)) is None


def test_a_number_has_no_word_before_it() -> None:
    assert number_in("ISBN 978-87-02-00000-9") == "978-87-02-00000-9"
    assert number_in("ISBN-13: 9788702000009") == "9788702000009"
    assert number_in("Om ISBN") == "Om ISBN"


@given(st.text(max_size=400))
def test_takes_any_text(text: str) -> None:
    typed = read_query(text)

    assert len(typed.words) <= MOST_WORDS
    assert bool(typed) == bool(typed.words or typed.phrases or typed.without)
    assert isinstance(text_of(typed), str)
