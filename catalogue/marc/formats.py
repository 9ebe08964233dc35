"""The formats that records go out in, each with what stands before, between and after them in a file."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from catalogue.marc import citations, dublin_core, lists, mods, write_xml
from catalogue.marc.exporting import Kept, export, marc_of, marcxml_of
from catalogue.marc.records import RawFormat
from catalogue.marc.to_marc21 import as_marc21
from catalogue.marc.write_iso2709 import iso2709

_XML = '<?xml version="1.0" encoding="UTF-8"?>\n'


@dataclass(frozen=True)
class FileFormat:
    """How records stand in a file.

    :ivar code: what people call it on the command line
    :ivar write: returns one record; raises RecordProblem for one that the format has no room for
    :ivar needs_marc: whether it's made from the MARC rather than from the catalogue's columns
    """

    code: str
    ending: str
    content_type: str
    write: Callable[[Kept], bytes]
    needs_marc: bool
    head: str = ""
    tail: str = ""


def _marc21(record: Kept) -> bytes:
    """What came as MARC 21 in ISO 2709 goes out byte for byte, its encoding included."""
    if record.raw_format == RawFormat.MARC21:
        return export(record)
    return iso2709(as_marc21(marc_of(record)))


def _danmarc2(record: Kept) -> bytes:
    """What came as danMARC2 in ISO 2709 goes out byte for byte; MARC 21 isn't turned into danMARC2."""
    if record.raw_format == RawFormat.DANMARC2:
        return export(record)
    return iso2709(marc_of(record))


def _marcxml(record: Kept) -> bytes:
    return f"{marcxml_of(record)}\n".encode()


def _marcxchange(record: Kept) -> bytes:
    return f"{write_xml.marcxchange(marc_of(record))}\n".encode()


FILE_FORMATS: Mapping[str, FileFormat] = {
    each.code: each
    for each in (
        FileFormat("marc21", "mrc", "application/marc", _marc21, True),
        FileFormat("danmarc2", "iso", "application/marc", _danmarc2, True),
        FileFormat(
            "marcxml",
            "xml",
            "application/marcxml+xml",
            _marcxml,
            True,
            f'{_XML}<collection xmlns="{write_xml.MARCXML}">\n',
            "</collection>\n",
        ),
        FileFormat(
            "marcxchange",
            "xml",
            "application/xml",
            _marcxchange,
            True,
            f'{_XML}<collection xmlns="{write_xml.MARCXCHANGE}">\n',
            "</collection>\n",
        ),
        FileFormat(
            "mods",
            "xml",
            "application/mods+xml",
            lambda record: f"{mods.mods(record)}\n".encode(),
            False,
            f'{_XML}<modsCollection xmlns="{mods.MODS}">\n',
            "</modsCollection>\n",
        ),
        FileFormat(
            "oai_dc",
            "xml",
            "application/xml",
            lambda record: f"{dublin_core.oai_dc(record)}\n".encode(),
            False,
            f"{_XML}<records>\n",
            "</records>\n",
        ),
        FileFormat(
            "bibtex",
            "bib",
            "application/x-bibtex; charset=utf-8",
            lambda record: f"{citations.bibtex(record)}\n".encode(),
            False,
        ),
        FileFormat(
            "ris",
            "ris",
            "application/x-research-info-systems; charset=utf-8",
            lambda record: citations.ris(record).encode(),
            False,
        ),
        FileFormat(
            "csv", "csv", "text/csv; charset=utf-8", lambda record: lists.row(record).encode(), False, lists.heading()
        ),
    )
}
