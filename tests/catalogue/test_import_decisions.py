"""What becomes of an incoming record: cases II.I10 and I12."""

from dataclasses import replace

import pytest

from catalogue.marc.records import Flavour
from catalogue.rules.import_decisions import (
    Action,
    Decision,
    Lack,
    Profile,
    Standing,
    Why,
    decide,
    lacks_of,
    reconsider,
)
from catalogue.rules.matching import Candidate, Feature, Score

GOOD = Standing(Flavour.MARC21, quality=20, level=6, is_prepublication=False, is_authenticated=True, language="dan")


def found(*totals: int) -> list[Candidate]:
    return [Candidate(at, Score({Feature.ISBN: total})) for at, total in enumerate(totals, start=1)]


SAME = [Candidate(9, Score({}), is_same_number=True)]


@pytest.mark.parametrize(
    ("candidates", "profile", "decision"),
    [
        (SAME, Profile(), Decision(Action.OVERLAY, Why.SAME_NUMBER, 9)),
        (SAME, Profile(on_match=Action.SKIP), Decision(Action.SKIP, Why.SAME_NUMBER, 9)),
        ([], Profile(), Decision(Action.NEW, Why.NO_MATCH)),
        ([], Profile(on_no_match=Action.SKIP), Decision(Action.SKIP, Why.NO_MATCH)),
        (found(125), Profile(on_match=Action.ENRICH), Decision(Action.ENRICH, Why.ONE_MATCH, 1)),
        (found(125, 70), Profile(), Decision(Action.OVERLAY, Why.ONE_MATCH, 1)),
        (found(125, 95), Profile(), Decision(Action.OVERLAY, Why.BEST_MATCH, 1)),
        (found(125, 125), Profile(), Decision(Action.ASK, Why.SEVERAL_MATCHES, 1)),
        # "Single match only".
        (found(125, 95), Profile(takes_best=False), Decision(Action.ASK, Why.SEVERAL_MATCHES, 1)),
        (found(80), Profile(), Decision(Action.ASK, Why.UNSURE, 1)),
        (found(80), Profile(on_unsure=Action.NEW), Decision(Action.NEW, Why.UNSURE)),
        (found(125), Profile(matches_from=150), Decision(Action.ASK, Why.UNSURE, 1)),
    ],
)
def test_ii_i12_decides_by_the_matches(candidates, profile, decision):
    assert decide(candidates, profile) == decision


@pytest.mark.parametrize(
    ("profile", "changes", "lacks"),
    [
        (Profile(), {"quality": 0, "level": 0}, ()),
        (Profile(min_quality=100), {"quality": 19}, (Lack.QUALITY,)),
        (Profile(min_quality=100), {"quality": 20}, ()),
        (Profile(min_quality=50), {"quality": 10}, ()),
        (Profile(never_worse=True), {"is_prepublication": True, "level": 1}, (Lack.PREPUBLICATION, Lack.LEVEL)),
        (Profile(never_worse=True), {"is_authenticated": False}, (Lack.AUTHENTICATION,)),
        (Profile(never_worse=True), {}, ()),
        (Profile(language="dan"), {"language": "eng"}, (Lack.LANGUAGE,)),
        (Profile(language="dan"), {"language": ""}, ()),
        (Profile(language="fin"), {"language": "eng"}, ()),
    ],
)
def test_ii_i10_finds_everything_in_which_a_record_falls_behind(profile, changes, lacks):
    assert lacks_of(replace(GOOD, **changes), GOOD, profile) == lacks


def test_ii_i10_an_import_stops_at_the_first_reason_and_falls_through():
    overlay = Decision(Action.OVERLAY, Why.ONE_MATCH, 4)
    profile = Profile(never_worse=True, min_quality=100, on_poor=Action.ENRICH)
    poor = replace(GOOD, quality=1, level=0)

    assert reconsider(overlay, poor, GOOD, profile) == Decision(Action.ENRICH, Why.POORER, 4, (Lack.QUALITY,))
    assert reconsider(overlay, GOOD, GOOD, profile) == overlay


@pytest.mark.parametrize("action", [Action.OVERLAY, Action.ENRICH])
def test_asks_when_the_record_is_of_the_other_family_of_marc(action):
    decision = Decision(action, Why.ONE_MATCH, 4)

    assert reconsider(decision, replace(GOOD, flavour=Flavour.DANMARC2), GOOD, Profile()) == Decision(
        Action.ASK, Why.OTHER_FORMAT, 4
    )


def test_does_not_look_at_the_record_when_nothing_of_it_changes():
    decision = Decision(Action.SKIP, Why.ONE_MATCH, 4)

    assert reconsider(decision, replace(GOOD, quality=0), GOOD, Profile(min_quality=100)) == decision
