"""MARC out as XML: MARCXML for MARC 21, MarcXchange for either family.

Strings rather than a tree: a full harvest is a million records, and a tree takes five times as long.
"""

import re
from collections.abc import Iterable

from catalogue.marc.records import SUBFIELD, Flavour, MarcField, MarcRecord
from catalogue.marc.xml_text import TO_CHANGE, attribute_text, element_text

MARCXML = "http://www.loc.gov/MARC21/slim"
MARCXML_SCHEMA = "http://www.loc.gov/standards/marcxml/schema/MARC21slim.xsd"
MARCXCHANGE = "info:lc/xmlns/marcxchange-v1"
MARCXCHANGE_SCHEMA = "http://www.loc.gov/standards/iso25577/marcxchange-1-1.xsd"

# As MARC21slim.xsd says.
_LEADER = re.compile(
    r"[\d ]{5}[\dA-Za-z ][\dA-Za-z][\dA-Za-z ]{3}[2 ][2 ][\d ]{5}[\dA-Za-z ]{3}(?:4500|    )", re.ASCII
)
_PLAIN_LEADER = "00000nam a2200000   4500"
# What a leader that's wrong elsewhere is still believed, by its place.
_BELIEVED = {
    5: frozenset("acdnp"),
    6: frozenset("acdefgijkmoprt"),
    7: frozenset("abcdims"),
    8: frozenset("a"),
    17: frozenset("1234578uz"),
    18: frozenset("aciu"),
    19: frozenset("abc"),
}
_CONTROL_TAG = re.compile(r"00[1-9A-Za-z]", re.ASCII)
_DATA_TAG = re.compile(r"0[1-9A-Z][0-9A-Z]|0[1-9a-z][0-9a-z]|[1-9A-Z][0-9A-Z]{2}|[1-9a-z][0-9a-z]{2}", re.ASCII)
_INDICATORS = frozenset("0123456789abcdefghijklmnopqrstuvwxyz ")
_CODES = {chr(code): attribute_text(chr(code)) for code in range(0x21, 0x7F) if chr(code) not in "@|"}
_DANISH_CODES = {chr(code): attribute_text(chr(code)) for code in range(0x21, 0x7F)} | {code: code for code in "æøåÆØÅ"}
_DOUBLE_A = {"ꜳ": "@å", "Ꜳ": "@Å"}
_MARKED = re.compile("[ꜳꜲ]")


def marcxml(record: MarcRecord) -> str:
    """Return a MARC 21 record as MARCXML's schema has it: control fields first, what it can't say left out."""
    leader = valid_leader(record.leader)
    # XML is Unicode whatever the record was before; readers that believe another letter spoil it.
    leader = f"{leader[:9]}a{leader[10:]}"
    control, data = _parted(record.fields)
    parts = [f'<record xmlns="{MARCXML}"><leader>{leader}</leader>']
    parts += [_control(field) for field in control if _CONTROL_TAG.fullmatch(field.tag)]
    for field in data:
        if _DATA_TAG.fullmatch(field.tag):
            _add_data(parts, field.tag, _marc21_indicators(field.text), field.text, _CODES)
    parts.append("</record>")
    return "".join(parts)


def marcxchange(record: MarcRecord) -> str:
    """Return the record as MarcXchange; in danMARC2, where every field has subfields, fields keep their order."""
    is_danish = record.flavour == Flavour.DANMARC2
    name = "danMARC2" if is_danish else "MARC21"
    leader = element_text(record.leader)
    head = f'<record xmlns="{MARCXCHANGE}" format="{name}" type="Bibliographic"><leader>{leader}</leader>'
    parts = [head]
    control, data = _parted(record.fields)
    parts += [_control(field) for field in control]
    for tag, text in data:
        shown = _MARKED.sub(lambda found: _DOUBLE_A[found[0]], text) if is_danish else text
        _add_data(parts, tag, shown.split(SUBFIELD, 1)[0], shown, _DANISH_CODES)
    parts.append("</record>")
    return "".join(parts)


def valid_leader(leader: str) -> str:
    """Return the leader, or where a schema would refuse it, one that says as much of its kind and level as is sure."""
    if _LEADER.fullmatch(leader):
        return leader
    plain = list(_PLAIN_LEADER)
    for place, letters in _BELIEVED.items():
        if leader[place : place + 1] in letters:
            plain[place] = leader[place]
    return "".join(plain)


def _parted(fields: Iterable[MarcField]) -> tuple[list[MarcField], list[MarcField]]:
    control: list[MarcField] = []
    data: list[MarcField] = []
    for field in fields:
        (data if SUBFIELD in field.text else control).append(field)
    return control, data


def _control(field: MarcField) -> str:
    return f'<controlfield tag="{field.tag}">{element_text(field.text)}</controlfield>'


def _marc21_indicators(text: str) -> str:
    found = text.split(SUBFIELD, 1)[0].ljust(2)[:2]
    return found if found[0] in _INDICATORS and found[1] in _INDICATORS else _legal(found)


def _legal(indicators: str) -> str:
    return "".join(each if each in _INDICATORS else " " for each in indicators)


def _add_data(parts: list[str], tag: str, indicators: str, text: str, codes: dict[str, str]) -> None:
    is_marked_up = TO_CHANGE.search(text)
    subfields = []
    for part in text.split(SUBFIELD)[1:]:
        if (code := codes.get(part[:1])) is not None:
            value = element_text(part[1:]) if is_marked_up else part[1:]
            subfields.append(f'<subfield code="{code}">{value}</subfield>')
    if not subfields:
        return
    first, second = map(attribute_text, f"{indicators}  "[:2])
    parts.append(f'<datafield tag="{tag}" ind1="{first}" ind2="{second}">{"".join(subfields)}</datafield>')
