"""Invents any number of titles from the words of the real ones, a few words often and most of them rarely.

They bear no ISBN, for every number that passes its check belongs to somebody.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import accumulate

from bench.demo.facts import Genre, Names, Title, genres, names_of, real_titles, wording_of

_LANGUAGES = ("dan", "swe", "fin")
_OLDEST, _NEWEST = 1950, 2025
# How often a genre comes, of a thousand.
_GENRES = {
    "novel": 230,
    "crime": 130,
    "fantasy": 30,
    "scifi": 20,
    "short": 25,
    "poetry": 25,
    "comics": 30,
    "young": 60,
    "children": 110,
    "picture": 80,
    "biography": 40,
    "history": 40,
    "society": 40,
    "psychology": 15,
    "nature": 20,
    "health": 15,
    "food": 20,
    "travel": 15,
    "technology": 10,
    "film": 20,
    "music": 20,
    "game": 5,
}


@dataclass(frozen=True, slots=True)
class _Words:
    """One language's vocabulary, most frequent first."""

    subjects: tuple[str, ...]
    titles: tuple[str, ...]
    patterns: tuple[str, ...]
    remainders: tuple[str, ...]
    places: tuple[str, ...]
    publishers: tuple[str, ...]
    names: Names


def invented_titles(seed: int, *, languages: dict[str, int] | None = None) -> Iterator[Title]:
    """Yield titles for ever, the same ones for the same seed.

    :param languages: how often each of `dan`, `swe` and `fin` comes; all alike when left out
    """
    chance = random.Random(seed)
    shares = {language: weight for language, weight in (languages or {}).items() if language in _LANGUAGES}
    shares = shares or dict.fromkeys(_LANGUAGES, 1)
    every, genre_names = genres(), list(_GENRES)
    genre_weights = list(accumulate(_GENRES.values()))
    language_names, language_weights = list(shares), list(accumulate(shares.values()))
    while True:
        language = chance.choices(language_names, cum_weights=language_weights)[0]
        genre = every[chance.choices(genre_names, cum_weights=genre_weights)[0]]
        yield _title(chance, _words(language), language, genre)


def _title(chance: random.Random, words: _Words, language: str, genre: Genre) -> Title:
    subjects = tuple(dict.fromkeys(_often(chance, words.subjects) for _ in range(chance.randint(2, 4))))
    has_remainder = chance.random() < 0.4
    return Title(
        language=language,
        genre=genre,
        material=_material(chance, genre),
        title=_worded(chance, words, words.patterns, subjects),
        remainder=_worded(chance, words, words.remainders, subjects) if has_remainder else "",
        authors=tuple(_author(chance, words.names) for _ in range(1 + (chance.random() < 0.08))),
        year=_NEWEST - int((_NEWEST - _OLDEST) * chance.random() ** 2),
        publisher=_often(chance, words.publishers),
        pages=chance.randint(24, 48) if genre.name == "picture" else chance.randint(80, 640),
        isbn="",
        subjects=subjects,
    )


def _worded(chance: random.Random, words: _Words, patterns: Sequence[str], subjects: tuple[str, ...]) -> str:
    first, second = subjects[0], subjects[-1]
    worded = _often(chance, patterns).format(
        S=first[0].upper() + first[1:],
        s=second,
        t=_often(chance, words.subjects),
        W=_often(chance, words.titles),
        P=_often(chance, words.places),
        Q=_often(chance, words.places),
        n=chance.randint(1, 40),
    )
    return worded if patterns is words.remainders else worded[0].upper() + worded[1:]


def _material(chance: random.Random, genre: Genre) -> str:
    if genre.material != "BOOK":
        return genre.material
    return chance.choices(("BOOK", "AUDIOBOOK"), cum_weights=(94, 100))[0]


def _author(chance: random.Random, names: Names) -> str:
    given = names.women if chance.random() < 0.5 else names.men
    age = "old" if chance.random() < 0.3 else "middle"
    surname = _often(chance, names.surnames)
    initial = chr(ord("A") + chance.randrange(26))
    return f"{surname}, {_often(chance, given[age])} {initial}."


def _often(chance: random.Random, words: Sequence[str]) -> str:
    """Return a word whose frequency falls with its place, as in Zipf's law."""
    return words[int(len(words) ** chance.random()) - 1]


@cache
def _words(language: str) -> _Words:
    wording = wording_of(language)
    own = [title for title in real_titles() if title.language == language]
    subjects = dict.fromkeys(subject for title in own for subject in title.subjects)
    heads = dict.fromkeys(word for title in own for word in title.title.split() if len(word) > 4 and word.isalpha())
    return _Words(
        subjects=tuple(subjects),
        titles=tuple(heads),
        patterns=tuple(wording["patterns"]),
        remainders=tuple(wording["remainders"]),
        places=tuple(wording["places"]),
        publishers=tuple(wording["publishers"]),
        names=names_of(wording["names"]),
    )
