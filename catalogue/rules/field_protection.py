"""What stays of a record when another one is laid over it: fields kept, replaced, added, or left out on the way in.

After Evergreen's merge profiles (case II.I12). A tag may have X for any letter or digit: 6XX is all subjects.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache

from catalogue.marc.records import SUBFIELD, Flavour, MarcField, MarcRecord

TAG = re.compile(r"[0-9A-Za-z]{3}")
# Which record it is: the existing one's, unless both have the same number.
_IDENTITY = {Flavour.MARC21: ("001", "003"), Flavour.DANMARC2: ("001", "996")}


@dataclass(frozen=True, slots=True)
class Protection:
    """What an overlay does with fields, by tag; nothing named means that everything is the incoming record's.

    :ivar preserve: stay as they are, whatever comes
    :ivar replace: become the incoming ones; if there are any, and of others nothing is said, the others stay
    :ivar add: the incoming ones come beside those that are there; others as with `replace`
    :ivar strip: never come in
    """

    preserve: tuple[str, ...] = ()
    replace: tuple[str, ...] = ()
    add: tuple[str, ...] = ()
    strip: tuple[str, ...] = ()

    @property
    def is_whole(self) -> bool:
        """Whether the incoming record takes the existing one's place as it is."""
        return not (self.preserve or self.replace or self.add or self.strip)


def overlaid(
    existing: MarcRecord, incoming: MarcRecord, protection: Protection, *, is_same_number: bool, agency: str = ""
) -> MarcRecord:
    """Return the record after the overlay; both are of one family of MARC.

    :param is_same_number: both have one number; otherwise the existing one keeps its own, and in MARC 21 notes the
        incoming one's, so that it's known by it from now on
    :param agency: whose number the incoming record has
    """
    kept_tags = protection.preserve
    if not is_same_number:
        kept_tags = (*kept_tags, *_IDENTITY[existing.flavour])
    coming = [each for each in incoming.fields if not named(each.tag, protection.strip)]
    if protection.replace or protection.add:
        base = _chosen(existing, coming, protection, kept_tags)
        leader = existing.leader
    else:
        kept = [each for each in existing.fields if named(each.tag, kept_tags)]
        stripped = [each for each in existing.fields if named(each.tag, protection.strip)]
        base = placed([each for each in coming if not named(each.tag, kept_tags)], kept)
        base = placed(base, [each for each in stripped if not named(each.tag, kept_tags)])
        leader = incoming.leader
    if not is_same_number and (field := _number_field(incoming, agency)):
        base = placed(base, [field])
    return MarcRecord(existing.flavour, leader, base)


def named(tag: str, patterns: Collection[str]) -> bool:
    """Say whether a tag is one of those that are named, X standing for anything."""
    return bool(patterns) and _named(tag, tuple(patterns))


# An import asks of every field of every record, by the same few patterns.
@lru_cache(maxsize=8192)
def _named(tag: str, patterns: tuple[str, ...]) -> bool:
    return any(
        len(pattern) == len(tag) and all(wanted in ("X", has) for wanted, has in zip(pattern, tag, strict=True))
        for pattern in patterns
    )


def placed(fields: Collection[MarcField], more: Collection[MarcField]) -> list[MarcField]:
    """Return the fields with more of them, each behind those of its tag; one that's there already isn't added again."""
    result = list(fields)
    for field in more:
        if field not in result:
            place = next((at for at, each in enumerate(result) if each.tag > field.tag), len(result))
            result.insert(place, field)
    return result


def fields_to_enrich(incoming: MarcRecord, existing: MarcRecord, tags: Collection[str]) -> list[MarcField]:
    """Return what an incoming record says in these fields that the existing one doesn't."""
    said = set(existing.fields)
    return [each for each in incoming.fields if named(each.tag, tags) and each not in said]


def _chosen(
    existing: MarcRecord, coming: list[MarcField], protection: Protection, kept_tags: Collection[str]
) -> list[MarcField]:
    moving = [each for each in coming if not named(each.tag, kept_tags)]
    replacing = [each for each in moving if named(each.tag, protection.replace)]
    adding = [each for each in moving if named(each.tag, protection.add) and each not in replacing]
    # What the incoming record says nothing of stays: a thin record takes nothing away.
    replaced = {each.tag for each in replacing}
    return placed([each for each in existing.fields if each.tag not in replaced], [*replacing, *adding])


def _number_field(incoming: MarcRecord, agency: str) -> MarcField | None:
    number = incoming.control("001").strip()
    if incoming.flavour != Flavour.MARC21 or not number or not agency:
        return None
    return MarcField("035", f"  {SUBFIELD}a({agency}){number}")
