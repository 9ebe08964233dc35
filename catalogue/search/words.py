"""From a text to the words that the index holds: composed, in small letters, stemmed, and in plain spellings."""

import re
import unicodedata
from functools import lru_cache

from tantivy import Filter, TextAnalyzer, TextAnalyzerBuilder, Tokenizer

from catalogue.search.inflections import finnish_base, finnish_stem, singular

# A record's language, as ISO 639-2/B, and the stemmer that knows it.
STEMMERS = {
    "dan": "danish",
    "swe": "swedish",
    "fin": "finnish",
    "nor": "norwegian",
    "nob": "norwegian",
    "nno": "norwegian",
    "eng": "english",
}
# A stem carries its language, so that a Danish stem is never taken for a Finnish one.
# Behind the stem, since what is typed so far is looked for at the beginning of words.
_TAGS = {"danish": ":da", "swedish": ":sv", "finnish": ":fi", "norwegian": ":no", "english": ":en"}
LONGEST_WORD = 60
_KEPT = "äöæøå"
_OTHER = {"þ": "th", "ð": "d", "đ": "d", "ł": "l", "œ": "oe", "ı": "i"}
# How the letters are written without a Nordic keyboard: by Danes, by Swedes and Finns, and in old telexes.
_PLAIN = [
    str.maketrans({"å": "a", "ø": "o", "æ": "ae"}),
    str.maketrans({"å": "a", "ø": "o", "æ": "a"}),
    str.maketrans({"å": "aa", "ø": "oe", "æ": "ae"}),
]
# How names end in the genitive, and what ends so in the nominative.
_GENITIVES = (("s", ""), ("sen", "nen"), ("ksen", "s"), ("n", ""))
_SHORTEST_GENITIVE = 5
# Chinese and Japanese have no blanks between words: each sign is one. Indian and Hebrew vowels belong to their letters.
_ALONE = "\u3040-\u30ff\u3400-\u9fff"
_MARKS = "\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0900-\u0963\u0966-\u0dff\u0e31-\u0e4e"
_WORD = re.compile(rf"c\+\+|[cf]#|[{_ALONE}]|[^\W_{_ALONE}](?:[^\W_{_ALONE}]|[{_MARKS}])*")
_INITIALS = re.compile(r"(?<!\w)(?:[^\W\d_]\.[ -]?){2,}")
_LETTERS = re.compile(r"[^\W\d_]+")


def words_of(text: str) -> list[str]:
    """Return the text's words in order: small letters, composed, foreign accents dropped, å æ ø ä ö kept."""
    text = unicodedata.normalize("NFC", text).casefold()
    if not text.isascii():
        text = text.translate(_LETTER_TABLE)
    return [word[:LONGEST_WORD] for word in _WORD.findall(text)]


def initials_in(text: str) -> list[str]:
    """Return initials as one word each: "H.C. Andersen" also answers to "hc"."""
    return ["".join(_LETTERS.findall(found)).casefold() for found in _INITIALS.findall(text)]


def name_forms(word: str) -> list[str]:
    """Return the names that the word may be the genitive of: Lindgrens, Oksasen, Kunnaksen, Waltarin.

    :param word: as `words_of` gives it
    """
    if len(word) < _SHORTEST_GENITIVE:
        return []
    found = (same_letters(word[: -len(ending)] + name) for ending, name in _GENITIVES if word.endswith(ending))
    return list(dict.fromkeys(found))


def same_letters(word: str) -> str:
    """Return the word with ä as æ and ö as ø: the neighbours' letters are the same, Bjørn and Björn."""
    return word if word.isascii() else word.replace("ä", "æ").replace("ö", "ø")


def plain_spellings(word: str) -> list[str]:
    """Return how somebody without the letters å, æ and ø would write the word; nothing for a plain word.

    :param word: as `same_letters` gives it
    """
    if word.isascii() or not any(letter in word for letter in "åøæ"):
        return []
    return list(dict.fromkeys(word.translate(table) for table in _PLAIN))


@lru_cache(maxsize=100_000)
def stem(word: str, language: str) -> str:
    """Return the word's stem in one of the five languages, tagged with it.

    :param word: as `words_of` gives it, before `same_letters`
    :param language: a stemmer's name: danish, swedish, finnish, norwegian or english
    """
    if language == "finnish":
        found = finnish_stem(_snowball(language, finnish_base(word)))
    else:
        found = _snowball(language, singular(_native(word, language), language))
    return same_letters(found) + _TAGS[language]


def stems(word: str) -> list[str]:
    """Return the word's stem in each of the five languages; whoever searches doesn't say which one is meant."""
    return [stem(word, language) for language in _TAGS]


def _native(word: str, language: str) -> str:
    if word.isascii():
        return word
    if language == "swedish":
        return word.replace("æ", "ä").replace("ø", "ö")
    if language in ("danish", "norwegian"):
        return same_letters(word)
    return word


def _snowball(language: str, word: str) -> str:
    found = _analyzer(language).analyze(word)
    return str(found[0]) if found else word


@lru_cache(maxsize=8)
def _analyzer(language: str) -> TextAnalyzer:
    return TextAnalyzerBuilder(Tokenizer.raw()).filter(Filter.stemmer(language)).build()


def _letter(character: str) -> str:
    if character < "\x80" or character in _KEPT:
        return character
    if character in _OTHER:
        return _OTHER[character]
    parts = unicodedata.normalize("NFD", character)
    # Signs are dropped from Latin letters only: in other scripts they aren't ornament.
    if len(parts) > 1 and parts[0].isascii():
        return parts[0]
    return "" if character in "\u00ad\u200b\u200c\u200d\ufeff" else character


class _LetterTable(dict[int, str]):
    """A table for `str.translate` that learns each character when it first meets it."""

    def __missing__(self, code: int) -> str:
        found = self[code] = _letter(chr(code))
        return found


_LETTER_TABLE = _LetterTable()
