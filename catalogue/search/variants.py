"""What a variant stands for: whoever types one finds the titles under the heading that records have."""

from tantivy import Query

from catalogue.search.queries import in_a_row, one_word
from catalogue.search.query_text import Field, Typed, Word
from catalogue.search.words import same_letters, words_of
from catalogue.selectors.authorities import headings_meant_by


def meant_by(text: str, typed: Typed) -> tuple[Query, ...]:
    """Return queries for the headings that the text as a whole is a variant of; none for what says more than words.

    One look into the database's index of variants.
    """
    if typed.phrases or typed.without or any(word.field or word.is_beginning for word in typed.words):
        return ()
    found = (words_of(heading) for heading in headings_meant_by(text))
    return tuple(_heading([same_letters(word) for word in words]) for words in found if words)


def _heading(words: list[str]) -> Query:
    # A word alone may be anything in a title; a name or several words are plain enough.
    return in_a_row(words) if len(words) > 1 else one_word(Word(words[0], field=Field.SUBJECT))
