"""The catalogue's columns, read from MARC 21 and danMARC2."""

import pytest

from catalogue.marc.columns import parse_columns
from catalogue.marc.iso2709 import parse
from catalogue.marc.record_columns import For, Kind, Material, without_punctuation, year_in
from tests.catalogue.marc_samples import DANISH_NOVEL, NOVEL, iso2709

DANISH_LEADER = "00000name 2200000   4500"
FIXED = "260102s2024    fi            000 1 fin  "


def marc21(*fields, leader="00000nam a2200000 a 4500", fixed=FIXED):
    return parse_columns(parse(iso2709((("001", "1"), ("008", fixed), *fields), leader=leader)).record)


def danish(*fields, without=()):
    kept = [field for field in DANISH_NOVEL if field[0] not in (*without, *(tag for tag, _ in fields))]
    return parse_columns(parse(iso2709((*kept, *fields), leader=DANISH_LEADER)).record)


def test_reads_a_finnish_novel():
    columns = parse_columns(parse(iso2709(NOVEL)).record)

    assert columns.control_number == "20260001"
    assert columns.agency == "FI-TEST"
    assert (columns.title, columns.remainder) == ("Yön äänet", "romaani")
    assert columns.author == "Tähti, Aino"
    assert columns.publisher == "Öljykustannus"
    assert columns.year == 2024
    assert columns.language == "fin"
    assert columns.isbns == ["9789510433904"]
    assert columns.material_type == Material.BOOK
    assert columns.extent == "312 sivua"
    assert columns.last_changed == "20260102030405.0"
    assert columns.kind == Kind.BIBLIOGRAPHIC
    assert not columns.is_deleted


def test_reads_a_danish_novel():
    columns = danish(
        ("250", "00$a2. udgave"),
        ("440", "00$aÆbleserien$v3"),
        ("504", "00$aEn have på Fyn"),
        ("666", "00$færlige ¤folk$i1960-1969$qFyn"),
        ("700", "00$aAaby$hIb"),
        ("720", "00$oBo Ål$4ill"),
    )

    assert columns.control_number == "50000011"
    assert columns.agency == "870970"
    assert (columns.title, columns.sort_title, columns.remainder) == ("Den blå æblehave", "blå æblehave", "roman")
    assert columns.author == "Ørsted, Åse"
    assert columns.contributors == ["Aaby, Ib", "Bo Ål"]
    assert columns.edition == "2. udgave"
    assert columns.publisher == "Gyldendal"
    assert columns.year == 2024
    assert columns.language == "dan"
    assert columns.isbns == ["9788702407006"]
    assert columns.subjects == ["ærlige folk", "1960-1969", "Fyn"]
    assert columns.classification == "sk"
    assert columns.audience == For.ADULT
    assert columns.material_type == Material.BOOK
    assert columns.series == "Æbleserien ; 3"
    assert columns.extent == "312 sider"
    assert columns.summary == "En have på Fyn"
    assert columns.last_changed == "20260102030405"


@pytest.mark.parametrize(
    ("codes", "others", "expected"),
    [
        ("00$aa$gxx", (), Material.BOOK),
        ("00$aa$gxe", (), Material.E_BOOK),
        ("00$ar$gxc", (), Material.AUDIOBOOK),
        ("00$ar$gxe", (), Material.E_AUDIOBOOK),
        ("00$as$gxc", (), Material.MUSIC),
        ("00$ac$gxx", (), Material.SHEET_MUSIC),
        ("00$am$gth", (), Material.FILM),
        ("00$ae$gxx", (), Material.MAP),
        ("00$ag$gxx", (), Material.PICTURE),
        ("00$at$gto", (("300", "00$a1 dvd-rom$eWii U"),), Material.GAME),
        ("00$at$gtb", (("652", "00$m79.41"),), Material.GAME),
        ("00$at$gtb", (), Material.OTHER),
        ("00$au$gus", (), Material.GAME),
        ("00$au$gul", (), Material.OTHER),
        ("00$aa$gxx", (("008", "00$tp$a2024$ldan"),), Material.MAGAZINE),
        ("00$aa$gxx", (("008", "00$ta$a2024$ldan"),), Material.OTHER),
    ],
)
def test_tells_danish_material_types(codes, others, expected):
    assert danish(("009", codes), *others).material_type == expected


def test_takes_a_danish_volume_with_pages_for_a_book():
    columns = danish(("245", "00$gBind 2"), without=("009",))

    assert columns.title == "Bind 2"
    assert columns.material_type == Material.BOOK
    assert columns.audience == For.UNKNOWN


@pytest.mark.parametrize(
    ("fixed", "ages", "expected"),
    [
        ("00$tm$ldan", "00$fheste", For.ADULT),
        ("00$tm$ldan$ob", "00$fheste", For.CHILD),
        ("00$tm$ldan$os", "00$ufor 4 år$ufor 5 år", For.CHILD),
        ("00$tm$ldan$ob", "00$ufor 13 år$ufor 14 år", For.YOUNG),
        ("00$tm$ldan$ob", "00$ufor 12 år$ufor 14 år", For.CHILD),
    ],
)
def test_tells_whom_danish_titles_are_for(fixed, ages, expected):
    assert danish(("008", fixed), ("666", ages)).audience == expected


@pytest.mark.parametrize(
    ("field", "expected"),
    [("00$m61.615", "61.615"), ("00$p33.95$v4", "33.95"), ("00$n86.4$z26", "86.4-26"), ("00$mNY TITEL", "")],
)
def test_finds_the_dk5_class(field, expected):
    assert danish(("652", field)).classification == expected


def test_writes_a_double_a_that_sorts_as_one_letter_as_people_do():
    assert danish(("100", "00$aDalgꜳrd$hJesper"), ("260", "00$bꜲlborg")).author == "Dalgaard, Jesper"


def test_reads_a_corporate_author_with_its_department():
    assert danish(("110", "00$aDen ¤Danske Kirke$cUdvalget"), without=("100",)).author == "Den Danske Kirke. Udvalget"


def test_knows_a_withdrawn_danish_record():
    assert danish(("004", "00$rd$ae")).is_deleted


@pytest.mark.parametrize(
    ("leader", "position", "mark", "others", "expected"),
    [
        ("nam", 23, " ", (), Material.BOOK),
        ("nam", 23, "o", (), Material.E_BOOK),
        ("nam", 23, " ", (("007", "cr |||"),), Material.E_BOOK),
        ("nam", 23, " ", (("338", "  $averkkoaineisto$bcr"),), Material.E_BOOK),
        ("nas", 23, "o", (), Material.MAGAZINE),
        ("nab", 23, " ", (), Material.MAGAZINE),
        ("naa", 23, " ", (), Material.OTHER),
        ("nim", 23, " ", (), Material.AUDIOBOOK),
        ("nim", 23, "o", (), Material.E_AUDIOBOOK),
        ("njm", 23, " ", (), Material.MUSIC),
        ("ncm", 23, " ", (), Material.SHEET_MUSIC),
        ("nem", 25, "a", (), Material.MAP),
        ("ngm", 33, "v", (), Material.FILM),
        ("ngm", 33, "s", (), Material.PICTURE),
        ("nkm", 33, "i", (), Material.PICTURE),
        ("nmm", 26, "g", (), Material.GAME),
        ("nmm", 26, "d", (), Material.E_BOOK),
        ("nmm", 26, "b", (), Material.OTHER),
        ("nrm", 33, "g", (), Material.GAME),
        ("nrm", 33, "r", (), Material.OTHER),
        ("nom", 33, "b", (), Material.OTHER),
    ],
)
def test_tells_marc21_material_types(leader, position, mark, others, expected):
    fixed = FIXED[:position] + mark + FIXED[position + 1 :]
    fields = (("245", "10$aTitle"), *others)

    assert marc21(*fields, leader=f"00000{leader} a2200000 a 4500", fixed=fixed).material_type == expected


@pytest.mark.parametrize(
    ("leader", "mark", "expected"),
    [
        ("nam", "j", For.CHILD),
        ("nam", "b", For.CHILD),
        ("nam", "d", For.YOUNG),
        ("nam", "e", For.ADULT),
        ("nam", "|", For.UNKNOWN),
        ("nas", "a", For.UNKNOWN),
    ],
)
def test_tells_whom_marc21_titles_are_for(leader, mark, expected):
    fixed = FIXED[:22] + mark + FIXED[23:]

    assert marc21(("245", "10$aTitle"), leader=f"00000{leader} a2200000 a 4500", fixed=fixed).audience == expected


def test_reads_title_parts_and_what_does_not_sort():
    columns = marc21(("245", "14$aThe tales /$n2.$pWinter :$bA book of$cAino"))

    assert columns.title == "The tales. 2. Winter"
    assert columns.sort_title == "tales. 2. Winter"
    assert columns.remainder == "A book of"


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ([("084", "  $aJännitys$2ykl"), ("084", "  $a84.2$2ykl"), ("080", "  $a894")], "84.2"),
        ([("084", "  $aHc.01$2kssb/8"), ("082", "04$a839.73$223")], "Hc.01"),
        ([("082", "04$a839.73$223"), ("080", "  $a894")], "839.73"),
        ([("050", "00$aPT9876$b.1")], "PT9876"),
        ([], ""),
    ],
)
def test_finds_the_class_that_the_shelves_follow(fields, expected):
    assert marc21(("245", "10$aTitle"), *fields).classification == expected


def test_reads_subjects_once_whatever_their_case():
    columns = marc21(
        ("245", "10$aTitle"),
        ("600", "14$aLähde, Ellen$c(fiktiivinen hahmo)$d1970-"),
        ("650", " 7$ahistorie$2x"),
        ("650", " 7$aHistorie$2y"),
        ("650", " 0$aWomen$xHealth$zFinland."),
    )

    assert columns.subjects == ["Lähde, Ellen (fiktiivinen hahmo)", "historie", "Women – Health – Finland"]


def test_prefers_the_publisher_to_producer_and_printer():
    fields = [("264", " 3$aKeuruu :$bPaino"), ("264", " 1$aHelsinki :$b[Otava],$c[2020]")]

    columns = marc21(("245", "10$aTitle"), *fields, fixed=FIXED[:7] + "uuuu" + FIXED[11:])

    assert columns.publisher == "Otava"
    assert columns.year == 2020


def test_names_contributors_without_the_author():
    columns = marc21(
        ("100", "1 $aMargrethe$bII,$cdronning"),
        ("245", "10$aTitle"),
        ("490", "1 $aSarja ;$v12"),
        ("700", "1 $aMargrethe$bII"),
        ("700", "1 $aWammen, J."),
        ("710", "2 $aNovo Nordisk."),
    )

    assert columns.author == "Margrethe II"
    assert columns.contributors == ["Wammen, J.", "Novo Nordisk"]
    assert columns.series == "Sarja ; 12"


def test_reads_an_authority_record_as_one():
    columns = marc21(("100", "1 $aStrindberg, August,$d1849-1912"), leader="00000cz  a2200000n  4500")

    assert columns.kind == Kind.AUTHORITY
    assert columns.title == "Strindberg, August"


def test_reads_a_holdings_record_as_one():
    assert marc21(("852", "  $aBIBSYS"), leader="00000nx  a2200000ui 4500").kind == Kind.HOLDINGS


def test_knows_a_withdrawn_marc21_record():
    assert marc21(("245", "10$aTitle"), leader="00000dam a2200000 a 4500").is_deleted


def test_copes_with_a_record_that_says_nothing():
    columns = parse_columns(parse(iso2709((("500", "  $aA note"),))).record)

    assert (columns.control_number, columns.title, columns.year, columns.isbns) == ("", "", None, [])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Yön äänet :", "Yön äänet"),
        ("Valtaoja, Esko.", "Valtaoja, Esko"),
        ("Deer-Doe, J.", "Deer-Doe, J."),
        ("Og så ...", "Og så ..."),
        ("\x98Den \x9cstore  have /", "Den store have"),
    ],
)
def test_takes_away_the_punctuation_between_parts(text, expected):
    assert without_punctuation(text) == expected


@pytest.mark.parametrize(
    ("texts", "expected"),
    [(("19uu", "cop. 1996"), 1996), (("[2011]",), 2011), (("9999", ""), None), (("s. 12345",), None)],
)
def test_finds_a_year(texts, expected):
    assert year_in(*texts) == expected
