"""MODS 3.7: a record's essential elements, from the catalogue's columns."""

from collections.abc import Iterator

from catalogue.marc.record_columns import For, Material
from catalogue.marc.series import every_series
from catalogue.marc.to_marc21 import Described
from catalogue.marc.xml_text import attribute_text, element_text

MODS = "http://www.loc.gov/mods/v3"
MODS_SCHEMA = "http://www.loc.gov/standards/mods/v3/mods-3-7.xsd"

# MODS has a closed list of types.
_TYPES: dict[str, str] = {
    Material.BOOK: "text",
    Material.E_BOOK: "text",
    Material.AUDIOBOOK: "sound recording-nonmusical",
    Material.E_AUDIOBOOK: "sound recording-nonmusical",
    Material.MUSIC: "sound recording-musical",
    Material.SHEET_MUSIC: "notated music",
    Material.FILM: "moving image",
    Material.GAME: "software, multimedia",
    Material.MAGAZINE: "text",
    Material.MAP: "cartographic",
    Material.PICTURE: "still image",
}
_AUDIENCES: dict[str, str] = {For.ADULT: "adult", For.YOUNG: "adolescent", For.CHILD: "juvenile"}


def mods(record: Described) -> str:
    """Return the record as a `mods` element."""
    return f'<mods xmlns="{MODS}" version="3.7">{"".join(_elements(record))}</mods>'


def _elements(record: Described) -> Iterator[str]:
    yield f"<titleInfo>{_tag('title', record.title)}{_tag('subTitle', record.remainder)}</titleInfo>"
    if record.author:
        role = _tag("roleTerm", "creator", type="text")
        yield f'<name usage="primary">{_tag("namePart", record.author)}<role>{role}</role></name>'
    yield from (f"<name>{_tag('namePart', name)}</name>" for name in record.contributors)
    yield _tag("typeOfResource", _TYPES.get(record.material_type, ""))
    yield _in(
        "originInfo",
        _tag("publisher", record.publisher)
        + _tag("dateIssued", str(record.year or ""), encoding="w3cdtf")
        + _tag("edition", record.edition),
    )
    yield _in("language", _tag("languageTerm", record.language, type="code", authority="iso639-2b"))
    yield _in("physicalDescription", _tag("extent", record.extent))
    yield _tag("abstract", record.summary)
    yield _tag("targetAudience", _AUDIENCES.get(record.audience, ""), authority="marctarget")
    yield from (f"<subject>{_tag('topic', subject)}</subject>" for subject in record.subjects)
    yield _tag("classification", record.classification)
    for series in every_series(record):
        yield f'<relatedItem type="series"><titleInfo>{_tag("title", series)}</titleInfo></relatedItem>'
    yield from (_tag("identifier", number, type="isbn") for number in record.isbns)
    yield from (_tag("identifier", f"{number[:4]}-{number[4:]}", type="issn") for number in record.issns)
    yield f"<recordInfo>{_tag('recordIdentifier', record.control_number)}</recordInfo>"


def _tag(name: str, text: str, **attributes: str) -> str:
    said = "".join(f' {each}="{attribute_text(value)}"' for each, value in attributes.items())
    return f"<{name}{said}>{element_text(text)}</{name}>" if text else ""


def _in(name: str, content: str) -> str:
    return f"<{name}>{content}</{name}>" if content else ""
