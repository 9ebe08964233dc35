"""Dublin Core as OAI-PMH (`oai_dc`) and SRU want it: a record's elements, for whoever knows no MARC."""

from collections.abc import Iterator

from catalogue.marc.record_columns import Material
from catalogue.marc.series import every_series
from catalogue.marc.to_marc21 import Described
from catalogue.marc.xml_text import element_text

OAI_DC = "http://www.openarchives.org/OAI/2.0/oai_dc/"
OAI_DC_SCHEMA = "http://www.openarchives.org/OAI/2.0/oai_dc.xsd"

SRU_DC = "info:srw/schema/1/dc-schema"
SRU_DC_SCHEMA = "http://www.loc.gov/standards/sru/recordSchemas/dc-schema.xsd"

_DC = "http://purl.org/dc/elements/1.1/"
_XSI = "http://www.w3.org/2001/XMLSchema-instance"
# The DCMI type vocabulary.
_TYPES: dict[str, str] = {
    Material.BOOK: "Text",
    Material.E_BOOK: "Text",
    Material.AUDIOBOOK: "Sound",
    Material.E_AUDIOBOOK: "Sound",
    Material.MUSIC: "Sound",
    Material.SHEET_MUSIC: "Text",
    Material.FILM: "MovingImage",
    Material.GAME: "InteractiveResource",
    Material.MAGAZINE: "Text",
    Material.MAP: "StillImage",
    Material.PICTURE: "StillImage",
}


def oai_dc(record: Described) -> str:
    """Return the record as an `oai_dc:dc` element."""
    return (
        f'<oai_dc:dc xmlns:oai_dc="{OAI_DC}" xmlns:dc="{_DC}" xmlns:xsi="{_XSI}"'
        f' xsi:schemaLocation="{OAI_DC} {OAI_DC_SCHEMA}">{_written(record)}</oai_dc:dc>'
    )


def sru_dc(record: Described) -> str:
    """Return the record as the `dc` element that SRU has."""
    return f'<srw_dc:dc xmlns:srw_dc="{SRU_DC}" xmlns:dc="{_DC}">{_written(record)}</srw_dc:dc>'


def materials_of(dcmi_type: str) -> list[str]:
    """Return the kinds of material that a type of the DCMI vocabulary stands for; case doesn't count."""
    return [material for material, name in _TYPES.items() if name.casefold() == dcmi_type.casefold()]


def _written(record: Described) -> str:
    return "".join(f"<dc:{name}>{element_text(value)}</dc:{name}>" for name, value in _elements(record) if value)


def _elements(record: Described) -> Iterator[tuple[str, str]]:
    yield "title", f"{record.title} : {record.remainder}" if record.remainder else record.title
    yield "creator", record.author
    yield from (("subject", subject) for subject in record.subjects)
    yield "description", record.summary
    yield "publisher", record.publisher
    yield from (("contributor", name) for name in record.contributors)
    yield "date", str(record.year or "")
    yield "type", _TYPES.get(record.material_type, "")
    yield "format", record.extent
    yield from (("identifier", f"URN:ISBN:{number}") for number in record.isbns)
    yield from (("identifier", f"URN:ISSN:{number[:4]}-{number[4:]}") for number in record.issns)
    yield "language", record.language
    yield from (("relation", series) for series in every_series(record))
