"""Answers, operation by operation."""

from collections.abc import Callable, Mapping

from django.http import QueryDict

from catalogue.search.finding import Found, find
from catalogue.search.requests import MOST_HITS
from catalogue.search.word_lists import WordList, words_around
from catalogue.selectors.retrieval import records_as_seen
from interop.sru.cql import parse
from interop.sru.diagnostics import Diagnostic, Number
from interop.sru.explaining import ZEEREX, Service, explain_record
from interop.sru.parameters import (
    DEFAULT_RECORDS,
    EXPLAIN,
    MOST_RECORDS,
    NEWEST,
    SCAN,
    SEARCH,
    Asked,
    check_choices,
    read_arguments,
    read_operation,
    read_packing,
    read_version,
)
from interop.sru.responses import Form, Record
from interop.sru.scanning import read_scan
from interop.sru.schemas import DEFAULT, schema_named
from interop.sru.translating import condition_of, order_of


def answer(service: Service, sent: QueryDict) -> str:
    """Return the answer to a request, whatever it is."""
    form = Form("1.2" if sent.get("version", NEWEST).startswith("1") else NEWEST)
    operation = EXPLAIN
    try:
        form = Form(read_version(sent))
        operation = read_operation(sent, form.version)
        asked = read_arguments(sent, form.version, operation)
        return _ANSWERS[operation](service, asked)
    except Diagnostic as found:
        return _refusal(service, form, operation, found)


def busy(service: Service, sent: QueryDict) -> str:
    """Return the answer to whoever asks too often."""
    form = Form("1.2" if sent.get("version", NEWEST).startswith("1") else NEWEST)
    return form.search(total=0, diagnostics=[Diagnostic(Number.UNAVAILABLE, "Too many requests: wait a minute")])


def _refusal(service: Service, form: Form, operation: str, found: Diagnostic) -> str:
    if operation == SEARCH:
        return form.search(total=0, diagnostics=[found])
    if operation == SCAN:
        return form.scan(diagnostics=[found])
    return form.explain(Record(ZEEREX, explain_record(service, form.version)), diagnostics=[found])


def _explain(service: Service, asked: Asked) -> str:
    form = Form(asked.version, read_packing(asked))
    return form.explain(Record(ZEEREX, explain_record(service, asked.version)), echo=asked.arguments)


def _search(service: Service, asked: Asked) -> str:
    check_choices(asked)
    form = Form(asked.version, read_packing(asked))
    schema = schema_named(asked.arguments.get("recordSchema") or DEFAULT.name)
    start = asked.number("startRecord", 1, least=1)
    wanted = min(asked.number("maximumRecords", DEFAULT_RECORDS, least=0), MOST_RECORDS)
    query = parse(asked.arguments["query"])
    found = find(
        condition_of(query.root),
        municipality=service.schema,
        order=order_of(query.sort_keys),
        language=service.language,
        offset=min(start, MOST_HITS + 1) - 1,
        limit=wanted,
    )
    if found is None:
        raise Diagnostic(Number.UNAVAILABLE, "The index is being built")
    last = min(found.total, MOST_HITS)
    if start > max(last, 1):
        return form.search(total=found.total, echo=asked.arguments, diagnostics=[Diagnostic(Number.OUT_OF_RANGE, last)])
    seen = records_as_seen(found.record_ids, service.municipality_id, with_marc=schema.needs_marc)
    records = []
    for position, record_id in enumerate(found.record_ids, start):
        record = seen.get(record_id)
        if record is None:
            # It was withdrawn after the index last read; the others keep their positions.
            records.append(form.surrogate(Diagnostic(Number.NO_SUCH_RECORD), position))
        else:
            records.append(Record(schema.identifier, schema.write(record), position))
    return form.search(
        total=found.total, records=records, following=_following(start, found, last), echo=asked.arguments
    )


def _following(start: int, found: Found, last: int) -> int | None:
    following = start + len(found.record_ids)
    return following if following <= last else None


def _scan(service: Service, asked: Asked) -> str:
    form = Form(asked.version)
    asked_for = read_scan(asked)
    found: WordList | None = words_around(
        asked_for.place,
        asked_for.word,
        before=asked_for.before,
        following=asked_for.following,
        municipality=service.schema,
        language=service.language,
    )
    if found is None:
        raise Diagnostic(Number.UNAVAILABLE, "The index is being built")
    return form.scan(words=asked_for.cut(found), echo=asked.arguments)


_ANSWERS: Mapping[str, Callable[[Service, Asked], str]] = {SEARCH: _search, SCAN: _scan, EXPLAIN: _explain}
