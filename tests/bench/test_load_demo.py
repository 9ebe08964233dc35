"""One of the demo's municipalities is loaded for all tests here; each test's own changes are taken back."""

import json
import stat
from datetime import UTC, datetime
from unittest.mock import patch

import pytest
from django.contrib.auth.hashers import check_password
from django.core.management import call_command
from django.db import connection, transaction
from django.test import override_settings

from accounts.models import StaffAccount
from bench.demo import load
from bench.demo.facts import towns
from catalogue.models import BibliographicRecord, HoldingsSummary
from circulation.errors import CheckOutRefused
from circulation.models import Fee, Hold, Loan
from circulation.services.check_in import check_in
from circulation.services.check_out import check_out
from holdings.models import Branch, Item
from holdings.selectors import get_item_by_barcode
from notices.models import Notice
from patrons.models import Patron
from patrons.selectors import get_patron_by_card
from patrons.services.log_in import prove_patron
from schools.models import ClassMembership, SchoolClass
from tenants.models import Municipality
from tenants.selectors import current_municipality

NOW = datetime(2026, 11, 19, 13, 30, tzinfo=UTC)
OULU = next(town for town in towns() if town.schema == "oulu")


@pytest.fixture(scope="module")
def demo(django_db_setup, django_db_blocker, tmp_path_factory):
    home = tmp_path_factory.mktemp("demo")
    with (
        django_db_blocker.unblock(),
        override_settings(HOME=home),
        patch.object(load, "towns", lambda: (OULU,)),
        transaction.atomic(),
    ):
        connection.set_schema_to_public()
        call_command("load_templates", verbosity=0)
        path = load.load_demo(now=NOW, report=lambda _line: None)
        yield path
        connection.set_schema_to_public()
        transaction.set_rollback(True)


@pytest.fixture
def oulu(demo):
    with transaction.atomic():
        connection.set_tenant(Municipality.objects.get(schema_name="oulu"))
        yield json.loads(demo.read_text())["municipalities"][0]
        transaction.set_rollback(True)
    connection.set_schema_to_public()


@pytest.fixture
def librarian(oulu):
    return StaffAccount.objects.get(username="librarian")


def test_municipality_has_the_colours_numbers_and_branches_of_the_demo(oulu):
    municipality = current_municipality()

    assert (municipality.name, municipality.currency, municipality.time_zone) == ("Oulu", "EUR", "Europe/Helsinki")
    assert municipality.theme["brand"] == "#00606b"
    assert municipality.barcode_schemes == OULU.barcode_schemes
    assert [branch["code"] for branch in oulu["branches"]] == ["paakirjasto", "kaukovainio", "jokirannan-koulu"]
    assert Branch.objects.get(code="paakirjasto").opening_hours.count() == 7


def test_titles_are_those_of_the_languages_read_there(oulu):
    languages = set(BibliographicRecord.objects.filter(pk__in=Item.objects.values("record")).values_list("language"))

    assert languages == {("fin",), ("swe",), ("eng",), ("dan",), ("nob",)}
    assert Item.objects.values("record").distinct().count() >= 320
    assert HoldingsSummary.objects.filter(municipality=current_municipality()).exists()


def test_directory_is_for_its_owner_only(demo):
    assert stat.S_IMODE(demo.stat().st_mode) == 0o600


def test_every_staff_account_logs_in_with_its_password(demo, oulu):
    accounts = {account.username: account for account in StaffAccount.objects.all()}

    assert [one["role"] for one in oulu["staff"]] == ["librarian", "supervisor", "school_librarian", "it_admin"]
    assert all(check_password(one["password"], accounts[one["username"]].password) for one in oulu["staff"])
    assert len({one["password"] for one in oulu["staff"]}) == 4


def test_operator_logs_in_at_the_console(demo):
    operator = json.loads(demo.read_text())["console"]["staff"][0]

    account = StaffAccount.objects.get(username=operator["username"])
    assert account.role == "OPERATOR"
    assert check_password(operator["password"], account.password)


def test_every_patron_logs_in_with_card_and_pin(oulu):
    for patron in oulu["patrons"]:
        assert prove_patron(card_number=patron["card"], pin=patron["pin"]).display_name == patron["name"]


def test_patrons_are_in_the_state_that_they_are_listed_with(oulu, librarian):
    refusals = {}
    for patron, barcode in zip(oulu["patrons"], oulu["items"]["available"], strict=False):
        refusals.setdefault(patron["state"], set()).add(_refusal(barcode, patron["card"], librarian))

    assert refusals["fine"] == refusals["child"] == refusals["hold_ready"] == {()}
    assert refusals["blocked"] == {("PATRON_BLOCKED",)}
    assert refusals["expired"] == {("PATRON_EXPIRED",)}
    assert set(refusals) == {"fine", "overdue", "owes", "blocked", "expired", "child", "hold_ready"}


def test_overdue_and_owing_patrons_have_late_loans_and_fees(oulu):
    by_state = {one["state"]: get_patron_by_card(one["card"]) for one in oulu["patrons"]}

    assert Loan.objects.filter(patron=by_state["overdue"], due_date__lt=NOW.date(), returned_at=None).exists()
    assert Fee.objects.filter(patron=by_state["overdue"], balance__gt=0).exists()
    assert not Loan.objects.filter(patron=by_state["owes"], due_date__lt=NOW.date(), returned_at=None).exists()
    assert Fee.objects.filter(patron=by_state["owes"], balance__gt=0).exists()
    assert Hold.objects.filter(patron=by_state["hold_ready"], state=Hold.State.READY).exists()
    assert by_state["child"].guardianships.exists()


@pytest.mark.parametrize(
    ("state", "codes"),
    [
        ("available", ()),
        ("on_loan", ("ITEM_ON_LOAN",)),
        ("reference_only", ("ITEM_REFERENCE_ONLY",)),
        ("on_hold_shelf", ("ITEM_ON_HOLD",)),
        ("in_process", ("ITEM_IN_PROCESS",)),
        ("missing", ("ITEM_MISSING",)),
        ("lost", ("ITEM_LOST",)),
    ],
)
def test_items_are_in_the_state_that_they_are_listed_with(oulu, librarian, state, codes):
    fine = next(patron["card"] for patron in oulu["patrons"] if patron["state"] == "fine")

    assert len(oulu["items"][state]) >= (30 if state == "available" else 3)
    assert {_refusal(barcode, fine, librarian) for barcode in oulu["items"][state][:3]} == {codes}


def test_items_in_transit_travel_to_another_branch(oulu):
    items = [get_item_by_barcode(barcode) for barcode in oulu["items"]["in_transit"]]

    assert len(items) >= 3
    assert all(item.transits.filter(received_at=None, cancelled_at=None).count() == 1 for item in items)


def test_school_has_its_classes_and_one_protected_pupil(oulu):
    assert [(one["name"], one["pupils"]) for one in oulu["classes"]] == [("3A", 24), ("7B", 22)]
    pupils = Patron.objects.filter(pk__in=ClassMembership.objects.values("pupil"))
    assert [pupil.display_name for pupil in pupils.exclude(alias="")] == ["Suojattu oppilas"]
    assert all(school_class.teacher for school_class in SchoolClass.objects.all())
    assert Item.objects.filter(item_type__code="class-set", home_branch__kind="SCHOOL").count() == 28


def test_letters_of_the_last_weeks_lie_in_the_outbox(oulu):
    kinds = set(Notice.objects.values_list("kind", flat=True))

    assert {"HOLD_READY", "COURTESY", "OVERDUE_1", "OVERDUE_2"} <= kinds


def test_a_second_load_changes_nothing_but_what_is_where_now(demo, oulu, librarian):
    fine = next(patron["card"] for patron in oulu["patrons"] if patron["state"] == "fine")
    lent, back = oulu["items"]["available"][0], oulu["items"]["on_loan"][0]
    _check_out(lent, fine, librarian)
    check_in(item=get_item_by_barcode(back), branch=Branch.objects.first(), staff=librarian, now=NOW)
    counts = [model.objects.count() for model in (Item, Patron, Loan, Hold, StaffAccount)]
    told = []

    load.load_demo(now=NOW, report=told.append)

    connection.set_tenant(Municipality.objects.get(schema_name="oulu"))
    assert told == []
    assert [model.objects.count() for model in (Item, Patron, Loan, Hold, StaffAccount)] == counts
    again = json.loads(demo.read_text())["municipalities"][0]
    assert lent not in again["items"]["available"]
    assert back not in again["items"]["on_loan"]
    assert again["staff"] == oulu["staff"]


def test_logins_of_another_installation_are_made_anew(demo, oulu):
    demo.unlink()
    StaffAccount.objects.filter(username="librarian").update(password="!")
    Patron.objects.exclude(pin="").update(pin="!")

    load.load_demo(now=NOW, report=lambda _line: None)

    connection.set_tenant(Municipality.objects.get(schema_name="oulu"))
    again = json.loads(demo.read_text())["municipalities"][0]
    librarian = StaffAccount.objects.get(username="librarian")
    assert check_password(again["staff"][0]["password"], librarian.password)
    assert prove_patron(card_number=again["patrons"][0]["card"], pin=again["patrons"][0]["pin"])


def _refusal(barcode, card, librarian):
    try:
        with transaction.atomic():
            _check_out(barcode, card, librarian)
    except CheckOutRefused as refused:
        return tuple(refused.codes)
    return ()


def _check_out(barcode, card, librarian):
    item, patron = get_item_by_barcode(barcode), get_patron_by_card(card)
    return check_out(item=item, patron=patron, branch=item.home_branch, staff=librarian, now=NOW)
