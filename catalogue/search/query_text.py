"""What somebody typed into the search field, as words, beginnings of words and phrases. Any text will do."""

import re
from dataclasses import dataclass, replace

from catalogue.search.words import same_letters, words_of

LONGEST_TEXT = 300
MOST_WORDS = 16
_SHORTEST_BEGINNING = 4
_QUOTED = re.compile(r'["“”„«»]([^"“”„«»]*)["“”„«»]')
_BEGINNING = re.compile(r"(?<=\w)\*")
# Words that say nothing by themselves in any of the languages: a title needn't have them, but may.
_SMALL_WORDS = frozenset(
    "af an and at av de dem den der det di du ei eller en ett et for fra från för før i ja jeg mit med of og och ock oh"
    " om på paa som the til till to und ved vid å är er".split()
)


@dataclass(frozen=True)
class Word:
    """One word that a title must have.

    :ivar text: as `words_of` gives it
    :ivar is_beginning: any word that begins like this will do
    """

    text: str
    is_beginning: bool = False

    @property
    def is_small(self) -> bool:
        """Whether a title may lack it."""
        return self.text in _SMALL_WORDS and not self.is_beginning


@dataclass(frozen=True)
class Phrase:
    """Words that stand beside each other in this order."""

    words: tuple[str, ...]


@dataclass(frozen=True)
class Typed:
    """What was typed, taken apart."""

    words: tuple[Word, ...] = ()
    phrases: tuple[Phrase, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.words or self.phrases)

    @property
    def needed(self) -> tuple[Word, ...]:
        """The words that a title must have: all but the small ones, or all if there are no others."""
        needed = tuple(word for word in self.words if not word.is_small)
        return needed or (self.words if not self.phrases else ())


def with_beginnings(typed: Typed) -> Typed | None:
    """Return the words as beginnings of words, as Nordic compounds begin: mumin for mumintroll; None without any."""
    words = tuple(replace(word, is_beginning=len(word.text) >= _SHORTEST_BEGINNING) for word in typed.needed)
    if words == typed.needed:
        return None
    return Typed(words, typed.phrases)


def read_query(text: str) -> Typed:
    """Take apart what was typed; never raises, and what is too long is cut."""
    text = text[:LONGEST_TEXT]
    phrases = []
    for quoted in _QUOTED.findall(text):
        if in_order := tuple(same_letters(word) for word in words_of(quoted)[:MOST_WORDS]):
            phrases.append(Phrase(in_order))
    words: list[Word] = []
    for piece in _QUOTED.sub(" ", text).split():
        found = words_of(piece)
        begins = bool(_BEGINNING.search(piece)) and piece.rstrip().endswith("*")
        words += [Word(word, begins and place == len(found) - 1) for place, word in enumerate(found)]
    single = [Word(phrase.words[0]) for phrase in phrases if len(phrase.words) == 1]
    long = tuple(phrase for phrase in phrases if len(phrase.words) > 1)[:4]
    return Typed(tuple(dict.fromkeys(words + single))[:MOST_WORDS], long)
