"""Lists as files for spreadsheets: what stands in the cells of CSV and Excel, and what's kept from harm."""

import csv
import io
from datetime import UTC, date, datetime
from decimal import Decimal
from operator import itemgetter

import pytest
from django.utils import timezone

from common.tables import FileColumn, Kind, TooManyRowsError, as_cell, clean, csv_lines, sheet_name, write_workbook
from tests.spreadsheets import cells_of, sheet_name_of, sheet_of

COLUMNS = [
    FileColumn(kind.lower(), f"The {kind.lower()}", itemgetter(place), kind)
    for place, kind in enumerate((Kind.TEXT, Kind.NUMBER, Kind.MONEY, Kind.DAY, Kind.MOMENT))
]
MOMENT = datetime(2026, 3, 1, 11, 30, tzinfo=UTC)
ROW = ("5012345105000001", 7, Decimal("-12.50"), date(2026, 3, 1), MOMENT)


def in_csv(*rows):
    return list(csv.reader(io.StringIO("".join(csv_lines(COLUMNS, rows)).removeprefix("\ufeff"))))


def in_excel(*rows, sheet="List", columns=COLUMNS, **options):
    file = io.BytesIO()
    write_workbook(file, columns, rows, sheet=sheet, **options)
    return file.getvalue()


def test_numbers_amounts_and_days_are_what_they_are_and_barcodes_stay_text():
    with timezone.override("Europe/Copenhagen"):
        head, row = cells_of(in_excel(ROW))

    assert head == ["The text", "The number", "The money", "The day", "The moment"]
    # Days since Excel's first, 1 March 2026; half past twelve by the clock on the wall.
    assert row == ["5012345105000001", 7.0, -12.5, 46082.0, pytest.approx(46082 + 12.5 / 24)]


def test_csv_has_the_same_in_plain_letters():
    with timezone.override("Europe/Copenhagen"):
        assert in_csv(ROW)[1] == ["5012345105000001", "7", "-12.50", "2026-03-01", "2026-03-01 12:30"]
    assert in_csv((["a", "b"], None, None, None, None))[1] == ["a; b", "", "", "", ""]


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("+4512345678", "'+4512345678"),
        ("-2+3", "'-2+3"),
        ("\t=1", "'\t'=1"),
        ("\tbog", "'\tbog"),
        ("\n;=1+1", "'\n;'=1+1"),
        ("\tbog; =1+1", "'\tbog;' =1+1"),
        ("  =1", "'  =1"),
        ("\u200b=1", "'=1"),
        ("\u202e=1", "'=1"),
        ("\u200e=1", "'\u200e=1"),
        ("\uff1d1", "'\uff1d1"),
        ("Bog = liv", "Bog = liv"),
        ("bog; =1+1", "bog;' =1+1"),
        ("bog;;=1", "bog;;'=1"),
        ("a\n@b\t-1", "a\n'@b\t'-1"),
        ("a; b - c", "a; b - c"),
        ("ספר", "ספר"),
        ("a\u202egpj.exe", "agpj.exe"),
        ("a\x00b\x1bc", "abc"),
    ],
)
def test_what_was_typed_is_never_a_formula(text, cell):
    assert as_cell(text) == cell
    row = cells_of(in_excel((text, None, None, None, None)))[1]
    # In Excel it's a cell of text, whatever it begins with.
    assert row == [clean(text)]


def test_the_head_stays_in_view_and_columns_are_as_wide_as_what_stands_in_them():
    sheet = sheet_of(in_excel(("x" * 30, 1, None, None, None), ("y" * 900, 1, None, None, None)))
    ns = {"m": sheet.nsmap[None]}

    assert sheet.find(".//m:pane", ns).get("state") == "frozen"
    assert sheet.find(".//m:pane", ns).get("topLeftCell") == "A2"
    widths = [float(column.get("width")) for column in sheet.iterfind(".//m:col", ns)]
    assert 60 <= widths[0] < 62
    assert widths[1] < 16


def test_a_text_too_long_for_a_cell_is_cut_and_a_day_before_excels_first_is_text():
    long, old = cells_of(in_excel(("😀" * 30_000, *[None] * 4), ("", None, None, date(1850, 1, 2), None)))[1:]

    assert long[0].endswith("😀…")
    assert len(long[0].encode("utf-16-le")) // 2 <= 32_767
    assert old[3] == "1850-01-02"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Udlån", "Udlån"),
        ("a/b:c*[d]?", "a b c d"),
        ("x" * 40, "x" * 31),
        ("'", "-"),
        ("History", "-"),
        ("", "-"),
    ],
)
def test_a_sheets_name_is_one_that_excel_takes(text, name):
    assert sheet_name(text) == name
    assert sheet_name_of(in_excel(sheet=text)) == name


def test_more_rows_than_fit_are_refused():
    assert len(cells_of(in_excel(ROW, ROW, most=2))) == 3
    with pytest.raises(TooManyRowsError) as refused:
        in_excel(ROW, ROW, ROW, most=2)
    assert refused.value.most == 2
