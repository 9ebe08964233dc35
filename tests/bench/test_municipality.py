"""One municipality is filled for all tests here; each test's own changes are taken back."""

from dataclasses import replace
from datetime import date

import pytest
from django.db import connection, transaction
from django.db.models import Count, Sum

from bench.demo.facts import towns
from bench.demo.municipality import Size, fill
from catalogue.models import BibliographicRecord, HoldingsSummary
from circulation.models import Hold, Loan
from common.barcodes import BarcodeScheme
from holdings.models import Branch, CalendarDay, Item
from patrons.models import Card, Guardianship, Patron, PatronCategory
from tenants.models import Municipality
from tests.factories import NOW

SIZE = Size(titles=700, items=1500, patrons=60, loans=80, overdue=20, holds=12)


@pytest.fixture(scope="module")
def filled_once(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), transaction.atomic():
        municipality = Municipality.objects.get(schema_name="alpha")
        municipality.barcode_schemes = towns()[1].barcode_schemes
        connection.set_tenant(municipality)
        done = fill(town=towns()[1], size=SIZE, seed=4, pin="4711", now=NOW)
        connection.set_schema_to_public()
        with django_db_blocker.block():
            yield done
        connection.set_schema_to_public()
        transaction.set_rollback(True)


@pytest.fixture
def filled(filled_once, alpha):
    alpha.barcode_schemes = towns()[1].barcode_schemes
    return filled_once


def test_fills_a_municipality_with_exactly_what_was_wanted(filled):
    assert (filled.titles, filled.items, filled.patrons) == (700, 1500, 60)
    assert (filled.loans, filled.holds) == (80, 12)
    assert BibliographicRecord.objects.count() == 700
    assert Item.objects.count() == 1500
    assert Patron.objects.count() == Card.objects.count() == 60


def test_items_that_are_lent_have_one_open_loan_each(filled):
    lent = Item.objects.filter(status=Item.Status.ON_LOAN)

    assert lent.count() == 80
    assert Loan.objects.filter(item__in=lent, returned_at__isnull=True).count() == 80


def test_as_many_loans_are_overdue_as_wanted(filled, now):
    assert Loan.objects.filter(due_date__lt=now.date()).count() == 20
    assert not Loan.objects.filter(loaned_on__gte=now.date()).exists()


def test_people_wait_for_titles_that_are_lent(filled):
    records = Hold.objects.filter(state=Hold.State.QUEUED).values_list("record_id", flat=True)

    assert all(Item.objects.filter(record_id=record, status=Item.Status.ON_LOAN).exists() for record in records)


def test_numbers_are_right_by_the_municipality_s_own_schemes(filled):
    item, card = (BarcodeScheme(**towns()[1].barcode_schemes[kind]) for kind in ("item", "card"))

    assert [barcode for barcode in Item.objects.values_list("barcode", flat=True) if item.problem(barcode)] == []
    assert [number for number in Card.objects.values_list("number", flat=True) if card.problem(number)] == []


def test_children_have_a_guardian_who_is_of_age(filled, now):
    children = Patron.objects.filter(category__kind=PatronCategory.Kind.CHILD)

    assert children.exists()
    # The last household may have been cut off, but never between a child and its guardian.
    assert set(children) == {guardianship.child for guardianship in Guardianship.objects.select_related("child")}
    for guardianship in Guardianship.objects.select_related("guardian"):
        assert guardianship.guardian.birth_date < date(now.year - 18, now.month, now.day)


def test_counts_the_holdings_of_each_branch_into_the_shared_catalogue(filled, alpha):
    counted = HoldingsSummary.objects.filter(municipality=alpha).values_list("record_id", "branch_code", "items")

    found = Item.objects.values_list("record_id", "home_branch__code").annotate(items=Count("pk"))
    assert sorted(counted) == sorted(found)
    loanable = Item.objects.exclude(status__in=("REFERENCE_ONLY", "LOST", "MISSING")).count()
    assert HoldingsSummary.objects.filter(municipality=alpha).aggregate(all=Sum("loanable"))["all"] == loanable < 1500


def test_lays_out_branches_with_hours_and_holidays(filled, now):
    assert list(Branch.objects.values_list("code", "kind")) == [
        ("hedensted", "PUBLIC"),
        ("toerring", "PUBLIC"),
        ("bakkegaardsskolen", "SCHOOL"),
    ]
    assert CalendarDay.objects.filter(date=date(now.year, 12, 25), is_open=False).count() == 3
    assert Branch.objects.get(code="toerring").opening_hours.count() == 5


def test_grows_a_municipality_without_numbers_colliding(filled, now):
    more = fill(
        town=towns()[1], size=replace(SIZE, titles=100, items=200, patrons=10, loans=5), seed=5, pin="1", now=now
    )

    assert more.loans == 5
    assert Patron.objects.count() == 70


def test_leaves_the_neighbour_alone(filled, beta):
    assert not HoldingsSummary.objects.filter(municipality=beta).exists()
