"""Columns from MARC 21, with the habits of Finnish, Swedish, Norwegian and Anglo-American cataloguing."""

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
    without_punctuation,
    year_in,
)
from catalogue.marc.records import MarcRecord, subfield_values
from catalogue.marc.series import marc21_series

_AUDIENCES = {
    "a": For.CHILD,
    "b": For.CHILD,
    "c": For.CHILD,
    "j": For.CHILD,
    "d": For.YOUNG,
    "e": For.ADULT,
    "f": For.ADULT,
    "g": For.ADULT,
}
_SUBJECT_TAGS = ("600", "610", "611", "630", "647", "648", "650", "651", "653", "655")
_HEADING_TAGS = ("100", "110", "111", "130", "147", "148", "150", "151", "155", "162", "180")
# Record types whose 008 has whom it's for at position 22: not serials, not maps.
_TYPES_WITH_AUDIENCE = "acdgijkmort"
_TYPES_WITH_FORM_AT_29 = "efgkor"
_ONLINE = "oqs"
_PLAIN_TYPES = {
    "c": Material.SHEET_MUSIC,
    "d": Material.SHEET_MUSIC,
    "e": Material.MAP,
    "f": Material.MAP,
    "j": Material.MUSIC,
    "k": Material.PICTURE,
}
# 008/33 of what is projected, and of things.
_STILL_IMAGES = "acfikl nopstw".replace(" ", "")
_GAME = "g"


def parse_columns(record: MarcRecord) -> RecordColumns:
    """Read a MARC 21 record's columns."""
    fixed = record.control("008").ljust(40)
    title, sort_title, remainder = _titles(record)
    author = next(iter(_names(record, "100", "110", "111")), "")
    notes = record.first("520", "a")
    series = marc21_series(record)
    return RecordColumns(
        control_number=tidy(record.control("001")),
        agency=tidy(record.control("003")),
        title=title,
        sort_title=sort_title,
        remainder=remainder,
        author=author,
        contributors=each_once(_names(record, "700", "710", "711"), but=author),
        edition=without_punctuation(record.first("250", "a")),
        publisher=_publisher(record),
        year=year_in(fixed[7:11], *record.values("264", "c"), *record.values("260", "c")),
        language=language_code(fixed[35:38]) or language_code(record.first("041", "a")),
        isbns=isbns(record.values("020", "a")),
        issns=issns(record.values("022", "a")),
        subjects=each_once(map(_subject, record.texts(*_SUBJECT_TAGS)), any_case=True),
        classification=_classification(record),
        audience=_AUDIENCES.get(fixed[22], For.UNKNOWN) if _has_audience(record) else For.UNKNOWN,
        material_type=_material(record, fixed),
        series=next(iter(series.every), ""),
        all_series=series.every,
        stated_series=series.as_stated,
        extent=_extent(record),
        summary=shortened(notes),
        part_of=number_without_agency(record.first("773", "w")),
        owner="",
        last_changed=tidy(record.control("005")),
        is_deleted=record.leader[5] in "dsx",
        kind=_kind(record),
    )


def _titles(record: MarcRecord) -> tuple[str, str, str]:
    texts = record.texts("245")
    if not texts:
        heading = next(iter(record.texts(*_HEADING_TAGS)), "") if record.leader[6] == "z" else ""
        name = without_punctuation(" ".join(subfield_values(heading, "abctvxyz")))
        return name, name, ""
    text = texts[0]
    parts = [without_punctuation(part) for part in subfield_values(text, "anpks")]
    title = ". ".join(part for part in parts if part)
    skipped = int(text[1]) if text[1:2].isdigit() else 0
    raw = next((part[1:] for part in text.split("\x1f") if part[:1] == "a"), "")
    sort_title = title[skipped:] if raw[:skipped] == title[:skipped] else title
    return title, sort_title.lstrip(), without_punctuation(" ".join(subfield_values(text, "b")))


def _kind(record: MarcRecord) -> Kind:
    if record.leader[6] == "z":
        return Kind.AUTHORITY
    is_holdings = record.leader[6] in "uvxy" and not record.texts("245")
    return Kind.HOLDINGS if is_holdings else Kind.BIBLIOGRAPHIC


def _extent(record: MarcRecord) -> str:
    text = next(iter(record.texts("300")), "")
    return without_punctuation(" ".join(subfield_values(text, "ab")).rstrip(" +"))


def _names(record: MarcRecord, *tags: str) -> list[str]:
    names = []
    for text in record.texts(*tags):
        parts = [without_punctuation(part) for part in subfield_values(text, "ab")]
        names.append(" ".join(part for part in parts if part))
    return names


def _publisher(record: MarcRecord) -> str:
    published = [text for text in record.texts("264") if text[1:2] == "1"]
    for text in (*published, *record.texts("260"), *record.texts("264")):
        for name in subfield_values(text, "b"):
            return without_punctuation(name).strip("[]")
    return ""


def _subject(text: str) -> str:
    heading = without_punctuation(" ".join(subfield_values(text, "abc")))
    return " – ".join([heading, *(without_punctuation(part) for part in subfield_values(text, "vxyz"))])


def _classification(record: MarcRecord) -> str:
    """Return the shelf class: the public libraries' own in Finland (YKL) and Sweden (SAB) before the others."""
    others = [(next(subfield_values(text, "2"), "").lower(), text) for text in record.texts("084")]
    ykl = [text for source, text in others if source.startswith("ykl")]
    # YKL's words for shelves ("Jännitys") stand beside its numbers.
    ykl.sort(key=lambda text: not next(subfield_values(text, "a"), "")[:1].isdigit())
    sab = [text for source, text in others if source.startswith("kssb")]
    for text in (*ykl, *sab, *record.texts("082", "080"), *(text for _, text in others), *record.texts("050", "090")):
        for number in subfield_values(text, "a"):
            return tidy(number)[:60]
    return ""


def _has_audience(record: MarcRecord) -> bool:
    return record.leader[6] in _TYPES_WITH_AUDIENCE and record.leader[7] not in "bis"


def _material(record: MarcRecord, fixed: str) -> Material:
    kind, level = record.leader[6], record.leader[7]
    if kind in _PLAIN_TYPES:
        return _PLAIN_TYPES[kind]
    if kind in "at ":
        return _text_material(record, fixed, level)
    if kind == "i":
        return Material.E_AUDIOBOOK if _is_online(record, fixed) else Material.AUDIOBOOK
    if kind == "g":
        return Material.PICTURE if fixed[33] in _STILL_IMAGES else Material.FILM
    if kind == "m":
        return _computer_material(fixed)
    return Material.GAME if kind == "r" and fixed[33] == _GAME else Material.OTHER


def _text_material(record: MarcRecord, fixed: str, level: str) -> Material:
    if level in "bs":
        return Material.MAGAZINE
    if level in "ai":
        return Material.OTHER
    return Material.E_BOOK if _is_online(record, fixed) else Material.BOOK


def _computer_material(fixed: str) -> Material:
    return {"g": Material.GAME, "d": Material.E_BOOK}.get(fixed[26], Material.OTHER)


def _is_online(record: MarcRecord, fixed: str) -> bool:
    form = fixed[29] if record.leader[6] in _TYPES_WITH_FORM_AT_29 else fixed[23]
    if form in _ONLINE:
        return True
    if any(text.startswith("cr") for text in record.texts("007")):
        return True
    return "cr" in record.values("338", "b")
