"""A library's own view of a common record."""

import pytest

from catalogue.errors import Code
from catalogue.marc.records import Flavour, MarcField, MarcRecord
from catalogue.rules.enrichment import enriched, layered, reasons_against_content, reasons_against_enriching
from catalogue.rules.rights import Level, Library, Owned


def record(*fields, flavour=Flavour.DANMARC2):
    return MarcRecord(flavour, "", [MarcField(field[:3], field[4:].replace("*", "\x1f")) for field in fields])


def view(common, local, flavour=Flavour.DANMARC2):
    """Return the view's fields as text, local ones marked."""
    found = enriched(record(*common, flavour=flavour), record(*local, flavour=flavour))
    return [f"{'+' if each.is_local else ' '}{each.field.tag} {each.field.value}" for each in found]


COMMON = (
    "001 00*a50000011*b870970",
    "245 00*aThe sea",
    "300 00*a312 sider",
    "652 00*m86",
    "666 00*fhav",
    "996 00*aDBC",
)


@pytest.mark.parametrize(
    ("local", "expected"),
    [
        pytest.param((), [" 001", " 245", " 300", " 652", " 666", " 996"], id="nothing of its own"),
        pytest.param(("996 00*a710100",), [" 001", " 245", " 300", " 652", " 666", " 996"], id="never overridden"),
        pytest.param(("001 00*a5*b710100",), [" 001", " 245", " 300", " 652", " 666", " 996"], id="its own number"),
        pytest.param(("652 00*m79",), [" 001", " 300", "+652", " 666", " 996"], id="the group as a whole"),
        pytest.param(("300 00*a2 bind",), [" 001", " 245", "+300", " 652", " 666", " 996"], id="one for one"),
        pytest.param(("666 00*fbåde",), [" 001", " 245", " 300", " 652", " 666", "+666", " 996"], id="added"),
        pytest.param(("666 00*fhav",), [" 001", " 245", " 300", " 652", " 666", " 996"], id="said already"),
        pytest.param(("504 00*aGod bog",), [" 001", " 245", " 300", "+504", " 652", " 666", " 996"], id="in its place"),
    ],
)
def test_ii_i1_lays_local_fields_over_common_ones(local, expected):
    assert [line[:4] for line in view(COMMON, local)] == expected


@pytest.mark.parametrize("tag", "008 009 038 039 100 110 239 245 652 654".split())
def test_ii_i1_one_local_field_of_the_group_replaces_all_of_it(tag):
    left = [line[:4] for line in view(COMMON, (f"{tag} 00*aOur own",))]

    assert left == sorted([" 001", " 300", f"+{tag}", " 666", " 996"], key=lambda each: each[1:])


@pytest.mark.parametrize("tag", "013 014 017 035 036 240 243 300".split())
def test_ii_i1_others_are_replaced_one_for_one(tag):
    common = (COMMON[0], f"{tag} 00*aTheirs", f"{tag} 00*aTheirs too", "245 00*aThe sea")

    assert sorted(view(common, (f"{tag} 00*aOurs",))) == sorted(
        [" 001 50000011 870970", " 245 The sea", f"+{tag} Ours"]
    )


@pytest.mark.parametrize("tag", "010 020 990 991 996".split())
def test_ii_i1_some_are_never_overridden(tag):
    local = f"{tag} 00*aOurs"

    assert "Ours" not in " ".join(view(COMMON, (local,)))
    assert [each.facts for each in reasons_against_content(record(local))] == [{"tags": [tag]}]


@pytest.mark.parametrize(
    ("local", "expected"),
    [
        (("084   *a78.5*2ykl",), [" 001", "+084", " 300", " 650"]),
        (("300   *a2 vol",), [" 001", " 100", " 245", "+300", " 650"]),
        (("650  7*aMeri",), [" 001", " 100", " 245", " 300", " 650", "+650"]),
        (("015   *aX", "001 9"), [" 001", " 100", " 245", " 300", " 650"]),
    ],
)
def test_ii_i1_marc_21_has_the_same_groups(local, expected):
    common = ("001 1", "100 1 *aTähti", "245 10*aYön äänet", "300   *a312 s.", "650  7*aYö")

    assert [line[:4] for line in view(common, local, Flavour.MARC21)] == expected


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        (("504 00*aA note",), []),
        ((), [Code.NOTHING_OF_ITS_OWN]),
        (("014 00*a50000011",), [Code.PARENT_IS_COMMON]),
        (("001 00*a5", "014 00*a50000011"), [Code.FIELDS_ARE_COMMON, Code.PARENT_IS_COMMON]),
    ],
)
def test_ii_i5_an_enrichment_says_nothing_of_what_is_common(fields, expected):
    assert [each.code for each in reasons_against_content(record(*fields))] == expected


def test_ii_i4_a_librarys_own_lies_over_what_schools_share():
    found = layered(
        record(*COMMON),
        [record("652 00*m37.1", "504 00*aFor schools"), record("300 00*aOne bag")],
    )

    assert [(each.field.tag, each.field.value, each.is_local) for each in found] == [
        ("001", "50000011 870970", False),
        ("300", "One bag", True),
        ("504", "For schools", True),
        ("652", "37.1", True),
        ("666", "hav", False),
        ("996", "DBC", False),
    ]


OURS = Library("710100", frozenset({"710100"}))
KEPT = Owned(Level.LOCAL, "775100", owner_is_member=True, is_kept=True)


@pytest.mark.parametrize(
    ("owned", "library", "for_schools", "expected"),
    [
        (Owned(Level.COMMON, "870970"), OURS, False, []),
        (Owned(Level.LOCAL, "775100", owner_is_member=True), OURS, False, []),
        (KEPT, OURS, False, [Code.OTHERS_LOCAL_RECORD]),
        (KEPT, Library("775100", frozenset({"775100"})), False, []),
        (KEPT, OURS, True, [Code.OTHERS_LOCAL_RECORD, Code.SCHOOLS_ONLY]),
        (KEPT, Library("", frozenset(), is_root=True), True, []),
    ],
)
def test_who_may_lay_fields_over_a_record(owned, library, for_schools, expected):
    assert reasons_against_enriching(owned, library, for_schools=for_schools) == expected
