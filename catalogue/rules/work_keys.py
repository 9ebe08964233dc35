"""Which work a record is an edition of: its author, and its uniform or original title, made alike.

A translation belongs to its original because cataloguers give both one uniform title; where they don't, or where two
works look alike, somebody says so by hand (`catalogue.services.works`).
"""

from dataclasses import dataclass
from enum import StrEnum

from catalogue.marc.languages import language_code
from catalogue.marc.record_columns import Material, RecordColumns
from catalogue.marc.records import Flavour, MarcRecord, subfield_values
from catalogue.rules.match_facts import comparable, part_number

LONGEST = 320
_LONGEST_NAME, _LONGEST_TITLE, _LONGEST_PART, _LONGEST_MORE = 80, 120, 40, 70
_SORT_MARK = "¤"
# A uniform title that many works share says nothing: whose selection it is, only its own title tells.
_COLLECTIVE = frozenset(
    "works|selected works|collected works|selections|novels|short stories|stories|poems|poetry|plays|essays|letters|"
    "correspondence|speeches|songs|værker|samlede værker|udvalg|romaner|noveller|digte|skuespil|breve|sange|verk|"
    "samlade verk|urval|dikter|skådespel|brev|sånger|teokset|kootut teokset|valikoima|romaanit|novellit|runot|"
    "näytelmät|kirjeet|laulut|musiikki|music|musik".split("|")
)
_GENERIC = frozenset(map(comparable, _COLLECTIVE))
# What a title begins with and isn't sorted by, by its language, where the record doesn't mark it.
_NORDIC = ("en", "et", "den", "det", "de")
_ARTICLES = {
    "dan": _NORDIC,
    "nor": (*_NORDIC, "ei"),
    "nob": (*_NORDIC, "ei"),
    "swe": ("en", "ett", "den", "det", "de"),
    "eng": ("the", "a", "an"),
    "ger": ("der", "die", "das", "ein", "eine"),
    "fre": ("le", "la", "les", "un", "une"),
    "spa": ("el", "la", "los", "las", "un", "una"),
}


class TitleFrom(StrEnum):
    """Which of a record's titles its work goes by."""

    UNIFORM = "UNIFORM"
    ORIGINAL = "ORIGINAL"
    OWN = "OWN"
    # There's none that would be safe to go by: magazines, and volumes that say nothing of their author.
    NONE = "NONE"


@dataclass(frozen=True, slots=True)
class WorkFacts:
    """What a record's work is told by, as written.

    :ivar key: what the records of one work have in common; empty for a work of its own
    :ivar tag: the field that the title is from
    :ivar more: what tells titles without an author apart: the subtitle and the first contributor
    """

    key: str
    title_from: TitleFrom
    tag: str = ""
    title: str = ""
    author: str = ""
    part: str = ""
    more: str = ""


def work_facts(record: MarcRecord, columns: RecordColumns) -> WorkFacts:
    """Return what a record's work is told by."""
    title_from, tag, title, part = _uniform_title(record)
    if title_from is TitleFrom.OWN:
        title, part = _own_title(record, columns)
        is_volume = bool(columns.part_of) and not columns.author
        if not comparable(title) or is_volume or columns.material_type == Material.MAGAZINE:
            return WorkFacts("", TitleFrom.NONE)
    more = ""
    if title_from is TitleFrom.OWN and not columns.author:
        more = ", ".join(filter(None, (columns.remainder, *columns.contributors[:1])))
    key = work_key(columns.author, title, part, more)
    return WorkFacts(key, title_from, tag, title, columns.author, part, more)


def work_key(author: str, title: str, part: str = "", more: str = "") -> str:
    """Return what records of one work have in common; empty without a title."""
    name = " ".join(sorted(comparable(author).split()))
    words = comparable(title)
    if not words:
        return ""
    parts = name[:_LONGEST_NAME], words[:_LONGEST_TITLE], part_number(part)[:_LONGEST_PART]
    return "|".join((*parts, " ".join(sorted(comparable(more).split()))[:_LONGEST_MORE]))


def work_key_of(record: MarcRecord, columns: RecordColumns) -> str:
    """Return the key of a record's work; empty when it has none in common with others."""
    return work_facts(record, columns).key


def _uniform_title(record: MarcRecord) -> tuple[TitleFrom, str, str, str]:
    """Return the title that all editions have in common, where it's from, and the part that it names."""
    if record.flavour == Flavour.DANMARC2:
        fields = (("240", TitleFrom.UNIFORM, "a"), ("239", TitleFrom.UNIFORM, "t"), ("241", TitleFrom.ORIGINAL, "a"))
    else:
        fields = (
            ("130", TitleFrom.UNIFORM, "amr"),
            ("240", TitleFrom.UNIFORM, "amr"),
            ("765", TitleFrom.ORIGINAL, "t"),
        )
    for tag, title_from, codes in fields:
        for text in record.texts(tag):
            title = _sorted_from(" ".join(subfield_values(text, codes)), _skipped(tag, text))
            if comparable(title) and comparable(title) not in _GENERIC and not any(subfield_values(text, "k")):
                original = language_code(record.first("041", "h" if record.flavour != Flavour.DANMARC2 else "c"))
                own_part = _first(text, "n") or _first(text, "p")
                return title_from, tag, _without_article(title, original), own_part or _part(record)
    return TitleFrom.OWN, "245", "", ""


def _own_title(record: MarcRecord, columns: RecordColumns) -> tuple[str, str]:
    text = next(iter(record.texts("245")), "")
    main = _sorted_from(_first(text, "a") or columns.title, _skipped("245", text))
    return _without_article(main, columns.language), _part(record)


def _part(record: MarcRecord) -> str:
    first, second = "gn" if record.flavour == Flavour.DANMARC2 else "np"
    return record.first("245", first) or record.first("245", second)


def _skipped(tag: str, text: str) -> int:
    """Return how many letters of the title aren't sorted by, as MARC 21's indicators say."""
    sign = text[:1] if tag == "130" else text[1:2] if tag in ("240", "245") else ""
    return int(sign) if sign.isascii() and sign.isdigit() else 0


def _sorted_from(title: str, skipped: int) -> str:
    if _SORT_MARK in title:
        return title[title.find(_SORT_MARK) + 1 :]
    return title[skipped:] if len(title) > skipped else title


def _without_article(title: str, language: str) -> str:
    first, _, rest = title.strip().partition(" ")
    return rest.strip() if rest.strip() and first.casefold() in _ARTICLES.get(language, ()) else title.strip()


def _first(text: str, code: str) -> str:
    return next(subfield_values(text, code), "")
