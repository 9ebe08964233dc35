"""What becomes of an incoming record: new, laid over one that's there, its fields or its items only, asked, left out.

Matching says which record it is; what's decided here is whether it's good enough to change that one. Automatic imports
take the first reason against it (cases II.I10 and I12).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from catalogue.marc.record_columns import RecordColumns
from catalogue.marc.records import Flavour, MarcRecord
from catalogue.rules.field_protection import Protection
from catalogue.rules.matching import MATCHES, Candidate


class Action(StrEnum):
    """What is done with an incoming record; the values are those of the catalogue's tables."""

    NEW = "NEW"
    OVERLAY = "OVERLAY"
    ENRICH = "ENRICH"
    ITEMS = "ITEMS"
    ASK = "ASK"
    SKIP = "SKIP"


class Why(StrEnum):
    """What decided it."""

    SAME_NUMBER = "SAME_NUMBER"
    ONE_MATCH = "ONE_MATCH"
    BEST_MATCH = "BEST_MATCH"
    SEVERAL_MATCHES = "SEVERAL_MATCHES"
    UNSURE = "UNSURE"
    NO_MATCH = "NO_MATCH"
    POORER = "POORER"
    OTHER_FORMAT = "OTHER_FORMAT"
    ANSWERED = "ANSWERED"


class Lack(StrEnum):
    """In what an incoming record falls behind the one that's there."""

    QUALITY = "QUALITY"
    PREPUBLICATION = "PREPUBLICATION"
    LEVEL = "LEVEL"
    AUTHENTICATION = "AUTHENTICATION"
    LANGUAGE = "LANGUAGE"


ON_MATCH = (Action.OVERLAY, Action.ENRICH, Action.ITEMS, Action.ASK, Action.SKIP)
ON_NO_MATCH = (Action.NEW, Action.ASK, Action.SKIP)
WITHOUT_OVERLAY = (Action.ENRICH, Action.ASK, Action.SKIP)


@dataclass(frozen=True, slots=True)
class Profile:
    """How a library wants a delivery brought in.

    :ivar matches_from: the points from which two records are one
    :ivar takes_best: of several matches, the one that's clearly best is it; otherwise a person is asked
    :ivar on_unsure: when a record is worth a look, but not sure
    :ivar min_quality: how rich the incoming record must be against the existing one, in hundredths; 0 is any
    :ivar never_worse: a record of a lower level, or before publication, isn't laid over a better one
    :ivar on_poor: what's done instead of an overlay with a record that's too poor
    :ivar language: the language of cataloguing that's preferred, as 040 *b says it; empty is any
    :ivar enriches: the tags that become the library's own fields
    :ivar items: how items are read, as `import_items` has it
    """

    matches_from: int = MATCHES
    takes_best: bool = True
    on_match: Action = Action.OVERLAY
    on_no_match: Action = Action.NEW
    on_unsure: Action = Action.ASK
    min_quality: int = 0
    never_worse: bool = False
    on_poor: Action = Action.SKIP
    language: str = ""
    protection: Protection = field(default_factory=Protection)
    enriches: tuple[str, ...] = ()
    items: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """How good a record is, for choosing between two.

    :ivar flavour: its family of MARC: one isn't laid over one of the other
    :ivar quality: points for what it tells
    :ivar level: how fully it's catalogued; more is fuller
    """

    flavour: Flavour
    quality: int
    level: int
    is_prepublication: bool
    is_authenticated: bool
    language: str


@dataclass(frozen=True, slots=True)
class Decision:
    """What becomes of an incoming record.

    :ivar record_id: the record that it is, if any
    :ivar lacks: why it's too poor; of an automatic import, the first alone
    """

    action: Action
    why: Why
    record_id: int | None = None
    lacks: tuple[Lack, ...] = ()


def decide(candidates: Sequence[Candidate], profile: Profile) -> Decision:
    """Return what becomes of a record before the one it matches is looked at; `reconsider` looks.

    :param candidates: as `matching.ranked` gives them
    """
    if candidates and candidates[0].is_same_number:
        return Decision(profile.on_match, Why.SAME_NUMBER, candidates[0].record_id)
    sure = [each for each in candidates if each.score.total >= profile.matches_from]
    if not candidates:
        return Decision(profile.on_no_match, Why.NO_MATCH)
    best = candidates[0].record_id
    if not sure:
        known = None if profile.on_unsure == Action.NEW else best
        return Decision(profile.on_unsure, Why.UNSURE, known)
    if len(sure) == 1:
        return Decision(profile.on_match, Why.ONE_MATCH, best)
    if profile.takes_best and sure[0].score.total > sure[1].score.total:
        return Decision(profile.on_match, Why.BEST_MATCH, best)
    return Decision(Action.ASK, Why.SEVERAL_MATCHES, best)


def reconsider(decision: Decision, incoming: Standing, existing: Standing, profile: Profile) -> Decision:
    """Return the decision after a look at the record that it changes."""
    if decision.action not in (Action.OVERLAY, Action.ENRICH):
        return decision
    if incoming.flavour != existing.flavour:
        return Decision(Action.ASK, Why.OTHER_FORMAT, decision.record_id)
    if decision.action == Action.ENRICH:
        return decision
    if lacks := lacks_of(incoming, existing, profile):
        return Decision(profile.on_poor, Why.POORER, decision.record_id, lacks[:1])
    return decision


def lacks_of(incoming: Standing, existing: Standing, profile: Profile) -> tuple[Lack, ...]:
    """Return everything in which the incoming record is too poor to be laid over the existing one."""
    lacks = []
    # A record that tells nothing is no measure: anything is better.
    if profile.min_quality and incoming.quality * 100 < profile.min_quality * existing.quality:
        lacks.append(Lack.QUALITY)
    if profile.never_worse:
        if incoming.is_prepublication and not existing.is_prepublication:
            lacks.append(Lack.PREPUBLICATION)
        if incoming.level < existing.level:
            lacks.append(Lack.LEVEL)
        if existing.is_authenticated and not incoming.is_authenticated:
            lacks.append(Lack.AUTHENTICATION)
    wanted = profile.language
    if wanted and existing.language == wanted and incoming.language not in ("", wanted):
        lacks.append(Lack.LANGUAGE)
    return tuple(lacks)


# Leader position 17, fullest first; what isn't among them is unknown and counts as least.
_LEVELS = {" ": 6, "1": 5, "2": 4, "I": 4, "4": 3, "K": 3, "3": 2, "7": 2, "5": 1, "8": 1}
_PREPUBLICATION = "8"
# danMARC2's 032: in the national list of a week that isn't set yet.
_TEMPORARY = re.compile(r"999999")
_QUALITY = {"isbns": 8, "author": 4, "subjects": 4, "classification": 4, "summary": 4, "contributors": 2, "issns": 8}
_SMALL = ("year", "publisher", "extent", "edition", "series", "language", "audience", "remainder")


def standing(record: MarcRecord, columns: RecordColumns) -> Standing:
    """Return how good a record is: points of 8, 4, 2 and 1 for what it tells."""
    quality = sum(points for name, points in _QUALITY.items() if getattr(columns, name))
    quality += sum(1 for name in _SMALL if getattr(columns, name))
    danish = record.flavour == Flavour.DANMARC2
    code = record.leader[17:18]
    level = 0 if danish else _LEVELS.get(code, 0)
    temporary = danish and any(_TEMPORARY.search(value) for value in record.values("032", "ax"))
    return Standing(
        flavour=record.flavour,
        quality=quality,
        level=level,
        is_prepublication=temporary or (not danish and code == _PREPUBLICATION),
        is_authenticated=not danish and bool(record.values("042", "a")),
        language=record.first("040", "b"),
    )
