"""What a library's imports say of numbers that another one gives: the same, whether it keeps a record of one or not."""

from io import BytesIO

import pytest
from django.db import connection

from catalogue.errors import Code, RecordRefused
from catalogue.marc.problems import Problem
from catalogue.models import BibliographicRecord, ImportEntry
from catalogue.rules.import_decisions import Action
from catalogue.services.import_answers import answer_question
from catalogue.services.import_by_profile import plan_profile_import, run_profile_import
from catalogue.services.import_marc import import_marc, plan_import
from catalogue.services.import_profiles import save_profile
from catalogue.services.records import Author, add_record, delete_record
from tests.catalogue.test_local_records import kettle
from tests.factories import RecordFactory

KEPT = kettle(agency="alpha")
COMING = pytest.mark.parametrize(
    "coming",
    [
        pytest.param(KEPT, id="the same bytes"),
        pytest.param(kettle(agency="alpha", title="Gryde"), id="another version"),
        pytest.param(kettle("2", agency="alpha"), id="a number that no record has"),
        pytest.param(kettle("3", agency="alpha"), id="a number whose record was deleted"),
    ],
)


@pytest.fixture
def importer(alpha, beta, now):
    """Return Beta's cataloguer; Alpha keeps a record to itself, and has deleted another."""
    owner = Author(None, alpha)
    add_record(raw=KEPT, source="", author=owner, now=now, is_local=True)
    gone = add_record(raw=kettle("3", agency="alpha"), source="", author=owner, now=now, is_local=True)
    delete_record(record_id=gone.pk, expected_version=1, author=owner, now=now)
    connection.set_tenant(beta)
    return Author(None, beta)


@pytest.fixture
def stands(importer):
    """Return a function that says what of Alpha's records stands."""

    def read():
        return list(BibliographicRecord.objects.order_by("pk").values_list("pk", "raw_sha256", "version"))

    before = read()
    return lambda: read() == before


def brought(coming, importer, now, **settings):
    profile = save_profile(values={"name": "Supplier", **settings}, author=importer)
    run = plan_profile_import(profile=profile, file_name="x.mrc", source="x", author=importer, now=now)
    run_profile_import(run_id=run.pk, file=BytesIO(coming), author=importer, now=now)
    return run, ImportEntry.objects.get(run=run)


@COMING
def test_of_a_delivery(coming, importer, stands, now):
    run = plan_import(file_name="x", source="x", now=now, municipality=importer.municipality)

    report = import_marc(file=BytesIO(coming), source="x", owner="beta", now=now, run=run)

    assert [failure.code for failure in report.failures] == [Problem.NUMBER_OF_ANOTHER]
    assert report.counts == dict.fromkeys(report.counts, 0) | {"failed": 1}
    assert stands()


@COMING
@pytest.mark.parametrize(
    ("makes_local", "reasons"), [(False, ["NUMBER_OF_ANOTHER"]), (True, ["OTHERS_NUMBER", "NUMBER_OF_ANOTHER"])]
)
def test_of_an_import_by_a_profile(coming, importer, stands, now, makes_local, reasons):
    _, entry = brought(coming, importer, now, makes_local=makes_local)

    assert (entry.outcome, entry.record_id, entry.version, entry.reasons) == ("FAILED", None, None, reasons)
    assert stands()


@COMING
def test_of_a_record_that_a_person_says_is_new(coming, importer, stands, now):
    run, entry = brought(coming, importer, now, on_no_match="ASK")
    assert (entry.outcome, entry.record_id) == ("ASKED", None)

    with pytest.raises(RecordRefused) as refused:
        answer_question(run_id=run.pk, position=1, action=Action.NEW, record_id=None, author=importer, now=now)

    reasons = [(each.code, each.facts["problem"]) for each in refused.value.reasons]
    assert reasons == [(Code.UNREADABLE, "NUMBER_OF_ANOTHER")]
    assert stands()


def test_a_record_that_all_see_gets_its_new_version(importer, now):
    common = RecordFactory(source="alpha", control_number="4", owner="alpha")
    run = plan_import(file_name="x", source="x", now=now, municipality=importer.municipality)

    report = import_marc(file=BytesIO(kettle("4", agency="alpha")), source="x", owner="beta", now=now, run=run)

    assert (report.changed, report.failed) == (1, 0)
    common.refresh_from_db()
    assert common.version == 2
