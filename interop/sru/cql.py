"""CQL 1.2 and 2.0, the language of SRU's queries: from the text to a tree that says nothing yet of what we have.

Read by recursive descent, and never more deeply, nor more of it, than the limits below: whatever is sent costs little.
The libraries there are for it (cql-parser, of 2023 and unfinished) aren't kept.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field

from interop.sru.diagnostics import Diagnostic, Number

LONGEST_QUERY = 4000
LONGEST_TERM = 500
MOST_BOOLEANS = 50
_DEEPEST = 20
_MOST_MODIFIERS = 6
_MOST_SORT_KEYS = 6
_MOST_PREFIXES = 10

_TOKEN = re.compile(
    r"""\s*(?:(?P<quoted>"(?:[^"\\]|\\.)*")|(?P<sign><=|>=|<>|==|[()=<>/])|(?P<plain>[^\s()=<>"/]+))""", re.DOTALL
)
_BOOLEANS = frozenset(("and", "or", "not", "prox"))
_SORT_BY = "sortby"
_COMPARISONS = frozenset(("=", "==", "<", ">", "<=", ">=", "<>"))


@dataclass(frozen=True)
class Modifier:
    """What stands behind a slash: `/stem`, `/distance<=3`.

    :ivar comparison: empty when there's only a name
    """

    name: str
    comparison: str = ""
    value: str = ""


@dataclass(frozen=True)
class Clause:
    """One term, and where and how it's looked for.

    :ivar index: as written; a term alone has `cql.serverChoice`
    :ivar relation: in small letters, without the set `cql`
    :ivar term: with the backslashes that it was written with
    :ivar prefixes: the context sets' identifiers by the short names that the query gives them; "" is the default set
    """

    index: str
    relation: str
    term: str
    modifiers: tuple[Modifier, ...] = ()
    prefixes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Boolean:
    """Two queries and what's between them: and, or, not, prox."""

    operator: str
    left: "Node"
    right: "Node"
    modifiers: tuple[Modifier, ...] = ()


Node = Clause | Boolean


@dataclass(frozen=True)
class SortKey:
    """An index to sort by."""

    index: str
    modifiers: tuple[Modifier, ...] = ()
    prefixes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Query:
    """A query as it was written."""

    root: Node
    sort_keys: tuple[SortKey, ...] = ()


def parse(text: str) -> Query:
    """Return the query's tree.

    :raises Diagnostic: what isn't CQL, or is more of it than we read
    """
    if len(text) > LONGEST_QUERY:
        raise Diagnostic(Number.QUERY_TOO_LONG, LONGEST_QUERY)
    return _Parser(unicodedata.normalize("NFC", text)).query()


def parse_clause(text: str) -> Clause:
    """Return the one clause that a scan begins at.

    :raises Diagnostic: for anything else
    """
    found = parse(text)
    if not isinstance(found.root, Clause) or found.sort_keys:
        raise Diagnostic(Number.SYNTAX, "A scan has one search clause")
    return found.root


@dataclass(frozen=True)
class _Token:
    text: str
    kind: str

    @property
    def word(self) -> str:
        """What keywords are compared with; nothing for what stands in quotes or is a sign."""
        return self.text.casefold() if self.kind == "plain" else ""


_END = _Token("", "end")


def _tokens(text: str) -> list[_Token]:
    if "\x00" in text:
        raise Diagnostic(Number.SYNTAX, "NUL")
    found, place, end = [], 0, len(text.rstrip())
    while place < end:
        match = _TOKEN.match(text, place)
        if match is None:
            # Only an open quote is in no token.
            raise Diagnostic(Number.QUOTES, text[place : place + 40].strip())
        kind = match.lastgroup or ""
        token = match[kind]
        found.append(_Token(token[1:-1] if kind == "quoted" else token, kind))
        place = match.end()
    return found


class _Parser:
    def __init__(self, text: str) -> None:
        self._tokens = _tokens(text)
        self._place = 0
        self._depth = 0
        self._booleans = 0

    def query(self) -> Query:
        prefixes = self._prefixes({})
        root = self._scoped(prefixes)
        keys = self._sort_keys(prefixes)
        left = self._look()
        if left is not _END:
            raise Diagnostic(Number.PARENTHESES if left.text == ")" else Number.SYNTAX, f"At: {left.text[:40]}")
        return Query(root, keys)

    def _look(self, ahead: int = 0) -> _Token:
        place = self._place + ahead
        return self._tokens[place] if place < len(self._tokens) else _END

    def _take(self) -> _Token:
        token = self._look()
        self._place += 1
        return token

    def _sign(self, *texts: str) -> str:
        """Take one of these signs if it's next."""
        token = self._look()
        return self._take().text if token.kind == "sign" and token.text in texts else ""

    def _name(self, what: str) -> str:
        token = self._take()
        if token.kind not in ("plain", "quoted") or not token.text:
            raise Diagnostic(Number.SYNTAX, f"{what} is missing before: {token.text[:40] or 'the end'}")
        return token.text

    def _prefixes(self, known: Mapping[str, str]) -> Mapping[str, str]:
        found = dict(known)
        while self._sign(">"):
            first = self._name("A context set")
            if self._sign("="):
                found[first.casefold()] = self._name("A context set")
            else:
                found[""] = first
            if len(found) > _MOST_PREFIXES:
                raise Diagnostic(Number.FEATURE, f"More than {_MOST_PREFIXES} prefixes")
        return found

    def _scoped(self, prefixes: Mapping[str, str]) -> Node:
        # Booleans have no precedence: each takes all that stands before it.
        left = self._search_clause(prefixes)
        while self._look().word in _BOOLEANS:
            self._booleans += 1
            if self._booleans > MOST_BOOLEANS:
                raise Diagnostic(Number.BOOLEANS, MOST_BOOLEANS)
            operator = self._take().word
            modifiers = self._modifiers()
            left = Boolean(operator, left, self._search_clause(prefixes), modifiers)
        return left

    def _search_clause(self, prefixes: Mapping[str, str]) -> Node:
        if self._sign("("):
            self._depth += 1
            if self._depth > _DEEPEST:
                raise Diagnostic(Number.PARENTHESES, f"More than {_DEEPEST} within each other")
            inner = self._scoped(self._prefixes(prefixes))
            if not self._sign(")"):
                raise Diagnostic(Number.PARENTHESES, f"Not closed before: {self._look().text[:40] or 'the end'}")
            self._depth -= 1
            return inner
        first = self._term()
        relation = self._relation()
        if not relation:
            return Clause("cql.serverChoice", "scr", first, prefixes=prefixes)
        modifiers = self._modifiers()
        return Clause(first, relation, self._term(), modifiers, prefixes)

    def _relation(self) -> str:
        if found := self._sign(*_COMPARISONS):
            return found
        word = self._look().word
        if not word or word in _BOOLEANS or word == _SORT_BY:
            return ""
        self._take()
        return word.removeprefix("cql.")

    def _term(self) -> str:
        token = self._look()
        if token.kind not in ("plain", "quoted") or token.word in _BOOLEANS or token.word == _SORT_BY:
            raise Diagnostic(Number.SYNTAX, f"A term is missing before: {token.text[:40] or 'the end'}")
        if len(token.text) > LONGEST_TERM:
            raise Diagnostic(Number.TERM_TOO_LONG, LONGEST_TERM)
        return self._take().text

    def _modifiers(self) -> tuple[Modifier, ...]:
        found: list[Modifier] = []
        while self._sign("/"):
            if len(found) == _MOST_MODIFIERS:
                raise Diagnostic(Number.RELATION_MODIFIERS, f"More than {_MOST_MODIFIERS}")
            name = self._name("A modifier").casefold()
            comparison = self._sign(*_COMPARISONS)
            found.append(Modifier(name, comparison, self._name("A value") if comparison else ""))
        return tuple(found)

    def _sort_keys(self, prefixes: Mapping[str, str]) -> tuple[SortKey, ...]:
        if self._look().word != _SORT_BY:
            return ()
        self._take()
        found: list[SortKey] = []
        while self._look() is not _END:
            if len(found) == _MOST_SORT_KEYS:
                raise Diagnostic(Number.SORT_KEYS, _MOST_SORT_KEYS)
            found.append(SortKey(self._name("An index"), self._modifiers(), prefixes))
        if not found:
            raise Diagnostic(Number.SYNTAX, "sortBy names no index")
        return tuple(found)
