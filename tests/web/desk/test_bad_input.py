"""Whatever is sent to the desk gets an answer with a sentence: never a failure, and nothing changes."""

import pytest
from django.urls import get_resolver, reverse

from circulation.models import Hold, Loan
from patrons.models import Patron
from tests.factories import FeeFactory, HoldFactory, LoanFactory
from web.desk import urls

TEXTS = {
    "nothing": "",
    "blanks": " \t ",
    "signs": "'\";--<script>%s{{7*7}}\\",
    "control characters": "\x01\x1f\x7f",
    "emoji": "👩🏽‍🚀" * 20,
    "right to left": "\u202eabc\u202c",
    "digits of another script": "١٢٣٤٥٦٧٨٩٠",
    "sharp s that grows": "ß" * 32,
    "a ligature that grows": "\ufdfa" * 80,
    "a number out of range": "9" * 40,
    "below zero": "-1",
    "not a number": "NaN",
    "very long": "x" * 5000,
    "a day that isn't": "2026-02-31",
    "a year out of range": "99999-01-01",
}
FIELDS = (
    "scan scan_id scan_number command patron due returned since new_due new_returned code reason q form_id "
    "national_id given_name family_name alias category home_branch birth_date email phone address postal_code city "
    "language channel expires_on note card_number pin guardian_card until item_type amount method description card "
    "pickup item barcode location call_number price status acquired_on page sort everywhere material branch receipt"
).split()
NUMBERS = {"real": None, "unknown": 987654321, "out of range": 10**30}


@pytest.fixture
def things(patron, item):
    """Return a number of each kind of thing that an address may name."""
    loan = LoanFactory(item=item, patron=patron)
    hold, fee = HoldFactory(patron=patron), FeeFactory(patron=patron)
    names = {"loans": loan.pk, "holds": hold.pk, "fees": fee.pk, "patrons": patron.pk, "records": item.record_id}
    return {**names, "items": item.barcode}


def addresses(things, number):
    """Yield every address of the desk, with a number in the place of each that it takes."""
    patterns = get_resolver("web.desk.urls").reverse_dict
    for pattern in urls.urlpatterns:
        ((_, parameters),) = patterns.getlist(pattern.name)[0][0]
        room = str(pattern.pattern).split("/")[0]
        values = {name: things.get(room, 1) if number is None else number for name in parameters}
        if "name" in values:
            values["name"] = "payment"
        yield reverse(f"desk:{pattern.name}", kwargs=values)


@pytest.mark.parametrize("kind", TEXTS)
def test_answers_every_form_whatever_is_written_in_it(supervisor_client, things, kind):
    values = dict.fromkeys(FIELDS, TEXTS[kind])
    before = (Loan.objects.count(), Hold.objects.count(), Patron.objects.count())

    statuses = {
        address: supervisor_client.post(address, values, headers={"X-Scan": "1"}).status_code
        for address in addresses(things, None)
        if not address.endswith(("/cancel", "/lift"))
    }

    assert {address: status for address, status in statuses.items() if status >= 500} == {}
    assert (Loan.objects.count(), Hold.objects.count(), Patron.objects.count()) == before


@pytest.mark.parametrize("kind", TEXTS)
def test_answers_every_page_whatever_stands_in_its_address(supervisor_client, things, kind):
    values = dict.fromkeys(FIELDS, TEXTS[kind])

    statuses = {address: supervisor_client.get(address, values).status_code for address in addresses(things, None)}

    assert {address: status for address, status in statuses.items() if status >= 500} == {}


@pytest.mark.parametrize("number", [number for number in NUMBERS.values() if number])
def test_finds_nothing_under_a_number_that_nothing_has(supervisor_client, things, number):
    numbered = [address for address in addresses(things, number) if str(number) in address]

    statuses = {
        (method, address): getattr(supervisor_client, method)(address).status_code
        for address in numbered
        for method in ("get", "post")
    }

    assert {asked: status for asked, status in statuses.items() if status not in (404, 405)} == {}


def test_refuses_a_zero_byte(librarian_client, patron):
    assert librarian_client.post("/desk/check-out/scan", {"scan": "a\x00b"}, headers={"X-Scan": "1"}).status_code == 400
