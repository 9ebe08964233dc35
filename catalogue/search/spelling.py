"""Another spelling for words that no title has: "did you mean"."""

import unicodedata
from collections.abc import Iterable

from tantivy import Searcher

from catalogue.search import schema
from catalogue.search.cards import card_of
from catalogue.search.queries import one_word, similar_words
from catalogue.search.query_text import Typed, Word
from catalogue.search.tantivy_gaps import count_of
from catalogue.search.words import same_letters, words_of

_SHORTEST = 4
_LOOKED_AT = 50
# A word that stands in fewer titles than this may be a slip of somebody else's.
_RARE = 2


def corrected(searcher: Searcher, typed: Typed) -> tuple[str, Typed] | None:
    """Return what was typed with its unknown words spelled as titles spell them, as text and taken apart.

    Phrases are left as they are, for whoever quotes means what stands there. None when nothing better is known.
    """
    words = []
    changed = False
    for word in typed.words:
        better = _better(searcher, word)
        words.append(Word(better) if better else word)
        changed = changed or better is not None
    if not changed:
        return None
    found = Typed(tuple(words), typed.phrases)
    quoted = [f'"{" ".join(phrase.words)}"' for phrase in typed.phrases]
    return " ".join([*(word.text for word in words), *quoted]), found


def distance(one: str, other: str) -> int:
    """Return how many letters to change, add, leave out or swap with the next to get from one word to the other."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for place, letter in enumerate(one, 1):
        older, before, row = before, row, [place]
        for column, target in enumerate(other, 1):
            cost = min(before[column] + 1, row[column - 1] + 1, before[column - 1] + (letter != target))
            swapped = place > 1 and column > 1 and letter == other[column - 2] and one[place - 2] == target
            row.append(min(cost, older[column - 2] + 1) if swapped else cost)
    return row[-1]


def _better(searcher: Searcher, word: Word) -> str | None:
    if len(word.text) < _SHORTEST or word.is_beginning or word.text.isdecimal():
        return None
    known = count_of(searcher, one_word(word))
    if known > _RARE:
        return None
    # One slip in a short word, two in a long one.
    slips = 1 if len(word.text) < 2 * _SHORTEST else 2
    kept = same_letters(word.text)
    best: tuple[int, int, str] | None = None
    for candidate in _candidates(searcher, kept, slips):
        far = distance(kept, same_letters(candidate))
        if 0 < far <= slips:
            titles = count_of(searcher, one_word(Word(candidate)))
            if titles > known:
                best = min(filter(None, (best, (far, -titles, candidate))))
    return best[2] if best else None


def _candidates(searcher: Searcher, word: str, slips: int) -> list[str]:
    """Return words of the commonest titles that have one spelled almost like this."""
    found: dict[str, None] = {}
    hits = searcher.search(similar_words(schema.EXACT, word, slips), _LOOKED_AT, order_by_field=schema.ITEMS).hits
    for _items, address in hits:
        card = card_of(searcher, address)
        for text in _texts(card):
            found.update(dict.fromkeys(words_of(unicodedata.normalize("NFC", text))))
    return [candidate for candidate in found if abs(len(candidate) - len(word)) <= slips]


def _texts(card: dict[str, object]) -> Iterable[str]:
    for name in ("title", "author", "remainder", "series", "publisher"):
        text = card.get(name)
        if isinstance(text, str):
            yield text
