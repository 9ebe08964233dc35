"""`provision`: a municipality in service, or no trace of it."""

import threading

import pytest
from django.db import connection

from accounts.models import AuditEntry, StaffAccount
from holdings.models import Branch, CalendarDay, Item, ItemType, OpeningHours
from patrons.models import PatronCategory
from tenants import provisioning_steps
from tenants.errors import ProvisioningFailed, ProvisioningRefused
from tenants.models import Domain, Municipality, PolicyTemplate, SchemaSnapshot
from tenants.selectors import municipality_of_host
from tenants.services.provision import provision
from tenants.services.standard_templates import load_standard_templates
from tests.fixtures.municipalities import remove_municipality
from tests.isolation.catalog import tables_of

ASKED = {
    "name": "Hedensted",
    "host_label": "hedensted",
    "country": "DK",
    "template_code": "standard-dk",
    "population": 46_000,
}


@pytest.fixture
def templates(db):
    load_standard_templates()


@pytest.fixture
def broken_step(monkeypatch):
    def break_it(_new):
        Branch.objects.create(code="half", name="Half")
        raise RuntimeError("the printer is on fire\nand 2512484916 stands beside it")

    monkeypatch.setitem(provisioning_steps._steps, "broken", break_it)


def provision_with(now, **changes):
    return provision(**(ASKED | changes), now=now)


def codes_of(now, **changes):
    with pytest.raises(ProvisioningRefused) as refused:
        provision_with(now, **changes)
    return refused.value.codes


def test_puts_the_municipality_into_service_on_its_host(templates, now):
    done = provision_with(now)

    municipality = municipality_of_host("hedensted.localhost")
    assert municipality == done.municipality
    assert municipality.state == Municipality.State.IN_SERVICE
    assert (municipality.schema_name, municipality.name) == ("hedensted", "Hedensted")
    assert (municipality.language, municipality.currency, municipality.time_zone) == ("da", "DKK", "Europe/Copenhagen")
    assert (municipality.population, municipality.template.code) == (46_000, "standard-dk")
    assert done.address == "http://hedensted.localhost:8000/"


@pytest.mark.parametrize(
    ("country", "language", "currency", "time_zone"),
    [("SE", "sv", "SEK", "Europe/Stockholm"), ("FI", "fi", "EUR", "Europe/Helsinki")],
)
def test_takes_language_currency_and_time_zone_from_the_country(templates, now, country, language, currency, time_zone):
    made = provision_with(now, country=country, template_code=f"standard-{country.lower()}").municipality

    assert (made.language, made.currency, made.time_zone) == (language, currency, time_zone)


def test_fills_item_types_categories_and_a_first_branch_from_the_template(templates, now):
    template = PolicyTemplate.objects.get(code="standard-dk")

    connection.set_tenant(provision_with(now).municipality)

    assert list(ItemType.objects.values_list("code", flat=True)) == [row["code"] for row in template.item_types]
    assert ItemType.objects.get(code="audiobook").name == "Lydbog"
    assert not ItemType.objects.get(code="reference").is_lent
    assert list(PatronCategory.objects.values_list("code", "kind")) == [
        (row["code"], row["kind"]) for row in template.patron_categories
    ]
    branch = Branch.objects.get()
    assert (branch.name, branch.time_zone) == ("Hovedbiblioteket", "Europe/Copenhagen")
    assert OpeningHours.objects.filter(branch=branch).count() == 6
    assert CalendarDay.objects.get(date="2026-12-25").reason == "Juledag"
    assert not Item.objects.exists()


def test_gives_each_municipality_barcodes_of_its_own(templates, now):
    first = provision_with(now).municipality
    second = provision_with(now, name="Horsens", host_label="horsens").municipality

    assert first.barcode_schemes["item"] == {"prefix": f"3{first.pk:04d}", "length": 14, "check_digit": "mod10"}
    assert first.barcode_schemes["item"]["prefix"] != second.barcode_schemes["item"]["prefix"]
    assert first.barcode_schemes["card"]["prefix"] == f"2{first.pk:04d}"


def test_makes_a_schema_name_of_a_host_with_hyphens(templates, now):
    done = provision_with(now, name="Lyngby-Taarbæk", host_label=" Lyngby-Taarbaek ")

    assert done.municipality.schema_name == "lyngby_taarbaek"
    assert Domain.objects.get(tenant=done.municipality).domain == "lyngby-taarbaek.localhost"
    assert tables_of("lyngby_taarbaek") == tables_of("alpha")


def test_quotes_a_name_that_sql_keeps_for_itself(templates, now):
    assert tables_of(provision_with(now, host_label="select").municipality.schema_name) == tables_of("alpha")


def test_leaves_one_audit_entry_in_the_shared_schema(templates, now):
    operator = StaffAccount.objects.create(username="op", name="Operator", role=StaffAccount.Role.OPERATOR)

    done = provision(**ASKED, first_admin_email="ida@example.org", now=now, actor=operator)

    entry = AuditEntry.objects.get(action="tenants.provision")
    assert entry.actor == operator
    assert (entry.subject_type, entry.subject_id) == ("tenants.municipality", done.municipality.pk)
    assert entry.facts == ASKED


def test_tells_its_steps_with_their_seconds(templates, now):
    told = []

    provision(**ASKED, now=now, progress=lambda step, state, seconds: told.append((step, state, seconds)))

    names = ["municipality", "schema", *provisioning_steps.registered(), "service"]
    assert [(step, state) for step, state, _ in told] == [
        (name, state) for name in names for state in ("RUNNING", "DONE")
    ]
    assert all(seconds > 0 for _, state, seconds in told if state == "DONE")


def test_waits_for_another_of_its_name_however_long_that_takes_and_for_shared_tables_shortly(templates, now):
    patience = {}

    def look(step, state, _seconds):
        with connection.cursor() as cursor:
            cursor.execute("SHOW lock_timeout")
            patience[step, state] = cursor.fetchone()[0]

    provision(**ASKED, now=now, progress=look)

    assert patience["municipality", "DONE"] == "0"
    assert patience["schema", "DONE"] == "5s"


def test_leaves_the_thread_in_no_municipality(templates, now):
    provision_with(now)

    assert connection.schema_name == "public"


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({"name": "   "}, ["NAME_MISSING"]),
        ({"name": "Hed\x00ensted"}, ["NAME_MISSING"]),
        ({"name": "x" * 101}, ["NAME_TOO_LONG"]),
        ({"name": "ALPHA"}, ["NAME_TAKEN"]),
        ({"host_label": ""}, ["HOST_INVALID"]),
        ({"host_label": "århus"}, ["HOST_INVALID"]),
        ({"host_label": "8000"}, ["HOST_INVALID"]),
        ({"host_label": "-aarhus"}, ["HOST_INVALID"]),
        ({"host_label": "aarhus\n"}, []),
        ({"host_label": "aar_hus"}, ["HOST_INVALID"]),
        ({"host_label": "aarhus.localhost"}, ["HOST_INVALID"]),
        ({"host_label": 'a"; DROP SCHEMA alpha; --'}, ["HOST_INVALID"]),
        ({"host_label": "a" * 50}, ["HOST_INVALID"]),
        ({"host_label": "www"}, ["HOST_RESERVED"]),
        ({"host_label": "API"}, ["HOST_RESERVED"]),
        ({"host_label": "public"}, ["HOST_RESERVED"]),
        ({"host_label": "localhost"}, ["HOST_RESERVED"]),
        ({"host_label": "template"}, ["HOST_RESERVED"]),
        ({"host_label": "template-municipality"}, ["HOST_RESERVED"]),
        ({"host_label": "information-schema"}, ["HOST_RESERVED"]),
        ({"host_label": "pg-catalog"}, ["HOST_RESERVED"]),
        ({"host_label": "alpha"}, ["HOST_TAKEN"]),
        ({"country": "XX"}, ["COUNTRY_UNKNOWN"]),
        ({"template_code": "standard-xx"}, ["TEMPLATE_UNKNOWN"]),
        ({"template_code": "\x00"}, ["TEMPLATE_UNKNOWN"]),
        ({"country": "SE"}, ["TEMPLATE_OF_ANOTHER_COUNTRY"]),
        ({"population": 0}, ["POPULATION_INVALID"]),
        ({"population": 2**31}, ["POPULATION_INVALID"]),
        ({"first_admin_email": "ida"}, ["EMAIL_INVALID"]),
        (
            {"name": "Alpha", "host_label": "beta", "country": "XX", "template_code": "", "population": -1},
            ["NAME_TAKEN", "HOST_TAKEN", "COUNTRY_UNKNOWN", "TEMPLATE_UNKNOWN", "POPULATION_INVALID"],
        ),
    ],
)
def test_refuses_with_everything_that_is_wrong(templates, now, changes, codes):
    if not codes:
        provision_with(now, **changes)
        return

    assert codes_of(now, **changes) == codes
    assert Municipality.objects.exclude(schema_name__in=["public", "alpha", "beta"]).count() == 0


def test_refuses_a_host_whose_schema_is_left_from_something_else(templates, now):
    with connection.cursor() as cursor:
        cursor.execute("CREATE SCHEMA hedensted")

    assert codes_of(now) == ["HOST_TAKEN"]


def test_refuses_when_the_snapshot_is_of_another_release(templates, now):
    SchemaSnapshot.objects.update(fingerprint="0" * 64)

    assert codes_of(now) == ["SNAPSHOT_STALE"]


def test_refuses_when_there_is_no_snapshot(templates, now):
    SchemaSnapshot.objects.all().delete()

    assert codes_of(now) == ["SNAPSHOT_MISSING"]


def test_takes_everything_back_when_a_step_breaks(templates, now, broken_step):
    told = []

    with pytest.raises(ProvisioningFailed) as failed:
        provision(**ASKED, now=now, progress=lambda step, state, _seconds: told.append((step, state)))

    assert failed.value.step == "broken"
    assert failed.value.problem == "RuntimeError: the printer is on fire"
    assert told[-1] == ("broken", "FAILED")
    assert not Municipality.objects.filter(name="Hedensted").exists()
    assert not Domain.objects.filter(domain="hedensted.localhost").exists()
    assert tables_of("hedensted") == set()
    assert not AuditEntry.objects.filter(action="tenants.provision").exists()
    assert municipality_of_host("hedensted.localhost") is None


def test_works_after_a_failure_as_if_nothing_had_been(templates, now, broken_step, monkeypatch):
    with pytest.raises(ProvisioningFailed):
        provision_with(now)
    monkeypatch.delitem(provisioning_steps._steps, "broken")

    assert provision_with(now).municipality.state == Municipality.State.IN_SERVICE


def test_two_at_once_with_one_name_give_one_municipality(committed_municipality, now):
    load_standard_templates()
    outcomes = []
    start = threading.Barrier(2)

    def ask(host_label):
        try:
            start.wait()
            outcomes.append(provision_with(now, name="Twins", host_label=host_label).municipality.schema_name)
        except ProvisioningRefused as refused:
            outcomes.append(refused.codes)
        finally:
            connection.close()

    threads = [threading.Thread(target=ask, args=[host_label]) for host_label in ("twins", "twins-too")]
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert sorted(outcomes, key=str) in ([["NAME_TAKEN"], "twins"], [["NAME_TAKEN"], "twins_too"])
        connection.set_schema_to_public()
        assert Municipality.objects.filter(name="Twins").count() == 1
        assert [bool(tables_of(schema)) for schema in ("twins", "twins_too")].count(True) == 1
    finally:
        connection.set_schema_to_public()
        remove_municipality("twins")
        remove_municipality("twins_too")
