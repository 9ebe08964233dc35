"""ISO 2709: cuts a stream at the record terminators and reads leader, directory and fields.

Our own reader, not pymarc's: that one trusts the leader's length (so one wrong length loses the rest of the file),
takes danMARC2's 001-009 for control fields, reads Latin-1 danMARC2 as MARC-8 without an error, and needs several times
as long per record.
"""

import re
from collections.abc import Iterator
from typing import Protocol

from catalogue.marc import encodings
from catalogue.marc.problems import Problem, RecordProblem
from catalogue.marc.records import SUBFIELD, Flavour, MarcField, MarcRecord, Parsed, Piece, RawFormat

CHUNK = 1 << 18
LONGEST = 8 << 20

_TERMINATOR = b"\x1d"
_FIELD_END = b"\x1e"
# Padding between and after records, as mainframes and old editors left it.
_PADDING = re.compile(rb"(?:\xef\xbb\xbf)?[\r\n\0\x1a\x19]*(?:[ \t]+(?=\d{5}))?")
_ONLY_PADDING = re.compile(rb"(?:\xef\xbb\xbf)?[\s\0\x1a\x19]*\Z")
_INNER_LEADER = re.compile(rb"(?=(\d{5})[a-z ][\x20-\x7e]{4}22\d{5})")
_DANMARC2_ID = re.compile(rb"[\x20-\x7e]{2}\x1f[a-z]")
# A subfield without code and content is passed over; one with content can't be placed.
BAD_CODE = re.compile(r"\x1f(?![!-~\x1f]|\Z)")
BAD_DANMARC2_CODE = re.compile(r"\x1f(?![!-~æøåÆØÅ\x1f]|\Z)")
LEADER_LENGTH, ENTRY_LENGTH = 24, 12


class Readable(Protocol):
    """Anything that gives bytes."""

    def read(self, size: int = -1, /) -> bytes:
        """Return up to so many bytes, none at the end."""


def cut(stream: Readable) -> Iterator[Piece]:
    """Yield the bytes of each record; what follows the last one, unless it's padding, is a truncated record."""
    rest, offset, skipping = b"", 0, False
    while chunk := stream.read(CHUNK):
        *pieces, rest = (rest + chunk).split(_TERMINATOR)
        for piece in pieces:
            if not skipping:
                yield from _trimmed(piece + _TERMINATOR, offset)
            skipping = False
            offset += len(piece) + 1
        if len(rest) > LONGEST:
            if not skipping:
                yield Piece(offset, rest[:LEADER_LENGTH], Problem.OVERSIZED)
            skipping = True
            offset += len(rest)
            rest = b""
    if not skipping and not _ONLY_PADDING.match(rest):
        yield from _trimmed(rest, offset, Problem.TRUNCATED)


def _trimmed(piece: bytes, offset: int, problem: Problem | None = None) -> Iterator[Piece]:
    padding = _PADDING.match(piece)
    begin = padding.end() if padding else 0
    if len(piece) - begin > 1:
        yield Piece(offset + begin, piece[begin:], problem)


def cut_again(piece: Piece) -> list[Piece]:
    """Part a piece that can't be read where a complete record begins inside it: the one before it lost its end."""
    for match in _INNER_LEADER.finditer(piece.raw, 1):
        if int(match[1]) == len(piece.raw) - match.start():
            begin = match.start()
            lost = Piece(piece.offset, piece.raw[:begin], Problem.TRUNCATED)
            return [lost, Piece(piece.offset + begin, piece.raw[begin:])]
    return []


def parse(raw: bytes, encoding: str | None = None) -> Parsed:
    """Read one record.

    :param encoding: what to believe instead of what the record looks like
    :raises RecordProblem: if it can't be trusted
    """
    leader, directory, body = _parts(raw)
    tags, contents, repairs = _fields(leader, directory, body)
    if raw[:5] != b"%05d" % len(raw) and len(raw) < 100_000 and not repairs:
        repairs = (Problem.WRONG_LENGTHS,)
    is_danish = "001" in tags and bool(_DANMARC2_ID.match(contents[tags.index("001")]))
    if is_danish:
        texts, used = _danmarc2_texts(contents, encoding)
        record = MarcRecord(Flavour.DANMARC2, leader, _checked(tags, texts, BAD_DANMARC2_CODE))
        return Parsed(record, RawFormat.DANMARC2, used, repairs)
    texts, used = _marc21_texts(contents, leader, encoding)
    if used == "utf-8" and leader[9:10] != "a" and encoding is None:
        repairs += (Problem.WRONG_ENCODING_MARK,)
    record = MarcRecord(Flavour.MARC21, leader, _checked(tags, texts, BAD_CODE))
    refuse_unimarc(record)
    return Parsed(record, RawFormat.MARC21, used, repairs)


def refuse_unimarc(record: MarcRecord) -> None:
    """Refuse a record whose title stands where UNIMARC has it: read as MARC 21 it would be nonsense.

    :raises RecordProblem: UNIMARC
    """
    if record.first("245", "abk") or not record.first("200", "a"):
        return
    if record.first("100", "a")[:8].isdigit():
        raise RecordProblem(Problem.UNIMARC)


def _parts(raw: bytes) -> tuple[str, bytes, bytes]:
    head, separator, body = raw.partition(_FIELD_END)
    leader = head[:LEADER_LENGTH]
    if len(leader) < LEADER_LENGTH or not leader.isascii():
        raise RecordProblem(Problem.BAD_LEADER)
    if leader[10:12] == b"00":
        raise RecordProblem(Problem.UNSUPPORTED_STRUCTURE)
    directory = head[LEADER_LENGTH:]
    if not separator or not directory:
        raise RecordProblem(Problem.NO_FIELDS)
    return leader.decode("ascii"), directory, body.removesuffix(_TERMINATOR)


def _fields(leader: str, directory: bytes, body: bytes) -> tuple[list[str], list[bytes], tuple[Problem, ...]]:
    if len(directory) % ENTRY_LENGTH or not directory.isascii():
        raise RecordProblem(Problem.BAD_DIRECTORY)
    entries = [directory[at : at + ENTRY_LENGTH] for at in range(0, len(directory), ENTRY_LENGTH)]
    tags = [entry[:3].decode("ascii") for entry in entries]
    contents = body.split(_FIELD_END)
    if contents[-1] == b"":
        contents.pop()
    if len(contents) == len(entries) and _in_order(entries, contents):
        return tags, contents, ()
    if (by_position := _by_position(entries, body)) is not None:
        return tags, by_position, ()
    if len(contents) != len(entries):
        raise RecordProblem(Problem.BAD_DIRECTORY, f"{len(entries)} / {len(contents)}")
    return tags, contents, (Problem.WRONG_LENGTHS,)


def _in_order(entries: list[bytes], contents: list[bytes]) -> bool:
    start = 0
    for entry, content in zip(entries, contents, strict=True):
        length = len(content) + 1
        if entry[3:] != b"%04d%05d" % (length, start):
            return False
        start += length
    return True


def _by_position(entries: list[bytes], body: bytes) -> list[bytes] | None:
    contents = []
    for entry in entries:
        if not entry[3:].isdigit():
            return None
        start = int(entry[7:])
        end = start + int(entry[3:7])
        if body[end - 1 : end] != _FIELD_END or (start and body[start - 1 : start] != _FIELD_END):
            return None
        # A field end inside a field is a slip of the keyboard; the directory knows better.
        contents.append(body[start : end - 1].replace(_FIELD_END, b" "))
    return contents


def _danmarc2_texts(contents: list[bytes], encoding: str | None) -> tuple[list[str], str]:
    """Decode danMARC2, whose leader says nothing about the encoding: valid UTF-8 is UTF-8, the rest Latin-1."""
    whole = _FIELD_END.join(contents)
    if encoding is None:
        if whole.isascii():
            encoding = "latin-1" if b"@" in whole else "ascii"
        elif encodings.is_utf8(whole) or not encodings.looks_like_latin1(whole):
            encoding = "utf-8"
        else:
            encoding = "latin-1"
    if encoding in ("latin-1", "cp1252"):
        text = encodings.decode_latin1_danmarc2(whole)
    else:
        text = encodings.mark_double_a(encodings.decode_as(whole, encoding))
    return text.split("\x1e"), encoding


def _marc21_texts(contents: list[bytes], leader: str, encoding: str | None) -> tuple[list[str], str]:
    """Decode MARC 21 by its leader; one that denies UTF-8 is disbelieved when the bytes can't be anything else."""
    whole = _FIELD_END.join(contents)
    if encoding is None:
        has_escape = b"\x1b" in whole
        if whole.isascii() and not has_escape:
            return whole.decode("ascii").split("\x1e"), "ascii"
        is_marked = leader[9] == "a"
        encoding = "utf-8" if is_marked or (not has_escape and encodings.is_utf8(whole)) else "marc-8"
    if encoding == "marc-8":
        return [_marc8_text(content) for content in contents], encoding
    return encodings.decode_as(whole, encoding).split("\x1e"), encoding


def _marc8_text(content: bytes) -> str:
    # Every subfield begins in ASCII again, even when the one before forgot to return to it.
    if content.isascii() and b"\x1b" not in content:
        return content.decode("ascii")
    return SUBFIELD.join(encodings.decode_marc8(part) for part in content.split(b"\x1f"))


def _checked(tags: list[str], texts: list[str], bad_code: re.Pattern[str]) -> list[MarcField]:
    fields = []
    for tag, text in zip(tags, texts, strict=True):
        if not tag.isalnum():
            raise RecordProblem(Problem.MISSING_TAG, repr(tag))
        if SUBFIELD in text:
            if tag < "010" and not text.rstrip(SUBFIELD).count(SUBFIELD):
                text = text.rstrip(SUBFIELD)
            elif found := bad_code.search(text):
                raise RecordProblem(Problem.BAD_SUBFIELD_CODE, f"{tag} {text[found.end() : found.end() + 1]!r}")
        fields.append(MarcField(tag, text))
    return fields
