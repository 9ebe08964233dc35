"""The context sets whose indexes can be searched, and what each index is in the catalogue."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from catalogue.search.conditions import Order, Place
from catalogue.search.word_lists import FIELDS as SCANNED
from catalogue.selectors.retrieval import NumberKind
from interop.sru.diagnostics import Diagnostic, Number


class Values(Enum):
    """Indexes whose terms aren't words."""

    YEAR = "year"
    LANGUAGE = "language"
    MATERIAL = "material"
    CLASSIFICATION = "classification"
    EVERYTHING = "everything"
    RESULT_SET = "result set"


@dataclass(frozen=True)
class Index:
    """What stands behind an index.

    :ivar kind: words in a place, values, or any of some numbers
    :ivar orders: how it sorts, upwards and downwards
    """

    title: str
    kind: Place | Values | tuple[NumberKind, ...]
    orders: tuple[Order, Order] | None = None

    @property
    def can_be_scanned(self) -> bool:
        """Whether its words are kept as a list."""
        return self.kind in SCANNED


# The short name, and the identifiers that queries may mean by it, the one that we name first.
SETS: Mapping[str, tuple[str, ...]] = {
    "cql": (
        "info:srw/cql-context-set/1/cql-v1.2",
        "info:srw/cql-context-set/1/cql-v1.1",
        "info:srw/cql-context-set/1/cql-v2.0",
        "http://docs.oasis-open.org/ns/search-ws/cql",
    ),
    "dc": ("info:srw/cql-context-set/1/dc-v1.1", "info:srw/context-sets/1/dc-v1.1"),
    "bath": ("http://zing.z3950.org/cql/bath/2.0/",),
    "rec": ("info:srw/cql-context-set/2/rec-1.1",),
}
# Nothing to search in, but modifiers of sort keys come from it.
SORT_SET = ("sort", "info:srw/cql-context-set/1/sort-v1.0")

_WORDS = Index("Any words", Place.ANYWHERE)
_TITLE = Index("Title, with its subtitle", Place.TITLE, (Order.TITLE, Order.TITLE_DOWN))
_AUTHOR = Index("Names of authors and contributors", Place.AUTHOR, (Order.AUTHOR, Order.AUTHOR_DOWN))
_SUBJECT = Index("Subjects", Place.SUBJECT)
_SERIES = Index("Series", Place.SERIES)
_PUBLISHER = Index("Publisher", Place.PUBLISHER)
_NUMBERS = Index("ISBN, ISSN or control number", (NumberKind.ISBN, NumberKind.ISSN, NumberKind.CONTROL_NUMBER))

# In each set, what it calls an index; the first set that knows a name without a prefix is meant.
INDEXES: Mapping[str, Mapping[str, Index]] = {
    "cql": {
        "serverChoice": _WORDS,
        "anywhere": _WORDS,
        "keywords": _WORDS,
        "anyIndexes": _WORDS,
        "allRecords": Index("All records, whatever the term", Values.EVERYTHING),
        "resultSetId": Index("Earlier results", Values.RESULT_SET),
    },
    "dc": {
        "title": _TITLE,
        "creator": _AUTHOR,
        "contributor": _AUTHOR,
        "subject": _SUBJECT,
        "publisher": _PUBLISHER,
        "date": Index("Year", Values.YEAR, (Order.OLDEST, Order.NEWEST)),
        "type": Index("Kind of material: a DCMI type, or our own code", Values.MATERIAL),
        "language": Index("Language, ISO 639-2/B", Values.LANGUAGE),
        "identifier": _NUMBERS,
        "relation": _SERIES,
    },
    "bath": {
        "any": _WORDS,
        "title": _TITLE,
        "author": _AUTHOR,
        "name": _AUTHOR,
        "subject": _SUBJECT,
        "seriesTitle": _SERIES,
        "publisher": _PUBLISHER,
        "classification": Index("Classification, whole or masked", Values.CLASSIFICATION),
        "isbn": Index("ISBN", (NumberKind.ISBN,)),
        "issn": Index("ISSN", (NumberKind.ISSN,)),
        "standardIdentifier": Index("ISBN or ISSN", (NumberKind.ISBN, NumberKind.ISSN)),
    },
    "rec": {"identifier": Index("Control number", (NumberKind.CONTROL_NUMBER,))},
}
# Of no use to whoever reads what can be searched.
UNSAID = frozenset((("cql", "resultSetId"),))
_SET_OF = {identifier: name for name, identifiers in SETS.items() for identifier in identifiers}
_BY_NAME = {name: {index.casefold(): found for index, found in indexes.items()} for name, indexes in INDEXES.items()}


def index_named(name: str, prefixes: Mapping[str, str]) -> Index:
    """Return the index that a clause or a sort key names; case doesn't count.

    :param prefixes: the short names that the query itself gives to sets
    :raises Diagnostic: for a set or an index that isn't there
    """
    prefix, dot, base = name.casefold().partition(".")
    sets = [_set_named(prefix, prefixes)] if dot else _default_sets(prefixes)
    for each in sets:
        if found := _BY_NAME[each].get(base if dot else prefix):
            return found
    raise Diagnostic(Number.INDEX, name)


def _set_named(prefix: str, prefixes: Mapping[str, str]) -> str:
    if prefix in prefixes:
        return _set_called(prefixes[prefix])
    if prefix not in SETS:
        raise Diagnostic(Number.CONTEXT_SET, prefix)
    return prefix


def _default_sets(prefixes: Mapping[str, str]) -> list[str]:
    return [_set_called(prefixes[""])] if "" in prefixes else list(SETS)


def _set_called(identifier: str) -> str:
    if identifier not in _SET_OF:
        raise Diagnostic(Number.CONTEXT_SET, identifier)
    return _SET_OF[identifier]
