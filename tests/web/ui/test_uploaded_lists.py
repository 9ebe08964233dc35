import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from web.ui.uploaded_lists import LARGEST_BYTES, ListRefusedError, rows_of, text_of


def read(data):
    return rows_of(text_of(SimpleUploadedFile("list.csv", data)))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252", "latin-1"])
def test_reads_the_letters_that_spreadsheets_write(encoding):
    assert read("Åse Ørsted;3010000001\r\nJärvi;3010000002\r\n".encode(encoding)) == [
        ["Åse Ørsted", "3010000001"],
        ["Järvi", "3010000002"],
    ]


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("1\n2\r\n\r\n 3 \r4", [["1"], ["2"], ["3"], ["4"]]),
        ("1;2,50\n3;4", [["1", "2,50"], ["3", "4"]]),
        ("1,a\n2,b", [["1", "a"], ["2", "b"]]),
        ("1\tone; two, three\n2", [["1", "one; two, three"], ["2"]]),
        ('"Hansen; Ida";"1"\n', [["Hansen; Ida", "1"]]),
        ("Hansen, Ida;1\n", [["Hansen, Ida", "1"]]),
        (";;\n;1;\n", [["1"]]),
        ('"open\n2', [["open"], ["2"]]),
        ("1\n2\x1a", [["1"], ["2"]]),
        ("", []),
    ],
)
def test_cuts_lines_into_cells(text, rows):
    assert read(text.encode()) == rows


@pytest.mark.parametrize(
    "data",
    [
        b"PK\x03\x04\x14\x00\x06\x00\x08\x00",
        b"\x89PNG\r\n\x1a\n\x00\x00",
        b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\x00",
        "3010000001\n".encode("utf-16-le"),
        "3010000001\n".encode("utf-32"),
        b"\xff\xfe1",
        b"\x81\x8d\x8f\x90",
        b"1\x00",
    ],
)
def test_refuses_what_is_no_text(data):
    with pytest.raises(ListRefusedError, match="isn't a text file") as refused:
        read(data)

    assert refused.value.status == 422


def test_refuses_what_is_too_large_without_reading_it():
    with pytest.raises(ListRefusedError, match="too large") as refused:
        read(b"1" * (LARGEST_BYTES + 1))

    assert refused.value.status == 413
