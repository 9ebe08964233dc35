"""The forms that records are given in, by the names that requests have for them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from catalogue.marc import dublin_core, mods, write_xml
from catalogue.marc.exporting import Kept, marc_of, marcxml_of
from interop.sru.diagnostics import Diagnostic, Number

DIAGNOSTICS = "info:srw/schema/1/diagnostics-v1.1"


@dataclass(frozen=True)
class Schema:
    """A form of record.

    :ivar identifier: its name in answers
    :ivar needs_marc: whether it's made from the MARC rather than from the catalogue's columns
    :ivar aliases: what else it's called in requests
    """

    name: str
    identifier: str
    location: str
    title: str
    needs_marc: bool
    write: Callable[[Kept], str]
    aliases: tuple[str, ...] = ()


def _marcxchange(record: Kept) -> str:
    return write_xml.marcxchange(marc_of(record))


SCHEMAS = (
    Schema(
        "marcxml",
        "info:srw/schema/1/marcxml-v1.1",
        write_xml.MARCXML_SCHEMA,
        "MARC 21 as MARCXML",
        True,
        marcxml_of,
        (write_xml.MARCXML, "info:srw/schema/1/marcxml-v1"),
    ),
    Schema(
        "marcxchange",
        write_xml.MARCXCHANGE,
        write_xml.MARCXCHANGE_SCHEMA,
        "MarcXchange: danMARC2 or MARC 21, as it was catalogued",
        True,
        _marcxchange,
        ("danmarc2", "info:srw/schema/1/marcxchange-v1.0"),
    ),
    Schema(
        "dc",
        "info:srw/schema/1/dc-v1.1",
        dublin_core.SRU_DC_SCHEMA,
        "Dublin Core",
        False,
        dublin_core.sru_dc,
        ("oai_dc", dublin_core.SRU_DC),
    ),
    Schema(
        "mods",
        "info:srw/schema/1/mods-v3.7",
        mods.MODS_SCHEMA,
        "MODS 3.7, the essential elements",
        False,
        mods.mods,
        (mods.MODS,),
    ),
)
DEFAULT = SCHEMAS[0]
_BY_NAME: Mapping[str, Schema] = {
    name.casefold(): schema for schema in SCHEMAS for name in (schema.name, schema.identifier, *schema.aliases)
}


def schema_named(name: str) -> Schema:
    """Return the schema that a request names.

    :raises Diagnostic: when there's none of this name
    """
    found = _BY_NAME.get(name.casefold())
    if found is None:
        raise Diagnostic(Number.SCHEMA, name)
    return found
