"""A record that's entered by hand and may be there already: case II.I8; and the keys that it's found by."""

from io import BytesIO

import pytest

from catalogue.errors import Code, RecordRefused
from catalogue.models import BibliographicRecord
from catalogue.services import title_keys
from catalogue.services.import_marc import import_marc
from catalogue.services.records import Author, add_record
from catalogue.services.title_keys import fill_title_keys
from tests.catalogue.marc_samples import NOVEL, iso2709
from tests.factories.accounts import StaffAccountFactory
from tests.factories.catalogue import RecordFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def author(alpha):
    return Author(StaffAccountFactory(), alpha)


@pytest.fixture
def known(now):
    import_marc(file=BytesIO(novel()), source="test", owner="alpha", now=now)
    return BibliographicRecord.objects.get()


def novel(**changed):
    fields = [(tag, changed.get(f"t{tag}", text)) for tag, text in NOVEL]
    return iso2709([field for field in fields if field[1]])


def twin(**changed):
    return novel(**{"t001": "77", "t003": "alpha", **changed})


def refused(raw, author, now, key=""):
    with pytest.raises(RecordRefused) as refusal:
        add_record(raw=raw, source="alpha", author=author, now=now, double_key=key)
    return refusal.value.reasons[0]


@pytest.mark.parametrize("changed", [{}, {"t020": None}, {"t245": "10$aYon aanet", "t020": None}, {"t100": None}])
def test_ii_i8_shows_what_may_be_there_already_and_enters_nothing(known, author, now, changed):
    reason = refused(twin(**changed), author, now)

    assert (reason.code, reason.facts["record_ids"]) == (Code.PERHAPS_DOUBLE, [known.pk])
    assert BibliographicRecord.objects.count() == 1


def test_ii_i8_enters_it_anyway_with_the_key_once(known, author, now):
    key = refused(twin(), author, now).facts["key"]

    record = add_record(raw=twin(), source="alpha", author=author, now=now, double_key=key)

    assert record.control_number == "77"
    assert refused(twin(), author, now, key).code == Code.NUMBER_TAKEN


def test_ii_i8_a_key_is_good_for_its_content_and_its_person_alone(known, author, alpha, now):
    key = refused(twin(), author, now).facts["key"]
    colleague = Author(StaffAccountFactory(), alpha)

    assert refused(twin(t300="  $a400 sivua"), author, now, key).code == Code.PERHAPS_DOUBLE
    assert refused(twin(), colleague, now, key).code == Code.PERHAPS_DOUBLE
    assert refused(twin(), author, now, key + "x").code == Code.PERHAPS_DOUBLE


def test_enters_what_is_not_there_without_a_question(known, author, now):
    raw = twin(t020="  $a9788702407006", t245="10$aSomething else")

    assert add_record(raw=raw, source="alpha", author=author, now=now, double_key="").version == 1


def test_fills_the_keys_of_records_that_had_none_some_at_a_time(known, monkeypatch):
    RecordFactory(title="Den blå æblehave")
    BibliographicRecord.objects.update(title_key=None)

    monkeypatch.setattr(title_keys, "_BATCH", 1)
    assert fill_title_keys(most=1) == 1
    assert BibliographicRecord.objects.filter(title_key=None).count() == 1
    assert fill_title_keys() == 1
    assert set(BibliographicRecord.objects.values_list("title_key", flat=True)) == {"yonaanet", "denblaaeblehave"}
    assert fill_title_keys() == 0
