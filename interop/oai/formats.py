"""The formats that records are given in."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from catalogue.marc import dublin_core, write_xml
from catalogue.marc.exporting import Kept, marc_of, marcxml_of


@dataclass(frozen=True)
class Format:
    """A metadata format.

    :ivar needs_marc: whether it's made from the MARC rather than from the catalogue's columns
    """

    prefix: str
    schema: str
    namespace: str
    needs_marc: bool
    write: Callable[[Kept], str]


def _marcxchange(record: Kept) -> str:
    return write_xml.marcxchange(marc_of(record))


FORMATS: Mapping[str, Format] = {
    each.prefix: each
    for each in (
        Format("oai_dc", dublin_core.OAI_DC_SCHEMA, dublin_core.OAI_DC, False, dublin_core.oai_dc),
        Format("marcxml", write_xml.MARCXML_SCHEMA, write_xml.MARCXML, True, marcxml_of),
        Format("marcxchange", write_xml.MARCXCHANGE_SCHEMA, write_xml.MARCXCHANGE, True, _marcxchange),
    )
}
