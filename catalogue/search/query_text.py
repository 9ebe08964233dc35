"""What somebody typed into the search field, as words, beginnings of words and phrases. Any text will do.

"side by side"   these words in this order
beginn*          any word that begins so
-word            titles without the word; also -"side by side" and -author:word
author:word      the word as a name; title:, subject:, isbn: and year:1990-1999 likewise, in each language's words
"""

import re
import unicodedata
from dataclasses import dataclass, replace
from enum import StrEnum

from catalogue.marc.identifiers import isbn13
from catalogue.search.words import same_letters, words_of

LONGEST_TEXT = 300
MOST_WORDS = 16
_MOST_PHRASES = 4
_SHORTEST_BEGINNING = 4
_QUOTE = '"“”„«»'
_PIECE = re.compile(
    rf"(?P<sign>(?<!\S)-(?=[^\W\d_]|[{_QUOTE}]))?"
    rf"(?:(?P<field>[^\W\d_]+):)?"
    rf"(?:[{_QUOTE}](?P<quoted>[^{_QUOTE}]*)[{_QUOTE}]|(?P<plain>[^\s{_QUOTE}]+))"
)
_BEGINNING = re.compile(r"(?<=\w)\*$")
_YEARS = re.compile(r"(\d{4})?([-–]?)(\d{4})?")
_IN_NUMBERS = re.compile(r"[\s\-–]")
_ISBN_LENGTHS = (10, 13)
_ISBN_BEFORE = re.compile(r"^\s*isbn(?:-1[03])?\s*:?\s*", re.IGNORECASE)
# Words that say nothing by themselves in any of the languages: a title needn't have them, but may.
_SMALL_WORDS = frozenset(
    "af an and at av de dem den der det di du ei eller en ett et for fra från för før i ja jeg mit med of og och ock oh"
    " om on på paa som the til till to und ved vid å är er".split()
)


class Field(StrEnum):
    """Where a word must stand."""

    ANYWHERE = ""
    TITLE = "title"
    AUTHOR = "author"
    SUBJECT = "subject"
    ISBN = "isbn"
    YEAR = "year"


_FIELDS = {
    **dict.fromkeys(("title", "titel", "tittel", "nimeke"), Field.TITLE),
    **dict.fromkeys(("author", "forfatter", "författare", "tekijä"), Field.AUTHOR),
    **dict.fromkeys(("subject", "emne", "ämne", "aihe"), Field.SUBJECT),
    "isbn": Field.ISBN,
    **dict.fromkeys(("year", "år", "vuosi"), Field.YEAR),
}


@dataclass(frozen=True)
class Word:
    """One word that a title must have.

    :ivar text: as `words_of` gives it; an ISBN's thirteen digits, or the years as they were typed
    :ivar is_beginning: any word that begins like this will do
    """

    text: str
    is_beginning: bool = False
    field: Field = Field.ANYWHERE

    @property
    def is_small(self) -> bool:
        """Whether a title may lack it."""
        return self.text in _SMALL_WORDS and not self.is_beginning and not self.field

    @property
    def is_value(self) -> bool:
        """Whether it's a number that has no other spelling."""
        return self.field in (Field.ISBN, Field.YEAR)


@dataclass(frozen=True)
class Phrase:
    """Words that stand beside each other in this order."""

    words: tuple[str, ...]
    field: Field = Field.ANYWHERE


@dataclass(frozen=True)
class Typed:
    """What was typed, taken apart.

    :ivar without: what a title mustn't have
    """

    words: tuple[Word, ...] = ()
    phrases: tuple[Phrase, ...] = ()
    without: tuple[Word | Phrase, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.words or self.phrases or self.without)

    @property
    def needed(self) -> tuple[Word, ...]:
        """The words that a title must have: all but the small ones, or all if there are no others."""
        words = tuple(dict.fromkeys(self.words))
        return tuple(word for word in words if not word.is_small) or (words if not self.phrases else ())


def with_beginnings(typed: Typed) -> Typed | None:
    """Return the words as beginnings of words, as Nordic compounds begin: mumin for mumintroll; None without any."""
    words = tuple(
        replace(word, is_beginning=not word.is_value and len(word.text) >= _SHORTEST_BEGINNING) for word in typed.needed
    )
    return None if words == typed.needed else replace(typed, words=words)


def read_query(text: str) -> Typed:
    """Take apart what was typed; never raises, and what is too long is cut."""
    pieces = list(_PIECE.finditer(unicodedata.normalize("NFC", text[:LONGEST_TEXT])))
    words: list[Word] = []
    phrases: list[Phrase] = []
    without: list[Word | Phrase] = []
    awaited = Field.ANYWHERE
    for place, piece in enumerate(pieces):
        sign, name, quoted, plain = piece.group("sign", "field", "quoted", "plain")
        field = _FIELDS.get((name or "").casefold(), Field.ANYWHERE) or awaited
        awaited = _field_alone(plain, is_last=place == len(pieces) - 1)
        if awaited:
            # "author: holm", with a blank.
            continue
        found = _words(plain, field) if plain else _quoted(quoted, field)
        if name and (name.casefold() not in _FIELDS or not found):
            # A title with a colon: "Oslo:krimi".
            found = [*map(Word, words_of(name)), *found]
        if sign:
            without += found
        words += [each for each in found if isinstance(each, Word) and not sign]
        phrases += [each for each in found if isinstance(each, Phrase) and not sign]
    return Typed(tuple(words[:MOST_WORDS]), tuple(phrases[:_MOST_PHRASES]), tuple(without[:MOST_WORDS]))


def text_of(typed: Typed) -> str:
    """Return a query as somebody would type it."""
    return " ".join(
        [
            *map(_as_typed, typed.words),
            *map(_as_typed, typed.phrases),
            *(f"-{_as_typed(each)}" for each in typed.without),
        ]
    )


def number_in(text: str) -> str:
    """Return a number without the word that people write before it: ISBN 978-…; any other text as it is."""
    return _ISBN_BEFORE.sub("", text, count=1)


def as_number(text: str) -> str:
    """Return a number as the index knows it: an ISBN with its field and thirteen digits, another one without hyphens.

    :param text: as `number_in` gives it
    """
    compact = _IN_NUMBERS.sub("", text)
    isbn = isbn13(compact) if len(compact) in _ISBN_LENGTHS else None
    return f"{Field.ISBN}:{isbn}" if isbn else compact


def years_of(text: str) -> tuple[int | None, int | None] | None:
    """Return the first and the last of the years that were typed: 1994, 1990-1999, 1990- or -1999; else None."""
    found = _YEARS.fullmatch(text)
    if not found or not (found[1] or found[3]) or (found[1] and found[3] and not found[2]):
        return None
    first, last = (int(year) if year else None for year in (found[1], found[3]))
    return (first, last) if found[2] else (first, first)


def _field_alone(plain: str | None, *, is_last: bool) -> Field:
    if not plain or is_last or not plain.endswith(":"):
        return Field.ANYWHERE
    return _FIELDS.get(plain[:-1].casefold(), Field.ANYWHERE)


def _words(text: str, field: Field) -> list[Word | Phrase]:
    if field is Field.YEAR and years_of(text):
        return [Word(text, field=field)]
    if field is Field.ISBN:
        number = isbn13(text) or "".join(words_of(text))
        return [Word(number, field=field)] if number else []
    if field is Field.YEAR:
        field = Field.ANYWHERE
    found = words_of(text)
    begins = bool(_BEGINNING.search(text))
    return [Word(word, begins and place == len(found) - 1, field) for place, word in enumerate(found)]


def _quoted(text: str, field: Field) -> list[Word | Phrase]:
    if field in (Field.ISBN, Field.YEAR):
        return _words(text.strip(), field)
    words = [same_letters(word) for word in words_of(text)[:MOST_WORDS]]
    if len(words) == 1:
        return [Word(words[0], field=field)]
    return [Phrase(tuple(words), field)] if words else []


def _as_typed(part: Word | Phrase) -> str:
    text = part.text + "*" * part.is_beginning if isinstance(part, Word) else f'"{" ".join(part.words)}"'
    return f"{part.field}:{text}" if part.field else text
