"""The series of a record: all that its fields name, each once, with the number that its own field has."""

import pytest

from catalogue.marc.columns import parse_columns
from catalogue.marc.reading import read_single
from catalogue.marc.series import every_series, in_series, place_in
from catalogue.models import BibliographicRecord, Change
from catalogue.services import all_series
from catalogue.tasks import give_old_records_keys
from tests.catalogue.marc_samples import iso2709
from tests.factories.catalogue import RecordFactory

MARC21, DANISH = "00000nam a2200000 a 4500", "00000name 2200000   4500"


@pytest.fixture(autouse=True)
def _no_followers(monkeypatch):
    monkeypatch.setattr("catalogue.services.change_feed.wake_followers", lambda: None)


def marc21(*fields):
    read = read_single(iso2709([("001", "1"), ("245", "10$aTitle"), *fields], leader=MARC21))
    return parse_columns(read.record)


def danmarc2(*fields):
    read = read_single(iso2709([("001", "00$a1$b870970"), ("245", "00$aTitel"), *fields], leader=DANISH))
    return parse_columns(read.record)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ([], []),
        ([("490", "0 $aKatz ;$v3")], ["Katz ; 3"]),
        ([("440", " 0$aKatz.$nB,$pDyr ;$v3")], ["Katz. B. Dyr ; 3"]),
        ([("490", "0 $aKatz ;$v3"), ("490", "0 $aStora serien,$x1234-5679 ;$v12")], ["Katz ; 3", "Stora serien ; 12"]),
        ([("490", "1 $aKatz-serien ;$vbd 3"), ("830", " 0$aKatz ;$v3")], ["Katz ; 3"]),
        ([("490", "0 $aKATZ ;$v3"), ("830", " 0$aKatz")], ["Katz ; 3"]),
        ([("490", "0 $aStora serien ;$v1"), ("830", " 0$aKatz ;$v3")], ["Stora serien ; 1", "Katz ; 3"]),
        ([("490", "1 $aKatz-serien ;$v3"), ("830", " 0$aKatz")], ["Katz ; 3"]),
        ([("490", "1 $aKatz-serien ;$v3")], ["Katz-serien ; 3"]),
        ([("800", "1 $aRowling, J. K.$nX$tHarry Potter.$pSkole ;$v1")], ["Harry Potter. Skole ; 1"]),
        ([("810", "2 $aKommunen.$bBiblioteket.$tSkrifter ;$v7")], ["Skrifter ; 7"]),
        ([("811", "2 $aNordisk mote.$tSkrifter ;$v8"), ("830", " 0$aKatz")], ["Skrifter ; 8", "Katz"]),
        ([("800", "1 $aRowling, J. K.")], []),
        # Two forms of two series, in another order: told apart by their numbers.
        (
            [
                ("490", "1 $aKatz-serien ;$v3"),
                ("490", "1 $aPotter-bøgerne ;$v1"),
                ("800", "1 $aRowling, J. K.$tHarry Potter ;$v1"),
                ("830", " 0$aKatz ;$v3"),
            ],
            ["Katz ; 3", "Harry Potter ; 1"],
        ),
        # More are traced than there are shared forms: none is lost.
        (
            [("490", "1 $aKatz ;$v3"), ("490", "1 $aStora serien ;$v1"), ("830", " 0$aKatz ;$v3")],
            ["Katz ; 3", "Stora serien ; 1"],
        ),
        # Two numbers of one series, a subseries with a number of its own, and a name in two languages.
        ([("490", "0 $aKatz ;$v3"), ("490", "0 $aKatz ;$v4"), ("490", "0 $aKatz")], ["Katz ; 3", "Katz ; 4"]),
        ([("490", "0 $aSkrifter ;$v78.$aDe gule ;$v12")], ["Skrifter ; 78", "De gule ; 12"]),
        ([("490", "0 $aYearbook =$aÅrbog ;$v2")], ["Yearbook ; 2"]),
        # Nothing but a number or an ISSN is no series; a part's number isn't the number in the series.
        ([("490", "0 $x1234-5679$v3")], []),
        ([("830", " 0$aKatz.$n2")], ["Katz. 2"]),
        ([("490", "0 $aKatz ;$v3 ; 4")], ["Katz ; 3, 4"]),
    ],
)
def test_reads_every_series_of_marc_21(fields, expected):
    columns = marc21(*fields)

    assert (columns.all_series, columns.series) == (expected, expected[0] if expected else "")


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ([], []),
        ([("440", "00$aKatz$v3")], ["Katz ; 3"]),
        ([("440", "00$aMemoirs$nA$oGeologi$pMémoires$z1234-5679$vnr. 5")], ["Memoirs. A. Geologi ; nr. 5"]),
        ([("440", "00$aDe ¤store$v3"), ("440", "00$aKatz$v1")], ["De store ; 3", "Katz ; 1"]),
        ([("440", "00$aSkriftserien Katz$v3"), ("840", "00$aKatz")], ["Katz ; 3"]),
        ([("440", "00$aStora serien$v3$0"), ("840", "00$aKatz$v1")], ["Stora serien ; 3", "Katz ; 1"]),
        ([("440", "00$aStora serien$v3$0x"), ("840", "00$aKatz$v1")], ["Stora serien ; 3", "Katz ; 1"]),
        ([("840", "00$aKatz$v1")], ["Katz ; 1"]),
        ([("440", "00$z1234-5679")], []),
    ],
)
def test_reads_every_series_of_danmarc2(fields, expected):
    columns = danmarc2(*fields)

    assert (columns.all_series, columns.series) == (expected, expected[0] if expected else "")


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        (marc21(("490", "1 $aKatz-serien ;$v3"), ("830", " 0$aKatz ;$v3")), ["Katz-serien"]),
        (marc21(("490", "1 $aKATZ ;$v3"), ("830", " 0$aKatz ;$v3")), []),
        (marc21(("490", "0 $aStora serien ;$v3"), ("830", " 0$aKatz ;$v3")), []),
        (danmarc2(("440", "00$aSkriftserien Katz$v3"), ("840", "00$aKatz")), ["Skriftserien Katz"]),
        (danmarc2(("440", "00$aKatz$v3")), []),
    ],
)
def test_keeps_the_other_name_that_stands_on_the_title(columns, expected):
    assert columns.stated_series == expected


@pytest.mark.parametrize(
    ("text", "name", "number"),
    [
        ("Katz ; 3", "Katz", "3"),
        ("Katz ; IV", "Katz", "IV"),
        ("Serie ; B ; bind 12", "Serie ; B", "bind 12"),
        ("Katz", "Katz", ""),
        ("A ; B", "A ; B", ""),
    ],
)
def test_tells_a_series_from_the_number_in_it(text, name, number):
    assert (in_series(text).name, in_series(text).number) == (name, number)
    assert str(in_series(text)) == text


def test_sorts_a_series_by_number_and_what_has_none_last():
    texts = ["Katz", "Katz ; XI", "Katz ; 10", "Katz ; IX", "Katz ; bind 2"]

    in_order = ["Katz ; bind 2", "Katz ; IX", "Katz ; 10", "Katz ; XI", "Katz"]
    assert sorted(texts, key=lambda text: in_series(text).order) == in_order


def test_knows_the_number_in_the_series_that_is_asked_for():
    series = ["Katz ; 3", "Stora serien ; 12"]

    assert place_in(series, "Stora serien").number == "12"
    assert place_in(series, "Another").number == ""


def test_a_record_that_is_not_filled_yet_has_the_series_that_is_known():
    assert every_series(BibliographicRecord(series="Katz ; 3")) == ["Katz ; 3"]
    assert every_series(BibliographicRecord(series="")) == []
    assert every_series(BibliographicRecord(series="Katz", all_series=[])) == []


def _old(record, **columns):
    BibliographicRecord.objects.filter(pk=record.pk).update(all_series=None, **columns)


def _content(*fields):
    raw = iso2709([("001", "1"), ("245", "10$aTitle"), *fields], leader=MARC21)
    return {"raw": raw, "raw_format": "MARC21", "raw_encoding": "utf-8"}


def test_fills_old_records_in_batches_and_tells_of_those_that_gain_something(db, monkeypatch):
    two = [("490", "0 $aKatz ;$v3"), ("490", "0 $aStora serien")]
    more = RecordFactory(series="Katz ; 3", **_content(*two))
    shared = RecordFactory(series="KATZ-serien", **_content(("490", "1 $aKATZ-serien"), ("830", " 0$aKatz")))
    same = RecordFactory(series="Katz ; 3", **_content(*two[:1]))
    none = RecordFactory(**_content())
    damaged = RecordFactory(series="Katz ; 4", raw=b"nothing")
    for each in (more, shared, same, none, damaged):
        _old(each)
    Change.objects.all().delete()

    monkeypatch.setattr(all_series, "_BATCH", 2)
    assert all_series.fill_all_series(most=1) == 2
    assert all_series.fill_all_series() == 3
    assert all_series.fill_all_series() == 0

    found = dict(BibliographicRecord.objects.values_list("pk", "all_series"))
    assert found == {
        more.pk: ["Katz ; 3", "Stora serien"],
        shared.pk: ["Katz"],
        same.pk: ["Katz ; 3"],
        none.pk: [],
        damaged.pk: ["Katz ; 4"],
    }
    shared.refresh_from_db()
    assert (shared.series, shared.stated_series) == ("Katz", ["KATZ-serien"])
    assert list(Change.objects.order_by("number").values_list("record_id", "kind")) == [
        (more.pk, "GROUPED"),
        (shared.pk, "GROUPED"),
    ]


def test_the_clock_fills_them_and_leaves_what_a_writer_has_given(db):
    given = RecordFactory(series="New", all_series=["New", "Newer"], **_content(("490", "0 $aOld")))
    old = RecordFactory(series="Old", **_content(("490", "0 $aOld"), ("490", "0 $aOlder")))
    _old(old)

    give_old_records_keys()

    assert dict(BibliographicRecord.objects.values_list("pk", "all_series")) == {
        given.pk: ["New", "Newer"],
        old.pk: ["Old", "Older"],
    }
