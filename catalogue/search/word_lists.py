"""The words that titles have in a place, in the order of the alphabet, and how many titles have each."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from tantivy import Searcher

from catalogue.search import schema
from catalogue.search.condition_queries import query_of
from catalogue.search.conditions import HasWord, Place
from catalogue.search.queries import all_of, exact_word
from catalogue.search.reader import ask
from catalogue.search.tantivy_gaps import count_of
from catalogue.search.words import same_letters

# The order of what words begin with. Other scripts come behind: their words are found by how they begin.
_ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyzæøå"
_RANKS = {ord(letter): chr(place + 1) for place, letter in enumerate(_ALPHABET)}
_SWEDISH = str.maketrans({"æ": "ä", "ø": "ö"})
# Beginnings that are shorter have too many words to be read at once.
_SHORTEST_BEGINNING = 3
# So many words that no title of the viewer's has are passed over, for each is a search; then the list ends early.
_MOST_PASSED_OVER = 300
FIELDS = {
    Place.ANYWHERE: schema.EXACT,
    Place.TITLE: schema.TITLE,
    Place.AUTHOR: schema.AUTHOR,
    Place.SUBJECT: schema.SUBJECT_HINT,
    Place.SERIES: schema.SERIES,
    Place.PUBLISHER: schema.PUBLISHER,
}


@dataclass(frozen=True)
class ListedWord:
    """A word of the list.

    :ivar titles: how many have it
    """

    word: str
    titles: int


@dataclass(frozen=True)
class WordList:
    """A piece of the list.

    :ivar before: up to the word that was asked for, the nearest one last
    :ivar following: from this word on, itself first where it exists
    """

    before: tuple[ListedWord, ...]
    following: tuple[ListedWord, ...]


def words_around(
    place: Place, word: str, *, before: int, following: int, municipality: str | None, language: str = "da"
) -> WordList | None:
    """Return the words before and after one in the alphabet, or None while there's no index.

    :param word: as `words.words_of` gives it; it needn't exist
    :param municipality: the schema of the municipality whose titles count; None for the whole nation's
    :param language: of whoever reads the list; Swedish and Finnish have ä and ö
    """
    kept = same_letters(word)

    def read(searcher: Searcher) -> WordList:
        vocabulary = _Vocabulary(searcher, place)
        counted = _counter(searcher, place, municipality, language)
        earlier = [*islice(counted(vocabulary.down_from(kept)), before)]
        return WordList(tuple(reversed(earlier)), tuple(islice(counted(vocabulary.up_from(kept)), following)))

    return ask(read)


def _counter(
    searcher: Searcher, place: Place, municipality: str | None, language: str
) -> Callable[[Iterable[str]], Iterator[ListedWord]]:
    owned = [exact_word(schema.OWNER, municipality)] if municipality else []

    def counted(words: Iterable[str]) -> Iterator[ListedWord]:
        passed_over = 0
        for word in words:
            # Words that only neighbours' own titles have aren't seen: no title that has them is.
            titles = count_of(searcher, all_of([query_of(HasWord(place, word)), *owned]))
            if titles:
                yield ListedWord(word.translate(_SWEDISH) if language in ("sv", "fi") else word, titles)
                continue
            passed_over += 1
            if passed_over == _MOST_PASSED_OVER:
                return

    return counted


class _Vocabulary:
    """A field's words in order; the index gives them by how they begin, unsorted."""

    def __init__(self, searcher: Searcher, place: Place) -> None:
        self._searcher = searcher
        self._field = FIELDS[place]

    def up_from(self, word: str) -> Iterator[str]:
        """Yield the word itself and what follows it."""
        yield from self._beginning(word, _ALPHABET)
        for size in range(len(word) - 1, -1, -1):
            rank = _RANKS.get(ord(word[size]), "")
            for letter in _ALPHABET:
                if rank and _RANKS[ord(letter)] > rank:
                    yield from self._beginning(word[:size] + letter, _ALPHABET)

    def down_from(self, word: str) -> Iterator[str]:
        """Yield what comes before the word, the nearest first."""
        backwards = _ALPHABET[::-1]
        for size in range(len(word) - 1, -1, -1):
            rank = _RANKS.get(ord(word[size]), chr(len(_ALPHABET) + 1))
            for letter in backwards:
                if _RANKS[ord(letter)] < rank:
                    yield from self._beginning(word[:size] + letter, backwards)
            if size and self._exists(word[:size]):
                yield word[:size]

    def _beginning(self, start: str, alphabet: str) -> Iterator[str]:
        is_down = alphabet is not _ALPHABET
        if len(start) >= _SHORTEST_BEGINNING:
            found = [
                word for word, _count in self._searcher.terms_with_prefix(self._field, start) if self._is_shown(word)
            ]
            yield from sorted(found, key=_rank, reverse=is_down)
            return
        if not self._searcher.terms_with_prefix(self._field, start, limit=1):
            return
        if not is_down and self._exists(start):
            yield start
        for letter in alphabet:
            yield from self._beginning(start + letter, alphabet)
        if is_down and self._exists(start):
            yield start

    def _exists(self, word: str) -> bool:
        return bool(self._searcher.doc_freq(self._field, word)) and self._is_shown(word)

    def _is_shown(self, word: str) -> bool:
        # Stems carry a colon; a plain spelling (haandbog) is listed only where somebody wrote it so.
        return ":" not in word and bool(self._searcher.doc_freq(schema.EXACT, word))


def _rank(word: str) -> str:
    return word.translate(_RANKS)
