"""When a common record gets another title or classification: whether a library keeps the old ones for its shelves.

After DBC's rules for danMARC2 (case II.I6). For MARC 21, the fields that mean the same are compared; a record is in
production while its leader says so, for it has no production week.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from catalogue.marc.records import Flavour, MarcField, MarcRecord
from catalogue.rules.enrichment import RULES

# Tag by tag, the subfields that are compared; empty means all.
_COMPARED: Mapping[Flavour, Mapping[str, str]] = {
    Flavour.DANMARC2: {
        "008": "t",
        "009": "abgh",
        "038": "a",
        "039": "ab",
        "100": "",
        "110": "",
        "239": "",
        "245": "agmnoyæø",
        "652": "",
    },
    Flavour.MARC21: {
        "080": "ax",
        "082": "ab",
        "084": "ab2",
        "100": "abcdq",
        "110": "ab",
        "111": "acdn",
        "130": "",
        "245": "anp",
    },
}
_CLASSIFICATIONS = {Flavour.DANMARC2: (("652", "mnop"),), Flavour.MARC21: (("080", "a"), ("082", "a"), ("084", "a"))}
_UNCLASSIFIED = {"uden klassemærke", "ny titel"}
# 032 *a and *x: the list, and the year and week in which the record is in it.
_PRODUCTION = re.compile(r"[A-ZÆØÅ]{3}(\d{4})(\d\d)", re.IGNORECASE)
_TEMPORARY = ("9999", "99")
_IN_PRODUCTION = set("58")


@dataclass(frozen=True, slots=True)
class RecordChange:
    """A common record before and after a change.

    :ivar goes_national: its owner was a library, and is the national centre now
    """

    old: MarcRecord
    new: MarcRecord
    goes_national: bool = False


def shelf_data_to_keep(change: RecordChange, *, today: date) -> list[MarcField]:
    """Return the old fields that a library with items keeps as its own: all of the group, or none."""
    old, new = change.old, change.new
    if old.flavour != new.flavour or not _is_classified(old) or _compared(old) == _compared(new):
        return []
    weeks = _PRODUCTION.findall(" ".join(new.values("032", "ax"))) if new.flavour == Flavour.DANMARC2 else []
    if _TEMPORARY in weeks:
        return []
    if not change.goes_national and (
        _is_unfinished(new) or any(_is_to_come(year, week, today) for year, week in weeks)
    ):
        return []
    return [each for each in old.fields if each.tag in RULES[old.flavour].together]


def says_shelf_data(local: MarcRecord) -> bool:
    """Say whether an enrichment has fields of the group already, so that the common ones don't show."""
    return any(each.tag in RULES[local.flavour].together for each in local.fields)


def _is_classified(record: MarcRecord) -> bool:
    found = [value for tag, codes in _CLASSIFICATIONS[record.flavour] for value in record.values(tag, codes)]
    return any(value.casefold() not in _UNCLASSIFIED for value in found)


def _is_unfinished(record: MarcRecord) -> bool:
    return record.flavour == Flavour.MARC21 and record.leader[17:18] in _IN_PRODUCTION


def _is_to_come(year: str, week: str, today: date) -> bool:
    now = today.isocalendar()
    return (int(year), int(week)) > (now.year, now.week)


def _compared(record: MarcRecord) -> list[tuple[str, str, str]]:
    """Return what is compared: blanks, case and the mark of the first sorting word don't count."""
    found = []
    for field in record.fields:
        codes = _COMPARED[record.flavour].get(field.tag)
        if codes is None:
            continue
        for code, value in field.subfields:
            if not codes or code in codes:
                found.append((field.tag, code, " ".join(value.replace("¤", "").casefold().split()).rstrip(" /:;,.=")))
    return sorted(found)
