"""Reading another library's OAI-PMH provider, page by page, politely and without believing what it sends.

Addresses go through `common.remote_sources`, which leads to public machines only. A page is read by a parser that keeps
nothing and refuses document types; the records are cut out as bytes and read by the import, like those of any file.
"""

import io
import re
import time
import xml.parsers.expat as expat
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from urllib.parse import urlencode

from catalogue.marc import xml_records
from common.remote_sources import RemoteAnswer, RemoteFailed, Trouble, fetch

_OAI = "http://www.openarchives.org/OAI/2.0/ "
_TOLD = frozenset({"responseDate", "resumptionToken", "granularity", "error"})
_DAY, _LONGEST_TOKEN, _DEEPEST, _LONGEST_TEXT = 10, 4000, 60, 5000
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}:[0-9]{2}Z)?")
_SECONDS, _MOST_BYTES = 120.0, 32 << 20
# Between two questions, and at most when the other side asks for it.
PAUSE = 1.0
_LONGEST_WAIT, _WAITS = 120, 3


class SourceProblem(StrEnum):
    """What kept a harvest from its end, beside the troubles of the way there."""

    NO_OAI = "NO_OAI"
    SOURCE_SAYS_NO = "SOURCE_SAYS_NO"
    TOKEN_TOO_OLD = "TOKEN_TOO_OLD"  # noqa: S105 (no secret)
    NO_MARC = "NO_MARC"


class SourceFailed(Exception):
    """A source that gave no page.

    :ivar code: a `SourceProblem` or a `common.remote_sources.Trouble`
    """

    def __init__(self, code: SourceProblem | Trouble) -> None:
        self.code = code
        super().__init__(code.value)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked of a source.

    :ivar since: from when on, as the source writes moments; empty is everything
    :ivar token: where an earlier harvest stopped; then the rest says nothing
    """

    address: str
    prefix: str
    set_name: str = ""
    since: str = ""
    token: str = ""


@dataclass(slots=True)
class Page:
    """One answer of a source.

    :ivar records: the bytes of each MARC record
    :ivar gone: how many records it says are deleted
    :ivar token: what leads to the next page; empty on the last one
    :ivar moment: when it was made, by the source's clock
    """

    records: list[bytes] = field(default_factory=list)
    gone: int = 0
    token: str = ""
    moment: str = ""


def pages(wanted: Wanted) -> Iterator[Page]:
    """Yield a source's pages until the last one; none when nothing has changed.

    :raises SourceFailed: when there's no further page though there should be; what was yielded is whole
    """
    query = {"verb": "ListRecords", "resumptionToken": wanted.token}
    if not wanted.token:
        query = {"verb": "ListRecords", "metadataPrefix": wanted.prefix}
        query |= {"set": wanted.set_name} if wanted.set_name else {}
        query |= {"from": _written(wanted)} if wanted.since else {}
    while True:
        page = _page(_asked(wanted.address, query).body)
        if page is None:
            return
        yield page
        if not page.token:
            return
        if page.token == query.get("resumptionToken"):
            # It would go round for ever.
            raise SourceFailed(SourceProblem.NO_OAI)
        query = {"verb": "ListRecords", "resumptionToken": page.token}
        time.sleep(PAUSE)


def _written(wanted: Wanted) -> str:
    """Return the moment as precisely as the source understands it, which it says itself."""
    granularity = _read(_asked(wanted.address, {"verb": "Identify"}).body).told.get("granularity", "")
    return wanted.since if "ss" in granularity else wanted.since[:_DAY]


def _asked(address: str, query: dict[str, str]) -> RemoteAnswer:
    full = f"{address}{'&' if '?' in address else '?'}{urlencode(query)}"
    for waits in range(_WAITS + 1):
        try:
            return fetch(full, seconds=_SECONDS, most_bytes=_MOST_BYTES)
        except RemoteFailed as failed:
            said = failed.retry_after
            asks_to_wait = failed.status in (429, 503) and re.fullmatch("[0-9]{1,4}", said)
            if not asks_to_wait or waits == _WAITS:
                raise SourceFailed(failed.trouble) from failed
            time.sleep(min(int(said), _LONGEST_WAIT))
    raise SourceFailed(Trouble.REFUSED)


def _page(body: bytes) -> Page | None:
    read = _read(body)
    if code := read.error:
        if code == "noRecordsMatch":
            return None
        is_old = code == "badResumptionToken"
        raise SourceFailed(SourceProblem.TOKEN_TOO_OLD if is_old else SourceProblem.SOURCE_SAYS_NO)
    moment, token = read.told.get("responseDate", "").strip(), read.told.get("resumptionToken", "").strip()
    if not _MOMENT.fullmatch(moment) or len(token) > _LONGEST_TOKEN:
        raise SourceFailed(SourceProblem.NO_OAI)
    records = [piece.raw for piece in xml_records.cut(io.BytesIO(body)) if xml_records.is_marc(piece.raw)]
    if read.records and not records and not read.gone:
        raise SourceFailed(SourceProblem.NO_MARC)
    return Page(records, read.gone, token, moment)


def _read(body: bytes) -> "_Reader":
    reader = _Reader()
    parser = expat.ParserCreate("UTF-8", " ")
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = reader.begin, reader.end
    parser.CharacterDataHandler, parser.StartDoctypeDeclHandler = reader.text, reader.refuse
    try:
        parser.Parse(body, True)
    except expat.ExpatError as problem:
        raise SourceFailed(SourceProblem.NO_OAI) from problem
    if not reader.is_oai:
        raise SourceFailed(SourceProblem.NO_OAI)
    return reader


class _Reader:
    """Keeps the few texts of an answer that lead on, and counts."""

    def __init__(self) -> None:
        self.told: dict[str, str] = {}
        self.error = ""
        self.records = self.gone = self._depth = 0
        self.is_oai = False
        self._inside = ""

    def begin(self, name: str, attributes: dict[str, str]) -> None:
        """Note an element."""
        self._depth += 1
        if self._depth > _DEEPEST:
            raise SourceFailed(SourceProblem.NO_OAI)
        if not name.startswith(_OAI):
            return
        local = name.removeprefix(_OAI)
        self.is_oai = self.is_oai or (self._depth == 1 and local == "OAI-PMH")
        self._inside = local if local in _TOLD else ""
        self.error = self.error or (attributes.get("code", "error") if local == "error" else "")
        if local == "header":
            self.records += 1
            self.gone += attributes.get("status") == "deleted"

    def end(self, _name: str) -> None:
        """Leave an element."""
        self._depth -= 1
        self._inside = ""

    def text(self, text: str) -> None:
        """Keep a text that leads on."""
        if self._inside:
            self.told[self._inside] = (self.told.get(self._inside, "") + text)[:_LONGEST_TEXT]

    def refuse(self, *_what: Any) -> None:
        """Refuse a document type, whose entities could expand."""
        raise SourceFailed(SourceProblem.NO_OAI)
