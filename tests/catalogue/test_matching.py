"""Whether two records are one title: cases II.I8, I9 and I11, each score and veto by itself and together."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogue.marc.columns import parse_columns
from catalogue.marc.reading import read_single
from catalogue.rules.match_facts import MatchFacts, comparable, facts_at_best, match_facts, part_number
from catalogue.rules.matching import VETO, Candidate, Feature, Score, compare, is_double, is_told_apart, ranked
from tests.catalogue.marc_samples import DANISH_NOVEL, LEADER, NOVEL, iso2709

DANISH_LEADER = "00000n    2200000   45  "
BOOK = MatchFacts(
    numbers=frozenset({("870970", "1")}),
    material="BOOK",
    title="den bla aeblehave",
    whole_title="den bla aeblehave roman",
    languages=frozenset({"dan"}),
    isbns=frozenset({"9788702407006"}),
    year=2024,
    names=("ase orsted",),
    publisher="gyldendal",
    pages=312,
)
OTHER = replace(BOOK, numbers=frozenset({("FI-TEST", "9")}))


def facts_of(fields, leader):
    read = read_single(iso2709(fields, leader=leader))
    return match_facts(read.record, parse_columns(read.record), source="delivery")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Yön äänet", "Yon aanet"),
        ("One flew over", "Yksi flew over"),
        ("Ett & I", "1 and ein"),
        ("Krig og fred", "Krig och fred"),
        ("Öljy: ja vesi!", "oljy & vesi"),
        ("Smørrebrød", "Smorrebrod"),
    ],
)
def test_ii_i9_compares_words_without_accents_and_numbers_as_digits(one, other):
    assert comparable(one) == comparable(other)


@pytest.mark.parametrize(
    ("text", "number"),
    [("Bind 2", "2"), ("osa II", "2"), ("02", "2"), ("[2.] del", "2"), ("XIV", "14"), ("Bind to", "2"), ("", "")],
)
def test_tells_which_part_however_its_number_is_written(text, number):
    assert part_number(text) == number


def test_a_row_of_digits_that_is_no_number_stops_nothing():
    digits = "7" * 5000
    facts = facts_of([*NOVEL, ("250", f"  $a{digits}")], leader=LEADER)

    assert part_number(digits) == facts.edition == "7" * 20


@pytest.mark.parametrize(
    ("feature", "changes", "points"),
    [
        (Feature.NUMBER, {"numbers": BOOK.numbers}, 75),
        (Feature.NUMBER, {"numbers": frozenset({("870970", "2")})}, VETO),
        (Feature.NUMBER, {}, 0),
        (Feature.TITLE, {}, 50),
        (Feature.TITLE, {"whole_title": "den bla aeblehave"}, 40),
        (Feature.TITLE, {"title": "den bla aeblehavn", "whole_title": "den bla aeblehavn roman"}, 30),
        (Feature.TITLE, {"title": "krig & fred", "whole_title": "krig & fred"}, -50),
        (Feature.PART, {"part": "2", "isbns": frozenset()}, VETO),
        (Feature.PART, {"part": "2"}, -20),
        (Feature.LANGUAGE, {"languages": frozenset({"swe"})}, VETO),
        (Feature.LANGUAGE, {"languages": frozenset({"swe", "dan"})}, -10),
        (Feature.LANGUAGE, {"languages": frozenset()}, 0),
        (Feature.ISBN, {}, 75),
        (Feature.ISBN, {"isbns": frozenset({"9789510433904"})}, -75),
        (Feature.ISBN, {"isbns": frozenset({"9789510433904", "9788702407006"})}, 75),
        (Feature.ISBN, {"isbns": frozenset()}, 0),
        (Feature.YEAR, {}, 10),
        (Feature.YEAR, {"year": 2025}, 0),
        (Feature.YEAR, {"year": 1998}, -20),
        (Feature.YEAR, {"year": 1998, "isbns": frozenset()}, VETO),
        (Feature.NAMES, {}, 20),
        (Feature.NAMES, {"names": ("aino tahti", "ase orsted")}, 10),
        (Feature.NAMES, {"names": ("aino tahti",)}, -20),
        (Feature.MATERIAL, {"material": "AUDIOBOOK"}, VETO),
        (Feature.EDITION, {"edition": "2"}, -10),
        (Feature.EDITION, {"edition": "1"}, 0),
        (Feature.PUBLISHER, {"publisher": "politiken"}, -10),
        (Feature.EXTENT, {"pages": 320}, 10),
        (Feature.EXTENT, {"pages": 90}, -10),
    ],
)
def test_ii_i9_gives_each_feature_its_points_whichever_way_round(feature, changes, points):
    other = replace(OTHER, **changes)

    assert compare(BOOK, other).points.get(feature, 0) == points
    assert compare(other, BOOK).points.get(feature, 0) == points


@pytest.mark.parametrize(("theirs", "points"), [("00280836", 20), ("14764687", -20)])
def test_ii_i9_a_shared_issn_speaks_for_and_another_one_against(theirs, points):
    one, other = replace(BOOK, issns=frozenset({"00280836"})), replace(OTHER, issns=frozenset({theirs}))

    assert compare(one, other).points[Feature.ISSN] == points


def test_ii_i9_three_shared_author_numbers_outweigh_names():
    numbers = frozenset("abc")
    one, other = replace(BOOK, name_numbers=numbers), replace(OTHER, name_numbers=numbers | {"d"}, names=("x",))

    assert compare(one, other).points[Feature.NAMES] == 30


@pytest.mark.parametrize(
    ("points", "is_match", "is_shown"),
    [
        ({Feature.ISBN: 75, Feature.TITLE: 50}, True, True),
        ({Feature.TITLE: 50, Feature.NAMES: 20, Feature.YEAR: 10, Feature.EXTENT: 10}, True, True),
        # Nothing but small agreements isn't a match however many they are.
        ({Feature.TITLE: 30, Feature.NAMES: 30, Feature.ISSN: 20, Feature.YEAR: 10}, False, False),
        ({Feature.ISBN: 75, Feature.TITLE: 50, Feature.LANGUAGE: VETO}, False, False),
        ({Feature.NUMBER: 75, Feature.ISBN: 75, Feature.TITLE: 50, Feature.PART: VETO}, False, False),
        ({Feature.TITLE: 50, Feature.NAMES: 20}, False, True),
        # Case II.I11: a title alone is noise.
        ({Feature.TITLE: 50, Feature.YEAR: 9}, False, False),
    ],
)
def test_ii_i9_matches_from_90_with_one_strong_feature_and_no_veto(points, is_match, is_shown):
    score = Score(points)

    assert (score.is_match, score.is_worth_a_look) == (is_match, is_shown)


def test_ii_i11_shows_the_likeliest_first_and_nothing_that_agrees_in_title_alone():
    def candidate(pk, **points):
        return Candidate(pk, Score({Feature[name]: value for name, value in points.items()}))

    found = ranked([candidate(3, TITLE=50), candidate(2, TITLE=50, NAMES=20), candidate(1, ISBN=75, TITLE=50)])

    assert [each.record_id for each in found] == [1, 2]


def test_the_same_number_is_the_same_record_whatever_else_differs():
    same = Candidate(7, Score({Feature.TITLE: -50}), is_same_number=True)

    assert ranked([Candidate(1, Score({Feature.ISBN: 75, Feature.TITLE: 50})), same]) == [same]


def some(*values, most=2):
    return st.frozensets(st.sampled_from(values), max_size=most)


anything = st.builds(
    MatchFacts,
    numbers=st.tuples(st.sampled_from([("A", "1"), ("A", "2"), ("B", "1")])).map(frozenset),
    material=st.sampled_from(["BOOK", "FILM"]),
    title=st.sampled_from(["", "den bla aeblehave", "den gronne aeblehave"]),
    whole_title=st.sampled_from(["", "den bla aeblehave", "den bla aeblehave roman", "noget andet"]),
    part=st.sampled_from(["", "1", "2"]),
    languages=some("dan", "swe"),
    isbns=some("9788702407006", "9788702407013"),
    issns=some("12345679", "00000000"),
    year=st.sampled_from([None, 2023, 2024, 1990]),
    names=some("ase orsted", "per hansen").map(tuple),
    name_numbers=some("1", "2", "3", "4", most=4),
    edition=st.sampled_from(["", "1", "2"]),
    publisher=st.sampled_from(["", "gyldendal", "turbine"]),
    pages=st.sampled_from([None, 312, 310, 100]),
)


@given(anything, anything)
def test_what_is_told_apart_unread_is_not_worth_a_look_when_it_is_read(one, other):
    shown = ("title", "whole_title", "part", "languages", "name_numbers")
    at_best = replace(other, numbers=frozenset(), **{name: getattr(one, name) for name in shown})
    [number] = other.numbers

    if one.numbers.isdisjoint(other.numbers) and is_told_apart(one, number=number, at_best=at_best):
        assert not compare(one, other).is_worth_a_look


def test_the_columns_tell_what_a_record_read_anew_tells():
    read = read_single(iso2709(NOVEL, leader=LEADER))
    whole = match_facts(read.record, parse_columns(read.record), source="delivery")

    found = facts_at_best(parse_columns(read.record), BOOK)

    assert found == replace(
        whole, numbers=frozenset(), **{name: getattr(BOOK, name) for name in ("title", "whole_title", "languages")}
    )
    assert is_told_apart(BOOK, number=("FI-TEST", "20260001"), at_best=found)
    assert not is_told_apart(whole, number=("elsewhere", "5"), at_best=replace(whole, numbers=frozenset()))
    assert is_told_apart(whole, number=("delivery", "5"), at_best=replace(whole, numbers=frozenset()))


def test_reads_the_same_facts_from_both_families_of_marc():
    danish = facts_of(DANISH_NOVEL, DANISH_LEADER)
    as_marc21 = facts_of(
        (
            ("001", "123"),
            ("003", "DK-X"),
            ("008", "260102s2024    dk            000 1|dan| "),
            ("020", "  $a9788702407006"),
            ("035", "  $a(870970)50000011"),
            ("100", "1 $aØrsted, Åse"),
            ("245", "10$aDen blå æblehave :$broman"),
            ("260", "  $aKbh. :$bGyldendal,$c2024"),
            ("300", "  $a312 sider"),
        ),
        "00000nam a2200000 a 4500",
    )

    assert (danish.title, danish.names, danish.pages) == (as_marc21.title, as_marc21.names, as_marc21.pages)
    assert as_marc21.numbers == {("delivery", "123"), ("870970", "50000011")}
    assert facts_of(NOVEL, "00000nam a2200000 a 4500").title_key == "yonaanet"


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ({}, {"title": "x", "names": ()}, True),
        ({"isbns": frozenset()}, {}, True),
        ({"isbns": frozenset()}, {"year": 1999}, False),
        ({"isbns": frozenset(), "material": "MUSIC"}, {"material": "MUSIC", "year": 1999}, True),
        ({"isbns": frozenset(), "material": "FILM", "pages": 90}, {"material": "FILM", "pages": 120}, False),
        ({"isbns": frozenset(), "material": "FILM", "pages": 90}, {"material": "FILM", "pages": 90, "names": ()}, True),
        ({"isbns": frozenset(), "parent": "5", "part": "2"}, {"parent": "5", "part": "2", "title": "y"}, True),
        ({"isbns": frozenset(), "parent": "5", "part": "2"}, {"parent": "5", "part": "3"}, False),
        ({"isbns": frozenset()}, {"material": "E_BOOK"}, False),
    ],
)
def test_ii_i8_picks_what_a_double_is_known_by_from_its_material(one, other, expected):
    assert is_double(replace(BOOK, **one), replace(OTHER, **other)) is expected
