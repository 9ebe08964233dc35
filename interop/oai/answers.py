"""Answers, verb by verb, as XML."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from django.http import QueryDict

from catalogue.harvesting import Harvested, View, Window, clock, earliest_change, harvest_page, harvested_title
from catalogue.marc.xml_text import attribute_text, element_text
from interop.oai.arguments import TOKEN, Asked, Span, is_set_name, read_request, read_set, read_span
from interop.oai.errors import Code, Refused, refuse
from interop.oai.formats import FORMATS, Format
from interop.oai.repository import Repository
from interop.oai.tokens import Place, microseconds, read_token, token_of

PAGE = 200
_OAI = "http://www.openarchives.org/OAI/2.0/"
_IDENTIFIER = "http://www.openarchives.org/OAI/2.0/oai-identifier"
_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_HEAD = (
    f'<?xml version="1.0" encoding="UTF-8"?>\n<OAI-PMH xmlns="{_OAI}" xmlns:xsi="{_XSI}"'
    f' xsi:schemaLocation="{_OAI} {_OAI}OAI-PMH.xsd">'
)
# A request with these can't be repeated in the answer, says the protocol.
_UNREPEATED = {Code.BAD_VERB, Code.BAD_ARGUMENT}


@dataclass(frozen=True)
class _Page:
    """Which page of a list is asked for."""

    verb: str
    format: Format
    set_name: str
    span: Span
    place: Place | None = None


def answer(repository: Repository, sent: QueryDict) -> str:
    """Return the answer to a request, whatever it is."""
    # Before anything is read: what changes from now on is found by a harvester who comes back for it.
    moment = clock()
    attributes: Mapping[str, str] = {}
    try:
        asked = read_request(sent)
        attributes = {"verb": asked.verb, **asked.arguments}
        body = f"<{asked.verb}>{''.join(_ANSWERS[asked.verb](repository, asked))}</{asked.verb}>"
    except Refused as refusal:
        body = "".join(f'<error code="{code}">{element_text(text)}</error>' for code, text in refusal.problems)
        if any(code in _UNREPEATED for code, _text in refusal.problems):
            attributes = {}
    repeated = "".join(f' {name}="{attribute_text(value)}"' for name, value in _legal(attributes))
    request = f"<request{repeated}>{element_text(repository.address)}</request>"
    return f"{_HEAD}<responseDate>{_written(moment)}</responseDate>{request}{body}</OAI-PMH>"


def _legal(attributes: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for name, value in attributes.items():
        if name not in ("metadataPrefix", "set") or is_set_name(value):
            yield name, value


def _written(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _identify(repository: Repository, _asked: Asked) -> Iterator[str]:
    earliest = earliest_change(View(repository.municipality_id)) or clock()
    yield f"<repositoryName>{element_text(repository.name)}</repositoryName>"
    yield f"<baseURL>{element_text(repository.address)}</baseURL><protocolVersion>2.0</protocolVersion>"
    yield f"<adminEmail>{element_text(repository.email)}</adminEmail>"
    yield f"<earliestDatestamp>{_written(earliest)}</earliestDatestamp><deletedRecord>persistent</deletedRecord>"
    yield "<granularity>YYYY-MM-DDThh:mm:ssZ</granularity><compression>gzip</compression>"
    if repository.has_usual_host:
        yield (
            f'<description><oai-identifier xmlns="{_IDENTIFIER}" xsi:schemaLocation="{_IDENTIFIER} {_IDENTIFIER}.xsd">'
            f"<scheme>oai</scheme><repositoryIdentifier>{repository.host}</repositoryIdentifier>"
            f"<delimiter>:</delimiter><sampleIdentifier>{repository.identifier(1)}</sampleIdentifier>"
            "</oai-identifier></description>"
        )


def _list_formats(repository: Repository, asked: Asked) -> Iterator[str]:
    if "identifier" in asked.arguments:
        _title(repository, asked, with_marc=False)
    for each in FORMATS.values():
        yield (
            f"<metadataFormat><metadataPrefix>{each.prefix}</metadataPrefix><schema>{each.schema}</schema>"
            f"<metadataNamespace>{each.namespace}</metadataNamespace></metadataFormat>"
        )


def _list_sets(repository: Repository, asked: Asked) -> Iterator[str]:
    if TOKEN in asked.arguments:
        raise refuse(Code.BAD_RESUMPTION_TOKEN, "The list of sets has one page.")
    for name, words in repository.sets():
        yield f"<set><setSpec>{name}</setSpec><setName>{element_text(words)}</setName></set>"


def _get_record(repository: Repository, asked: Asked) -> Iterator[str]:
    chosen = _format(asked.arguments["metadataPrefix"])
    yield _record(repository, _title(repository, asked, with_marc=chosen.needs_marc), chosen)


def _list_identifiers(repository: Repository, asked: Asked) -> Iterator[str]:
    page = _page(repository, asked)
    titles, token = _titles(repository, page, with_marc=False)
    yield from (_header(repository, title) for title in titles)
    yield token


def _list_records(repository: Repository, asked: Asked) -> Iterator[str]:
    page = _page(repository, asked)
    titles, token = _titles(repository, page, with_marc=page.format.needs_marc)
    yield from (_record(repository, title, page.format) for title in titles)
    yield token


_ANSWERS: Mapping[str, Callable[[Repository, Asked], Iterable[str]]] = {
    "Identify": _identify,
    "ListMetadataFormats": _list_formats,
    "ListSets": _list_sets,
    "GetRecord": _get_record,
    "ListIdentifiers": _list_identifiers,
    "ListRecords": _list_records,
}


def _title(repository: Repository, asked: Asked, *, with_marc: bool) -> Harvested:
    number = repository.record_id(asked.arguments["identifier"])
    title = harvested_title(View(repository.municipality_id), number, with_marc=with_marc) if number else None
    if title is None:
        raise refuse(Code.ID_DOES_NOT_EXIST, "There has never been a record of this name here.")
    return title


def _format(prefix: str) -> Format:
    if prefix not in FORMATS:
        raise refuse(Code.CANNOT_DISSEMINATE_FORMAT, f"The formats are {', '.join(FORMATS)}.")
    return FORMATS[prefix]


def _page(repository: Repository, asked: Asked) -> _Page:
    if text := asked.arguments.get(TOKEN):
        place = read_token(text, verb=asked.verb, view=repository.key)
        return _Page(asked.verb, _format(place.prefix), place.set_name, Span(place.since, place.until), place)
    span, set_name = read_span(asked.arguments), read_set(asked.arguments)
    return _Page(asked.verb, _format(asked.arguments["metadataPrefix"]), set_name, span)


def _titles(repository: Repository, page: _Page, *, with_marc: bool) -> tuple[list[Harvested], str]:
    """Return a page's titles, and the element that leads to the next page."""
    view = repository.view(page.set_name)
    titles: list[Harvested] = []
    if view:
        window = Window(page.span.begins, page.span.ends, page.place.after if page.place else None)
        titles = harvest_page(view, window, limit=PAGE + 1, with_marc=with_marc)
        if not titles and page.place:
            # All that was left has changed meanwhile and lies beyond `until`; a page needs a title, so the last again.
            again = harvested_title(view, page.place.record_id, with_marc=with_marc)
            titles = [again] if again else []
    if not titles:
        raise refuse(Code.NO_RECORDS_MATCH, "Nothing in this set has changed in this time.")
    return titles[:PAGE], _token(repository, page, titles)


def _token(repository: Repository, page: _Page, titles: list[Harvested]) -> str:
    given = page.place.given if page.place else 0
    if len(titles) <= PAGE:
        return f'<resumptionToken cursor="{given}"/>' if page.place else ""
    last = titles[PAGE - 1]
    place = Place(
        verb=page.verb,
        prefix=page.format.prefix,
        set_name=page.set_name,
        since=page.span.since,
        until=page.span.until,
        date=microseconds(last.changed_at),
        record_id=last.record_id,
        given=given + PAGE,
    )
    return f'<resumptionToken cursor="{given}">{token_of(place, view=repository.key)}</resumptionToken>'


def _header(repository: Repository, title: Harvested) -> str:
    sets = (
        ""
        if title.is_gone
        else "".join(
            f"<setSpec>{name}</setSpec>" for name in repository.sets_of(title.material_type, title.branch_codes)
        )
    )
    status = ' status="deleted"' if title.is_gone else ""
    return (
        f"<header{status}><identifier>{repository.identifier(title.record_id)}</identifier>"
        f"<datestamp>{_written(title.changed_at)}</datestamp>{sets}</header>"
    )


def _record(repository: Repository, title: Harvested, chosen: Format) -> str:
    header = _header(repository, title)
    if title.record is None:
        return f"<record>{header}</record>"
    return f"<record>{header}<metadata>{chosen.write(title.record)}</metadata></record>"
