"""A record's bytes anew after its fields were changed, in UTF-8, in the format it came in where that can be written."""

from catalogue.marc.records import Flavour, MarcRecord, RawFormat
from catalogue.marc.write_iso2709 import iso2709
from catalogue.marc.write_xml import marcxchange, marcxml

_XML = (RawFormat.MARCXML, RawFormat.MARCXCHANGE, RawFormat.ALEPH)


def rewritten(record: MarcRecord, raw_format: str) -> bytes:
    """Return the record as bytes; what came as Aleph sequential becomes XML.

    :raises RecordProblem: OVERSIZED, if it's longer than ISO 2709 can say
    """
    if raw_format not in _XML:
        return iso2709(record)
    text = marcxchange(record) if record.flavour == Flavour.DANMARC2 else marcxml(record)
    return text.encode()
