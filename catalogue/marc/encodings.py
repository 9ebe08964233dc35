"""From bytes to composed Unicode: UTF-8, MARC-8, and Latin-1 with danMARC2's escapes.

pymarc's MARC-8 tables are used, but not its decoder, which turns what it doesn't know into blanks: a title with blanks
in it looks right until somebody searches for it. This one refuses instead.
"""

import re
import unicodedata

from pymarc.marc8_mapping import CODESETS, ODD_MAP

from catalogue.marc.problems import Problem, RecordProblem

_HIGH_BYTES = re.compile(rb"[\x80-\xff]")
_UTF8_SEQUENCE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_ESCAPE = re.compile(r"@(?:([0-9A-Fa-f]{4})|([åÅ])|([@*¤]))")
_AA_ONLY = re.compile(r"@([åÅ])")
_AA = {"å": "ꜳ", "Å": "Ꜳ"}

_ASCII_SET, _ANSEL_SET, _EACC_SET = 0x42, 0x45, 0x31
_TO_G0, _TO_G1 = b"(,", b")-"
# A grave or acute with no letter under it stands for an apostrophe in old records ("Relaxin` at Camarillo"). Any other
# mark without its letter is Latin-1 taken for MARC-8: a macron before a blank is the end of "på".
_SPACING = {"\u0300": "`", "\u0301": "\u00b4"}
_SHORT_SETS = {0x67: 0x67, 0x62: 0x62, 0x70: 0x70, 0x73: _ASCII_SET}


def compose(text: str) -> str:
    """Return the text in composed Unicode (NFC)."""
    return text if text.isascii() or unicodedata.is_normalized("NFC", text) else unicodedata.normalize("NFC", text)


def decode_utf8(data: bytes) -> str:
    """Decode strictly.

    :raises RecordProblem: INVALID_UTF8, with the first wrong byte's place
    """
    try:
        return compose(data.decode())
    except UnicodeDecodeError as error:
        raise RecordProblem(Problem.INVALID_UTF8, f"0x{data[error.start]:02X} @ {error.start}") from error


def decode_as(data: bytes, encoding: str) -> str:
    """Decode in the encoding that the person who imports has chosen.

    :raises RecordProblem: INVALID_TEXT, or MARC-8's and UTF-8's own
    """
    if encoding == "utf-8":
        return decode_utf8(data)
    if encoding == "marc-8":
        return decode_marc8(data)
    try:
        return compose(data.decode(encoding))
    except UnicodeDecodeError as error:
        raise RecordProblem(Problem.INVALID_TEXT, f"0x{data[error.start]:02X} @ {error.start}") from error


def is_utf8(data: bytes) -> bool:
    """Tell whether all bytes are valid UTF-8."""
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def looks_like_latin1(data: bytes) -> bool:
    """Tell whether bytes that are not valid UTF-8 are Latin-1, rather than UTF-8 with a few damaged letters.

    Nordic Latin-1 has single high bytes between ASCII letters; a letter that is a UTF-8 sequence by chance is rare.
    """
    sequences = _UTF8_SEQUENCE.findall(data)
    return len(_HIGH_BYTES.findall(data)) - sum(map(len, sequences)) > len(sequences)


def decode_latin1_danmarc2(data: bytes) -> str:
    """Decode danMARC2's Latin-1, where `@` begins an escape: `@00E5`, `@å` (aa that sorts as å), `@@`, `@*`, `@¤`."""
    try:
        text = data.decode("cp1252")
    except UnicodeDecodeError:
        text = data.decode("latin-1")
    if "@" in text:
        text = _ESCAPE.sub(_unescape, text)
    return compose(text)


def mark_double_a(text: str) -> str:
    """Read danMARC2's `@å` where the file is Unicode; there, no other `@` is an escape."""
    return _AA_ONLY.sub(lambda match: _AA[match[1]], text) if "@" in text else text


def _unescape(match: re.Match[str]) -> str:
    code, double_a, sign = match.groups()
    if code:
        character = chr(int(code, 16))
        return match[0] if "\ud800" <= character <= "\udfff" or character < " " else character
    return _AA[double_a] if double_a else sign


def decode_marc8(data: bytes) -> str:
    """Decode MARC-8 strictly, with its escapes to other alphabets, diacritics moved behind their letter.

    :raises RecordProblem: INVALID_MARC8 for a byte without meaning or a diacritic without a letter
    """
    return compose(data.decode("ascii") if data.isascii() and b"\x1b" not in data else _Marc8(data).decode())


class _Marc8:
    """The state of one decoding: which alphabets are designated, where we are, which diacritics wait for a letter."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.position = 0
        self.g0 = _ASCII_SET
        self.g1 = _ANSEL_SET
        self.letters: list[str] = []
        self.diacritics: list[str] = []

    def decode(self) -> str:
        while self.position < len(self.data):
            byte = self.data[self.position]
            if byte == 0x1B:
                self._designate()
            elif byte <= 0x20 or 0x80 <= byte < 0xA0:
                self._control(byte)
            else:
                self._character(byte)
        self._space_out()
        return "".join(self.letters)

    def _control(self, byte: int) -> None:
        self._space_out()
        # 0x88 and 0x89 enclose what doesn't sort, 0x8D and 0x8E join: marks for machines, not letters.
        if byte < 0x80:
            self.letters.append(chr(byte))
        self.position += 1

    def _space_out(self) -> None:
        if any(mark not in _SPACING for mark in self.diacritics):
            raise self._problem()
        self.letters += [_SPACING[mark] for mark in self.diacritics]
        self.diacritics.clear()

    def _character(self, byte: int) -> None:
        alphabet = self.g0 if byte < 0x80 else self.g1
        if alphabet == _EACC_SET:
            code = int.from_bytes(self.data[self.position : self.position + 3])
            found = CODESETS[_EACC_SET].get(code & 0x7F7F7F) or ((ODD_MAP[code], 0) if code in ODD_MAP else None)
            width = 3
        else:
            table = CODESETS[alphabet]
            found, width = table.get(byte) or table.get(byte ^ 0x80), 1
        if found is None:
            raise self._problem()
        character, is_diacritic = chr(found[0]), found[1]
        if is_diacritic:
            self.diacritics.append(character)
        else:
            self.letters.append(character)
            self.letters += self.diacritics
            self.diacritics.clear()
        self.position += width

    def _designate(self) -> None:
        sequence = self.data[self.position + 1 : self.position + 5]
        if sequence[:1] and sequence[0] in _SHORT_SETS:
            self.g0 = _SHORT_SETS[sequence[0]]
            self.position += 2
            return
        length = 1 if sequence[:1] == b"$" else 0
        second = sequence[length : length + 1]
        to_g1 = second != b"" and second in _TO_G1
        if second and second in _TO_G0 + _TO_G1:
            length += 1
        if sequence[length : length + 1] == b"!":
            length += 1
        alphabet = int.from_bytes(sequence[length : length + 1])
        if not length or alphabet not in CODESETS:
            raise self._problem()
        if to_g1:
            self.g1 = alphabet
        else:
            self.g0 = alphabet
        self.position += length + 2

    def _problem(self) -> RecordProblem:
        byte = self.data[min(self.position, len(self.data) - 1)]
        return RecordProblem(Problem.INVALID_MARC8, f"0x{byte:02X} @ {self.position}")
