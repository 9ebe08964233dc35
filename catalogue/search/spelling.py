"""Another spelling for words that no title has: "did you mean"."""

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from tantivy import Query, Searcher

from catalogue.search import schema
from catalogue.search.cards import MORE_SERIES, OTHER_NAMES, card_of
from catalogue.search.queries import all_of, matching, one_word, side_by_side, similar_words
from catalogue.search.query_text import Typed, Word
from catalogue.search.tantivy_gaps import count_of
from catalogue.search.words import LONGEST_WORD, same_letters, words_of

_SHORTEST = 4
_LOOKED_AT = 50
# A word that stands in fewer titles than this may be a slip of somebody else's.
_RARE = 2
_SHORTEST_PART = 2


def other_spellings(searcher: Searcher, typed: Typed, *, found_nothing: bool) -> Iterator[Typed]:
    """Yield what somebody may have meant, the likeliest first; it needn't find anything.

    Phrases are left as they are, for whoever quotes means what stands there.

    :param found_nothing: so that words may also be slips that titles have for themselves, but not together
    """
    words = typed.words
    if found_nothing:
        yield from (replace(typed, words=tuple(joined)) for joined in _joined(searcher, words))
        yield from (replace(typed, words=tuple(split)) for split in _split(searcher, words))
    better = [_better(searcher, word) or word for word in words]
    if better != list(words):
        yield replace(typed, words=tuple(better))
    if found_nothing and len(words) > 1:
        for known in dict.fromkeys((tuple(better), words)):
            yield from (replace(typed, words=tuple(beside)) for beside in _fitting(searcher, known))


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


def _joined(searcher: Searcher, words: Sequence[Word]) -> Iterator[list[Word]]:
    """Yield the words with two of them as the compound that they are: flaske post for flaskepost."""
    for place, (one, other) in enumerate(zip(words, words[1:], strict=False)):
        whole = replace(other, text=(one.text + other.text)[:LONGEST_WORD])
        if one.field is other.field and not one.is_beginning and not one.is_value and _is_known(searcher, whole):
            yield [*words[:place], whole, *words[place + 2 :]]


def _split(searcher: Searcher, words: Sequence[Word]) -> Iterator[list[Word]]:
    """Yield the words with one of them as two that stand beside each other in a title: harrypotter, olsenbanden."""
    for place, word in enumerate(words):
        if not _may_be_wrong(word) or _is_known(searcher, word):
            continue
        for cut in range(_SHORTEST_PART, len(word.text) - _SHORTEST_PART + 1):
            one, other = word.text[:cut], word.text[cut:]
            if count_of(searcher, side_by_side((same_letters(one), same_letters(other)))):
                yield [*words[:place], replace(word, text=one), replace(word, text=other), *words[place + 1 :]]


def _fitting(searcher: Searcher, words: Sequence[Word]) -> Iterator[list[Word]]:
    """Yield the words with one of them as titles spell it that have the others: tomas vinterberg for Thomas."""
    for place, word in enumerate(words):
        others = [*words[:place], *words[place + 1 :]]
        if _may_be_wrong(word) and any(not other.is_small for other in others):
            for candidate in _candidates(searcher, word, beside=matching(Typed(tuple(others)))):
                yield [*words[:place], replace(word, text=candidate), *words[place + 1 :]]


def _better(searcher: Searcher, word: Word) -> Word | None:
    if not _may_be_wrong(word):
        return None
    known = count_of(searcher, one_word(word))
    if known > _RARE:
        return None
    best: tuple[int, int, str] | None = None
    for candidate, far in _candidates(searcher, word).items():
        titles = count_of(searcher, one_word(replace(word, text=candidate)))
        if titles > known:
            best = min(filter(None, (best, (far, -titles, candidate))))
    return replace(word, text=best[2]) if best else None


def _may_be_wrong(word: Word) -> bool:
    return not (len(word.text) < _SHORTEST or word.is_beginning or word.is_value or word.text.isdecimal())


def _is_known(searcher: Searcher, word: Word) -> bool:
    return count_of(searcher, one_word(word)) > 0


def _candidates(searcher: Searcher, word: Word, *, beside: Sequence[Query] = ()) -> dict[str, int]:
    """Return words of the commonest titles that are spelled almost like this, with the number of slips, nearest first.

    :param beside: what else these titles must have
    """
    # One slip in a short word, two in a long one.
    slips = 1 if len(word.text) < 2 * _SHORTEST else 2
    kept = same_letters(word.text)
    titles = all_of([similar_words(schema.EXACT, kept, slips), *beside])
    found: dict[str, int] = {}
    for _items, address in searcher.search(titles, _LOOKED_AT, order_by_field=schema.ITEMS).hits:
        for text in _texts(card_of(searcher, address)):
            for candidate in words_of(unicodedata.normalize("NFC", text)):
                if candidate not in found and abs(len(candidate) - len(kept)) <= slips:
                    found[candidate] = distance(kept, same_letters(candidate))
    near = {candidate: far for candidate, far in found.items() if 0 < far <= slips}
    return dict(sorted(near.items(), key=lambda item: item[1]))


def _texts(card: dict[str, object]) -> Iterable[str]:
    for name in ("title", "author", "remainder", "series", "publisher"):
        text = card.get(name)
        if isinstance(text, str):
            yield text
    for name in (MORE_SERIES, OTHER_NAMES):
        texts = card.get(name)
        if isinstance(texts, list):
            yield from texts
