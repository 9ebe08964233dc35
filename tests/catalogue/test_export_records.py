"""`export_records` and the formats that it writes."""

import csv
import io
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from lxml import etree

from catalogue.harvesting import clock
from catalogue.marc.citations import bibtex, ris
from catalogue.marc.formats import FILE_FORMATS
from catalogue.marc.lists import COLUMNS, row
from catalogue.marc.mods import mods
from catalogue.marc.reading import read_records
from catalogue.marc.records import RecordRead
from catalogue.models import BibliographicRecord
from tests.factories.catalogue import RecordFactory
from tests.interop.harvests import MARC, hold, import_samples, tell
from tests.spreadsheets import cells_of

NOVEL = {
    "title": "Hus & have {50 %}",
    "remainder": "en roman",
    "author": "Aagaard, Bodil",
    "contributors": ["Niels"],
    "isbns": ["9788702000009"],
    "issns": ["12345679"],
    "subjects": ["huse", "<b>"],
    "publisher": "Fjord",
    "series": "Serie ; 2",
    "summary": "Om et\nhus",
    "edition": "2. udgave",
    "extent": "312 sider",
    "classification": "83",
}


@pytest.fixture(autouse=True)
def _nobody_follows(monkeypatch):
    monkeypatch.setattr("catalogue.services.change_feed.wake_followers", lambda: None)


@pytest.fixture
def export(alpha, tmp_path):
    """Return a function that exports into a file and returns what's in it."""

    def export(*arguments: str) -> bytes:
        path = tmp_path / "out"
        call_command("export_records", *arguments, "--output", str(path), stderr=io.StringIO())
        assert list(tmp_path.iterdir()) == [path]
        return path.read_bytes()

    return export


def raws(data: bytes) -> list[bytes]:
    found = list(read_records(io.BytesIO(data)))
    assert all(isinstance(each, RecordRead) for each in found)
    return [each.raw for each in found]


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("marc21", "marc21-utf8.mrc"),
        ("marc21", "marc21-marc8.mrc"),
        ("danmarc2", "danmarc2-latin1.iso"),
        ("danmarc2", "danmarc2-utf8.iso"),
    ],
)
def test_what_came_in_goes_out_byte_for_byte(export, code, name):
    came = raws((MARC / name).read_bytes())
    import_samples(name)

    assert raws(export("--format", code)) == came


@pytest.mark.parametrize(("code", "name"), [("marcxml", "marcxml.xml"), ("marcxchange", "danmarc2-marcxchange.xml")])
def test_what_came_as_xml_has_the_same_content(export, code, name):
    import_samples(name)
    came = [each.record.fields for each in read_records(MARC / name)]

    assert [each.record.fields for each in read_records(io.BytesIO(export("--format", code)))] == came


@pytest.mark.parametrize("code", sorted(FILE_FORMATS))
def test_every_format_takes_every_record(export, code):
    count = len(import_samples(*(path.name for path in MARC.iterdir())))
    data = export("--format", code)

    assert count > 5
    if FILE_FORMATS[code].ending == "xml":
        assert len(etree.fromstring(data)) == count
    elif code == "csv":
        assert len(list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))) == count + 1
    elif code in ("bibtex", "ris"):
        assert data.count(b"\n@" if code == "bibtex" else b"ER  - ") == count - (code == "bibtex")
    else:
        assert len(raws(data)) == count


class TestWhich:
    """Which records."""

    @pytest.fixture
    def three(self, alpha, beta) -> list[BibliographicRecord]:
        """Return a title of Alpha's, one of Beta's, and one that's withdrawn."""
        records = RecordFactory.create_batch(3)
        tell(*records)
        hold(records[0], alpha)
        hold(records[1], beta)
        records[2].deleted_at = clock()
        records[2].save()
        tell(records[2])
        return records

    @staticmethod
    def numbers(data: bytes) -> list[str]:
        return [line[0] for line in csv.reader(io.StringIO(data.decode("utf-8-sig")))][1:]

    def test_all_that_are_not_withdrawn(self, export, three):
        assert self.numbers(export("--format=csv")) == [record.control_number for record in three[:2]]

    def test_a_municipalitys(self, export, three):
        assert self.numbers(export("--format=csv", "--municipality=beta")) == [three[1].control_number]

    def test_some_by_number(self, export, three, monkeypatch):
        monkeypatch.setattr("sys.stdin", io.StringIO(f"{three[0].pk}\n{three[2].pk}\n"))

        assert self.numbers(export("--format=csv", f"--ids={three[1].pk},{three[2].pk}")) == [three[1].control_number]
        assert self.numbers(export("--format=csv", "--ids=-")) == [three[0].control_number]

    def test_what_has_changed(self, export, three):
        moment = clock()
        tell(three[1])

        assert self.numbers(export("--format=csv", f"--since={moment.isoformat()}")) == [three[1].control_number]
        assert self.numbers(export("--format=csv", f"--since={(moment + timedelta(days=1)).date()}")) == []

    def test_batches_lose_nothing(self, export, three, monkeypatch):
        monkeypatch.setattr("catalogue.harvesting._BATCH", 1)

        assert len(self.numbers(export("--format=csv"))) == 2

    @pytest.mark.parametrize("wrong", ["--municipality=ghost", "--ids=1,x", "--ids=-1", "--since=soon", "--format=pdf"])
    def test_says_what_it_cannot_read(self, alpha, wrong):
        with pytest.raises(CommandError):
            call_command("export_records", wrong)

    def test_standard_output_takes_it_too(self, three):
        out, told = io.StringIO(), io.StringIO()
        call_command("export_records", "--format=ris", stdout=out, stderr=told)

        assert out.getvalue().count("ER  - ") == 2
        assert "2 written" in told.getvalue()


def test_a_record_without_room_is_named_and_stops_nobody(alpha, tmp_path: Path):
    long, short = RecordFactory(summary="x" * 10_000, raw=b"?"), RecordFactory(raw=b"?")
    tell(long, short)
    told = io.StringIO()

    call_command("export_records", "--format=marc21", f"--output={tmp_path / 'out'}", stderr=told)

    # Bytes that came as MARC 21 go out as they are; so these are given the other family.
    BibliographicRecord.objects.update(raw_format="MARCXML")
    call_command("export_records", "--format=marc21", f"--output={tmp_path / 'out'}", stderr=told)

    assert f"{long.pk} [{long.control_number}]" in told.getvalue()
    assert "1 written, 1 left out" in told.getvalue()
    assert len(raws((tmp_path / "out").read_bytes())) == 1


def test_bibtex():
    record = RecordFactory.build(control_number="870970:1", year=2019, **NOVEL)

    assert bibtex(record) == (
        "@book{870970-1,\n"
        "  author = {Aagaard, Bodil},\n"
        "  title = {Hus \\& have \\{50 \\%\\}: en roman},\n"
        "  publisher = {Fjord},\n"
        "  year = {2019},\n"
        "  edition = {2. udgave},\n"
        "  series = {Serie ; 2},\n"
        "  isbn = {9788702000009},\n"
        "  issn = {1234-5679},\n"
        "  language = {dan},\n"
        "  abstract = {Om et hus}\n"
        "}\n"
    )


def test_ris():
    lines = ris(RecordFactory.build(control_number="7", year=2019, **NOVEL)).split("\r\n")

    assert lines[0] == "TY  - BOOK"
    assert {"AU  - Aagaard, Bodil", "TI  - Hus & have {50 %}: en roman", "PY  - 2019", "SN  - 9788702000009"} <= {
        *lines
    }
    assert lines[-2:] == ["ER  - ", ""]


def test_mods():
    root = etree.fromstring(mods(RecordFactory.build(control_number="7", year=2019, **NOVEL)))
    found = {etree.QName(each).localname: each.text for each in root.iter() if each.text}

    assert root.get("version") == "3.7"
    assert found["title"] == "Serie ; 2"
    assert root.findtext("{*}titleInfo/{*}title") == "Hus & have {50 %}"
    assert [each.text for each in root.iter("{*}topic")] == ["huse", "<b>"]
    assert (found["dateIssued"], found["languageTerm"], found["typeOfResource"]) == ("2019", "dan", "text")
    assert [each.get("type") for each in root.findall("{*}identifier")] == ["isbn", "issn"]


def test_a_list_holds_no_formula():
    cells = next(csv.reader([row(RecordFactory.build(title="=HYPERLINK(1)", contributors=["a", "b"]))]))

    assert cells[COLUMNS.index("title")] == "'=HYPERLINK(1)"
    assert cells[COLUMNS.index("contributors")] == "a; b"


def test_lists_have_the_columns_that_are_asked_for_as_csv_and_as_excel(export, tmp_path):
    numbers = [record.control_number for record in import_samples("marc21-utf8.mrc")]

    head, *rows = cells_of(export("--format=xlsx", "--columns=control_number,year"))
    assert head == ["control_number", "year"]
    assert [row[0] for row in rows] == numbers
    assert all(isinstance(row[1], float) for row in rows if len(row) > 1)
    assert export("--format=csv", "--columns=year,control_number").decode().startswith("\ufeffyear,control_number\r\n")

    with pytest.raises(CommandError, match="marcxml has no columns"):
        export("--format=marcxml", "--columns=title")
    with pytest.raises(CommandError, match="there's no such column"):
        export("--format=csv", "--columns=raw")
