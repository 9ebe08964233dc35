"""CQL: how queries are read, and what they ask of the catalogue. Nothing here needs a database."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from catalogue.search.conditions import (
    AllOf,
    AnyOf,
    But,
    Everything,
    FromYears,
    HasMasked,
    HasNear,
    HasRow,
    HasWord,
    InLanguage,
    OfMaterial,
    Order,
    Place,
)
from interop.sru.cql import MOST_BOOLEANS, Boolean, Clause, Modifier, parse
from interop.sru.diagnostics import MESSAGES, Diagnostic, Number
from interop.sru.translating import condition_of, order_of

TITLE, ANYWHERE = Place.TITLE, Place.ANYWHERE
BY_CHANCE = hypothesis_settings(max_examples=100, derandomize=True, database=None, deadline=None)


def word(text, place=ANYWHERE, **more):
    return HasWord(place, text, **more)


def asked(text):
    return condition_of(parse(text).root)


def understood(text):
    query = parse(text)
    return condition_of(query.root), order_of(query.sort_keys)


def number_of(text):
    with pytest.raises(Diagnostic) as found:
        understood(text)
    return int(found.value.number)


def test_booleans_have_no_precedence_and_keep_to_the_left():
    tree = parse("a or b and c not d").root

    assert [tree.operator, tree.left.operator, tree.left.left.operator] == ["not", "and", "or"]
    assert parse("a or (b and c)").root.right.operator == "and"


def test_a_term_alone_is_the_servers_choice():
    assert parse("fish").root == Clause("cql.serverChoice", "scr", "fish")
    assert parse('"and"').root == Clause("cql.serverChoice", "scr", "and")


def test_modifiers_of_relations_booleans_and_sort_keys():
    tree = parse("dc.title any/CQL.Stem fish prox/unit=word/distance<=3 b sortBy dc.date/sort.descending title")

    assert tree.root == Boolean(
        "prox",
        Clause("dc.title", "any", "fish", (Modifier("cql.stem"),)),
        Clause("cql.serverChoice", "scr", "b"),
        (Modifier("unit", "=", "word"), Modifier("distance", "<=", "3")),
    )
    assert [key.index for key in tree.sort_keys] == ["dc.date", "title"]


def test_prefixes_hold_for_what_they_stand_before():
    scoped = parse('(>t="info:srw/cql-context-set/1/dc-v1.1" t.title = a) and t.title = b').root

    assert scoped.left.prefixes == {"t": "info:srw/cql-context-set/1/dc-v1.1"}
    assert scoped.right.prefixes == {}


@pytest.mark.parametrize(
    ("text", "condition"),
    [
        ("Fish", word("fish")),
        ("CQL.ANYWHERE = fish", word("fish")),
        ("TITLE = fish", word("fish", TITLE)),
        ("dc.title = fish AND bath.author = holm", AllOf((word("fish", TITLE), word("holm", Place.AUTHOR)))),
        ("fish oR cat", AnyOf((word("fish"), word("cat")))),
        ("fish not cat", But(word("fish"), word("cat"))),
        ("title <> fish", But(Everything(), word("fish", TITLE))),
        ('title all "fish cat"', AllOf((word("fish", TITLE), word("cat", TITLE)))),
        ('title any "fish cat"', AnyOf((word("fish", TITLE), word("cat", TITLE)))),
        ('title = "fish cat"', HasRow(TITLE, ("fish", "cat"))),
        ('title adj "fish cat"', HasRow(TITLE, ("fish", "cat"))),
        ('title == "fish cat"', HasRow(TITLE, ("fish", "cat"), begins=True, ends=True)),
        ('title exact "fish"', HasRow(TITLE, ("fish",), begins=True, ends=True)),
        ('title =/string "fish"', HasRow(TITLE, ("fish",), begins=True, ends=True)),
        ('title = "^fish cat"', HasRow(TITLE, ("fish", "cat"), begins=True)),
        ('title = "fish cat^"', HasRow(TITLE, ("fish", "cat"), ends=True)),
        ('title any "^fish cat"', AnyOf((HasRow(TITLE, ("fish",), begins=True), word("cat", TITLE)))),
        ("title =/stem fish", word("fish", TITLE, with_forms=True)),
        ("title =/cql.ignoreCase fish", word("fish", TITLE)),
        ("title = fis*", HasMasked(TITLE, ("fis", ""), ("*",))),
        ("title = fi?h*s", HasMasked(TITLE, ("fi", "h", "s"), ("?", "*"))),
        (r"title = fis\*", word("fis", TITLE)),
        ("title =/unmasked fis*", word("fis", TITLE)),
        (r'title = "a \"b\" c"', HasRow(TITLE, ("a", "b", "c"))),
        ("title = adler-olsen", HasRow(TITLE, ("adler", "olsen"))),
        ("title = A\u030arhus", word("århus", TITLE)),
        ("title = fi\u200bsh", word("fish", TITLE)),
        ("dc.date = 1994", AnyOf((FromYears(1994, 1994),))),
        ("dc.date < 1994", FromYears(None, 1993)),
        ("dc.date >= 1994", FromYears(1994, None)),
        ('dc.date within "1999 1994"', FromYears(1994, 1999)),
        ("dc.language = DAN", AnyOf((InLanguage("dan"),))),
        ('dc.language any "swe fin"', AnyOf((InLanguage("swe"), InLanguage("fin")))),
        ("dc.type = film", AnyOf((OfMaterial(("FILM",)),))),
        ("dc.type = movingImage", AnyOf((OfMaterial(("FILM",)),))),
        ("dc.type = nothing", AnyOf((OfMaterial(()),))),
        ("bath.classification = 86.45", word("86.45", Place.CLASSIFICATION)),
        ('bath.classification = "uHbg 86*"', HasMasked(Place.CLASSIFICATION, ("uhbg86", ""), ("*",))),
        ("cql.allRecords = 1", Everything()),
        ("a prox b", HasNear(ANYWHERE, "a", "b", (1,))),
        ("title=a prox/distance<4/ordered title=b", HasNear(TITLE, "a", "b", (1, 2, 3), is_ordered=True)),
        ("a prox/distance=3/unit=word b", HasNear(ANYWHERE, "a", "b", (3,))),
        ('>"info:srw/cql-context-set/1/dc-v1.1" title = a', word("a", TITLE)),
        ('>x="http://zing.z3950.org/cql/bath/2.0/" x.author = a', word("a", Place.AUTHOR)),
        # What looks like an expression, or like a statement to a database, is words.
        ("title = [a-z]+", HasRow(TITLE, ("a", "z"))),
        ('title = "\'; DROP TABLE x; --"', HasRow(TITLE, ("drop", "table", "x"))),
    ],
)
def test_what_is_asked(text, condition):
    assert asked(text) == condition


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("a", Order.NEWEST),
        ("a sortby dc.date", Order.OLDEST),
        ("a sortBy date/descending", Order.NEWEST),
        ("a sortBy title/sort.ascending/ignoreCase", Order.TITLE),
        ("a sortBy dc.creator/sort.descending", Order.AUTHOR_DOWN),
    ],
)
def test_orders(text, order):
    assert order_of(parse(text).sort_keys) is order


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("", 10),
        ("and", 10),
        ("a and", 10),
        ("cat dog", 10),
        ("title =", 10),
        ("a sortBy", 10),
        ("a/stem", 10),
        ("a\x00b", 10),
        ("a" * 4001, 12),
        ("title any " + '"' + "ab " * 129 + '"', 12),
        ("dc.language any " + '"' + "dan " * 21 + '"', 12),
        ("(a", 13),
        ("a)", 13),
        ("(" * 21 + "a" + ")" * 21, 13),
        ('"a', 14),
        ("zz.title = a", 15),
        ('>dc="info:other" dc.title = a', 15),
        ("dc.nothing = a", 16),
        ("nothing = a", 16),
        ("title near a", 19),
        ("title =/relevant a", 20),
        ("title =/respectCase a", 20),
        ("title =/masked/unmasked a", 21),
        ("title < a", 22),
        ("title encloses a", 22),
        ("dc.language within a", 22),
        ("title = " + "a" * 501, 23),
        ('title =/stem "a b"', 24),
        (r"title = a\b", 26),
        ('title = ""', 27),
        ("dc.date = 19*", 28),
        ("title = a*", 29),
        ("title = *", 49),
        ("title = *fish", 49),
        ("title = fish????", 30),
        ("title any " + '"' + "fish* " * 7 + '"', 30),
        ("dc.date = ^1994", 31),
        ('title = "a ^b"', 32),
        ('title = "fish* cat"', 33),
        ("dc.date = soon", 36),
        ("dc.date within 1994", 36),
        ("dc.language = da", 36),
        ("bath.isbn = 123", 36),
        ('title = "!!"', 36),
        (" or ".join("a" * (MOST_BOOLEANS + 2)), 38),
        ("a prox/distance>3 b", 40),
        ("a prox/distance<=21 b", 41),
        ("a prox/distance<=x b", 41),
        ("a prox/unit=sentence b", 42),
        ("a prox/ordered/unordered b", 44),
        ("a and/rel.combine=sum b", 46),
        ("a prox/x b", 46),
        ("title=a prox author=b", 48),
        ("a prox (b or c)", 48),
        ('a prox "b c"', 48),
        ("cql.resultSetId = 1", 50),
        ("a sortBy dc.language", 80),
        ("a sortBy title/unicodeCollate=1", 82),
        ("a sortBy title/ascending/descending", 82),
        ("a sortBy title dc.date", 84),
        ("a sortBy title/respectCase", 91),
        ("a sortBy title/missingLow", 92),
    ],
)
def test_diagnostics(text, number):
    assert number_of(text) == number


def test_every_diagnostic_has_the_standards_words():
    assert set(MESSAGES) == set(Number)


@given(
    st.lists(
        st.sampled_from(
            '( ) " \\ / = == < > <> * ? ^ and or not prox sortBy title dc. cql.allRecords any all within > '
            "fish \u202e \u200b \ufeff \x07 [a-z]+ .* 1994 /stem /distance<=3 'x' é Ж 本 𖩀".split(" ")
        )
        | st.text(max_size=8),
        max_size=30,
    ).map(" ".join)
)
@BY_CHANCE
def test_any_text_is_a_query_or_a_diagnostic(text):
    with suppress(Diagnostic):
        understood(text)
