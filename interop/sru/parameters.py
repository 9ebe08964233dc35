"""What a request asks, checked: the version, the operation, and each parameter."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.http import QueryDict

from interop.sru.diagnostics import Diagnostic, Number

SEARCH, SCAN, EXPLAIN = "searchRetrieve", "scan", "explain"
NEWEST = "2.0"
VERSIONS = ("1.1", "1.2", NEWEST)
DEFAULT_RECORDS, MOST_RECORDS = 10, 100
DEFAULT_TERMS, MOST_TERMS = 20, 50

_ALWAYS = frozenset(("version", "operation"))
# Known to the standard, and answered with a number of their own.
_REFUSED = {"stylesheet": Number.STYLESHEETS, "recordXPath": Number.XPATH}
_OF_OPERATION: Mapping[str, frozenset[str]] = {
    SEARCH: frozenset(("query", "startRecord", "maximumRecords", "recordPacking", "recordSchema", "resultSetTTL")),
    SCAN: frozenset(("scanClause", "responsePosition", "maximumTerms")),
    EXPLAIN: frozenset(("recordPacking",)),
}
_SINCE_2: Mapping[str, frozenset[str]] = {
    SEARCH: frozenset(("queryType", "recordXMLEscaping", "renderedBy", "httpAccept", "responseType")),
    SCAN: frozenset(("httpAccept",)),
    EXPLAIN: frozenset(("recordXMLEscaping", "httpAccept")),
}
_NEEDED = {SEARCH: "query", SCAN: "scanClause"}
_LONGEST_NUMBER = 9


@dataclass(frozen=True)
class Asked:
    """A request whose parameters are known.

    :ivar arguments: without version and operation
    """

    version: str
    operation: str
    arguments: Mapping[str, str]

    @property
    def is_2(self) -> bool:
        """Whether it's of SRU 2.0."""
        return self.version == NEWEST

    def number(self, name: str, default: int, *, least: int) -> int:
        """Return a whole number that was sent.

        :raises Diagnostic: for anything else, and for less than `least`
        """
        text = self.arguments.get(name, "").strip()
        if not text:
            return default
        if not (text.isascii() and text.isdecimal() and len(text) <= _LONGEST_NUMBER) or int(text) < least:
            raise Diagnostic(Number.PARAMETER_VALUE, name)
        return int(text)


def read_version(sent: QueryDict) -> str:
    """Return the version that's asked for; without one, as in SRU 2.0, the newest.

    :raises Diagnostic: for one that we don't speak, with the newest that we do
    """
    versions = sent.getlist("version")
    if not versions:
        return NEWEST
    if len(versions) > 1:
        raise Diagnostic(Number.PARAMETER_VALUE, "version")
    if versions[0] not in VERSIONS:
        raise Diagnostic(Number.VERSION, NEWEST)
    return versions[0]


def read_operation(sent: QueryDict, version: str) -> str:
    """Return what's asked for; SRU 2.0 sees it by the parameters.

    :raises Diagnostic: for an operation that there isn't, and for none where one is needed
    """
    if "operation" in sent:
        named = sent.getlist("operation")
        if len(named) > 1 or named[0] not in _OF_OPERATION:
            raise Diagnostic(Number.OPERATION, named[0])
        return named[0]
    found = next((operation for operation, name in _NEEDED.items() if name in sent), EXPLAIN)
    if version != NEWEST and found != EXPLAIN:
        raise Diagnostic(Number.PARAMETER_MISSING, "operation")
    return found


def read_arguments(sent: QueryDict, version: str, operation: str) -> Asked:
    """Return the request.

    :raises Diagnostic: for a parameter that the operation doesn't have, comes twice, or is missing
    """
    known = _OF_OPERATION[operation] | (_SINCE_2[operation] if version == NEWEST else frozenset())
    for name, values in sent.lists():
        if name in _REFUSED:
            raise Diagnostic(_REFUSED[name])
        # Others' extensions are let pass, as the standard wants it.
        if name not in known | _ALWAYS and not name.startswith("x-"):
            raise Diagnostic(Number.PARAMETER, name)
        if len(values) > 1:
            raise Diagnostic(Number.PARAMETER_VALUE, name)
    needed = _NEEDED.get(operation)
    if needed and not sent.get(needed, "").strip():
        raise Diagnostic(Number.PARAMETER_MISSING, needed)
    return Asked(version, operation, {name: sent.get(name, "") for name in known if name in sent})


def read_packing(asked: Asked) -> bool:
    """Tell whether records are to be sent as text rather than as XML.

    :raises Diagnostic: for a packing that there isn't
    """
    name = "recordXMLEscaping" if asked.is_2 else "recordPacking"
    if asked.is_2 and asked.arguments.get("recordPacking", "packed") != "packed":
        raise Diagnostic(Number.PACKING, asked.arguments["recordPacking"])
    packing = asked.arguments.get(name, "xml")
    if packing not in ("xml", "string"):
        raise Diagnostic(Number.PACKING, packing)
    return packing == "string"


def check_choices(asked: Asked) -> None:
    """Refuse what only sounds like a choice.

    :raises Diagnostic: for another query language, another renderer, another type of answer
    """
    choices = {"queryType": ("cql",), "renderedBy": ("client",), "responseType": ("", "sru")}
    for name, allowed in choices.items():
        if name in asked.arguments and asked.arguments[name].casefold() not in allowed:
            raise Diagnostic(Number.PARAMETER_VALUE, name)
    asked.number("resultSetTTL", 0, least=0)
