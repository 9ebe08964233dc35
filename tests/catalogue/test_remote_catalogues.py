"""Asking other catalogues by SRU: the question, what's read from the answers, and what a record leaves behind."""

from types import SimpleNamespace
from urllib.parse import parse_qs, urlsplit

import pytest

from catalogue.marc.identifiers import isbn10
from catalogue.marc.record_lines import lines_of_record
from catalogue.marc.records import Flavour, MarcField, MarcRecord
from catalogue.marc.taking_over import taken_over
from catalogue.remote import sru
from catalogue.remote.questions import Question, TargetAnswer
from common.remote_sources import RemoteAnswer, RemoteFailed, Trouble
from tests.catalogue.marc_samples import DANISH_NOVEL, NOVEL, marcxml

ISBN = "9789510433904"
DIAGNOSTIC = (
    '<diagnostics><d:diagnostic xmlns:d="info:srw/xmlns/1/sru-1-2-diagnostic"><d:uri>info:srw/diagnostic/1/66</d:uri>'
    "<d:details>x</d:details><d:message>Unknown  schema</d:message></d:diagnostic></diagnostics>"
)


def target(**others):
    facts = {"address": "https://other.example/sru", "version": "1.1", "record_schema": "marcxml"}
    return SimpleNamespace(
        **{
            "pk": 1,
            "name": "Other",
            "isbn_index": "bath.isbn",
            "title_index": "",
            "author_index": "",
            **facts,
            **others,
        }
    )


def response(*records, count, more=""):
    parts = "".join(
        f"<z:record><z:recordSchema>marcxml</z:recordSchema><z:recordPacking>xml</z:recordPacking>"
        f"<z:recordData>{each.decode()}</z:recordData></z:record>"
        for each in records
    )
    return (
        '<?xml version="1.0"?><z:searchRetrieveResponse xmlns:z="http://www.loc.gov/zing/srw/"'
        ' xmlns:marc="http://www.loc.gov/MARC21/slim"><z:version>1.1</z:version>'
        f"<z:numberOfRecords>{count}</z:numberOfRecords><z:records>{parts}</z:records>{more}</z:searchRetrieveResponse>"
    ).encode()


@pytest.fixture
def answers(monkeypatch):
    asked = []

    def give(body):
        def fetch(address, **_):
            asked.append(address)
            if isinstance(body, Exception):
                raise body
            return RemoteAnswer(body, "text/xml")

        monkeypatch.setattr(sru, "fetch", fetch)
        return asked

    return give


def test_asks_for_both_lengths_of_the_number_in_the_catalogue_s_own_words(answers):
    asked = answers(response(count=0))

    sru.ask(target(address="https://other.example/sru?db=1", isbn_index="rec.isbn"), Question(ISBN), seconds=1)

    assert urlsplit(asked[0]).path == "/sru"
    assert parse_qs(urlsplit(asked[0]).query) == {
        "db": ["1"],
        "operation": ["searchRetrieve"],
        "version": ["1.1"],
        "query": ['rec.isbn="9789510433904" or rec.isbn="951043390X"'],
        "maximumRecords": ["10"],
        "recordSchema": ["marcxml"],
        "recordPacking": ["xml"],
    }


@pytest.mark.parametrize("prefix", ["", "marc:"])
def test_reads_the_records_of_both_families(answers, prefix):
    answers(response(marcxml(NOVEL, prefix=prefix), marcxml(DANISH_NOVEL), count=12))

    answer = sru.ask(target(), Question(ISBN), seconds=1)

    assert [record.flavour for record in answer.records] == [Flavour.MARC21, Flavour.DANMARC2]
    assert (answer.found, answer.unreadable, answer.trouble, answer.diagnostic) == (12, 8, None, "")


def test_no_more_are_read_than_are_shown(answers, monkeypatch):
    answers(response(*[marcxml(NOVEL)] * 30, count=30))
    read = []
    whole = sru.read_records
    monkeypatch.setattr(sru, "read_records", lambda raw: (read.append(each) or each for each in whole(raw)))

    answer = sru.ask(target(), Question(ISBN), seconds=1)

    assert len(answer.records) == len(read) == 10


BOMB = b'<!DOCTYPE x [<!ENTITY a "aaaa">]><searchRetrieveResponse>&a;</searchRetrieveResponse>'


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (response(count=0), {}),
        (response(count=0, more=DIAGNOSTIC), {"diagnostic": "Unknown schema: x"}),
        (response(b"<dc><title>x</title></dc>", count=1), {"found": 1, "unreadable": 1}),
        (response(count="9" * 30), {}),
        (b"<html><body>404</body></html>", {"unreadable": 1}),
        (b"\xff\xfe<\x00", {"unreadable": 1}),
        (b"", {"unreadable": 1}),
        (b'<?xml version="1.0" encoding="nothing"?><a/>', {"unreadable": 1}),
        (BOMB, {"unreadable": 1}),
        (RemoteFailed(Trouble.REFUSED, status=500), {"trouble": Trouble.REFUSED, "status": 500}),
        (RemoteFailed(Trouble.TOO_SLOW), {"trouble": Trouble.TOO_SLOW}),
    ],
)
def test_whatever_a_catalogue_answers_is_said(answers, body, expected):
    answers(body)
    asked = target()

    assert sru.ask(asked, Question(ISBN), seconds=1) == TargetAnswer(asked, **expected)


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ({"title": "Yön  äänet"}, 'ti="Yön" and ti="äänet"'),
        ({"author": "Jansson, Tove"}, 'au="Jansson" and au="Tove"'),
        ({"title": "a", "author": "b"}, 'ti="a" and au="b"'),
        (
            {"isbn": ISBN, "title": "a"},
            '(bath.isbn="9789510433904" or bath.isbn="951043390X") and ti="a"',
        ),
        # Nothing that's typed is anything but words, whatever it would mean in CQL.
        ({"title": 'x" or ti="*'}, 'ti="x" and ti="or" and ti="ti"'),
        ({"title": 'a\\"b^c?d*(e)\x00f\u202eg\u200bh'}, " and ".join(f'ti="{each}"' for each in "abcdefgh")),
        ({"title": "o\u0308"}, 'ti="ö"'),
        ({"title": "C++ & -- 'Tis"}, 'ti="C++" and ti="\'Tis"'),
        ({"title": "w" * 99}, f'ti="{"w" * 30}"'),
        ({"title": "a " * 99}, " and ".join(['ti="a"'] * 8)),
    ],
)
def test_words_are_asked_for_one_by_one_and_mean_nothing_else(answers, question, expected):
    asked = answers(response(count=0))

    sru.ask(target(title_index="ti", author_index="au"), Question(**question), seconds=1)

    assert parse_qs(urlsplit(asked[0]).query)["query"] == [expected]


def test_a_catalogue_without_an_index_for_it_is_not_asked(answers):
    asked = answers(response(count=1))

    assert not sru.ask(target(title_index="ti"), Question(title="a", author="b"), seconds=1).is_asked
    assert asked == []
    assert Question(title=" * ", author='"').is_empty


@pytest.mark.parametrize(
    ("number", "expected"), [(ISBN, "951043390X"), ("9788702407006", "8702407000"), ("9791090636071", "")]
)
def test_the_short_number_of_a_long_one(number, expected):
    assert isbn10(number) == expected


@pytest.mark.parametrize(
    ("flavour", "fields", "left"),
    [
        (Flavour.MARC21, [*NOVEL, ("852", "  $ashelf"), ("949", "  $aitem")], "008 020 035 100 245 264 300"),
        (Flavour.MARC21, [("001", "1"), ("245", "10$aA")], "245"),
        (
            Flavour.DANMARC2,
            [*DANISH_NOVEL, ("900", "00$aSee"), ("996", "00$aDBC"), ("d08", "00$ax")],
            "004 008 009 021 100 245 260 300 652 900",
        ),
    ],
)
def test_a_record_leaves_behind_what_only_the_other_library_has(flavour, fields, left):
    record = MarcRecord(flavour, "", [MarcField(tag, text.replace("$", "\x1f")) for tag, text in fields])

    taken = taken_over(record)

    assert [field.tag for field in taken.fields] == left.split()
    assert ("035 ## $a(FI-TEST)20260001" in lines_of_record(taken)) == ("035" in left)
    assert taken_over(taken) == taken
