"""Headings in records: read from either family of MARC, compared, and put in another form."""

import pytest

from catalogue.marc.headings import HeadingKind, heading_key, headings_in, keys_in, number_key, replaced
from catalogue.marc.records import Flavour, MarcField, MarcRecord
from catalogue.marc.to_marc21 import as_marc21
from catalogue.models import AuthorityKind
from catalogue.rules.authorities import as_typed, typed_parts

M, D = Flavour.MARC21, Flavour.DANMARC2
HOLM = (("a", "Holm, Karen"), ("d", "1950-"))
NEW = (("a", "Holm Berg, Karen"), ("d", "1950-"))


def record(flavour, tag, text):
    return MarcRecord(flavour, "", [MarcField(tag, text.replace("$", "\x1f"))])


READ = [
    (M, "100", "1 $aHolm, Karen,$d1950-$eauthor.", "PERSON", "", HOLM, ""),
    (M, "700", "1 $aHolm, Karen,$d1950-$tSea.$d2001", "PERSON", "", HOLM, ""),
    (M, "100", "1 $aAndersen, H.C.$0(870979)123", "PERSON", "", (("a", "Andersen, H.C."),), "(870979)123"),
    (M, "710", "2 $aAalto-yliopisto.$bKirjasto.", "CORPORATE", "", (("a", "Aalto-yliopisto"), ("b", "Kirjasto")), ""),
    (M, "650", " 7$akoirat$2yso/fin$0http://x/p1", "SUBJECT", "yso/fin", (("a", "koirat"),), "http://x/p1"),
    (M, "082", "04$a823.914$223", "CLASS", "ddc", (("a", "823.914"),), ""),
    (M, "084", "  $aHce$2kssb/8 (machine)", "CLASS", "kssb", (("a", "Hce"),), ""),
    (D, "700", "00$5870979$612$aHolm$hKaren$c1950-", "PERSON", "", HOLM, "(870979)12"),
    (D, "110", "00$aDanmarks Radio$cBiblioteket", "CORPORATE", "", (("a", "Danmarks Radio"), ("b", "Biblioteket")), ""),
    (D, "652", "00$m79.41", "CLASS", "dk5", (("a", "79.41"),), ""),
]


@pytest.mark.parametrize(("flavour", "tag", "text", "kind", "scheme", "parts", "number"), READ)
def test_a_field_has_its_heading_whatever_family_it_is_of(flavour, tag, text, kind, scheme, parts, number):
    [(_, heading)] = headings_in(record(flavour, tag, text))

    assert (heading.kind, heading.scheme, heading.parts) == (kind, scheme, parts)
    assert heading.numbers == ((number,) if number else ())


@pytest.mark.parametrize(
    ("flavour", "tag", "text"),
    [
        (M, "245", "10$aHolm, Karen"),
        (M, "100", "1 $eauthor"),
        (M, "700", "1 $tSea$aHolm"),
        (D, "110", "00$aKongres$i3$jOslo"),
        (D, "666", "00$u7 år"),
    ],
)
def test_a_field_without_one_has_none(flavour, tag, text):
    assert list(headings_in(record(flavour, tag, text))) == []


def test_each_danish_subject_stands_for_itself_and_a_narrowed_one_for_its_base_too():
    danish = [heading.parts for _, heading in headings_in(record(D, "666", "00$fhunde$ekbh"))]
    narrowed = [heading.parts for _, heading in headings_in(record(M, "650", " 4$aDogs$xHistory."))]

    assert danish == [(("a", "hunde"),), (("a", "kbh"),)]
    assert narrowed == [(("a", "Dogs"),), (("a", "Dogs"), ("x", "History"))]


def test_the_same_heading_has_the_same_key_however_it_is_written():
    same = [(("a", "HOLM, Karen,"), ("d", "1950-")), (("a", "Holm , karen"), ("d", "1950-."))]

    assert {heading_key("PERSON", "", parts) for parts in same} == {heading_key("PERSON", "", HOLM)}
    assert heading_key("CORPORATE", "", HOLM) != heading_key("PERSON", "", HOLM)
    assert heading_key("SUBJECT", "dbc", HOLM) != heading_key("SUBJECT", "yso", HOLM)


def test_a_record_is_found_by_a_known_number_alone_and_by_its_words_otherwise():
    numbered = record(M, "100", "1 $aHolm, Karen$d1950-$0(870979)12")
    words = heading_key("PERSON", "", HOLM)

    assert keys_in(numbered, {"870979"}) == {number_key("(870979)12")}
    assert keys_in(numbered, {"libsys"}) == {number_key("(870979)12"), words}
    assert keys_in(record(M, "100", "1 $aHolm, Karen$d1950-"), set()) == {words}


REPLACED = [
    (M, "100", "1 $aHolm, Karen,$d1950-,$eauthor.$4aut", "1 $aHolm Berg, Karen$d1950-$eauthor.$4aut", NEW),
    (M, "100", "1 $aHolm, Karen,$eauthor.", "1 $aHolm Berg, Karen,$eauthor.", NEW[:1]),
    (M, "600", "14$aHolm, Karen.$tSea.$vReviews", "14$aHolm Berg, Karen.$tSea.$vReviews", NEW[:1]),
    (M, "700", "1 $iBy$aHolm, Karen$0(870979)12", "1 $iBy$aHolm Berg, Karen$0(libsys)7", NEW[:1]),
    (M, "700", "1 $aHolm, Karen$0(X)1$0(870979)12", "1 $aHolm Berg, Karen$0(X)1$0(libsys)7", NEW[:1]),
    (M, "700", "1 $aHolm, Karen$0(X)1", "1 $aHolm Berg, Karen$0(X)1", NEW[:1]),
    (M, "650", " 7$aDogs$xHistory.$2x", " 7$aHounds$xHistory.$2x", (("a", "Hounds"),)),
    (D, "100", "00$5870979$612$aHolm$hKaren$4aut", "00$5libsys$67$aHolm Berg$hKaren$4aut", NEW[:1]),
    (D, "666", "00$fhunde$ekbh", "00$fHounds$ekbh", (("a", "Hounds"),)),
]


@pytest.mark.parametrize(("flavour", "tag", "old", "new", "parts"), REPLACED)
def test_only_the_heading_is_replaced_and_all_else_of_the_field_stays(flavour, tag, old, new, parts):
    first = next(heading for _, heading in headings_in(record(flavour, tag, old)))

    changed, fields = replaced(
        record(flavour, tag, old), lambda each: each == first, parts, number="(libsys)7", instead_of={"(870979)12"}
    )

    assert (changed.fields, fields) == (record(flavour, tag, new).fields, 1)


@pytest.mark.parametrize(
    ("text", "kind", "parts"),
    [
        ("Holm, Karen $d 1950-", "PERSON", HOLM),
        ("  Dogs$xHistory ", "SUBJECT", (("a", "Dogs"), ("x", "History"))),
        ("$a 79.41", "CLASS", (("a", "79.41"),)),
        ("Ho\u200blm\u202e, Karen $d 1950-", "PERSON", HOLM),
        ("", "PERSON", None),
        ("$d 1950-", "PERSON", None),
        ("Holm $t Sea", "PERSON", None),
        (" , . ", "SUBJECT", None),
    ],
)
def test_a_heading_is_typed_with_its_subfields(text, kind, parts):
    assert typed_parts(text, kind) == parts
    if parts:
        assert typed_parts(as_typed(parts), kind) == parts


def test_heading_kinds_are_those_of_the_table():
    assert {kind.value for kind in HeadingKind} == set(AuthorityKind.values)


def test_a_danish_authority_keeps_its_number_in_marc_21():
    danish = record(D, "700", "00$5870979$612$aHolm$hKaren$4aut")

    assert [field.text for field in as_marc21(danish).fields if field.tag == "700"] == [
        "1 $aHolm, Karen$4aut$0(870979)12".replace("$", "\x1f")
    ]
