"""Labels as PDF: what stands on them and where, and that the bars say the number."""

import io
import re

import barcode as reference
import pytest
from pypdf import PdfReader

from circulation.labels import SHEETS, BarcodeLabel, LabelRefused, SpineLabel, labels_pdf, spine_lines

SHEET = SHEETS["A4-3x8"]


def pages(labels, sheet=SHEET, first=1):
    return PdfReader(io.BytesIO(labels_pdf(labels, sheet=sheet, first=first))).pages


def texts_at(page):
    """Return the texts of a page with the place of each, in whole millimetres from the lower left corner."""
    found = []

    def visit(text, matrix, text_matrix, *_):
        if text.strip():
            found.append((text.strip(), round(text_matrix[4] / 2.8346), round(text_matrix[5] / 2.8346)))

    page.extract_text(visitor_text=visit)
    return found


def modules(page):
    """Return the bars of a page's only label as a row of 1 and 0, as wide as the narrowest of them."""
    content = page.get_contents().get_data().decode("latin-1")
    drawn = re.findall(r"([\d.-]+) [\d.-]+ ([\d.]+) [\d.]+ re", content)
    narrow = min(float(width) for _x, width in drawn)
    # No bar is wider than four of the narrowest; what is, is the ground behind them.
    bars = sorted((float(x), float(width)) for x, width in drawn if float(width) < 5 * narrow)
    row, end = "", bars[0][0]
    for x, width in bars:
        row += "0" * round((x - end) / narrow) + "1" * round(width / narrow)
        end = x + width
    return row


@pytest.mark.parametrize("number", ["3010000018", "DK-AB/C", "A1"])
def test_code_128_says_the_number(number):
    (page,) = pages([BarcodeLabel(number)])

    assert modules(page) == "".join(reference.Code128(number).build())
    assert number in page.extract_text()


def test_ean_says_the_number():
    (page,) = pages([BarcodeLabel("4006381333931", "EAN13")])

    assert modules(page) == "".join(reference.EAN13("4006381333931").build()).replace("G", "1")


def test_code_39_says_the_number():
    (page,) = pages([BarcodeLabel("LIB-17", "CODE39")])

    # Nine bars and spaces a character, with a narrow space between two: wide ones are 2.5 times as wide.
    assert len(re.findall("1+", modules(page))) == 5 * len("*LIB-17*")


@pytest.mark.parametrize(
    ("number", "kind", "is_too_wide"),
    [
        ("4006381333932", "EAN13", False),
        ("3010000018", "EAN13", False),
        ("BØG17", "CODE128", False),
        ("A_1", "CODE39", False),
        ("3010000018301", "CODE39", True),
    ],
)
def test_refuses_bars_that_no_scanner_reads(number, kind, is_too_wide):
    with pytest.raises(LabelRefused) as refused:
        labels_pdf([BarcodeLabel(number, kind)], sheet=SHEETS["A4-5x13"])

    assert (refused.value.barcode, refused.value.is_too_wide) == (number, is_too_wide)


def test_begins_at_the_first_label_that_is_left():
    numbers = [f"301000000{digit}" for digit in range(3)]

    first, second = pages([BarcodeLabel(number) for number in numbers], first=23)

    assert [text for text, *_ in texts_at(first)] == numbers[:2]
    assert [text for text, *_ in texts_at(second)] == numbers[2:]
    (_, left, low), (_, right, _low) = texts_at(first)
    assert (70 < left < 140, 140 < right < 210, low < 37) == (True, True, True)
    (_, x, y) = texts_at(second)[0]
    assert (x < 70, y > 297 - 37) == (True, True)


@pytest.mark.parametrize("name", SHEETS)
def test_every_label_lies_on_its_sheet(name):
    sheet = SHEETS[name]
    found = pages([SpineLabel("86 Å", "Voksen")] * (sheet.places + 1), sheet=sheet)

    assert len(found) == 2
    right = sheet.left + (sheet.columns - 1) * sheet.across + sheet.width
    bottom = sheet.top + (sheet.rows - 1) * sheet.down + sheet.height
    assert (right <= sheet.page[0], bottom <= sheet.page[1]) == (True, True)
    assert len([text for text, *_ in texts_at(found[0]) if text == "Voksen"]) == sheet.places


def test_sets_nordic_letters_and_cuts_what_is_too_long():
    label = BarcodeLabel("3010000018", owner="Ærø Øboerne Åbibliotek", title="Sagaen om Ödesdagen " * 10)
    (page,) = pages([label, SpineLabel("DK5 86.4 Bjørnstjerne", "Børn på Ås")])

    text = page.extract_text()
    for part in ("Ærø Øboerne Åbibliotek", "Sagaen om Ödesdagen", "Bjørnstjerne", "Børn på Ås"):
        assert part in text
    assert text.count("Ödesdagen") < 5


@pytest.mark.parametrize(
    ("mark", "lines"),
    [
        ("86.4 Lar", ["86.4", "Lar"]),
        ("", []),
        ("a b c d e", ["a", "b", "c", "d", "e"]),
        ("a b c d e f", ["a", "b", "c", "d", "e f"]),
    ],
)
def test_cuts_shelf_marks_into_lines(mark, lines):
    assert spine_lines(mark) == lines


def test_the_same_labels_give_the_same_bytes():
    labels = [BarcodeLabel("3010000018", title="Lykke-Per"), SpineLabel("")]

    assert labels_pdf(labels, sheet=SHEET) == labels_pdf(labels, sheet=SHEET)
