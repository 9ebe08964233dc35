"""What was typed, taken apart."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogue.search.query_text import LONGEST_TEXT, MOST_WORDS, Phrase, Typed, Word, read_query


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


@given(st.text(max_size=400))
def test_takes_any_text(text: str) -> None:
    typed = read_query(text)

    assert len(typed.words) <= MOST_WORDS
    assert bool(typed) == bool(typed.words or typed.phrases)
