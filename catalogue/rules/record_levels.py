"""Whether a record stands by itself or in a family: a head with its volumes, or an article with its host."""

from enum import StrEnum

from catalogue.marc.record_columns import RecordColumns
from catalogue.marc.records import Flavour, MarcRecord

_DANISH = {"h": "H", "s": "S", "b": "V", "i": "A"}
# Of MARC 21's leader, position 7: a part of a book or of a magazine.
_ARTICLES = "ab"


class Level(StrEnum):
    """What a record describes of a family; the values are those of the catalogue's table."""

    ALONE = ""
    HEAD = "H"
    SECTION = "S"
    VOLUME = "V"
    ARTICLE = "A"


# What bears its head's title before its own.
PARTS = (Level.SECTION, Level.VOLUME)


def level_of(record: MarcRecord, columns: RecordColumns) -> Level:
    """Return what a record describes, by 004 of danMARC2 or the leader of MARC 21."""
    if record.flavour == Flavour.DANMARC2:
        return Level(_DANISH.get(record.first("004", "a"), ""))
    if record.leader[7] in _ARTICLES:
        return Level.ARTICLE if columns.part_of else Level.ALONE
    if columns.part_of:
        return Level.VOLUME
    return Level.HEAD if record.leader[19:20] == "a" else Level.ALONE


def whole_title(above: str, title: str) -> str:
    """Return a volume's title with its head's before it, unless it begins so."""
    return title if title.casefold().startswith(above.casefold()) else f"{above}. {title}"
