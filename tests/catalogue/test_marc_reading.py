"""Reading files of MARC records: every format, and every way a file can be wrong."""

import gzip
import io
import unicodedata
from pathlib import Path

import pytest

from catalogue.marc.columns import parse_columns
from catalogue.marc.exporting import export
from catalogue.marc.problems import Problem, RecordProblem, describe
from catalogue.marc.reading import parse_raw, read_records
from catalogue.marc.records import Flavour, RawFormat, RecordFailure, RecordRead
from tests.catalogue.marc_samples import (
    DANISH_NOVEL,
    LEADER,
    NOVEL,
    aleph,
    collection,
    iso2709,
    iso2709_of_bytes,
    marcxml,
)

FILES = Path(__file__).parent.parent / "data" / "marc"
DANISH_LEADER = "00000name 2200000   4500"
MARC8_LEADER = "00000nam  2200000 a 4500"


def read(data: bytes, **options):
    return list(read_records(io.BytesIO(data), **options))


def titles(outcomes):
    return [parse_columns(outcome.record).title for outcome in outcomes if isinstance(outcome, RecordRead)]


def problems(outcomes):
    return [(outcome.number, outcome.code) for outcome in outcomes if isinstance(outcome, RecordFailure)]


@pytest.mark.parametrize(
    ("name", "raw_format", "encoding", "expected"),
    [
        ("marc21-utf8.mrc", RawFormat.MARC21, "utf-8", ["Yön äänet", "Pöllön yö", "En ö i havet"]),
        ("marc21-marc8.mrc", RawFormat.MARC21, "marc-8", ["Yön äänet", "En ö i havet", "Blåbærgrød på én ø"]),
        ("marcxml.xml", RawFormat.MARCXML, "utf-8", ["Yön äänet", "Pöllön yö", "En ö i havet"]),
        (
            "danmarc2-latin1.iso",
            RawFormat.DANMARC2,
            "latin-1",
            ["Den blå æblehave", "Ved aaen. Bind 2", "Dansk étoile @ – et spil"],
        ),
        ("danmarc2-utf8.iso", RawFormat.DANMARC2, "utf-8", ["Den blå æblehave", "Ved aaen. Bind 2"]),
        ("danmarc2-marcxchange.xml", RawFormat.MARCXCHANGE, "utf-8", ["Den blå æblehave", "Ved aaen. Bind 2"]),
        ("aleph.seq", RawFormat.ALEPH, "utf-8", ["Yön äänet", "Pöllön yö"]),
    ],
)
def test_finds_format_and_encoding_itself(name, raw_format, encoding, expected):
    outcomes = list(read_records(FILES / name))

    assert titles(outcomes) == expected
    assert {outcome.raw_format for outcome in outcomes} == {raw_format}
    assert {outcome.raw_encoding for outcome in outcomes} == {encoding}
    assert [outcome.number for outcome in outcomes] == list(range(1, len(expected) + 1))
    assert [outcome.repairs for outcome in outcomes] == [()] * len(expected)


@pytest.mark.parametrize("path", sorted(FILES.iterdir()), ids=lambda path: path.name)
def test_keeps_each_record_byte_for_byte(path):
    content = path.read_bytes()

    outcomes = list(read_records(path))

    for outcome in outcomes:
        assert content[outcome.offset : outcome.offset + len(outcome.raw)] == export(outcome) == outcome.raw
        again = parse_raw(outcome.raw, raw_format=outcome.raw_format.value, raw_encoding=outcome.raw_encoding)
        assert again == outcome.record


@pytest.mark.parametrize("path", sorted(FILES.iterdir()), ids=lambda path: path.name)
def test_reads_a_packed_file_like_the_file_itself(path):
    packed = io.BytesIO(gzip.compress(path.read_bytes()))

    assert list(read_records(packed)) == list(read_records(path))


def test_tells_how_far_it_is():
    told = []

    list(read_records(FILES / "marcxml.xml", progress=lambda done, total: told.append((done, total))))

    size = (FILES / "marcxml.xml").stat().st_size
    assert told[-1] == (size, size)


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", Problem.EMPTY_FILE),
        (b"\r\n\x1a", Problem.EMPTY_FILE),
        (b'{"leader": "00000nam a2200000 a 4500"}', Problem.JSON_FORMAT),
        (b"=LDR  00000nam a2200000 a 4500\n=001  1\n", Problem.LINE_FORMAT),
        (b"PK\x03\x04and so on", Problem.ZIP_ARCHIVE),
        (b"Dear library, here are our records.", Problem.UNKNOWN_FORMAT),
        ("<collection/>".encode("utf-16"), Problem.UNSUPPORTED_ENCODING),
        (b'<?xml version="1.0" encoding="koi8-r"?><collection/>', Problem.UNSUPPORTED_ENCODING),
        (b"<collection/>", Problem.NO_RECORDS),
        (gzip.compress(iso2709(NOVEL) * 50, mtime=0)[:40], Problem.BROKEN_ARCHIVE),
    ],
)
def test_refuses_a_file_that_it_cannot_read_with_the_reason(data, problem):
    outcomes = read(data)

    assert [outcome.code for outcome in outcomes] == [problem]
    assert outcomes[0].number == 0


def test_every_problem_has_a_sentence():
    for problem in Problem:
        assert str(describe(problem)) != problem.value

    assert describe("AN_OLDER_CODE") == "AN_OLDER_CODE"


def test_passes_over_padding_between_and_after_records():
    record = iso2709(NOVEL)

    outcomes = read(b"\xef\xbb\xbf" + record + b"\r\n\0\0" + record + b"\x1a\x19\x19\x19")

    assert [outcome.raw for outcome in outcomes] == [record, record]
    assert [outcome.offset for outcome in outcomes] == [3, 3 + len(record) + 4]


def test_reports_a_last_record_that_is_cut_off():
    record = iso2709(NOVEL)

    outcomes = read(record + record[:-30])

    assert titles(outcomes) == ["Yön äänet"]
    assert problems(outcomes) == [(2, Problem.TRUNCATED)]
    assert outcomes[1].offset == len(record)
    assert outcomes[1].control_number == "20260001"


def test_reports_a_record_that_lost_its_end_and_reads_the_next():
    record = iso2709(NOVEL)

    outcomes = read(record[:150] + record + record)

    assert problems(outcomes) == [(1, Problem.TRUNCATED)]
    assert titles(outcomes) == ["Yön äänet", "Yön äänet"]
    assert outcomes[1].offset == 150


def test_reads_a_record_whose_lengths_are_wrong():
    record = iso2709(NOVEL).replace(b"001000900000", b"001001200003", 1)

    outcomes = read(record + iso2709(NOVEL))

    assert titles(outcomes) == ["Yön äänet", "Yön äänet"]
    assert [outcome.repairs for outcome in outcomes] == [(Problem.WRONG_LENGTHS,), ()]


def test_reads_fields_by_their_place_when_the_directory_is_in_another_order():
    record = iso2709(NOVEL)
    directory = record[24 : record.index(b"\x1e")]
    entries = [directory[at : at + 12] for at in range(0, len(directory), 12)]
    shuffled = record.replace(directory, b"".join([entries[0], *reversed(entries[1:])]))

    outcomes = read(shuffled)

    assert titles(outcomes) == ["Yön äänet"]
    assert outcomes[0].repairs == ()


def test_reads_a_field_end_inside_a_field_as_a_blank():
    record = iso2709((("001", "1"), ("245", "10$aYön#äänet"))).replace(b"#", b"\x1e")

    assert titles(read(record)) == ["Yön äänet"]


def test_reports_a_directory_that_does_not_fit_and_reads_the_next():
    record = iso2709(NOVEL).replace(b"245", b"24", 1)

    outcomes = read(record + iso2709(NOVEL))

    assert problems(outcomes) == [(1, Problem.BAD_DIRECTORY)]
    assert titles(outcomes) == ["Yön äänet"]


def test_reports_bytes_that_are_not_the_utf8_they_claim_to_be():
    broken = iso2709(NOVEL).replace("ö".encode(), b"\xc3(", 1)

    outcomes = read(broken + iso2709(NOVEL))

    assert problems(outcomes) == [(1, Problem.INVALID_UTF8)]
    assert outcomes[0].control_number == "20260001"
    assert titles(outcomes) == ["Yön äänet"]


def test_reads_utf8_whose_leader_denies_it():
    outcomes = read(iso2709(NOVEL, leader=MARC8_LEADER))

    assert titles(outcomes) == ["Yön äänet"]
    assert outcomes[0].repairs == (Problem.WRONG_ENCODING_MARK,)


def test_does_not_take_latin1_for_marc8():
    danish = (("001", "1"), ("245", "00$aPå én ø i søen på landet"))

    outcomes = read(iso2709(danish, leader=MARC8_LEADER, encoding="latin-1"))

    assert problems(outcomes) == [(1, Problem.INVALID_MARC8)]


def test_believes_the_encoding_that_is_chosen():
    danish = (("001", "1"), ("245", "00$aPå én ø i søen på landet"))
    data = iso2709(danish, leader=MARC8_LEADER, encoding="latin-1")

    assert titles(read(data, encoding="latin-1")) == ["På én ø i søen på landet"]


def test_composes_letters_that_arrive_in_parts():
    parts = tuple((tag, unicodedata.normalize("NFD", text)) for tag, text in NOVEL)

    for data in (iso2709(parts), collection(marcxml(parts)), aleph(parts)):
        assert titles(read(data)) == ["Yön äänet"]


def test_reads_latin1_danmarc2_that_could_pass_for_marc8():
    outcomes = read(iso2709(DANISH_NOVEL, leader=DANISH_LEADER, encoding="latin-1"))

    assert outcomes[0].record.flavour == Flavour.DANMARC2
    assert outcomes[0].raw_encoding == "latin-1"
    assert titles(outcomes) == ["Den blå æblehave"]


def test_reports_danmarc2_in_utf8_with_a_damaged_letter():
    damaged = iso2709(DANISH_NOVEL, leader=DANISH_LEADER).replace("æ".encode(), b"\xc3e", 1)

    assert problems(read(damaged)) == [(1, Problem.INVALID_UTF8)]


def test_reports_a_subfield_without_a_usable_code():
    record = iso2709((("001", "7"), ("245", "10$áActivePerl")))

    assert problems(read(record + iso2709(NOVEL))) == [(1, Problem.BAD_SUBFIELD_CODE)]


def test_takes_danish_letters_as_subfield_codes_in_danmarc2():
    record = iso2709((*DANISH_NOVEL, ("440", "00$åserie$øogså")), leader=DANISH_LEADER, encoding="latin-1")

    assert read(record)[0].record.values("440", "åø") == ["serie", "også"]


def test_passes_over_a_stray_subfield_sign_at_a_control_fields_end():
    record = iso2709((("001", "nb 990$"), ("245", "00$aBeware$")))

    outcome = read(record)[0]

    assert outcome.record.control("001") == "nb 990"
    assert titles([outcome]) == ["Beware"]


def test_refuses_unimarc():
    french = (("001", "1"), ("100", "  $a20010101d2001    m  y0frey50      ba"), ("200", "1 $aLe titre"))

    assert problems(read(iso2709(french, leader=MARC8_LEADER))) == [(1, Problem.UNIMARC)]


def test_refuses_a_record_without_subfields():
    record = iso2709(NOVEL)

    assert problems(read(record[:10] + b"00" + record[12:])) == [(1, Problem.UNSUPPORTED_STRUCTURE)]


def test_reads_a_record_longer_than_its_leader_can_say():
    long = (*NOVEL, *((("500", "  $a" + "x" * 9000),) * 12))

    outcomes = read(_with_wrapped_lengths(long) + iso2709(NOVEL))

    assert titles(outcomes) == ["Yön äänet", "Yön äänet"]
    assert len(outcomes[0].raw) > 99_999


def _with_wrapped_lengths(fields):
    directory, body = b"", b""
    for tag, text in fields:
        content = text.replace("$", "\x1f").encode() + b"\x1e"
        directory += tag.encode() + b"%04d%05d" % (len(content), len(body) % 100_000)
        body += content
    return b"99999nam a2299999 a 4500" + directory + b"\x1e" + body + b"\x1d"


def test_skips_what_has_no_record_end_within_reason():
    endless = b"x" * (9 << 20)

    outcomes = read(iso2709(NOVEL) + endless + b"\x1d" + iso2709(NOVEL))

    assert titles(outcomes) == ["Yön äänet", "Yön äänet"]
    assert problems(outcomes) == [(2, Problem.OVERSIZED)]


def test_one_xml_record_that_is_not_well_formed_does_not_stop_the_file():
    broken = marcxml(NOVEL).replace(b"</datafield>", b"", 1)

    outcomes = read(collection(marcxml(NOVEL), broken, marcxml(NOVEL)))

    assert titles(outcomes) == ["Yön äänet", "Yön äänet"]
    assert problems(outcomes) == [(2, Problem.ILLFORMED_XML)]
    assert outcomes[1].control_number == "20260001"


@pytest.mark.parametrize("leader", ["", "00000", "leader of another length than twenty-four"])
def test_a_bad_leader_does_not_stop_an_xml_file(leader):
    outcomes = read(collection(marcxml(NOVEL, leader=leader), marcxml(NOVEL)))

    assert titles(outcomes) == ["Yön äänet", "Yön äänet"]
    assert [outcome.repairs for outcome in outcomes] == [(Problem.REPAIRED_LEADER,), ()]


def test_reports_an_xml_record_without_its_end():
    unclosed = marcxml(NOVEL).removesuffix(b"</record>")

    outcomes = read(collection(unclosed, marcxml(NOVEL)))

    assert problems(outcomes) == [(1, Problem.UNCLOSED_RECORD)]
    assert titles(outcomes) == ["Yön äänet"]


def test_reports_an_xml_file_that_is_cut_off():
    whole = collection(marcxml(NOVEL), marcxml(NOVEL))

    outcomes = read(whole[:-200])

    assert titles(outcomes) == ["Yön äänet"]
    assert problems(outcomes) == [(2, Problem.TRUNCATED)]


def test_reads_records_inside_the_records_of_an_sru_answer():
    wrapped = b"<record><recordPosition>1</recordPosition><recordData>" + marcxml(NOVEL) + b"</recordData></record>"

    outcomes = read(b"<searchRetrieveResponse><records>" + wrapped * 2 + b"</records></searchRetrieveResponse>")

    assert titles(outcomes) == ["Yön äänet", "Yön äänet"]


def test_reads_records_whose_prefix_is_declared_outside():
    outcomes = read(collection(marcxml(NOVEL, prefix="marc:"), prefix="marc:"))

    assert titles(outcomes) == ["Yön äänet"]


def test_never_expands_entities():
    bomb = b'<?xml version="1.0"?><!DOCTYPE c [<!ENTITY a "aaaa">]><collection>'
    record = marcxml(NOVEL).replace(b"romaani", b"&a;&a;")

    outcomes = read(bomb + record + marcxml(NOVEL) + b"</collection>")

    assert problems(outcomes) == [(1, Problem.ILLFORMED_XML)]
    assert titles(outcomes) == ["Yön äänet"]


def test_reads_latin1_xml():
    data = collection(marcxml(NOVEL)).decode().replace("UTF-8", "ISO-8859-1").encode("latin-1")

    outcomes = read(data)

    assert titles(outcomes) == ["Yön äänet"]
    assert outcomes[0].raw_encoding == "latin-1"


@pytest.mark.parametrize(
    ("wrong", "problem"),
    [
        (marcxml(NOVEL).replace(b' tag="005"', b""), Problem.MISSING_TAG),
        (marcxml(NOVEL).replace(b' code="b"', b""), Problem.BAD_SUBFIELD_CODE),
        (b"<record><title>Not MARC</title></record>", Problem.NOT_MARC),
        (b"<record><leader>00000nam a2200000 a 4500</leader></record>", Problem.NO_FIELDS),
    ],
)
def test_reports_xml_records_that_are_not_marc(wrong, problem):
    outcomes = read(collection(wrong, marcxml(NOVEL)))

    assert problems(outcomes) == [(1, problem)]
    assert titles(outcomes) == ["Yön äänet"]


def test_many_tags_that_begin_and_never_end_are_passed_over():
    # Each would be looked for to the end of the file: minutes for a catalogue's answer, an hour for a delivery.
    outcomes = read(collection(b"<![CDATA[" + b"<record " * 100_000 + b"]]>", marcxml(NOVEL)))

    assert titles(outcomes) == ["Yön äänet"]


def test_reads_carets_as_blanks_in_alephs_fixed_fields():
    outcome = read(aleph(NOVEL))[0]

    assert outcome.record.leader == "     nam a2200000 a 4500"
    assert outcome.record.control("008") == "260102s2024    fi           |000 1|fin| "


def test_one_wrong_aleph_line_spoils_only_its_record():
    wrong = aleph(NOVEL, number="000000021").replace(b"000000021 300", b"21 300")

    outcomes = read(aleph(NOVEL) + wrong + aleph(NOVEL, number="000000022"))

    assert titles(outcomes) == ["Yön äänet", "Yön äänet"]
    assert problems(outcomes) == [(2, Problem.BAD_LINE)]
    assert outcomes[1].control_number == "000000021"


def test_takes_an_aleph_number_for_the_missing_control_number():
    outcome = read(aleph(NOVEL[1:]))[0]

    assert outcome.record.control("001") == "000000017"


def test_gives_indicators_and_subfields_in_neutral_form():
    record = read(iso2709(NOVEL))[0].record

    field = next(field for field in record.fields if field.tag == "245")

    assert field.indicators == "10"
    assert field.subfields == [("a", "Yön äänet :"), ("b", "romaani /"), ("c", "Aino Tähti.")]
    assert record.fields[0].is_control
    assert record.fields[0].value == "20260001"


def test_refuses_to_parse_kept_bytes_that_are_no_record():
    with pytest.raises(RecordProblem):
        parse_raw(b"20260001", raw_format="MARC21", raw_encoding="utf-8")


def test_reports_a_field_without_a_proper_tag():
    record = iso2709_of_bytes([("001", b"1"), ("2 5", b"00\x1faTitle")], leader=LEADER)

    assert problems(read(record)) == [(1, Problem.MISSING_TAG)]
