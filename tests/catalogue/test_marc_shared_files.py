"""Real records of many countries, where a folder of them lies beside the project; they're nobody's to copy."""

import os
import unicodedata
from collections import Counter
from pathlib import Path

import pytest

from catalogue.marc.columns import parse_columns
from catalogue.marc.problems import Problem
from catalogue.marc.reading import read_records
from catalogue.marc.records import RecordFailure, RecordRead

ROOT = Path(__file__).parents[2]
FOLDER = Path(os.environ.get("LIBSYS_SHARED_DATA") or ROOT.parent / "shared" / "data") / "marc"
OWN = ROOT / "tests" / "data" / "marc"

GOOD = sorted(path for path in FOLDER.rglob("*") if path.is_file() and path.parent.name != "bad")
needs_folder = pytest.mark.skipif(not GOOD, reason="LIBSYS_SHARED_DATA names no folder of real MARC records")


@pytest.mark.parametrize("path", [*sorted(OWN.iterdir()), *GOOD], ids=lambda path: path.name)
def test_reads_every_record_of_a_good_file_in_composed_unicode(path):
    outcomes = list(read_records(path))

    assert [outcome for outcome in outcomes if isinstance(outcome, RecordFailure)] == []
    for outcome in outcomes:
        for field in outcome.record.fields:
            assert unicodedata.is_normalized("NFC", field.text)


@needs_folder
@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("dk/dbc_dataio_74_danmarc2_latin1.iso", 74),
        ("dk/dbc_opencat_business_danmarc2_marcxchange_converted.xml", 651),
        ("fi/melinda_matching_and_match_validator.mrc", 110),
        ("intl/evergreen_jazz_1k.mrc", 1000),
        ("intl/evergreen_nepali.mrc", 96),
        ("intl/koha_misc4dev_436_marcxml.xml", 435),
        ("no/php_marc_sru-bibsys.xml", 117),
        ("se/php_marc_sru_kth_alma.xml", 10),
    ],
)
def test_reads_as_many_records_as_there_are(name, count):
    assert sum(isinstance(outcome, RecordRead) for outcome in read_records(FOLDER / name)) == count


@needs_folder
@pytest.mark.parametrize(
    ("name", "number", "title"),
    [
        ("dk/dbc_dataio_74_danmarc2_latin1.iso", "112613", "100 danske præsteslægter"),
        ("fi/melinda_matching_and_match_validator.mrc", "015290020", "Elämänlanka"),
        ("fi/fennica_alephseq/kotona.alephseq", "000971472", "Im Universum zu Hause"),
        ("no/php_marc_sru-bibsys.xml", "93201478x", "Vestens tenkere. B. 2. Fra Descartes til Nietzsche"),
        ("se/php_marc_sru_kth_alma.xml", "11552350", "Engelska för skolbarn"),
    ],
)
def test_reads_letters_right(name, number, title):
    columns = [parse_columns(outcome.record) for outcome in read_records(FOLDER / name)]

    assert [found.title for found in columns if found.control_number == number][0] == title


@needs_folder
def test_ends_every_bad_file_in_a_report_with_the_rest_read():
    read = Counter()
    failed = {}
    for path in sorted((FOLDER / "bad").iterdir()):
        for outcome in read_records(path):
            if isinstance(outcome, RecordRead):
                read[path.name] += 1
            else:
                failed.setdefault(path.name, []).append((outcome.number, outcome.code))

    assert failed["marc4j_008008027.mrc"] == [(19, Problem.TRUNCATED)]
    assert read["marc4j_008008027.mrc"] == 18
    assert failed["marc4j_bad_oversize_field_bad_directory.mrc"] == [(2, Problem.BAD_DIRECTORY)]
    assert read["marc4j_bad_oversize_field_bad_directory.mrc"] == 4
    assert failed["traject_bad_utf_byte.utf8.marc"] == [(1, Problem.INVALID_UTF8)]
    assert failed["pymarc_bad_eacc_encoding.dat"] == [(1, Problem.INVALID_MARC8)]
    assert failed["ruby-marc_cp866_unimarc.marc"] == [(1, Problem.UNSUPPORTED_STRUCTURE)]
    assert failed["marc4j_illegal-marc-in-json.json"] == [(0, Problem.JSON_FORMAT)]
    assert failed["finna_recordmanager_linebased_bad.txt"] == [(0, Problem.LINE_FORMAT)]
    assert failed["marc4j_chabon-missing-subfield-code.xml"] == [(1, Problem.BAD_SUBFIELD_CODE)]
    assert read["catmandu_broken.xml"] == 10
