"""A client of SRU 1.1 and 1.2: asks other catalogues for titles and reads the records in their answers.

Nothing that a server sends raises: what it can't give is said beside what the others gave.
"""

import io
import re
import xml.etree.ElementTree as ElementTree  # noqa: S405 (documents with a type are refused: no entities to expand)
from itertools import islice
from urllib.parse import urlencode, urlsplit

from catalogue.marc.reading import read_records
from catalogue.marc.records import RecordRead
from catalogue.remote.questions import MOST_RECORDS, Question, Target, TargetAnswer, words
from common.remote_sources import RemoteFailed, fetch

_MOST_BYTES = 5_000_000
# Of what a server says about itself.
_LONGEST_TEXT = 200
_NO_XML = re.compile(rb"<!DOCTYPE|<!ENTITY|\x00", re.IGNORECASE)


def ask(target: Target, question: Question, *, seconds: float) -> TargetAnswer:
    """Ask one catalogue.

    :param seconds: that it may take
    """
    query = _query(target, question)
    if not query:
        return TargetAnswer(target, is_asked=False)
    asked = {
        "operation": "searchRetrieve",
        "version": target.version,
        "query": query,
        "maximumRecords": str(MOST_RECORDS),
        "recordSchema": target.record_schema,
        "recordPacking": "xml",
    }
    joint = "&" if urlsplit(target.address).query else "?"
    try:
        body = fetch(f"{target.address}{joint}{urlencode(asked)}", seconds=seconds, most_bytes=_MOST_BYTES).body
    except RemoteFailed as failed:
        return TargetAnswer(target, trouble=failed.trouble, status=failed.status)
    return _read(target, body)


def _query(target: Target, question: Question) -> str:
    """Return the question in CQL, or nothing when the catalogue can't be asked it.

    Each word is a clause of its own: every server knows `=` and `and`, in whatever order the words stand there.
    """
    numbers = question.isbns
    parts = [" or ".join(f'{target.isbn_index}="{number}"' for number in numbers)] if numbers else []
    for index, text in ((target.title_index, question.title), (target.author_index, question.author)):
        found = words(text)
        if found and not index:
            return ""
        parts += [f'{index}="{word}"' for word in found]
    if numbers and len(parts) > 1:
        parts[0] = f"({parts[0]})"
    return " and ".join(parts)


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
    outcomes = read_records(io.BytesIO(body))
    records = tuple(islice((each.record for each in outcomes if isinstance(each, RecordRead)), MOST_RECORDS))
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
