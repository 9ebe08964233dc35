"""Checks the coded places: MARC 21's leader and 008, danMARC2's coded subfields."""

from collections.abc import Iterator

from catalogue.marc.fixed_fields import FIXED_LENGTH, LEADER, LEADER_LENGTH, Coded, decoded
from catalogue.marc.records import Flavour, MarcRecord
from catalogue.marc.validation.findings import Breach, Finding


def code_findings(record: MarcRecord) -> Iterator[Finding]:
    """Yield wrong lengths, and the places whose code means nothing."""
    if record.flavour == Flavour.MARC21:
        lengths = {LEADER: (len(record.leader), LEADER_LENGTH)}
        if fixed := record.control("008"):
            lengths["008"] = (len(fixed), FIXED_LENGTH)
        wrong = {tag: found for tag, found in lengths.items() if found[0] != found[1]}
        for tag, (length, right) in wrong.items():
            yield Finding(Breach.WRONG_LENGTH, tag, _place(record, tag), {"length": str(length), "allowed": str(right)})
        # Where a letter is missing, all behind it stand at the wrong place.
        skipped = {*wrong, *(() if fixed else ("008",))}
    else:
        skipped = set()
    for coded in decoded(record):
        if coded.place.tag not in skipped and not coded.is_known:
            yield _finding(record, coded)


def _finding(record: MarcRecord, coded: Coded) -> Finding:
    place = coded.place
    where = place.subfield or f"{place.start:02}"
    allowed = " ".join(place.codes).replace("  ", " #") if place.subfield else " ".join(map(_shown, place.codes))
    facts = {"where": where, "value": _shown(coded.value), "allowed": allowed or f"{place.length}"}
    return Finding(Breach.WRONG_CODE, place.tag, _place(record, place.tag), facts)


def _place(record: MarcRecord, tag: str) -> int | None:
    return next((place for place, field in enumerate(record.fields) if field.tag == tag), None)


def _shown(value: str) -> str:
    return value.replace(" ", "#")
