"""A record and its holdings as a document of the index."""

import json
import math
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import blake2b
from types import MappingProxyType

from tantivy import Document

from catalogue.marc.record_columns import DESCRIPTION, RecordColumns
from catalogue.marc.series import every_series, in_series
from catalogue.models import BibliographicRecord
from catalogue.rules.record_levels import whole_title
from catalogue.search import schema
from catalogue.search.cards import MORE_SERIES, OTHER_NAMES
from catalogue.search.words import STEMMERS, initials_in, plain_spellings, same_letters, stem, words_of
from common.sort_keys import sort_key

# What the index reads of a record; never the MARC record itself.
COLUMNS = ("id", "control_number", "source", *DESCRIPTION, "level", "work_key", "visible_to")
# Beside the municipality that keeps a title to itself, so that all such titles can be asked for at once.
ANYBODY = "*"
# In a field that only says yes.
ANYTHING = "1"
# Around each text, so that a phrase never spans two, and can be told to begin or end one.
BREAK = "\u00b6"
_LONGEST_KEY = 120
_LONGEST_KEPT = 200
# So many are enough for "did you mean".
_MOST_OTHER_NAMES = 5
# A title that a hundred branches own comes before one that nobody owns, but never before one that fits much better.
_WEIGHT_OF_HOLDINGS = 0.05
# Behind all letters: titles without an author come last.
_NO_AUTHOR = "~"


@dataclass(frozen=True)
class Holdings:
    """Who owns a title: branch codes by municipality's schema, and the number of items in all."""

    branches: Mapping[str, Sequence[str]] = field(default_factory=dict)
    items: int = 0


def document_of(
    record: BibliographicRecord,
    holdings: Holdings,
    work: str,
    heads: Sequence[BibliographicRecord] = (),
    *,
    is_in_company: bool = False,
    own: Mapping[int, RecordColumns] = MappingProxyType({}),
) -> Document:
    """Return what the index keeps of a record.

    :param work: the key of its work, as `catalogue.selectors.works` gives it
    :param heads: what it's a volume of, the whole first: it's found and shown by their titles and authors too
    :param is_in_company: when its work may have another edition
    :param own: what it says to libraries that have laid fields of their own over it, by municipality
    """
    language = STEMMERS.get(record.language, "")
    own_title = read_text(record.title, language) if heads else _NOTHING
    for head in reversed(heads):
        record.title = whole_title(head.title, record.title)
        record.author = record.author or head.author

    title = read_text(record.title, language)
    # What stands in many records is read once.
    names = [_known_text(text, language) for text in (record.author, *record.contributors)]
    subjects = [_known_text(text, language) for text in record.subjects]
    all_series = every_series(record)
    # By what stands on the title, too, where the titles of a series share another name.
    series = [_known_text(each, language) for each in (*all_series, *(record.stated_series or ()))]
    remainder = read_text(record.remainder, language)
    publisher, summary = _known_text(record.publisher, language), read_text(record.summary, language)
    about, rest = [*subjects, remainder, *series], [publisher, summary]
    document = Document()
    document.add_unsigned(schema.ID, record.pk)
    document.add_text(schema.TITLE, title.stemmed)
    for name in names:
        document.add_text(schema.AUTHOR, name.spelled)
    for text in about:
        document.add_text(schema.SUBJECT, text.stemmed)
    words = _all_words(record, names, [title, *about, *rest])
    own_words = (own_word(whose, term) for whose, view in own.items() for term in _words_of_view(view) - words)
    document.add_text(schema.WORDS, " ".join([*words, *own_words]))
    exact = (text.exact for text in (title, own_title, *names, *about, *rest))
    document.add_text(schema.EXACT, f"{BREAK} {f' {BREAK} '.join(exact)} {BREAK}")
    for field_name, text in (
        (schema.SUBTITLE, remainder),
        (schema.PUBLISHER, publisher),
        *((schema.SERIES, each) for each in series),
    ):
        if text.hinted:
            document.add_text(field_name, text.hinted)
    document.add_text(schema.TITLE_HINT, title.hinted)
    document.add_text(schema.AUTHOR_HINT, names[0].hinted)
    document.add_text(schema.SUBJECT_HINT, " ".join(subject.hinted for subject in subjects))
    if record.classification:
        document.add_text(schema.CLASS, class_key(record.classification))
    _add_values(document, record, all_series)
    document.add_text(schema.WORK, work)
    document.add_unsigned(schema.WORK_NUMBER, work_number(work))
    if is_in_company:
        document.add_text(schema.SEVERAL, ANYTHING)
    _add_holdings(document, holdings)
    if record.visible_to_id is not None:
        document.add_text(schema.KEPT_BY, ANYBODY)
        document.add_text(schema.KEPT_BY, str(record.visible_to_id))
    document.add_bytes(schema.CARD, json.dumps(_card(record, all_series), ensure_ascii=False).encode())
    return document


def work_number(work: str) -> int:
    """Return a work's number in the index; even among a hundred million works it's hardly ever shared by two."""
    return int.from_bytes(blake2b(work.encode(), digest_size=8).digest())


def name_key(text: str) -> str:
    """Return an author's, a subject's or a series' name as it stands in the index: cut, since a key may not be long."""
    return text[:_LONGEST_KEY]


def class_key(text: str) -> str:
    """Return a classification as it stands in the index: one word, whatever signs and blanks it has."""
    return same_letters("".join(unicodedata.normalize("NFC", text).casefold().split()))


@dataclass(frozen=True, slots=True)
class _Text:
    """A text as the index's fields have it, each a line of words.

    :ivar terms: every word in each way in which it's found anywhere
    :ivar initials: as one word each, which count in names
    :ivar exact: the words as they stand, for phrases
    :ivar stemmed: the words and their stems
    :ivar spelled: the words as others would spell them, and initials
    :ivar hinted: the words with and without Nordic letters
    """

    terms: frozenset[str] = frozenset()
    initials: tuple[str, ...] = ()
    exact: str = ""
    stemmed: str = ""
    spelled: str = ""
    hinted: str = ""


_NOTHING = _Text()


def read_text(text: str, language: str) -> _Text:
    """Return a text as the index has it.

    :param language: a stemmer's name, or nothing
    """
    if not text:
        return _NOTHING
    words = words_of(text)
    same = [same_letters(word) for word in words]
    initials = initials_in(text)
    exact = " ".join(same)
    plain = [] if exact.isascii() else [each for word in same for each in plain_spellings(word)]
    spelled = [spelling for word in words for spelling in _spellings(word, language)]
    return _Text(
        terms=frozenset(term for word in words for term in _terms_of(word, language)),
        initials=tuple(initials),
        exact=exact,
        stemmed=" ".join([*same, *(stem(word, language) for word in words)]) if language else exact,
        spelled=" ".join([*spelled, *initials]),
        hinted=" ".join([exact, *plain]),
    )


_kept_text = lru_cache(maxsize=20_000)(read_text)


def _known_text(text: str, language: str) -> _Text:
    """Return a text as the index has it, a short one from memory; a long one hardly ever stands in two records."""
    return _kept_text(text, language) if len(text) <= _LONGEST_KEPT else read_text(text, language)


def own_word(municipality_id: int, word: str) -> str:
    """Return a word as it stands in the index when only one library's fields have it, and so finds the title by it.

    Nobody else comes upon it: what's typed begins with no colon, and no mask reaches beyond one.
    """
    return f":{municipality_id}:{word}"


def _words_of_view(view: RecordColumns) -> set[str]:
    language = STEMMERS.get(view.language, "")
    names = [read_text(name, language) for name in (view.author, *view.contributors)]
    texts = (view.title, view.remainder, view.publisher, view.summary, *view.subjects, *every_series(view))
    return _all_words(view, names, [read_text(text, language) for text in texts])


def _all_words(record: BibliographicRecord | RecordColumns, names: Sequence[_Text], texts: Iterable[_Text]) -> set[str]:
    terms: set[str] = set()
    terms.update(*(text.terms for text in (*names, *texts)), *(name.initials for name in names))
    terms.update(words_of(" ".join((record.control_number, *record.isbns, *record.issns, record.classification))))
    if record.year:
        terms.add(str(record.year))
    return terms


@lru_cache(maxsize=200_000)
def _terms_of(word: str, language: str) -> tuple[str, ...]:
    spellings = _spellings(word, language)
    if not language:
        return spellings
    stemmed = stem(word, language)
    base, _, tag = stemmed.rpartition(":")
    return (*spellings, stemmed, *(f"{plain}:{tag}" for plain in plain_spellings(base)))


def _spellings(word: str, language: str) -> tuple[str, ...]:
    kept = same_letters(word)
    spellings = plain_spellings(kept)
    if "aa" in kept and language != "finnish":
        # Aarhus is Århus, and Kierkegaard is Kierkegård; in Finnish, aa is a long vowel.
        modern = kept.replace("aa", "å")
        spellings += [modern, *plain_spellings(modern)]
    return (kept, *spellings)


def _add_values(document: Document, record: BibliographicRecord, all_series: Sequence[str]) -> None:
    danish, swedish = (sort_key(record.title, language)[:_LONGEST_KEY] for language in ("da", "sv"))
    for name, value in (
        (schema.MATERIAL, record.material_type),
        (schema.LANGUAGE, record.language),
        (schema.AUDIENCE, record.audience),
        (schema.AUTHOR_NAME, name_key(record.author)),
        (schema.SORT_DANISH, danish),
        (schema.SORT_SWEDISH, swedish),
        (schema.SORT_AUTHOR_DANISH, _author_key(record.author, danish, "da")),
        (schema.SORT_AUTHOR_SWEDISH, _author_key(record.author, swedish, "sv")),
    ):
        if value:
            document.add_text(name, value)
    # By its name, and by the name and number that hits show.
    for series in dict.fromkeys(name for each in all_series for name in (in_series(each).name, each)):
        document.add_text(schema.SERIES_NAME, name_key(series))
    for subject in record.subjects:
        document.add_text(schema.SUBJECT_NAME, name_key(subject))
    if record.year is not None:
        document.add_integer(schema.YEAR, record.year)
    # Among titles of one year, the one that was catalogued last comes first.
    document.add_unsigned(schema.SORT_NEWEST, (max(record.year or 0, 0) << 40) + record.pk)


def _author_key(author: str, title_key: str, language: str) -> str:
    name = sort_key(author, language) if author else _NO_AUTHOR
    # An exclamation mark comes before all letters: Holm's titles before those of Holm, Anne.
    return f"{name} ! {title_key}"[:_LONGEST_KEY]


def _add_holdings(document: Document, holdings: Holdings) -> None:
    if holdings.branches:
        document.add_json(schema.HELD, {name: list(codes) for name, codes in holdings.branches.items()})
    for name in holdings.branches:
        document.add_text(schema.OWNER, name)
    document.add_unsigned(schema.ITEMS, holdings.items)
    # Tantivy multiplies a score by log2(2 + weight).
    document.add_float(schema.WEIGHT, 2 ** (1 + _WEIGHT_OF_HOLDINGS * math.log2(1 + holdings.items)) - 2)


def _card(record: BibliographicRecord, all_series: Sequence[str]) -> dict[str, object]:
    card: dict[str, object] = {
        "title": record.title,
        "remainder": record.remainder,
        "author": record.author,
        "edition": record.edition,
        "publisher": record.publisher,
        "year": record.year,
        "language": record.language,
        "isbn": record.isbns[0] if record.isbns else "",
        "classification": record.classification,
        "audience": record.audience,
        "material_type": record.material_type,
        "series": record.series,
        "extent": record.extent,
        OTHER_NAMES: record.contributors[:_MOST_OTHER_NAMES],
    }
    if len(all_series) > 1:
        card[MORE_SERIES] = all_series[1:]
    return card
