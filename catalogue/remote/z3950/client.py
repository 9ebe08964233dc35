"""Asks other catalogues for titles by Z39.50 and reads the records in their answers.

Nothing that a server sends raises: what it can't give is said beside what the others gave.
"""

import io
from collections.abc import Iterator
from contextlib import suppress
from functools import reduce
from itertools import chain, islice
from typing import Any
from urllib.parse import unquote, urlsplit

from pyasn1.codec.ber import decoder, encoder
from pyasn1.codec.streaming import CachingStreamWrapper
from pyasn1.error import PyAsn1Error

from catalogue.marc.reading import read_records
from catalogue.marc.records import MarcRecord, RecordRead
from catalogue.remote.questions import MOST_FOUND, MOST_RECORDS, Question, Target, TargetAnswer, words
from catalogue.remote.z3950 import messages
from common.remote_sources import Line, RemoteFailed, conversation

# How a record may come, as a target's record schema names it.
SYNTAXES = {
    "marc21": "1.2.840.10003.5.10",
    "usmarc": "1.2.840.10003.5.10",
    "danmarc2": "1.2.840.10003.5.14",
    "marcxml": "1.2.840.10003.5.109.10",
}
PORT = 210
_ATTRIBUTES = "1.2.840.10003.3.1"
_USE = 1
_MOST_BYTES = 5_000_000
_RESULT = b"default"
_ANY_DATABASE = "Default"
_LONGEST_TEXT = 200
_LARGEST_CONDITION = 999_999
# Of the list Bib-1: those that say more than their number does.
_CONDITIONS = {
    1: "permanent system error",
    2: "temporary system error",
    3: "unsupported search",
    13: "present request out of range",
    14: "system error in presenting records",
    100: "unspecified error",
    101: "access-control failure",
    108: "malformed query",
    109: "database unavailable",
    114: "unsupported use attribute",
    117: "unsupported relation attribute",
    118: "unsupported structure attribute",
    120: "unsupported truncation attribute",
    125: "malformed search term",
    235: "database does not exist",
    236: "access to the database denied",
    238: "record not available in this syntax",
    239: "record syntax not supported",
}


class _Refused(Exception):
    """The server says what's wrong."""


_BROKEN = (_Refused, RemoteFailed, PyAsn1Error, EOFError, OSError)


def ask(target: Target, question: Question, *, seconds: float) -> TargetAnswer:
    """Ask one catalogue.

    :param target: its address is `z39.50s://host:port/database`, its record schema one of `SYNTAXES`, its indexes
        numbers of the list Bib-1: 7 for ISBN, 4 for titles, 1003 for authors
    :param seconds: that it may take
    """
    query = _query(target, question)
    if query is None:
        return TargetAnswer(target, is_asked=False)
    try:
        with conversation(target.address, seconds=seconds, port=PORT) as line:
            found, sent = _asked(line, target, query)
    except RemoteFailed as failed:
        return TargetAnswer(target, trouble=failed.trouble)
    except _Refused as refused:
        return TargetAnswer(target, diagnostic=str(refused)[:_LONGEST_TEXT])
    except (PyAsn1Error, EOFError):
        return TargetAnswer(target, unreadable=1)
    records = tuple(islice(chain.from_iterable(map(_records, sent)), MOST_RECORDS))
    unreadable = max(min(found, MOST_RECORDS) - len(records), 0)
    return TargetAnswer(target, records, max(found, len(records)), unreadable)


def _query(target: Target, question: Question) -> messages.Structure | None:
    """Return the question, or None when the catalogue can't be asked it; each word is a part of its own."""
    numbers = question.isbns
    parts = [reduce(_either, [_operand(target.isbn_index, number) for number in numbers])] if numbers else []
    for index, text in ((target.title_index, question.title), (target.author_index, question.author)):
        found = words(text)
        if found and not index:
            return None
        parts += [_operand(index, word) for word in found]
    return reduce(_both, parts) if parts else None


def _operand(index: str, text: str) -> messages.Structure:
    made = messages.Structure()
    operand = made["op"]["attrTerm"]
    operand["attributes"][0]["attributeType"] = _USE
    operand["attributes"][0]["attributeValue"]["numeric"] = int(index)
    operand["term"]["general"] = text.encode()
    return made


def _both(one: messages.Structure, other: messages.Structure) -> messages.Structure:
    return _joined(one, other, "and")


def _either(one: messages.Structure, other: messages.Structure) -> messages.Structure:
    return _joined(one, other, "or")


def _joined(one: messages.Structure, other: messages.Structure, how: str) -> messages.Structure:
    made = messages.Structure()
    joined = made["rpnRpnOp"]
    joined["rpn1"], joined["rpn2"] = one, other
    joined["op"][how] = ""
    return made


def _asked(line: Line, target: Target, query: messages.Structure) -> tuple[int, list[bytes]]:
    """Say hello, search, and return how much was found and the first records: those that came, if the line breaks."""
    heard = _Heard(line)
    _begin(line, heard)
    syntax = SYNTAXES[target.record_schema]
    found = _searched(line, heard, target, query, syntax)
    sent: list[bytes] = []
    wanted = min(found, MOST_RECORDS)
    # A server may send fewer at once than it's asked for.
    place = 1
    while place <= wanted:
        try:
            got = _presented(line, heard, place, wanted - place + 1, syntax)
        except _BROKEN:
            if sent:
                return found, sent
            raise
        sent += [each for each in got if each]
        if not got:
            break
        place += len(got)
    # Whoever has hung up already needs no good-bye.
    with suppress(OSError):
        _say(line, "close", closeReason=0)
    return found, sent


def _begin(line: Line, heard: "_Heard") -> None:
    _say(
        line,
        "initRequest",
        protocolVersion="'111'B",
        options="'11'B",
        preferredMessageSize=_MOST_BYTES,
        exceptionalRecordSize=_MOST_BYTES,
        implementationName=b"Libsys",
    )
    if not heard.next("initResponse")["result"]:
        raise _Refused("init")


def _searched(line: Line, heard: "_Heard", target: Target, query: messages.Structure, syntax: str) -> int:
    message = messages.Message()
    asked = message["searchRequest"]
    # No records yet, however few there are: they're asked for next.
    asked["smallSetUpperBound"], asked["largeSetLowerBound"], asked["mediumSetPresentNumber"] = 0, 1, 0
    asked["replaceIndicator"], asked["resultSetName"], asked["preferredRecordSyntax"] = True, _RESULT, syntax
    asked["databaseNames"][0] = (unquote(urlsplit(target.address).path.strip("/")) or _ANY_DATABASE).encode()
    asked["query"]["type-1"]["attributeSet"] = _ATTRIBUTES
    asked["query"]["type-1"]["rpn"] = query
    line.send(encoder.encode(message))
    answer = heard.next("searchResponse")
    if answer["records"].isValue and (problem := _problem_in(answer["records"])):
        raise _Refused(problem)
    if not answer["searchStatus"]:
        raise _Refused("search")
    return min(max(int(answer["resultCount"]), 0), MOST_FOUND)


def _presented(line: Line, heard: "_Heard", place: int, count: int, syntax: str) -> list[bytes]:
    """Return the bytes of some records, empty ones for those that the server couldn't give."""
    _say(
        line,
        "presentRequest",
        resultSetId=_RESULT,
        resultSetStartPoint=place,
        numberOfRecordsRequested=count,
        preferredRecordSyntax=syntax,
    )
    records = heard.next("presentResponse")["records"]
    if not records.isValue:
        return []
    if problem := _problem_in(records):
        raise _Refused(problem)
    return [_bytes_of(each) for each in records["responseRecords"]]


def _say(line: Line, name: str, **values: object) -> None:
    message = messages.Message()
    for field, value in values.items():
        message[name][field] = value
    line.send(encoder.encode(message))


class _Whole(CachingStreamWrapper):
    """A stream that keeps all it has read.

    pyasn1's own forgets what is behind a mark and counts positions anew, while the decoder still measures from the old
    ones: no message beyond a buffer's length could be read.
    """

    markedPosition = 0  # noqa: N815 (the decoder's name for it)


class _Heard:
    """What a server says, message by message."""

    def __init__(self, line: Line) -> None:
        self._messages: Iterator[Any] = iter(
            decoder.StreamingDecoder(_Whole(line.reader(most_bytes=_MOST_BYTES)), asn1Spec=messages.Message())
        )

    def next(self, name: str) -> Any:
        """Return the next message, which should be of this kind."""
        message = next(self._messages, None)
        if message is None or not isinstance(message, messages.Message):
            raise EOFError
        if message.getName() == "close":
            told = message["close"]["diagnosticInformation"]
            raise _Refused(_text(bytes(told)) if told.isValue else "close")
        if message.getName() != name:
            raise EOFError
        return message[name]


def _problem_in(records: Any) -> str:
    """Return what's said in the place of records, or nothing."""
    if records.getName() == "nonSurrogateDiagnostic":
        return _said(records["nonSurrogateDiagnostic"])
    if records.getName() == "multipleNonSurDiagnostics":
        for each in records["multipleNonSurDiagnostics"]:
            if each.getName() == "defaultFormat":
                return _said(each["defaultFormat"])
        return "diagnostic"
    return ""


def _said(diagnostic: Any) -> str:
    number = int(diagnostic["condition"])
    name = f"{number} {_CONDITIONS.get(number, '')}".strip() if 0 <= number <= _LARGEST_CONDITION else ""
    return ": ".join(filter(None, (name, _text(bytes(diagnostic["addinfo"].getComponent()))))) or "diagnostic"


def _text(said: bytes) -> str:
    return " ".join("".join(each if each.isprintable() else " " for each in said.decode(errors="replace")).split())


def _bytes_of(named: Any) -> bytes:
    record = named["record"]
    if record.getName() != "retrievalRecord":
        return b""
    encoding = record["retrievalRecord"]["encoding"]
    return bytes(encoding["octet-aligned"]) if encoding.getName() == "octet-aligned" else b""


def _records(raw: bytes) -> Iterator[MarcRecord]:
    for outcome in read_records(io.BytesIO(raw)):
        if isinstance(outcome, RecordRead):
            yield outcome.record
