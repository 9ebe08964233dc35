"""Writes a title as a MARC 21 record in ISO 2709, as a Nordic library would have catalogued it."""

from collections.abc import Iterator
from datetime import date

from bench.demo.facts import Title

AGENCY = "LIBSYS-DEMO"

_END_OF_FIELD, _END_OF_RECORD, _SUBFIELD = "\x1e", b"\x1d", "\x1f"
_TYPES = {
    "BOOK": "am",
    "E_BOOK": "am",
    "AUDIOBOOK": "im",
    "E_AUDIOBOOK": "im",
    "FILM": "gm",
    "MUSIC": "jm",
    "GAME": "mm",
    "MAGAZINE": "as",
}
_AUDIENCES = {"ADULT": "e", "YOUNG": "d", "CHILD": "j"}
_PLACES = {"dan": "dk ", "swe": "sw ", "fin": "fi ", "nob": "no ", "eng": "xxk"}
_SCHEMES = {"swe": "kssb", "fin": "ykl"}
_FORM_LANGUAGES = {"dan": "da", "nob": "da", "swe": "sv", "fin": "fi"}
_PAGES = {"dan": "sider", "nob": "sider", "swe": "sidor", "fin": "sivua", "eng": "pages"}
_ARTICLES = {
    "dan": ("Den ", "Det ", "De ", "En ", "Et "),
    "nob": ("Den ", "Det ", "De ", "En ", "Et "),
    "swe": ("Den ", "Det ", "De ", "En ", "Ett "),
    "eng": ("The ", "A ", "An "),
}
_ADDED_ENTRIES_ONLY = ("FILM",)


def write_marc(title: Title, control_number: str, entered: date) -> bytes:
    """Return the record's bytes.

    :param entered: the day that the record says it was made
    """
    fields = [(tag, text.encode() + b"\x1e") for tag, text in _fields(title, control_number, entered)]
    directory, start = [], 0
    for tag, content in fields:
        directory.append(f"{tag}{len(content):04d}{start:05d}")
        start += len(content)
    base = 24 + 12 * len(fields) + 1
    leader = f"{base + start + 1:05d}n{_TYPES[title.material]} a22{base:05d} i 4500"
    head = (leader + "".join(directory) + _END_OF_FIELD).encode("ascii")
    return head + b"".join(content for _, content in fields) + _END_OF_RECORD


def _fields(title: Title, control_number: str, entered: date) -> Iterator[tuple[str, str]]:
    yield "001", control_number
    yield "003", AGENCY
    yield "005", f"{entered:%Y%m%d}000000.0"
    yield "008", _fixed(title, entered)
    if title.isbn:
        yield "020", _field("  ", a=title.isbn)
    yield "040", _field("  ", a=AGENCY, b=title.language, e="rda")
    scheme = _SCHEMES.get(title.language, "dk5")
    yield "084", _field("  ", a=title.genre.classes[scheme], **{"2": scheme})
    main, *others = title.authors or ("",)
    if title.material in _ADDED_ENTRIES_ONLY:
        main, others = "", list(title.authors)
    if main:
        yield ("100", _field("1 ", a=main)) if _is_person(main, title) else ("110", _field("2 ", a=main))
    yield "245", _title_field(title, bool(main))
    yield from _published(title)
    yield from _described(title)
    for name in others:
        yield ("700", _field("1 ", a=name)) if _is_person(name, title) else ("710", _field("2 ", a=name))


def _published(title: Title) -> Iterator[tuple[str, str]]:
    if title.publisher and title.year:
        yield "264", _field(" 1", b=f"{title.publisher},", c=str(title.year))
    elif title.publisher:
        yield "264", _field(" 1", b=title.publisher)


def _described(title: Title) -> Iterator[tuple[str, str]]:
    if title.pages:
        yield "300", _field("  ", a=f"{title.pages} {_PAGES[title.language]}")
    if title.material in ("E_BOOK", "E_AUDIOBOOK"):
        yield "338", _field("  ", b="cr", **{"2": "rdacarrier"})
    if title.series:
        name, _, number = title.series.partition(" ; ")
        yield "490", _field("0 ", a=f"{name} ;", v=number)
    for subject in title.subjects:
        yield "653", _field("  ", a=subject)
    yield "655", _field(" 4", a=title.genre.forms[_FORM_LANGUAGES.get(title.language, "en")])


def _fixed(title: Title, entered: date) -> str:
    year = str(title.year) if title.year else "uuuu"
    fixed = list(" " * 40)
    fixed[0:6] = f"{entered:%y%m%d}"
    fixed[6] = "c" if title.material == "MAGAZINE" else "s"
    fixed[7:11] = year
    fixed[15:18] = _PLACES[title.language]
    fixed[22] = _AUDIENCES[title.genre.audience]
    if title.material in ("E_BOOK", "E_AUDIOBOOK"):
        fixed[23] = "o"
    if title.material == "GAME":
        fixed[26] = "g"
    if title.material == "FILM":
        fixed[33] = "v"
    fixed[35:38] = title.language
    return "".join(fixed)


def _title_field(title: Title, has_main_entry: bool) -> str:
    article = next((article for article in _ARTICLES.get(title.language, ()) if title.title.startswith(article)), "")
    indicators = f"{int(has_main_entry)}{len(article)}"
    if title.remainder:
        return _field(indicators, a=f"{title.title} :", b=title.remainder)
    return _field(indicators, a=title.title)


def _is_person(name: str, title: Title) -> bool:
    return "," in name or title.material not in ("MUSIC", "GAME")


def _field(indicators: str, **subfields: str) -> str:
    return indicators + "".join(f"{_SUBFIELD}{code}{value}" for code, value in subfields.items())
