"""Looking up a heading in the editor: what's offered for the field under the cursor, and the line that it becomes."""

import pytest
from django.urls import reverse

from catalogue.models import Vocabulary
from catalogue.services.authorities import Content, add_authority
from catalogue.services.records import Author
from tests.factories import NOW

VOCABULARIES = {
    "own-names": ("libsys", "", ["PERSON", "CORPORATE"]),
    "dbc": ("870979", "dbc", ["SUBJECT"]),
    "yso-fi": ("http://www.yso.fi/onto/yso", "yso/fin", ["SUBJECT"]),
    "dk5": ("dk5", "dk5", ["CLASS"]),
}


@pytest.fixture
def known(alpha):
    made = {}
    for code, kind, parts, variants in (
        ("own-names", "PERSON", (("a", "Andersen, H.C."), ("d", "1805-1875")), [(("a", "Andersen, Hans Christian"),)]),
        ("own-names", "CORPORATE", (("a", "Andersens Bogtrykkeri"),), []),
        ("dbc", "SUBJECT", (("a", "hunde"),), []),
        ("yso-fi", "SUBJECT", (("a", "hundar"),), []),
        ("dk5", "CLASS", (("a", "79.41"),), []),
    ):
        agency, scheme, kinds = VOCABULARIES[code]
        defaults = {"name": code, "agency": agency, "scheme": scheme, "kinds": kinds}
        vocabulary, _ = Vocabulary.objects.update_or_create(code=code, defaults=defaults)
        said = {"content": Content(parts, variants), "author": Author(None, None), "now": NOW}
        authority = add_authority(vocabulary=vocabulary, kind=kind, **said)
        made[authority.heading.split(",")[0]] = authority.control_number
    return made


def look_up(client, lines, flavour="MARC21", at=1, column=""):
    sent = {"lines": lines, "flavour": flavour, "at": at, "column": column}
    return client.post(reverse("desk:look_up_heading"), sent, headers={"HX-Request": "true"})


FILLED = [
    ("MARC21", "100 1# $aAnders$eauthor", "100 1# $aAndersen, H.C.$d1805-1875$eauthor$0(libsys){Andersen}"),
    ("MARC21", "700 1# $aandersen, hans$tTales", "700 1# $aAndersen, H.C.$d1805-1875$tTales$0(libsys){Andersen}"),
    ("MARC21", "650 #4 $ahunde", "650 #7 $ahunde$0(870979){hunde}$2dbc"),
    ("MARC21", "650 #7 $ahunda$2yso/fin", "650 #7 $ahundar$2yso/fin$0http://www.yso.fi/onto/yso/{hundar}"),
    ("MARC21", "084 ## $a79", "084 ## $a79.41$2dk5"),
    ("DANMARC2", "100 00 *aAnders*4aut", "100 00 *5libsys*6{Andersen}*aAndersen*hH.C.*c1805-1875*4aut"),
    ("DANMARC2", "666 00 *fhun", "666 00 *fhunde"),
    ("DANMARC2", "652 00 *m79", "652 00 *m79.41"),
]


@pytest.mark.parametrize(("flavour", "typed", "line"), FILLED)
def test_what_is_chosen_fills_the_field_with_its_number(librarian_client, known, flavour, typed, line):
    offered = look_up(librarian_client, f"245 00 {'$' if flavour == 'MARC21' else '*'}aSea\n{typed}", flavour, at=2)

    assert offered.context["rows"][0]["line"] == line.format(**known)
    assert (offered.context["first"], offered.context["last"]) == (2, 2)


def test_only_what_the_field_can_name_is_offered(librarian_client, known):
    persons, bodies = (look_up(librarian_client, f"{tag} 1# $aandersen") for tag in ("700", "710"))

    # One authority, once, though two of its headings begin so.
    assert [str(row["found"].authority) for row in persons.context["rows"]] == ["Andersen, H.C., 1805-1875"]
    assert [str(row["found"].authority) for row in bodies.context["rows"]] == ["Andersens Bogtrykkeri"]
    assert len(look_up(librarian_client, "650 #4 $ahund").context["rows"]) == 2


@pytest.mark.parametrize(
    ("lines", "at", "says"),
    [
        ("245 00 $aSea", 1, "No authority stands behind this field."),
        ("nothing", 1, "No authority stands behind this field."),
        ("", 7, "No authority stands behind this field."),
        ("100 1# $a", 1, "Type how the heading begins, then look it up."),
        ("100 1# $aZz", 1, "No heading begins like this."),
    ],
)
def test_what_cannot_be_looked_up_says_why(librarian_client, known, lines, at, says):
    answer = look_up(librarian_client, lines, at=at)

    assert answer.status_code == 200
    assert says in answer.content.decode()


def test_a_field_on_several_lines_gives_way_as_a_whole_and_what_cannot_be_read_stays(librarian_client, known):
    lines = "100 1# $aAnders\n  $eauthor\n\nnot a field\n245 00 $aSea"

    assert [look_up(librarian_client, lines, at=at).context["last"] for at in (1, 2)] == [2, 2]
    assert look_up(librarian_client, lines, at=4).context["rows"] == []


def offered_for(answer):
    return [(each["code"], each["name"], each["line"]) for each in answer.context.get("codes") or ()]


@pytest.mark.parametrize(
    ("flavour", "typed", "offered"),
    [
        ("MARC21", "041 1# $adan$hsw", ("swe", "Swedish", "041 1# $adan$hswe")),
        ("MARC21", "041 0# $aFinn", ("fin", "Finnish", "041 0# $afin")),
        ("MARC21", "041 0# $aGer$2iso639-1", None),
        ("DANMARC2", "008 00 *tm*lgerman", ("ger", "German", "008 00 *tm*lger")),
        ("MARC21", "041 0# $aqqqqq", None),
        ("MARC21", "044 ## $aDenm", ("dk", "Denmark", "044 ## $adk")),
        ("MARC21", "044 ## $adk$aNew Y", ("nyu", "United States: New York", "044 ## $adk$anyu")),
        ("MARC21", "044 ## $aengl", ("enk", "United Kingdom: England", "044 ## $aenk")),
        ("DANMARC2", "008 00 *tm*bgerman", ("de", "Germany", "008 00 *tm*bde")),
        ("DANMARC2", "044 00 *adk", None),
    ],
)
def test_a_language_or_a_country_is_found_by_its_code_or_its_name(librarian_client, alpha, flavour, typed, offered):
    found = offered_for(look_up(librarian_client, typed, flavour))

    assert offered in found if offered else found == []


FIXED = "008 260102s2024####den###########000#1#swe##"


@pytest.mark.parametrize(
    ("flavour", "typed", "offered"),
    [
        ("MARC21", "700 1# $aHolm$4trl|$eauthor", ("trl", "translator", "700 1# $aHolm$4trl$eauthor")),
        ("MARC21", "700 1# $aHolm$4transl|", ("trl", "translator", "700 1# $aHolm$4trl")),
        ("MARC21", "100 1# $aHolm$eillus|.", ("ill", "illustrator", "100 1# $aHolm$eillustrator")),
        ("MARC21", "111 2# $aMeeting$jhost inst|", ("his", "host institution", "111 2# $aMeeting$jhost institution")),
        ("MARC21", "710 2# $aHouse\n  $4publ|", ("pbl", "publisher", "710 2# $aHouse$4pbl")),
        ("MARC21", "100 1# $aHo|lm$4ill", None),
        ("DANMARC2", "700 00 *aHolm*4illus|", ("ill", "illustrator", "700 00 *aHolm*4ill")),
        ("DANMARC2", "700 00 *aHolm*4reader|", ("dkind", "reader of the recording", "700 00 *aHolm*4dkind")),
        ("DANMARC2", "700 00 *aHolm*eII|", None),
        ("DANMARC2", "041 00 *ager|*csw", ("ger", "German", "041 00 *ager*csw")),
        ("MARC21", f"{FIXED[:20]}|{FIXED[20:]}", ("dk", "Denmark", FIXED.replace("den", "dk#"))),
        ("MARC21", f"{FIXED[:42]}|{FIXED[42:]}", ("swe", "Swedish", FIXED)),
        ("MARC21", f"{FIXED[:30]}|{FIXED[30:]}", None),
    ],
)
def test_what_is_offered_belongs_to_where_the_cursor_stands(librarian_client, alpha, flavour, typed, offered):
    before, _, behind = typed.partition("|")
    at = before.count("\n") + 1
    column = len(before.rpartition("\n")[2])
    found = offered_for(look_up(librarian_client, before + behind, flavour, at, column))

    assert offered in found if offered else found == []


@pytest.mark.parametrize("column", ["-1", "99999999999999999999", "x", "7000"])
def test_a_cursor_that_is_nowhere_harms_nothing(librarian_client, alpha, column):
    assert look_up(librarian_client, "700 1# $aHolm$4ill\n008 x", at=2, column=column).status_code == 200
    assert look_up(librarian_client, "700 1# $aHolm$4ill", column=column).status_code == 200


@pytest.mark.parametrize(
    ("language", "typed", "name"),
    [
        ("fi", "044 ## $aTansk", "Tanska"),
        ("da", "044 ## $atysk", "Tyskland"),
        ("sv", "041 0# $afärö", "färöiska"),
    ],
)
def test_names_are_in_the_cataloguers_language(librarian_client, alpha, language, typed, name):
    librarian_client.cookies["language"] = language

    assert name in [each[1] for each in offered_for(look_up(librarian_client, typed, column=len(typed)))]
