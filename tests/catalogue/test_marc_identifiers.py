"""Standard numbers and language codes."""

import pytest

from catalogue.marc.identifiers import isbn13, isbns, issn, issns
from catalogue.marc.languages import language_code


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("978-87-02-40700-6", "9788702407006"),
        ("9788702407006 (hf.)", "9788702407006"),
        ("87-02-40700-0", "9788702407006"),
        ("0-8044-2957-x : $5", "9780804429573"),
        ("(978-951-1-33251-0) sidottu", "9789511332510"),
        ("9788702407007", None),
        ("8702407005", None),
        ("Rs160.00", None),
        ("", None),
    ],
)
def test_reads_an_isbn_only_with_the_right_check_digit(text, number):
    assert isbn13(text) == number


def test_gives_both_forms_of_one_isbn_once():
    assert isbns(["9788702407006", "87-02-40700-0", "bogpakken", "978-951-1-33251-0"]) == [
        "9788702407006",
        "9789511332510",
    ]


@pytest.mark.parametrize(
    ("text", "number"),
    [("0317-8471", "03178471"), ("2434-561x", "2434561X"), ("0317-8472", None), ("ISSN 0317-8471.", "03178471")],
)
def test_reads_an_issn_only_with_the_right_check_digit(text, number):
    assert issn(text) == number


def test_gives_each_issn_once():
    assert issns(["0317-8471", "03178471", "none"]) == ["03178471"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("dan", "dan"),
        ("DAN ", "dan"),
        ("deu", "ger"),
        ("isl", "ice"),
        ("far", "fao"),
        ("dansweeng", "dan"),
        ("|||", ""),
        ("und", ""),
        ("zxx", ""),
        ("da", ""),
        ("", ""),
    ],
)
def test_gives_language_codes_as_marc_has_them(text, code):
    assert language_code(text) == code
