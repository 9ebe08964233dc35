"""Columns from danMARC2: coded fields 004, 008 and 009 have subfields, and `¤` marks a title's first sorting word."""

import re

from catalogue.marc.identifiers import isbns, issns
from catalogue.marc.languages import language_code
from catalogue.marc.record_columns import (
    For,
    Kind,
    Material,
    RecordColumns,
    each_once,
    number_without_agency,
    shortened,
    tidy,
    year_in,
)
from catalogue.marc.records import MarcRecord, subfield_values
from catalogue.marc.series import danmarc2_series

NATIONAL_AGENCY = "870970"

_SORT_MARK = "¤"
_DOUBLE_A = str.maketrans({"ꜳ": "aa", "Ꜳ": "Aa"})
_AGE = re.compile(r"for (\d{1,2}) år")
_YOUNG_FROM = 13
# 009 *a (what it is) and the first *g (what it's on); *g counts where it changes the kind.
_ONLINE = "xe"
_GENERAL = {
    "b": Material.BOOK,
    "c": Material.SHEET_MUSIC,
    "d": Material.SHEET_MUSIC,
    "e": Material.MAP,
    "f": Material.MAP,
    "g": Material.PICTURE,
    "m": Material.FILM,
    "n": Material.PICTURE,
    "p": Material.BOOK,
    "s": Material.MUSIC,
}
_GAME_THINGS = {"us"}
_GAME_CLASS = "79.41"
_SUBJECTS = {"600": "ah", "610": "ac", "630": "a", "631": "af", "650": "axyz", "651": "axyz", "666": "efhilmnopqs"}
_ONE_HEADING = {"600", "610", "650", "651"}


def parse_columns(record: MarcRecord) -> RecordColumns:
    """Read a danMARC2 record's columns."""
    title, sort_title, remainder = _titles(record)
    author = next(iter(_names(record, "100", "110")), "")
    series = danmarc2_series(record, _shown)
    return RecordColumns(
        control_number=tidy(record.first("001", "a")),
        agency=tidy(record.first("001", "b")),
        title=title,
        sort_title=sort_title,
        remainder=remainder,
        author=author,
        contributors=each_once([*_names(record, "700", "710"), *map(_shown, record.values("720", "o"))], but=author),
        edition=_shown(record.first("250", "a")),
        publisher=_shown(record.first("260", "b")).strip("[]"),
        year=year_in(record.first("008", "a"), *record.values("260", "c")),
        language=language_code(record.first("008", "l")) or language_code(record.first("041", "a")),
        isbns=isbns([*record.values("021", "e"), *record.values("021", "a")]),
        issns=issns(record.values("022", "a")),
        subjects=_subjects(record),
        classification=_classification(record),
        audience=_audience(record),
        material_type=_material(record),
        series=next(iter(series.every), ""),
        all_series=series.every,
        stated_series=series.as_stated,
        extent=_shown(", ".join(record.values("300", "an"))),
        summary=shortened(_shown(record.first("504", "a"))),
        part_of=number_without_agency(record.first("014", "a")),
        owner=tidy(record.first("996", "a")),
        last_changed=tidy(record.first("001", "c")),
        is_deleted=record.first("004", "r") == "d",
        kind=_kind(record),
    )


def _kind(record: MarcRecord) -> Kind:
    is_authority = bool(record.texts("400", "410", "430")) and not record.texts("245")
    return Kind.AUTHORITY if is_authority else Kind.BIBLIOGRAPHIC


def _shown(text: str) -> str:
    return tidy(text.replace(_SORT_MARK, "").translate(_DOUBLE_A))


def _titles(record: MarcRecord) -> tuple[str, str, str]:
    text = next(iter(record.texts("245")), "")
    main = " ".join(subfield_values(text, "ab")) or " ".join(subfield_values(text, "x"))
    parts = [main, *subfield_values(text, "gn")]
    title = ". ".join(shown for part in parts if (shown := _shown(part)))
    sort_title = _shown(main[main.find(_SORT_MARK) + 1 :]) or title
    return title, sort_title, _shown(" : ".join(subfield_values(text, "cø")))


def _names(record: MarcRecord, *tags: str) -> list[str]:
    names = []
    for text in record.texts(*tags):
        is_person = bool(next(subfield_values(text, "h"), ""))
        parts = list(subfield_values(text, "aehf" if is_person else "ac"))
        names.append(_shown(_person(text) if is_person else ". ".join(parts)))
    return names


def _person(text: str) -> str:
    surname = " ".join(subfield_values(text, "a"))
    return ", ".join(part for part in (surname, " ".join(subfield_values(text, "he"))) if part)


def _subjects(record: MarcRecord) -> list[str]:
    found = []
    for tag, codes in _SUBJECTS.items():
        for text in record.texts(tag):
            parts = [_shown(part) for part in subfield_values(text, codes)]
            found += [(" – " if tag in ("650", "651") else ", ").join(parts)] if tag in _ONE_HEADING else parts
    return each_once(found, any_case=True)


def _classification(record: MarcRecord) -> str:
    """Return the DK5 class: *m where there's one, else the shelf (*o), the class of a person (*p), or the old *n."""
    for code in "mopn":
        for text in record.texts("652"):
            for number in subfield_values(text, code):
                if number[:1].isdigit() or code == "o":
                    period = next(subfield_values(text, "z"), "") if code == "n" else ""
                    return tidy(f"{number}-{period}" if period else number)[:60]
    return ""


def _audience(record: MarcRecord) -> For:
    groups = record.values("008", "o")
    if "b" in groups or "s" in groups or record.texts("038"):
        ages = [int(found[1]) for value in record.values("666", "u") if (found := _AGE.search(value))]
        return For.YOUNG if ages and min(ages) >= _YOUNG_FROM else For.CHILD
    return For.ADULT if record.texts("009") else For.UNKNOWN


def _material(record: MarcRecord) -> Material:
    if record.first("008", "t") == "a":
        return Material.OTHER
    general, specific = record.first("009", "a")[:1], record.first("009", "g")
    if general in ("", "a"):
        return _text_material(record, general, specific)
    if general == "r":
        return Material.E_AUDIOBOOK if specific == _ONLINE else Material.AUDIOBOOK
    if general == "u":
        return Material.GAME if specific in _GAME_THINGS or _is_game(record) else Material.OTHER
    if general == "t":
        return Material.GAME if _is_game(record) or record.first("300", "e") else Material.OTHER
    return _GENERAL.get(general, Material.OTHER)


def _text_material(record: MarcRecord, general: str, specific: str) -> Material:
    """Judge a text; sections and volumes have no 009, their extent shows a book."""
    if record.first("008", "t") == "p":
        return Material.MAGAZINE
    if specific == _ONLINE:
        return Material.E_BOOK
    is_book = general == "a" or bool(re.search(r"\b(?:sider|s\.|bind)", record.first("300", "a")))
    return Material.BOOK if is_book else Material.OTHER


def _is_game(record: MarcRecord) -> bool:
    return any(number.startswith(_GAME_CLASS) for number in record.values("652", "mop"))
