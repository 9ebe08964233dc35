"""New records: templates with what a cataloguer fills in, and whole records made of the few facts of a simple form."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from catalogue.marc.field_lines import field_in
from catalogue.marc.fixed_fields import PLAIN_LEADER, decoded, encoded
from catalogue.marc.identifiers import isbn13
from catalogue.marc.kinds import KINDS
from catalogue.marc.record_columns import For, Material
from catalogue.marc.records import SUBFIELD, Flavour, MarcField, MarcRecord

TEMPLATES = (
    Material.BOOK,
    Material.AUDIOBOOK,
    Material.MUSIC,
    Material.FILM,
    Material.GAME,
    Material.MAP,
    Material.MAGAZINE,
    # A kit, a puzzle, a kettle.
    Material.OTHER,
)
# What there is to fill in: for every kind, and for those that have more.
_LINES: Mapping[Flavour, Sequence[str]] = {
    Flavour.MARC21: (
        "020 ## $a",
        "041 0# $a",
        "084 ## $a$2",
        "100 1# $a",
        "245 10 $a$b$c",
        "250 ## $a",
        "264 #1 $a$b$c",
        "300 ## $a$b$c",
        "490 0# $a$v",
        "520 ## $a",
        "650 #4 $a",
        "700 1# $a",
    ),
    Flavour.DANMARC2: (
        "021 00 *e",
        "041 00 *a",
        "100 00 *a*h",
        "245 00 *a*c*e",
        "250 00 *a",
        "260 00 *a*b*c",
        "300 00 *a*b*c",
        "440 00 *a*v",
        "504 00 *a",
        "652 00 *m",
        "666 00 *f",
        "700 00 *a*h",
    ),
}
_MORE: Mapping[Flavour, Mapping[str, Sequence[str]]] = {
    Flavour.MARC21: {
        Material.AUDIOBOOK: ("306 ## $a", "511 0# $a"),
        Material.MUSIC: ("028 02 $a$b", "505 0# $a", "511 0# $a"),
        Material.FILM: ("508 ## $a", "511 1# $a"),
        Material.GAME: ("521 ## $a", "538 ## $a"),
        Material.MAP: ("255 ## $a$b",),
        Material.OTHER: ("500 ## $a", "521 ## $a"),
        Material.MAGAZINE: ("022 ## $a", "310 ## $a", "362 0# $a"),
    },
    Flavour.DANMARC2: {
        Material.AUDIOBOOK: ("512 00 *a",),
        Material.MUSIC: ("512 00 *a",),
        Material.FILM: ("517 00 *a",),
        Material.GAME: ("532 00 *a",),
        Material.MAP: ("255 00 *a",),
        Material.OTHER: ("512 00 *a",),
        Material.MAGAZINE: ("022 00 *a",),
    },
}
# What other kinds have no use for.
_NOT_OF_MAGAZINES = frozenset({"020", "021", "100", "250", "490", "440"})
_ARTICLES = {
    "dan": ("den", "det", "de", "en", "et"),
    "nob": ("den", "det", "de", "en", "et", "ei"),
    "nno": ("den", "det", "dei", "ein", "eit", "ei"),
    "swe": ("den", "det", "de", "en", "ett"),
    "eng": ("the", "an", "a"),
    "ger": ("der", "die", "das", "ein", "eine"),
}
_MARC21_AUDIENCES = {For.CHILD: "j", For.YOUNG: "d", For.ADULT: "e"}
_YOUNG_AGES = (13, 14, 15)


@dataclass(frozen=True, slots=True)
class Facts:
    """What a simple form knows of a title.

    :ivar title: with its remainder behind " : ", if there's one
    :ivar author: as the surname, a comma and the forename; a body without a comma
    :ivar isbn: empty, or any way to write one
    :ivar language: three letters, as `catalogue.marc.languages` has them
    """

    title: str
    material: str
    author: str = ""
    year: int | None = None
    isbn: str = ""
    subjects: tuple[str, ...] = ()
    audience: str = ""
    language: str = "und"


def template(kind: str, flavour: Flavour) -> MarcRecord:
    """Return a record of the kind with empty subfields where something is to be filled in.

    :raises KeyError: if there's no such kind
    """
    lines = [*_LINES[flavour], *_MORE[flavour].get(kind, ())]
    if kind == Material.MAGAZINE:
        lines = [line for line in lines if line[:3] not in _NOT_OF_MAGAZINES]
    fields = [field for line in lines if (field := field_in(line, flavour, every_code=True))]
    return _coded(kind, flavour, fields, {})


def simple_record(facts: Facts, flavour: Flavour) -> MarcRecord:
    """Return a whole record of a title, but for its number and dates.

    :raises KeyError: if there's no such material
    """
    if flavour == Flavour.DANMARC2:
        return _coded(facts.material, flavour, list(_danish_fields(facts)), _danish_codes(facts))
    return _coded(facts.material, flavour, list(_marc21_fields(facts)), _marc21_codes(facts))


def _coded(kind: str, flavour: Flavour, fields: list[MarcField], values: Mapping[str, str]) -> MarcRecord:
    codes = KINDS[kind]
    if flavour == Flavour.DANMARC2:
        plain = {"004-r": "n", "004-a": "e", "008-v": "0", "008-u": "c" if kind == Material.MAGAZINE else "f"}
        record = MarcRecord(flavour, "00000n    2200000   4500", _sorted(fields))
        return encoded(record, {**plain, **codes.danmarc2, **values})
    types = zip(("336", "337", "338"), codes.rda, ("rdacontent", "rdamedia", "rdacarrier"), strict=False)
    rda = [MarcField(tag, f"  {SUBFIELD}b{code}{SUBFIELD}2{source}") for tag, code, source in types]
    record = MarcRecord(flavour, PLAIN_LEADER, _sorted([*fields, *rda]))
    record = encoded(record, {"008-39": "c", **codes.marc21, **values})
    # Where a blank means nothing, what nobody has said is marked as not coded.
    return encoded(record, {each.place.key: "|" * each.place.length for each in decoded(record) if not each.is_known})


def _marc21_codes(facts: Facts) -> dict[str, str]:
    codes = {"008-35": facts.language, "008-07": str(facts.year or "uuuu")}
    if facts.material == Material.MAGAZINE:
        codes["008-11"] = "9999"
    elif audience := _MARC21_AUDIENCES.get(For(facts.audience)):
        codes["008-22"] = audience
    return codes


def _marc21_fields(facts: Facts) -> Iterator[MarcField]:
    main, remainder = _title_parts(facts.title)
    first, _, _ = facts.author.partition(",")
    if number := isbn13(facts.isbn):
        yield _field("020", "  ", a=number)
    if facts.author:
        yield _field("100", "0 " if first == facts.author else "1 ", a=facts.author)
    skipped = len(_article(facts))
    yield _field("245", f"{int(bool(facts.author))}{skipped}", a=main, b=remainder)
    if facts.year:
        yield _field("264", " 1", c=str(facts.year))
    for subject in facts.subjects:
        yield _field("653", "  ", a=subject)


def _danish_codes(facts: Facts) -> dict[str, str]:
    return {
        "008-a": str(facts.year or "????"),
        "008-l": facts.language,
        "008-o": "b" if facts.audience in (For.CHILD, For.YOUNG) else "",
    }


def _danish_fields(facts: Facts) -> Iterator[MarcField]:
    main, remainder = _title_parts(facts.title)
    surname, _, forename = (part.strip() for part in facts.author.partition(","))
    article = _article(facts)
    if number := isbn13(facts.isbn):
        yield _field("021", "00", e=number)
    if surname:
        yield _field("100", "00", a=surname, h=forename)
    yield _field("245", "00", a=f"{main[: len(article)]}¤{main[len(article) :]}" if article else main, c=remainder)
    if facts.year:
        yield _field("260", "00", c=str(facts.year))
    for subject in facts.subjects:
        yield _field("631", "00", a=subject)
    if facts.audience == For.YOUNG:
        ages = "".join(f"{SUBFIELD}ufor {age} år" for age in _YOUNG_AGES)
        yield MarcField("666", f"00{ages}")


def _title_parts(title: str) -> tuple[str, str]:
    main, _, remainder = title.partition(" : ")
    return main.strip(), remainder.strip()


def _article(facts: Facts) -> str:
    """Return the word at the beginning that doesn't sort, with its blank, or nothing."""
    first, blank, rest = facts.title.partition(" ")
    return f"{first}{blank}" if rest and first.casefold() in _ARTICLES.get(facts.language, ()) else ""


def _field(tag: str, indicators: str, **parts: str) -> MarcField:
    return MarcField(tag, indicators + "".join(f"{SUBFIELD}{code}{part}" for code, part in parts.items() if part))


def _sorted(fields: Sequence[MarcField]) -> list[MarcField]:
    return sorted(fields, key=lambda field: field.tag)
