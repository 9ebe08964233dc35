"""Reads any file of MARC records: finds its format and encoding, and gives each record, or why it can't be read.

Streams of any size in constant memory. Nothing that a file can contain raises: what can't be read is a
`RecordFailure`, and the next record follows.
"""

import gzip
import io
import re
import zlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from pathlib import Path
from typing import BinaryIO, NamedTuple, cast

from django.core.files import File

from catalogue.marc import aleph, iso2709, xml_records
from catalogue.marc.problems import Problem, RecordProblem
from catalogue.marc.records import MarcRecord, Parsed, Piece, RawFormat, RecordFailure, RecordRead

Progress = Callable[[int, int | None], None]
_Parse = Callable[[bytes], Parsed]

_HEAD = 1 << 16
_XML_ENCODINGS = {"utf-8": "utf-8", "utf8": "utf-8", "us-ascii": "utf-8", "ascii": "utf-8", "iso-8859-1": "latin-1"}
ENCODINGS = ("utf-8", "marc-8", "latin-1")
_NUMBER = re.compile(
    rb"""tag=["']001["'][^>]{0,200}>(?:\s{0,200}<[^>]{0,200}code=["']a["'][^>]{0,200}>)?\s{0,200}([\w-]{1,64})"""
    rb"""|\A\d{5}[^\x1e]{19}001[^\x1e]+\x1e(?:..\x1fa)?\s*([\w-]{1,64})"""
    rb"""|\A(\d{9}) \w{3}.. L """
)


def read_records(
    source: Path | str | BinaryIO,
    *,
    progress: Progress | None = None,
    encoding: str | None = None,
    most_bytes: int | None = None,
) -> Iterator[RecordRead | RecordFailure]:
    """Yield every record of a file, packed with gzip or not, or why it can't be read.

    :param source: a path, or a stream of bytes opened by the caller
    :param progress: told, now and then, how many bytes have been read and how many there are, if that's known
    :param encoding: one of `ENCODINGS`, to believe instead of what the file says
    :param most_bytes: of a packed file that are unpacked, where somebody waits; behind them stands a failure
    """
    with _opened(source) as stream:
        counted = _Counted(stream, progress)
        try:
            yield from _read(counted, encoding, most_bytes)
        except _TooMuch:
            yield RecordFailure(0, counted.count, Problem.TOO_MUCH_TO_LOOK_AT)
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            yield RecordFailure(0, counted.count, Problem.BROKEN_ARCHIVE, detail=str(error))


def read_single(raw: bytes) -> RecordRead:
    """Read bytes that are one record, in any of the formats.

    :raises RecordProblem: if they can't be read, or are none or several
    """
    outcomes = read_records(io.BytesIO(raw))
    first, another = next(outcomes, None), next(outcomes, None)
    if isinstance(first, RecordFailure):
        raise RecordProblem(first.code, first.detail)
    if first is None or another is not None:
        raise RecordProblem(Problem.NOT_ONE_RECORD)
    return first


def parse_raw(raw: bytes, *, raw_format: str, raw_encoding: str) -> MarcRecord:
    """Read a record again from the bytes that were kept of it.

    :raises RecordProblem: if it can't be read; one that `read_records` gave can be
    """
    if raw_format == RawFormat.ALEPH:
        return aleph.parse(raw, raw_encoding).record
    if raw_format in (RawFormat.MARCXML, RawFormat.MARCXCHANGE):
        return xml_records.parse(raw, raw_encoding).record
    return iso2709.parse(raw, "utf-8" if raw_encoding == "ascii" else raw_encoding).record


def _read(stream: "_Counted", encoding: str | None, most_bytes: int | None) -> Iterator[RecordRead | RecordFailure]:
    head = _Headed(stream)
    if head.start.startswith(b"\x1f\x8b"):
        unpacked = cast(iso2709.Readable, gzip.GzipFile(fileobj=cast(BinaryIO, head)))
        head = _Headed(_Limited(unpacked, most_bytes) if most_bytes else unpacked)
    found = _recognise(head.start, encoding)
    if isinstance(found, Problem):
        yield RecordFailure(0, 0, found)
        return
    number = 0
    for piece in found.cut(head):
        outcome = _outcome(number + 1, piece, found.parse)
        inner = found.cut_again(piece) if isinstance(outcome, RecordFailure) and not piece.problem else []
        if not inner:
            number += 1
            yield outcome
        for part in inner:
            number += 1
            yield _outcome(number, part, found.parse)
    if not number:
        yield RecordFailure(0, 0, Problem.NO_RECORDS)


def _outcome(number: int, piece: Piece, parse: _Parse) -> RecordRead | RecordFailure:
    if piece.problem:
        return RecordFailure(number, piece.offset, piece.problem, _guessed_number(piece.raw))
    try:
        record, raw_format, raw_encoding, repairs = parse(piece.raw)
    except RecordProblem as problem:
        return RecordFailure(number, piece.offset, problem.code, _guessed_number(piece.raw), problem.detail)
    return RecordRead(number, piece.offset, piece.raw, raw_format, raw_encoding, record, repairs)


def _guessed_number(raw: bytes) -> str:
    """Return what is probably the number of a record that can't be read, so that people can find it."""
    found = _NUMBER.search(raw)
    return next((part for part in found.groups() if part), b"").decode("ascii") if found else ""


def _recognise(head: bytes, encoding: str | None) -> "_Format | Problem":
    """Return how to cut and parse a file that begins like this, or why it can't be read."""
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n\t \0\x1a\x19")
    if not start:
        return Problem.EMPTY_FILE
    if start.startswith((b"\xff\xfe", b"\xfe\xff")) or head[:2] in (b"<\0", b"\0<"):
        return Problem.UNSUPPORTED_ENCODING
    if start.startswith(b"<"):
        declared = _XML_ENCODINGS.get(xml_records.encoding_of(head))
        used = encoding or declared
        if not used:
            return Problem.UNSUPPORTED_ENCODING
        return _Format(xml_records.cut, partial(xml_records.parse, encoding=used))
    if aleph.LINE.match(start):
        return _Format(aleph.cut, partial(aleph.parse, encoding=encoding or "utf-8"))
    if b"\x1e" in head and (b"\x1d" in head or start[:5].isdigit()):
        return _Format(iso2709.cut, partial(iso2709.parse, encoding=encoding), iso2709.cut_again)
    return _refusal(start)


def _refusal(start: bytes) -> Problem:
    if start.startswith(b"PK\x03\x04"):
        return Problem.ZIP_ARCHIVE
    if start[:1] in b"{[":
        return Problem.JSON_FORMAT
    if start.startswith((b"=LDR", b"=00", b"LDR", b"LEADER", b"000 ", b"001")):
        return Problem.LINE_FORMAT
    if start[:5].isdigit() and start[20:24].isdigit():
        return Problem.TRUNCATED
    return Problem.UNKNOWN_FORMAT


class _Format(NamedTuple):
    """How to cut and parse a file."""

    cut: Callable[[iso2709.Readable], Iterator[Piece]]
    parse: _Parse
    cut_again: Callable[[Piece], list[Piece]] = lambda _piece: []


class _Counted:
    """A stream that tells how far it has been read."""

    def __init__(self, stream: iso2709.Readable, progress: Progress | None) -> None:
        self.stream = stream
        self.progress = progress
        self.count = 0
        self.total = _size(stream)

    def read(self, size: int = -1, /) -> bytes:
        data = self.stream.read(size)
        self.count += len(data)
        if self.progress:
            self.progress(self.count, self.total)
        return data


class _TooMuch(Exception):
    """More was unpacked than there's time for."""


class _Limited:
    """A stream that ends with an exception once too much has been read of it."""

    def __init__(self, stream: iso2709.Readable, most_bytes: int) -> None:
        self.stream, self.left = stream, most_bytes

    def read(self, size: int = -1, /) -> bytes:
        data = self.stream.read(min(size, self.left + 1) if size >= 0 else self.left + 1)
        self.left -= len(data)
        if self.left < 0:
            raise _TooMuch
        return data


class _Headed:
    """A stream whose beginning can be looked at before it's read."""

    def __init__(self, stream: iso2709.Readable) -> None:
        self.stream = stream
        self.start = stream.read(_HEAD)
        self.ahead = self.start

    def read(self, size: int = -1, /) -> bytes:
        if self.ahead:
            data = self.ahead if size < 0 else self.ahead[:size]
            self.ahead = self.ahead[len(data) :]
            return data
        return self.stream.read(size)


def _opened(source: Path | str | BinaryIO) -> AbstractContextManager[iso2709.Readable]:
    return open(source, "rb") if isinstance(source, Path | str) else nullcontext(source)


def _size(stream: iso2709.Readable) -> int | None:
    if not isinstance(stream, io.IOBase | File) or not stream.seekable():
        return None
    here = stream.tell()
    stream.seek(0, io.SEEK_END)
    size = stream.tell()
    stream.seek(here)
    return size
