"""Aleph sequential: a line per field, records told apart by the system number before each line."""

import re
from collections.abc import Iterator

from catalogue.marc import encodings
from catalogue.marc.iso2709 import BAD_CODE, CHUNK, LEADER_LENGTH, LONGEST, Readable
from catalogue.marc.problems import Problem, RecordProblem
from catalogue.marc.records import SUBFIELD, Flavour, MarcField, MarcRecord, Parsed, Piece, RawFormat

LINE = re.compile(rb"(\d{9}) ([0-9A-Za-z]{3})(..) L ")
_BOM = b"\xef\xbb\xbf"
# Aleph writes blanks as carets where the position of a character counts.
_FIXED_LENGTH = {"006", "007", "008"}
# Aleph's own fields: FMT names the format, CAT who catalogued when, and so on; kept in the raw record only.
_NOT_MARC = {"FMT", "CAT", "SYS", "LKR", "LOW"}


def cut(stream: Readable) -> Iterator[Piece]:
    """Yield the lines of each record as one piece."""
    lines: list[bytes] = []
    number, begin, offset, size = b"", 0, 0, 0
    for line in _lines(stream):
        # A line that is not in the format belongs to the record around it, which fails with it.
        if line[:9] != number and LINE.match(line):
            if any(map(bytes.strip, lines)):
                yield Piece(begin, b"".join(lines))
            number, lines, begin, size = line[:9], [], offset, 0
        offset += len(line)
        if size <= LONGEST:
            lines.append(line)
            size += len(line)
    if any(map(bytes.strip, lines)):
        yield Piece(begin, b"".join(lines))


def _lines(stream: Readable) -> Iterator[bytes]:
    rest = b""
    while chunk := stream.read(CHUNK):
        rest += chunk
        *lines, rest = rest.splitlines(keepends=True)
        if rest.endswith(b"\n"):
            lines, rest = [*lines, rest], b""
        if len(rest) > LONGEST:
            lines, rest = [*lines, rest], b""
        yield from lines
    if rest:
        yield rest


def parse(raw: bytes, encoding: str = "utf-8") -> Parsed:
    """Read one record's lines.

    :raises RecordProblem: if a line is not in the format, or the letters can't be trusted
    """
    if len(raw) > LONGEST:
        raise RecordProblem(Problem.OVERSIZED)
    leader = ""
    number = ""
    fields: list[MarcField] = []
    for line in raw.removeprefix(_BOM).splitlines():
        if not line.strip():
            continue
        match = LINE.match(line)
        if not match:
            raise RecordProblem(Problem.BAD_LINE, repr(line[:24].decode("ascii", "replace")))
        number = match[1].decode("ascii")
        tag = match[2].decode("ascii")
        content = encodings.decode_as(line[match.end() :], encoding)
        if tag == "LDR":
            leader = content.replace("^", " ")
        elif tag not in _NOT_MARC:
            fields.append(_field(tag, match[3].decode("ascii", "replace"), content))
    if not fields:
        raise RecordProblem(Problem.NO_FIELDS)
    if not any(field.tag == "001" for field in fields):
        fields.insert(0, MarcField("001", number))
    repairs = () if len(leader) == LEADER_LENGTH else (Problem.REPAIRED_LEADER,)
    record = MarcRecord(Flavour.MARC21, leader.ljust(LEADER_LENGTH)[:LEADER_LENGTH], fields)
    return Parsed(record, RawFormat.ALEPH, encoding, repairs)


def _field(tag: str, indicators: str, content: str) -> MarcField:
    if tag in _FIXED_LENGTH:
        return MarcField(tag, content.replace("^", " "))
    if not content.startswith("$$"):
        return MarcField(tag, content)
    text = indicators + content.replace("$$", SUBFIELD)
    if found := BAD_CODE.search(text):
        raise RecordProblem(Problem.BAD_SUBFIELD_CODE, f"{tag} {text[found.end() : found.end() + 1]!r}")
    return MarcField(tag, text)
