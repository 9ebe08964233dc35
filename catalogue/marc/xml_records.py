"""MARCXML and MarcXchange: cuts a stream at the record tags and parses each record by itself.

Cutting first means that one record that is not well-formed spoils only itself, that every record's bytes are known for
keeping, and that a file of any size needs little memory. It also means that a document type is never read, so that no
entity can expand. Both pymarc and any parser of whole documents give up at the first bad leader or tag.
"""

import re
import xml.etree.ElementTree as ElementTree  # noqa: S405 (fragments without document type: no entities to expand)
from collections.abc import Iterator

from catalogue.marc import encodings
from catalogue.marc.iso2709 import (
    BAD_CODE,
    BAD_DANMARC2_CODE,
    CHUNK,
    LEADER_LENGTH,
    LONGEST,
    Readable,
    refuse_unimarc,
)
from catalogue.marc.problems import Problem, RecordProblem
from catalogue.marc.records import SUBFIELD, Flavour, MarcField, MarcRecord, Parsed, Piece, RawFormat

# No longer than any tag is: where many begin and none ends, each would be looked for to the end.
_RECORD_TAG = re.compile(rb"<(/?)(?:[A-Za-z_][\w.-]*:)?record(?=[\s/>])[^>]{0,1000}>")
_MARC_PART = re.compile(rb"<(?:[A-Za-z_][\w.-]*:)?(?:leader|controlfield|datafield)[\s>]")
_PREFIX = re.compile(r"</?([A-Za-z_][\w.-]*):|\s([A-Za-z_][\w.-]*):[\w.-]+=")
_DECLARED = re.compile(r"\sxmlns:([\w.-]+)=")
_DECLARATION = re.compile(rb"""\A[\s\xef\xbb\xbf]*<\?xml[^>]*?encoding\s*=\s*["']([\w.-]+)["']""")


def encoding_of(head: bytes) -> str:
    """Return the name of the encoding that the document declares."""
    declared = _DECLARATION.match(head)
    return declared[1].decode("ascii").lower() if declared else "utf-8"


def cut(stream: Readable) -> Iterator[Piece]:
    """Yield the bytes of each innermost `record` element; the wrappers of SRU and OAI answers are passed over."""
    buffer, base, begin, position = b"", 0, -1, 0
    while chunk := stream.read(CHUNK):
        buffer += chunk
        for tag in _RECORD_TAG.finditer(buffer, position):
            position = tag.end()
            if not tag[1]:
                if begin >= 0 and _MARC_PART.search(buffer, begin, tag.start()):
                    yield Piece(base + begin, buffer[begin : tag.start()], Problem.UNCLOSED_RECORD)
                begin = -1 if tag[0].endswith(b"/>") else tag.start()
            elif begin >= 0:
                yield Piece(base + begin, buffer[begin : tag.end()])
                begin = -1
        if begin >= 0 and len(buffer) - begin > LONGEST:
            yield Piece(base + begin, buffer[begin : begin + CHUNK], Problem.OVERSIZED)
            begin = -1
        keep = begin if begin >= 0 else max(position, _open_tag(buffer))
        base, position = base + keep, max(position, _open_tag(buffer)) - keep
        buffer, begin = buffer[keep:], 0 if begin >= 0 else -1
    if begin >= 0 and _MARC_PART.search(buffer, begin):
        yield Piece(base + begin, buffer[begin:], Problem.TRUNCATED)


def is_marc(piece: bytes) -> bool:
    """Say whether a `record` element has fields of MARC, or is some other record."""
    return _MARC_PART.search(piece) is not None


def _open_tag(buffer: bytes) -> int:
    """Return where a tag begins whose end is not read yet, or the buffer's end."""
    last = buffer.rfind(b"<", max(0, len(buffer) - 4096))
    return last if last >= 0 and b">" not in buffer[last:] else len(buffer)


def parse(raw: bytes, encoding: str = "utf-8") -> Parsed:
    """Read one record.

    :raises RecordProblem: if it's not well-formed, or not MARC
    """
    text = encodings.decode_as(raw, encoding)
    try:
        root = ElementTree.fromstring(_with_prefixes(text))  # noqa: S314 (see the import)
    except (ElementTree.ParseError, ValueError) as error:
        raise RecordProblem(Problem.ILLFORMED_XML, str(error)) from error
    if root.tag == "_":
        root = root[0]
    leader, fields = _contents(root)
    if not fields:
        raise RecordProblem(Problem.NO_FIELDS if leader is not None else Problem.NOT_MARC)
    flavour = _flavour(root.get("format", ""), fields)
    bad_code = BAD_DANMARC2_CODE if flavour == Flavour.DANMARC2 else BAD_CODE
    for tag, field in fields:
        if SUBFIELD in field and (found := bad_code.search(field)):
            raise RecordProblem(Problem.BAD_SUBFIELD_CODE, f"{tag} {field[found.end() : found.end() + 1]!r}")
    if flavour == Flavour.DANMARC2:
        fields = [MarcField(tag, encodings.mark_double_a(field)) for tag, field in fields]
    repairs = () if leader is not None and len(leader) == LEADER_LENGTH else (Problem.REPAIRED_LEADER,)
    record = MarcRecord(flavour, (leader or "").ljust(LEADER_LENGTH)[:LEADER_LENGTH], fields)
    if flavour == Flavour.MARC21:
        refuse_unimarc(record)
    raw_format = RawFormat.MARCXCHANGE if flavour == Flavour.DANMARC2 else RawFormat.MARCXML
    return Parsed(record, raw_format, encoding, repairs)


def _with_prefixes(text: str) -> str:
    """Declare the prefixes that were declared outside the record."""
    head = text[: text.find(">") + 1]
    if ":" not in head:
        return text
    used = {first or second for first, second in _PREFIX.findall(text)} - {"xml", "xmlns"}
    missing = sorted(used - set(_DECLARED.findall(text)))
    if not missing:
        return text
    declarations = " ".join(f'xmlns:{prefix}="urn:{prefix}"' for prefix in missing)
    return f"<_ {declarations}>{text}</_>"


def _contents(root: ElementTree.Element) -> tuple[str | None, list[MarcField]]:
    leader: str | None = None
    fields = []
    for element in root:
        kind = element.tag.rpartition("}")[2]
        if kind == "leader":
            leader = element.text or ""
        elif kind in ("controlfield", "datafield"):
            fields.append(_field(element, is_control=kind == "controlfield"))
    return leader, fields


def _field(element: ElementTree.Element, *, is_control: bool) -> MarcField:
    tag = element.get("tag", "")
    if len(tag) != 3 or not (tag.isascii() and tag.isalnum()):
        raise RecordProblem(Problem.MISSING_TAG, repr(tag))
    if is_control:
        return MarcField(tag, encodings.compose(element.text or ""))
    parts = [(element.get("ind1") or " ")[0] + (element.get("ind2") or " ")[0]]
    for subfield in element:
        code, value = subfield.get("code", ""), encodings.compose(subfield.text or "")
        if len(code) != 1:
            raise RecordProblem(Problem.BAD_SUBFIELD_CODE, f"{tag} {code!r}")
        parts.append(code + value)
    return MarcField(tag, SUBFIELD.join(parts))


def _flavour(declared: str, fields: list[MarcField]) -> Flavour:
    if "unimarc" in declared.lower():
        raise RecordProblem(Problem.UNIMARC)
    number_has_subfields = any(field.tag == "001" and not field.is_control for field in fields)
    return Flavour.DANMARC2 if "danmarc" in declared.lower() or number_has_subfields else Flavour.MARC21
