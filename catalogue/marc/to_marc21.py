"""danMARC2 as MARC 21, for whoever reads only that; `docs/how-to/harvest-our-records.md` lists what goes where.

What MARC 21 has no place for stays behind; a harvester that wants everything asks for MarcXchange.
"""

from collections.abc import Iterator, Sequence
from operator import attrgetter
from typing import Protocol

from catalogue.marc import danmarc2
from catalogue.marc.headings import number_in
from catalogue.marc.record_columns import For, Material, RecordColumns, tidy
from catalogue.marc.records import SUBFIELD, Flavour, MarcField, MarcRecord, subfield_values
from catalogue.marc.series import every_series, in_series

_SORT_MARK = "¤"
_DOUBLE_A = str.maketrans({"ꜳ": "aa", "Ꜳ": "Aa", _SORT_MARK: None})
# Leader positions 6 and 7, and what stands where in 008.
_KINDS: dict[str, tuple[str, dict[int, str]]] = {
    Material.BOOK: ("am", {}),
    Material.E_BOOK: ("am", {23: "o"}),
    Material.AUDIOBOOK: ("im", {}),
    Material.E_AUDIOBOOK: ("im", {23: "o"}),
    Material.MUSIC: ("jm", {}),
    Material.SHEET_MUSIC: ("cm", {}),
    Material.FILM: ("gm", {33: "v"}),
    Material.GAME: ("mm", {26: "g"}),
    Material.MAGAZINE: ("as", {}),
    Material.MAP: ("em", {}),
    Material.PICTURE: ("km", {}),
    Material.OTHER: ("am", {}),
}
_ARTICLE, _THING, _PROGRAM = "aa", "rm", "mm"
_AUDIENCES: dict[str, str] = {For.CHILD: "j", For.YOUNG: "d", For.ADULT: "e"}
_TYPES_WITH_AUDIENCE = "acdgijkmort"
# ISO 3166, which danMARC2 uses, to MARC's own list, for the countries that most records come from.
_COUNTRIES = {"dk": "dk", "se": "sw", "no": "no", "fi": "fi", "de": "gw", "fr": "fr", "gb": "xxk", "us": "xxu"}
# From danMARC2's subfields to MARC 21's, field by field: tag, tag, indicators, {code: code}.
_PLAIN: tuple[tuple[str, str, str, dict[str, str]], ...] = (
    ("021", "020", "  ", {"e": "a", "a": "a", "x": "z"}),
    ("022", "022", "  ", {"a": "a", "z": "y"}),
    ("041", "041", "  ", {"a": "a", "b": "k", "c": "h", "d": "b", "u": "j"}),
    ("080", "080", "  ", {"a": "a"}),
    ("100", "100", "", {}),
    ("110", "110", "2 ", {"a": "a", "c": "b", "4": "4"}),
    ("241", "240", "10", {"a": "a"}),
    ("245", "245", "", {}),
    ("250", "250", "  ", {"a": "a", "b": "b"}),
    ("260", "264", " 1", {"a": "a", "b": "b", "c": "c"}),
    ("300", "300", "  ", {"n": "a", "a": "a", "b": "b", "c": "c", "d": "e"}),
    ("508", "546", "  ", {"a": "a"}),
    ("512", "500", "  ", {"i": "a", "t": "a", "a": "a"}),
    ("530", "505", "0 ", {"i": "a", "a": "a", "t": "a"}),
    ("532", "504", "  ", {"a": "a"}),
    ("504", "520", "  ", {"a": "a"}),
    ("557", "773", "0 ", {"a": "t", "j": "d", "V": "g", "v": "g", "k": "g", "z": "x"}),
    ("600", "600", "", {}),
    ("610", "610", "24", {"a": "a", "c": "b"}),
    ("650", "650", " 4", {"a": "a", "x": "x", "y": "z", "z": "y"}),
    ("651", "651", " 4", {"a": "a", "x": "x", "y": "z", "z": "y"}),
    ("700", "700", "", {}),
    ("710", "710", "2 ", {"a": "a", "c": "b", "4": "4"}),
    ("720", "720", "  ", {"o": "a", "4": "4"}),
    ("740", "740", "0 ", {"a": "a"}),
    ("856", "856", "4 ", {"u": "u", "y": "y", "z": "z"}),
)
# Every value becomes an uncontrolled subject of its own.
_SUBJECTS = {"630": "a", "631": "af", "666": "efhilmnopqs"}
_PERSONS = {"100", "600", "700"}
_WITH_AUTHORITY = _PERSONS | {"110", "610", "710"}


class Described(Protocol):
    """What the catalogue knows of a record beside its MARC: the columns of its table, as `RecordColumns` has them."""

    control_number: str
    title: str
    remainder: str
    author: str
    contributors: list[str]
    edition: str
    publisher: str
    year: int | None
    language: str
    isbns: list[str]
    issns: list[str]
    subjects: list[str]
    classification: str
    audience: str
    material_type: str
    series: str
    all_series: list[str] | None
    extent: str
    summary: str


def as_marc21(record: MarcRecord) -> MarcRecord:
    """Return the record in MARC 21; one that is already stays as it is."""
    if record.flavour == Flavour.MARC21:
        return record
    columns = danmarc2.parse_columns(record)
    kind = _kind(record, columns.material_type)
    status = {"c": "c", "d": "d"}.get(record.first("004", "r")[:1], "n")
    fields = [
        MarcField("001", columns.control_number),
        *([MarcField("003", f"DK-{columns.agency}")] if columns.agency else []),
        *_date_of_change(columns.last_changed),
        MarcField("008", _fixed(columns, kind, record.first("001", "d"), record.first("008", "b"))),
        *_mapped(record),
        *_series(columns),
        *_classes(record),
        *_uncontrolled(record),
    ]
    return MarcRecord(Flavour.MARC21, _leader(status, kind), _in_order(fields))


def described_in_marc21(columns: Described) -> MarcRecord:
    """Return what the catalogue knows of a record as MARC 21, for one whose own MARC can't be read."""
    kind = _KINDS.get(columns.material_type, _KINDS[Material.OTHER])[0]
    fields = [
        MarcField("001", columns.control_number),
        MarcField("008", _fixed(columns, kind, "", "")),
        *(_field("020", "  ", [("a", number)]) for number in columns.isbns),
        *(_field("022", "  ", [("a", f"{number[:4]}-{number[4:]}")]) for number in columns.issns),
        _field("084", "  ", [("a", columns.classification)]),
        _field("100", "1 ", [("a", columns.author)]),
        _field("245", "10" if columns.author else "00", [("a", columns.title), ("b", columns.remainder)]),
        _field("250", "  ", [("a", columns.edition)]),
        _field("264", " 1", [("b", columns.publisher), ("c", str(columns.year or ""))]),
        _field("300", "  ", [("a", columns.extent)]),
        *_series(columns),
        _field("520", "  ", [("a", columns.summary)]),
        *(_field("653", "  ", [("a", subject)]) for subject in columns.subjects),
        *(_field("700", "1 ", [("a", name)]) for name in columns.contributors),
    ]
    return MarcRecord(Flavour.MARC21, _leader("n", kind), [field for field in fields if field.text])


def _leader(status: str, kind: str) -> str:
    # "c": the punctuation that MARC 21 often has between subfields is left out.
    return f"00000{status}{kind} a2200000 c 4500"


def _kind(record: MarcRecord, material: str) -> str:
    if record.first("008", "t") == "a":
        return _ARTICLE
    general = record.first("009", "a")[:1]
    if material == Material.OTHER and general in ("t", "u"):
        return _THING if general == "t" else _PROGRAM
    return _KINDS[material][0]


def _date_of_change(stamp: str) -> list[MarcField]:
    return [MarcField("005", f"{stamp[:14].ljust(14, '0')}.0")] if stamp[:8].isdigit() and len(stamp) >= 8 else []


def _fixed(columns: Described | RecordColumns, kind: str, created: str, country: str) -> str:
    fixed = list("|" * 40)
    entered = created[2:8] if len(created) >= 8 and created[:8].isdigit() else "||||||"
    fixed[0:6] = entered
    fixed[6:15] = f"s{columns.year:04}    " if columns.year else "nuuuuuuuu"
    fixed[15:18] = _COUNTRIES.get(country.lower()[:2], "xx").ljust(3)
    fixed[35:38] = columns.language or "und"
    if kind[0] in _TYPES_WITH_AUDIENCE and kind[1] != "s":
        fixed[22] = _AUDIENCES.get(columns.audience, "|")
    for place, letter in _KINDS.get(columns.material_type, _KINDS[Material.OTHER])[1].items():
        fixed[place] = letter
    return "".join(fixed)


def _mapped(record: MarcRecord) -> Iterator[MarcField]:
    for tag, new_tag, indicators, codes in _PLAIN:
        for text in record.texts(tag):
            if tag in _PERSONS:
                field = _person(new_tag, text)
            elif tag == "245":
                field = _title(text, has_author=bool(record.texts("100", "110")))
            else:
                field = _field(new_tag, indicators, _recoded(text, codes))
            if field.text:
                yield _numbered(field, MarcField(tag, text)) if tag in _WITH_AUTHORITY else field


def _numbered(field: MarcField, danish: MarcField) -> MarcField:
    """Return the field with the number of its authority."""
    number = number_in(danish, Flavour.DANMARC2)
    return MarcField(field.tag, f"{field.text}{SUBFIELD}0{number}") if number else field


def _recoded(text: str, codes: dict[str, str]) -> Sequence[tuple[str, str]]:
    parts = [(part[0], part[1:]) for part in text.split(SUBFIELD)[1:] if part]
    return [(codes[code], value) for code, value in parts if code in codes]


def _person(tag: str, text: str) -> MarcField:
    surname, forename = (" ".join(subfield_values(text, code)) for code in "ah")
    name = ", ".join(part for part in (surname, forename) if part)
    parts = [("a", name), *_recoded(text, {"e": "b", "f": "c", "c": "d", "4": "4"})]
    return _field(tag, f"{1 if forename else 0}{'4' if tag == '600' else ' '}", parts)


def _title(text: str, *, has_author: bool) -> MarcField:
    main = " ".join(subfield_values(text, "ab")) or " ".join(subfield_values(text, "x"))
    skipped = min(max(main.find(_SORT_MARK), 0), 9)
    parts = [
        ("a", main),
        ("b", " : ".join(subfield_values(text, "cø"))),
        ("n", ". ".join(subfield_values(text, "g"))),
        ("p", ". ".join(subfield_values(text, "n"))),
        ("c", " ; ".join(subfield_values(text, "ef"))),
    ]
    return _field("245", f"{int(has_author)}{skipped}", parts)


def _classes(record: MarcRecord) -> Iterator[MarcField]:
    for number in dict.fromkeys(record.values("652", "mop")):
        yield _field("084", "  ", [("a", number), ("2", "dk5")])


def _series(columns: Described | RecordColumns) -> Iterator[MarcField]:
    for series in map(in_series, every_series(columns)):
        yield _field("490", "0 ", [("a", series.name), ("v", series.number)])


def _uncontrolled(record: MarcRecord) -> Iterator[MarcField]:
    for tag, codes in _SUBJECTS.items():
        for word in dict.fromkeys(record.values(tag, codes)):
            yield _field("653", "  ", [("a", word)])


def _field(tag: str, indicators: str, parts: Sequence[tuple[str, str]]) -> MarcField:
    """Return a field with the subfields that say anything; without any, one without a text."""
    shown = [(code, tidy(value.translate(_DOUBLE_A))) for code, value in parts]
    texts = [f"{SUBFIELD}{code}{value}" for code, value in shown if value]
    return MarcField(tag, indicators + "".join(texts) if texts else "")


def _in_order(fields: Sequence[MarcField]) -> list[MarcField]:
    return sorted((field for field in fields if field.text), key=attrgetter("tag"))
