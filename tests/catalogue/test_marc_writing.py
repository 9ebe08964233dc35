"""MARC out: what came in goes out, in XML that the schemas accept, and danMARC2 as MARC 21."""

import io
import os
from functools import cache
from pathlib import Path

import pytest
from lxml import etree

from catalogue.marc.columns import parse_columns
from catalogue.marc.dublin_core import oai_dc
from catalogue.marc.passed_on import passed_on
from catalogue.marc.problems import RecordProblem
from catalogue.marc.reading import read_records
from catalogue.marc.records import Flavour, MarcField, MarcRecord, RecordRead
from catalogue.marc.to_marc21 import as_marc21, described_in_marc21
from catalogue.marc.write_iso2709 import iso2709
from catalogue.marc.write_xml import marcxchange, marcxml

ROOT = Path(__file__).parents[2]
SHARED = Path(os.environ.get("LIBSYS_SHARED_DATA") or ROOT.parent / "shared" / "data")
OWN = sorted((ROOT / "tests" / "data" / "marc").iterdir())
GIVEN = sorted(path for path in (SHARED / "marc").rglob("*") if path.is_file() and path.parent.name != "bad")
SCHEMA = SHARED / "xsd" / "MARC21slim.xsd"
FILES = pytest.mark.parametrize("path", [*OWN, *GIVEN], ids=lambda path: path.name)
# Large ones have the same kinds of records all through.
MOST = 300


def records_of(path: Path) -> list[MarcRecord]:
    found = []
    for outcome in read_records(path):
        if isinstance(outcome, RecordRead):
            found.append(outcome.record)
        if len(found) == MOST:
            break
    return found


def read_back(data: bytes) -> MarcRecord:
    (outcome,) = read_records(io.BytesIO(data))
    assert isinstance(outcome, RecordRead), outcome
    return outcome.record


@cache
def _marcxml_schema() -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(SCHEMA))


def field(tag: str, text: str) -> MarcField:
    return MarcField(tag, text.replace("$", "\x1f"))


def said(record: MarcRecord) -> list[tuple[str, str]]:
    """Return the record's fields as XML can say them: two indicators, and no subfield without a code."""
    fields = []
    for tag, text in record.fields:
        first, *rest = text.split("\x1f")
        fields.append((tag, "\x1f".join([first[:2] if rest else first, *filter(None, rest)])))
    return fields


@FILES
def test_iso_2709_gives_back_what_it_was_given(path):
    for record in records_of(path):
        if any(len(each.text.encode()) >= 9999 for each in record.fields):
            continue
        written = iso2709(record)

        assert read_back(written).fields == record.fields
        assert int(written[:5]) == len(written)


@FILES
def test_marcxchange_gives_back_what_it_was_given(path):
    for record in records_of(path):
        back = read_back(marcxchange(record).encode())

        assert sorted(back.fields) == sorted(
            MarcField(tag, text) for tag, text in said(record) if "\x1f" not in record.fields or text
        )
        assert back.flavour == record.flavour


@FILES
def test_marcxml_is_as_its_schema_wants_it(path):
    records = [as_marc21(record) for record in records_of(path)]
    texts = [marcxml(record) for record in records]

    for record, text in zip(records, texts, strict=True):
        root = etree.fromstring(text.encode())
        kinds = [etree.QName(child).localname for child in root]
        assert kinds == sorted(kinds, key=["leader", "controlfield", "datafield"].index)
        assert len(root[0].text) == 24
        assert root[0].text[9] == "a"
        back = read_back(text.encode())
        assert parse_columns(back).title == parse_columns(record).title
    if SCHEMA.exists():
        for text in texts:
            _marcxml_schema().assertValid(etree.fromstring(text.encode()))


def test_marcxml_of_a_sound_record_loses_nothing():
    (path,) = (each for each in OWN if each.name == "marcxml.xml")
    for record in records_of(path):
        assert read_back(marcxml(record).encode()).fields == record.fields


def test_marcxml_in_order_goes_on_letter_by_letter_and_says_what_a_new_one_would():
    files = [path for path in (*OWN, *GIVEN) if path.suffix == ".xml"]
    passed = 0
    for path in files:
        for outcome in read_records(path):
            if isinstance(outcome, RecordRead) and (text := passed_on(outcome.raw)):
                passed += 1
                assert read_back(text.encode()).fields == read_back(marcxml(outcome.record).encode()).fields
                if SCHEMA.exists():
                    _marcxml_schema().assertValid(etree.fromstring(text.encode()))

    assert passed


SOUND = (
    '<record xmlns="http://www.loc.gov/MARC21/slim" type="Bibliographic">\n<leader>00000nam  2200000 i 4500</leader>'
    '<controlfield tag="001">1</controlfield><datafield tag="245" ind1="0" ind2="0">'
    '<subfield code="a">Fjord &amp; fjeld</subfield></datafield></record>'
)


def test_a_sound_record_is_only_told_to_be_unicode():
    assert passed_on(SOUND.encode()) == SOUND.replace(' type="Bibliographic"', "").replace("nam  22", "nam a22")


@pytest.mark.parametrize(
    ("what", "instead"),
    [
        ("<record", "<marc:record"),
        ('tag="001"', "tag='001'"),
        ('tag="001"', 'tag="245"'),
        ('tag="245"', 'tag="001"'),
        ("4500", "450"),
        ('ind1="0"', 'ind1="Ø"'),
        ('code="a"', 'code="ab"'),
        ("&amp;", "&#11;"),
        ("Fjord", "Fj\u006f\u0308rd"),
        ("Fjord", "<!-- -->"),
        ("Fjord", "\r"),
        ("</record>", "<extra/></record>"),
        ("<leader>00000nam  2200000 i 4500</leader>", ""),
    ],
)
def test_anything_else_is_written_anew(what, instead):
    assert passed_on(SOUND.replace(what, instead, 1).encode()) is None


def test_marcxml_leaves_out_what_xml_and_its_schema_cannot_say():
    record = MarcRecord(
        Flavour.MARC21,
        "bad leader",
        [
            field("245", "10$aA & B < C\x0b > \x00D\ufffe$@odd$cIda"),
            field("001", "7\x01"),
            field("00d", "!a$alost"),
            field("500", "Ø\x07$aindicators"),
            field("501", "  $"),
            field("d08", "  $alocal"),
        ],
    )

    root = etree.fromstring(marcxml(record).encode())

    assert [child.text for child in root if "controlfield" in child.tag] == ["7"]
    assert root[0].text == "00000nad a2200000   4500"
    shown = [(child.get("tag"), child.get("ind1"), child.get("ind2")) for child in root[2:]]
    assert shown == [("245", "1", "0"), ("500", " ", " "), ("d08", " ", " ")]
    assert [each.text for each in root[2]] == ["A & B < C > D", "Ida"]


def test_a_field_or_record_beyond_the_directory_is_refused():
    long_field = MarcRecord(Flavour.MARC21, " " * 24, [field("520", "  $a" + "æ" * 5000)])
    long_record = MarcRecord(Flavour.MARC21, " " * 24, [field("520", "  $a" + "x" * 9000)] * 12)

    for record in (long_field, long_record):
        with pytest.raises(RecordProblem, match="OVERSIZED"):
            iso2709(record)


DANISH = MarcRecord(
    Flavour.DANMARC2,
    "00000n    2200000   4500",
    [
        field("001", "00$a12345678$b870970$c20240102030405$d20231231$fa"),
        field("004", "00$rc$ae"),
        field("008", "00$tm$a2019$bdk$ldan$ob"),
        field("009", "00$aa$gxx"),
        field("021", "00$e9788702000009$cindbundet"),
        field("041", "00$adan$ceng"),
        field("100", "00$aꜲgaard$hBodil$4aut"),
        field("241", "00$aThe house"),
        field("245", "00$aEt ¤hus ved fjorden$cen roman$g1. bind$nVinden$eBodil Aagaard"),
        field("260", "00$aKøbenhavn$bFjord$c2019"),
        field("300", "00$a312 sider$bill."),
        field("504", "00$aOm et hus"),
        field("652", "00$m83"),
        field("666", "00$fhuse$fvinde"),
        field("700", "00$aNiels"),
        field("d08", "00$aintern"),
    ],
)


def test_danmarc2_becomes_marc_21():
    record = as_marc21(DANISH)

    assert record.flavour == Flavour.MARC21
    assert record.leader == "00000cam a2200000 c 4500"
    assert [(tag, text.replace("\x1f", "$")) for tag, text in record.fields] == [
        ("001", "12345678"),
        ("003", "DK-870970"),
        ("005", "20240102030405.0"),
        ("008", "231231s2019    dk ||||j||||||||||||dan||"),
        ("020", "  $a9788702000009"),
        ("041", "  $adan$heng"),
        ("084", "  $a83$2dk5"),
        ("100", "1 $aAagaard, Bodil$4aut"),
        ("240", "10$aThe house"),
        ("245", "13$aEt hus ved fjorden$ben roman$n1. bind$pVinden$cBodil Aagaard"),
        ("264", " 1$aKøbenhavn$bFjord$c2019"),
        ("300", "  $a312 sider$bill."),
        ("520", "  $aOm et hus"),
        ("653", "  $ahuse"),
        ("653", "  $avinde"),
        ("700", "0 $aNiels"),
    ]


def test_marc_21_stays_marc_21():
    (path,) = (each for each in OWN if each.name == "marc21-utf8.mrc")
    for record in records_of(path):
        assert as_marc21(record) is record


@pytest.mark.parametrize("path", [each for each in OWN if "danmarc2" in each.name], ids=lambda path: path.name)
def test_the_columns_of_a_conversion_are_those_of_the_original(path):
    for record in records_of(path):
        before, after = parse_columns(record), parse_columns(as_marc21(record))

        for name in ("control_number", "author", "year", "language", "isbns", "publisher", "classification"):
            assert getattr(after, name) == getattr(before, name), name
        if before.material_type != "OTHER":
            assert after.material_type == before.material_type


def test_what_the_catalogue_knows_is_a_record_too():
    columns = parse_columns(DANISH)
    after = parse_columns(described_in_marc21(columns))

    for name in ("control_number", "title", "author", "year", "language", "isbns", "subjects", "summary"):
        assert getattr(after, name) == getattr(columns, name), name


def test_dublin_core():
    root = etree.fromstring(oai_dc(parse_columns(DANISH)))

    assert [(etree.QName(child).localname, child.text) for child in root] == [
        ("title", "Et hus ved fjorden. 1. bind. Vinden : en roman"),
        ("creator", "Aagaard, Bodil"),
        ("subject", "huse"),
        ("subject", "vinde"),
        ("description", "Om et hus"),
        ("publisher", "Fjord"),
        ("contributor", "Niels"),
        ("date", "2019"),
        ("type", "Text"),
        ("format", "312 sider"),
        ("identifier", "URN:ISBN:9788702000009"),
        ("language", "dan"),
    ]
