"""The command that imports files."""

import csv
import gzip
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from catalogue.management.import_progress import ImportProgress
from catalogue.models import BibliographicRecord
from tests.catalogue.marc_samples import NOVEL, iso2709

pytestmark = pytest.mark.django_db
FILES = Path(__file__).parent.parent / "data" / "marc"


@pytest.fixture(autouse=True)
def _no_followers(monkeypatch):
    monkeypatch.setattr("catalogue.services.change_feed.wake_followers", lambda: None)


def run(*arguments):
    out = StringIO()
    call_command("import_marc", *map(str, arguments), stdout=out, skip_checks=True)
    return out.getvalue()


def test_imports_a_folder_of_files():
    output = run(FILES)

    assert BibliographicRecord.objects.count() == 7
    assert "danmarc2-latin1.iso: 3 created" in output


def test_says_where_each_failure_is_and_why(tmp_path):
    file = tmp_path / "delivery.mrc"
    file.write_bytes(iso2709(NOVEL) + iso2709(NOVEL)[:-10])

    output = run(file)

    place = f"record 2, byte {len(iso2709(NOVEL)):,} [20260001]"
    assert f"{file}: 1 created, 1 failed" in output
    assert f"{place}: The record is cut off before its end." in output


def test_writes_failures_and_repairs_to_a_file(tmp_path):
    file = tmp_path / "delivery.mrc"
    file.write_bytes(iso2709(NOVEL, leader="00000nam  2200000 a 4500") + iso2709(NOVEL)[:-10])

    run(file, "--report", tmp_path / "report.csv")

    with (tmp_path / "report.csv").open(newline="", encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    assert [(row["outcome"], row["position"], row["id"], row["code"]) for row in rows] == [
        ("read", "1", "20260001", "WRONG_ENCODING_MARK"),
        ("failed", "2", "20260001", "TRUNCATED"),
    ]
    assert rows[1]["reason"] == "The record is cut off before its end."


@pytest.mark.parametrize(
    ("content", "offset", "code", "reason"),
    [
        (b"", "", "EMPTY_FILE", "The file is empty."),
        (b"nothing of MARC", "", "UNKNOWN_FORMAT", "The file is not MARC in a format that can be read."),
        (gzip.compress(b"", mtime=0)[:10], "10", "BROKEN_ARCHIVE", "The compressed file is damaged and ends here."),
    ],
)
def test_a_file_that_can_t_be_read_has_a_reason_and_no_place_in_the_report(tmp_path, content, offset, code, reason):
    file = tmp_path / "delivery.mrc"
    file.write_bytes(content)

    run(file, "--report", tmp_path / "report.csv")

    with (tmp_path / "report.csv").open(newline="", encoding="utf-8") as lines:
        [row] = csv.DictReader(lines)
    told = ("failed", "", offset, code, reason)
    assert tuple(row[name] for name in ("outcome", "position", "offset", "code", "reason")) == told


def test_names_the_source_of_records_without_an_agency(tmp_path):
    file = tmp_path / "delivery.mrc"
    file.write_bytes(iso2709([field for field in NOVEL if field[0] != "003"]))

    run(file, "--source", "supplier", "--owner", "710100")

    assert list(BibliographicRecord.objects.values_list("source", "owner")) == [("supplier", "710100")]


def test_lists_only_the_first_failures(tmp_path):
    file = tmp_path / "delivery.mrc"
    file.write_bytes(iso2709((("001", "1"), ("500", "  $aNo title"))) * 12)

    output = run(file)

    assert output.count("The record has no title") == 10
    assert "... and 2 more" in output


def test_refuses_a_path_that_is_not_there(tmp_path):
    with pytest.raises(CommandError, match="there's no such file or folder"):
        run(tmp_path / "nowhere.mrc")


class Screen(StringIO):
    """A stream like a command's own."""

    def __init__(self, *, is_terminal):
        super().__init__()
        self.is_terminal = is_terminal

    def isatty(self):
        return self.is_terminal

    def write(self, text, ending="\n"):
        return super().write(text + ending)


@pytest.mark.parametrize(
    ("is_terminal", "expected"),
    [
        (True, "\rbooks.mrc: [###############...............]  50% 1.0 MB\r\033[K"),
        (False, "books.mrc: 50%, 1.0 MB\n"),
    ],
)
def test_shows_a_bar_on_a_terminal_and_lines_elsewhere(is_terminal, expected):
    screen = Screen(is_terminal=is_terminal)
    progress = ImportProgress(screen, "books.mrc")
    progress.shown_at -= 60

    progress(1_000_000, 2_000_000)
    progress(1_500_000, 2_000_000)
    progress.clear()

    assert screen.getvalue() == expected


def test_shows_bytes_when_the_length_is_unknown():
    screen = Screen(is_terminal=False)
    progress = ImportProgress(screen, "upload")
    progress.shown_at -= 60

    progress(2_500_000, None)

    assert screen.getvalue() == "upload: 2.5 MB\n"
