"""A record in schema.org's words, which search engines read on a title's page."""

from collections.abc import Iterator
from typing import Any

from catalogue.marc.record_columns import Material
from catalogue.marc.series import every_series
from catalogue.marc.to_marc21 import Described

_TYPES: dict[str, str] = {
    Material.BOOK: "Book",
    Material.E_BOOK: "Book",
    Material.AUDIOBOOK: "Audiobook",
    Material.E_AUDIOBOOK: "Audiobook",
    Material.MUSIC: "MusicAlbum",
    Material.SHEET_MUSIC: "SheetMusic",
    Material.FILM: "Movie",
    Material.GAME: "VideoGame",
    Material.MAGAZINE: "Periodical",
    Material.MAP: "Map",
    Material.PICTURE: "VisualArtwork",
}
_BOOK_FORMATS: dict[str, str] = {
    Material.E_BOOK: "https://schema.org/EBook",
    Material.AUDIOBOOK: "https://schema.org/AudiobookFormat",
    Material.E_AUDIOBOOK: "https://schema.org/AudiobookFormat",
}
_BOOKS = ("Book", "Audiobook")
# BCP 47 wants two letters where there are two; three are right for all other languages.
_TWO_LETTERS = {
    "alb": "sq",
    "ara": "ar",
    "bul": "bg",
    "chi": "zh",
    "cze": "cs",
    "dan": "da",
    "dut": "nl",
    "eng": "en",
    "est": "et",
    "fao": "fo",
    "fin": "fi",
    "fre": "fr",
    "ger": "de",
    "gre": "el",
    "hin": "hi",
    "hun": "hu",
    "ice": "is",
    "ita": "it",
    "jpn": "ja",
    "kal": "kl",
    "kor": "ko",
    "kur": "ku",
    "lat": "la",
    "lav": "lv",
    "lit": "lt",
    "nep": "ne",
    "nno": "nn",
    "nob": "nb",
    "nor": "no",
    "per": "fa",
    "pol": "pl",
    "por": "pt",
    "rum": "ro",
    "rus": "ru",
    "sme": "se",
    "som": "so",
    "spa": "es",
    "swe": "sv",
    "tha": "th",
    "tur": "tr",
    "ukr": "uk",
    "urd": "ur",
    "vie": "vi",
    "yid": "yi",
}
# A title in no language, in several, or in one that nobody named.
_NO_LANGUAGE = frozenset({"", "mul", "und", "zxx", "mis"})


def schema_org(record: Described, *, url: str) -> dict[str, Any]:
    """Return the record as a schema.org object, ready to be written as JSON-LD.

    Names stand as they were catalogued, surname first where they were, and as text: the columns don't tell a person
    from a body.

    :param url: the title's page, which names the object too
    """
    described = {name: value for name, value in _properties(record, url) if value}
    return {"@context": "https://schema.org", "@type": _TYPES.get(record.material_type, "CreativeWork"), **described}


def _properties(record: Described, url: str) -> Iterator[tuple[str, Any]]:
    is_book = _TYPES.get(record.material_type) in _BOOKS
    yield "@id", url
    yield "url", url
    yield "name", f"{record.title}: {record.remainder}" if record.remainder else record.title
    yield "author", record.author
    yield "contributor", list(record.contributors)
    yield "inLanguage", _language(record.language)
    yield "datePublished", str(record.year or "")
    yield "publisher", {"@type": "Organization", "name": record.publisher} if record.publisher else None
    yield "about", list(record.subjects)
    yield "description", record.summary
    yield "isPartOf", [{"@type": "CreativeWorkSeries", "name": series} for series in every_series(record)]
    if is_book:
        yield "bookEdition", record.edition
        yield "bookFormat", _BOOK_FORMATS.get(record.material_type)
        yield "isbn", list(record.isbns)
    if record.material_type == Material.MAGAZINE:
        yield "issn", [f"{number[:4]}-{number[4:]}" for number in record.issns]


def _language(code: str) -> str:
    return "" if code in _NO_LANGUAGE else _TWO_LETTERS.get(code, code)
