"""The answers' XML in the forms of SRU 1.2 and 2.0, whose names and namespaces differ."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from catalogue.marc.xml_text import element_text
from catalogue.search.word_lists import ListedWord
from interop.sru.diagnostics import Diagnostic
from interop.sru.parameters import NEWEST
from interop.sru.schemas import DIAGNOSTICS

_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_EXACT = "info:srw/vocabulary/resultCountPrecision/1/exact"
# What's repeated of a request, in the order of the schemas.
_SEARCH_ECHO = (
    "version queryType query startRecord maximumRecords recordXMLEscaping recordPacking recordSchema resultSetTTL"
    " renderedBy httpAccept responseType"
).split()
_SCAN_ECHO = "version scanClause responsePosition maximumTerms httpAccept".split()
_EXPLAIN_ECHO = "version recordXMLEscaping recordPacking".split()


@dataclass(frozen=True)
class Record:
    """A record of the answer.

    :ivar schema: its schema's identifier
    :ivar xml: the record, or the diagnostic that stands in its place
    """

    schema: str
    xml: str
    position: int | None = None


@dataclass(frozen=True)
class Form:
    """How answers are written for a version."""

    version: str
    is_string: bool = False

    @property
    def is_2(self) -> bool:
        """Whether it's the form of SRU 2.0."""
        return self.version == NEWEST

    def diagnostic(self, found: Diagnostic) -> str:
        """Return a diagnostic's element."""
        space = "http://docs.oasis-open.org/ns/search-ws/diagnostic" if self.is_2 else _DIAGNOSTIC_1
        return (
            f'<diagnostic xmlns="{space}">{_tag("uri", found.uri)}{_tag("details", found.details)}'
            f"{_tag('message', found.message)}</diagnostic>"
        )

    def surrogate(self, found: Diagnostic, position: int) -> Record:
        """Return what stands in the place of a record that can't be had."""
        return Record(DIAGNOSTICS, self.diagnostic(found), position)

    def search(
        self,
        *,
        total: int,
        records: Sequence[Record] = (),
        following: int | None = None,
        echo: Mapping[str, str] | None = None,
        diagnostics: Iterable[Diagnostic] = (),
    ) -> str:
        """Return the answer to a search.

        :param following: the position of the next page's first record
        """
        body = self._version() + _tag("numberOfRecords", str(total))
        if records:
            body += f"<records>{''.join(map(self._record, records))}</records>"
        if following:
            body += _tag("nextRecordPosition", str(following))
        body += self._echo("echoedSearchRetrieveRequest", _SEARCH_ECHO, echo) + self._diagnostics(diagnostics)
        if self.is_2:
            body += _tag("resultCountPrecision", _EXACT)
        return self._root("searchRetrieveResponse", body)

    def scan(
        self,
        *,
        words: Sequence[ListedWord] = (),
        echo: Mapping[str, str] | None = None,
        diagnostics: Iterable[Diagnostic] = (),
    ) -> str:
        """Return the answer to a scan."""
        terms = "".join(
            f"<term>{_tag('value', each.word)}{_tag('numberOfRecords', str(each.titles))}</term>" for each in words
        )
        body = self._version() + (f"<terms>{terms}</terms>" if terms else "")
        body += self._echo("echoedScanRequest", _SCAN_ECHO, echo) + self._diagnostics(diagnostics)
        return self._root("scanResponse", body)

    def explain(
        self, record: Record, *, echo: Mapping[str, str] | None = None, diagnostics: Iterable[Diagnostic] = ()
    ) -> str:
        """Return the answer that says what we are."""
        body = self._version() + self._record(record)
        body += self._echo("echoedExplainRequest", _EXPLAIN_ECHO, echo) + self._diagnostics(diagnostics)
        return self._root("explainResponse", body)

    def _root(self, name: str, body: str) -> str:
        space = _SPACE_1
        if self.is_2:
            space = "http://docs.oasis-open.org/ns/search-ws/" + ("scan" if name == "scanResponse" else "sruResponse")
        return f'{_HEAD}<{name} xmlns="{space}">{body}</{name}>'

    def _version(self) -> str:
        return "" if self.is_2 else _tag("version", self.version)

    def _record(self, record: Record) -> str:
        packing = "string" if self.is_string else "xml"
        return (
            f"<record>{_tag('recordSchema', record.schema)}"
            f"{_tag('recordXMLEscaping' if self.is_2 else 'recordPacking', packing)}"
            f"<recordData>{element_text(record.xml) if self.is_string else record.xml}</recordData>"
            f"{_tag('recordPosition', str(record.position or ''))}</record>"
        )

    def _echo(self, name: str, order: Sequence[str], arguments: Mapping[str, str] | None) -> str:
        if arguments is None:
            return ""
        said = dict(arguments) if self.is_2 else {**arguments, "version": self.version}
        content = "".join(_tag(each, said[each]) for each in order if said.get(each))
        return f"<{name}>{content}</{name}>"

    def _diagnostics(self, diagnostics: Iterable[Diagnostic]) -> str:
        content = "".join(map(self.diagnostic, diagnostics))
        return f"<diagnostics>{content}</diagnostics>" if content else ""


_SPACE_1 = "http://www.loc.gov/zing/srw/"
_DIAGNOSTIC_1 = "http://www.loc.gov/zing/srw/diagnostic/"


def _tag(name: str, text: str) -> str:
    return f"<{name}>{element_text(text)}</{name}>" if text else ""
