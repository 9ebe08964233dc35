"""A client of SRU 1.1 and 1.2: asks other catalogues for an ISBN and reads the records in their answers.

Nothing that a server sends raises: what it can't give is said beside what the others gave.
"""

import io
import re
import time
import xml.etree.ElementTree as ElementTree  # noqa: S405 (documents with a type are refused: no entities to expand)
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlencode, urlsplit

from catalogue.marc.identifiers import isbn10
from catalogue.marc.reading import read_records
from catalogue.marc.records import MarcRecord, RecordRead
from common.remote_sources import RemoteFailed, Trouble, fetch

MOST_RECORDS = 10
_MOST_BYTES = 5_000_000
# A cataloguer waits: for one catalogue, and for all that are asked one after the other.
_SECONDS_EACH, _SECONDS_IN_ALL = 8.0, 20.0
# Of what a server says about itself.
_LONGEST_TEXT = 200
_NO_XML = re.compile(rb"<!DOCTYPE|<!ENTITY|\x00", re.IGNORECASE)


class Target(Protocol):
    """A catalogue, and what it calls things."""

    name: str
    address: str
    version: str
    record_schema: str
    isbn_index: str


@dataclass(frozen=True)
class TargetAnswer:
    """What one catalogue answered.

    :ivar found: how many records it says it has; more than `records` when only the first were asked for
    :ivar unreadable: how many of those it sent weren't MARC records that can be read
    :ivar trouble: why there's no answer, or None
    :ivar status: of HTTP, when it refused
    :ivar diagnostic: what it says against the question, in its own words
    :ivar is_asked: false when the others had taken all the time
    """

    target: Target
    records: tuple[MarcRecord, ...] = ()
    found: int = 0
    unreadable: int = 0
    trouble: Trouble | None = None
    status: int = 0
    diagnostic: str = ""
    is_asked: bool = True


def ask_each(targets: Iterable[Target], isbn: str) -> Iterator[TargetAnswer]:
    """Ask catalogues one after the other for an ISBN of thirteen digits and yield what each answered."""
    until = time.monotonic() + _SECONDS_IN_ALL
    for target in targets:
        left = until - time.monotonic()
        yield ask(target, isbn, seconds=min(left, _SECONDS_EACH)) if left > 0 else TargetAnswer(target, is_asked=False)


def ask(target: Target, isbn: str, *, seconds: float) -> TargetAnswer:
    """Ask one catalogue for an ISBN, in both lengths, since older records have the short one only.

    :param seconds: that it may take
    """
    numbers = filter(None, (isbn, isbn10(isbn)))
    question = {
        "operation": "searchRetrieve",
        "version": target.version,
        "query": " or ".join(f'{target.isbn_index}="{number}"' for number in numbers),
        "maximumRecords": str(MOST_RECORDS),
        "recordSchema": target.record_schema,
        "recordPacking": "xml",
    }
    joint = "&" if urlsplit(target.address).query else "?"
    try:
        body = fetch(f"{target.address}{joint}{urlencode(question)}", seconds=seconds, most_bytes=_MOST_BYTES).body
    except RemoteFailed as failed:
        return TargetAnswer(target, trouble=failed.trouble, status=failed.status)
    return _read(target, body)


def _read(target: Target, body: bytes) -> TargetAnswer:
    try:
        if _NO_XML.search(body):
            raise ElementTree.ParseError
        root = ElementTree.fromstring(body)  # noqa: S314 (see the import)
    except (ElementTree.ParseError, ValueError, LookupError):
        return TargetAnswer(target, unreadable=1)
    if _local(root.tag) != "searchRetrieveResponse":
        return TargetAnswer(target, unreadable=1)
    said = next(((each.text or "").strip() for each in root if _local(each.tag) == "numberOfRecords"), "")
    found = int(said) if said.isascii() and said.isdecimal() and len(said) < 10 else 0
    outcomes = [each for each in read_records(io.BytesIO(body)) if isinstance(each, RecordRead) or each.number]
    records = tuple(each.record for each in outcomes if isinstance(each, RecordRead))[:MOST_RECORDS]
    sent = min(found, MOST_RECORDS)
    diagnostic = _diagnostic(root) if not records else ""
    unreadable = 0 if diagnostic else max(sent - len(records), 0)
    return TargetAnswer(target, records, max(found, len(records)), unreadable, diagnostic=diagnostic)


def _diagnostic(root: ElementTree.Element) -> str:
    """Return what the first diagnostic says: its message, or its number, and its details."""
    for element in root.iter():
        if _local(element.tag) == "diagnostic":
            parts = {_local(part.tag): " ".join((part.text or "").split()) for part in element}
            said = [parts.get("message") or parts.get("uri") or "", parts.get("details") or ""]
            return ": ".join(filter(None, said))[:_LONGEST_TEXT]
    return ""


def _local(tag: object) -> str:
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""
