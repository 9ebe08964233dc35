"""What issues of periodicals are called, and how they're put in order."""

from datetime import date

import pytest

from catalogue.rules.issues import first_issue, issue_identity, issue_name, issue_spelling


@pytest.mark.parametrize(
    ("text", "year", "number", "volume"),
    [
        ("2026:5", 2026, "5", ""),
        ("2026:5-6", 2026, "5-6", ""),
        ("2026/5", 2026, "5", ""),
        ("2026, nr 5, s. 12", 2026, "5", ""),
        ("2003:Årg. 21, nr. 3", 2003, "3", "21"),
        ("12(2026):5", 2026, "5", "12"),
        ("Vol. 12 (2026), no. 5", 2026, "5", "12"),
        ("Årg. 12, nr. 5 (2026), s. 14-20", 2026, "5", "12"),
        ("Vol. 12, no. 5 (May 2026)", 2026, "5", "12"),
        ("Nr. 5 (2026)", 2026, "5", ""),
        ("5/2026", 2026, "5", ""),
        ("2026-05-12", 2026, "2026-05-12", ""),
        ("2026:index", 2026, "index", ""),
        ("1984", 1984, "", ""),
    ],
)
def test_reads_year_number_and_volume(text, year, number, volume):
    name = issue_name(text)
    assert (name.year, name.number, name.volume) == (year, number, volume)


@pytest.mark.parametrize("text", ["", "2", "Bind 3", "No. 12", "S. 14-20", "(" * 200, "9" * 200])
def test_a_volume_without_a_year_is_no_issue(text):
    assert issue_name(text) is None


def test_puts_issues_in_order_of_year_and_number():
    texts = ["2026:10", "2025:12", "2026:9", "2026:index", "2026:9-10"]
    in_order = sorted(texts, key=lambda text: issue_name(text).order)
    assert in_order == ["2025:12", "2026:index", "2026:9", "2026:9-10", "2026:10"]


def test_one_issue_is_known_however_it_s_written():
    assert issue_name("2026:5/6").key == issue_name("Årg. 3, nr. 5-6 (2026)").key


def test_a_newspaper_s_issue_is_a_day():
    assert issue_name("2026-05-12").day == date(2026, 5, 12)
    assert issue_name("2026-99-12").day is None


def test_takes_the_first_text_that_names_an_issue():
    assert first_issue(["S. 4", "2026:3"]) == issue_name("2026:3")


@pytest.mark.parametrize(
    ("text", "spelling", "identity"),
    [
        ("2026, nr 03", "2026:3", (2026, "3", "")),
        ("Nr. 3 (2026)", "2026:3", (2026, "3", "")),
        ("12(2026):3", "12(2026):3", (2026, "3", "")),
        ("2026:07/08", "2026:7-8", (2026, "7-8", "")),
        ("2026:100", "2026:100", (2026, "100", "")),
        ("2026:Index", "2026:Index", (2026, "index", "")),
        ("2026:3  Supplement", "2026:3  Supplement", (2026, "3", "supplement")),
        ("2026-05-02", "2026-05-02", (2026, "2026-5-2", "")),
        ("2026", "2026", (2026, "", "")),
        ("5", "5", None),
    ],
)
def test_an_issue_is_the_same_however_it_s_written(text, spelling, identity):
    assert (issue_spelling(text), issue_identity(text)) == (spelling, identity)
    assert issue_identity(spelling) == identity
