"""A protected address stands in no list and no message; contact persons stand where somebody calls."""

import pytest

from notices.models import Notice
from notices.services.outbox import make_notice
from patrons.models import ContactPerson, Patron
from tests.factories import GuardianshipFactory, LoanFactory, PatronFactory
from tests.factories.moments import NOW

ANNA = {
    "address": "Hidden Road 7",
    "postal_code": "8000",
    "city": "Aarhus",
    "phone": "12345678",
    "email": "hidden@post.example",
}
SECRETS = ("Hidden Road 7", "12345678", "hidden@post.example")
CONTEXT = {"title": "The house", "shelf_number": "027", "pickup_until": NOW.date()}


@pytest.fixture
def pages_after(librarian_client, admin_client, desk_branch):
    """Return a function that writes to a patron in vain, and gives all pages that show the message."""

    def pages(patron, change=lambda: None):
        make_notice(
            patron=patron,
            branch=desk_branch,
            kind="HOLD_READY",
            key=f"HOLD_READY:{patron.pk}",
            context=CONTEXT,
            about={},
            now=NOW,
        )
        Notice.objects.update(state="FAILED", problem="ADDRESS_REFUSED")
        change()
        notice = Notice.objects.get()
        at_the_desk = (f"/desk/patrons/{patron.pk}", f"/desk/patrons/{patron.pk}/messages", "/desk/messages?all=1")
        in_the_console = ("/console/outbox", f"/console/outbox/{notice.pk}")
        return notice, "".join(
            [librarian_client.get(address).content.decode() for address in at_the_desk]
            + [admin_client.get(address).content.decode() for address in in_the_console]
        )

    return pages


@pytest.mark.parametrize("channel", ["EMAIL", "LETTER"])
def test_a_protected_address_is_hidden_wherever_its_messages_are_shown(pages_after, patron, channel):
    Patron.objects.filter(pk=patron.pk).update(alias="Anna A", channel=channel, **ANNA)
    patron.refresh_from_db()

    notice, shown = pages_after(patron)

    assert notice.channel == channel
    assert notice.address
    assert notice.subject in shown
    assert not [secret for secret in SECRETS if secret in shown]


def test_a_protected_guardian_s_address_is_hidden_on_the_child_s_page(pages_after, rules):
    link = GuardianshipFactory(child=PatronFactory(child=True), guardian=PatronFactory(alias="Anna A", **ANNA))

    notice, shown = pages_after(link.child)

    assert notice.addressee == "Anna A"
    assert notice.subject in shown
    assert not [secret for secret in SECRETS if secret in shown]


@pytest.mark.parametrize("left", ["nobody", "another", "herself"])
def test_an_address_is_shown_only_of_who_is_known_as_unprotected_guardian(pages_after, rules, left):
    guardian = PatronFactory(alias="" if left == "herself" else "Anna A", **ANNA)
    link = GuardianshipFactory(child=PatronFactory(child=True), guardian=guardian)

    def change():
        if left != "herself":
            link.delete()
        if left == "another":
            GuardianshipFactory(child=link.child)

    _notice, shown = pages_after(link.child, change)

    assert ("hidden@post.example" in shown) is (left == "herself")


def test_a_protected_guardian_s_address_stays_hidden_when_the_child_turns_out_to_be_an_adult(pages_after, rules):
    child = PatronFactory(child=True, birth_date=None)
    GuardianshipFactory(child=child, guardian=PatronFactory(alias="Anna A", **ANNA))
    adults = PatronFactory().category

    notice, shown = pages_after(child, lambda: Patron.objects.filter(pk=child.pk).update(category=adults))

    assert notice.addressee == "Anna A"
    assert notice.subject in shown
    assert not [secret for secret in SECRETS if secret in shown]


def test_who_has_another_name_since_is_no_other(pages_after, patron):
    Patron.objects.filter(pk=patron.pk).update(**ANNA)
    patron.refresh_from_db()

    _notice, shown = pages_after(patron, lambda: Patron.objects.update(family_name="Newname"))

    assert "hidden@post.example" in shown


def test_other_addresses_are_shown(pages_after, patron):
    Patron.objects.filter(pk=patron.pk).update(**ANNA)
    patron.refresh_from_db()

    _notice, shown = pages_after(patron)

    assert shown.count("hidden@post.example") >= 4


def test_lists_show_neither_address_nor_phone_of_who_is_protected(
    librarian_client, supervisor_client, patron, desk_branch
):
    Patron.objects.filter(pk=patron.pk).update(alias="Anna A", **ANNA)
    LoanFactory(patron=patron, overdue=True, lending_branch=desk_branch)
    same = {"given_name": patron.given_name, "family_name": patron.family_name, "birth_date": patron.birth_date}
    PatronFactory.create_batch(2, **same, address="Open Street 1", phone="87654321")

    overdue = librarian_client.get("/desk/overdue").content.decode()
    double = supervisor_client.get("/desk/patrons/duplicates").content.decode()

    assert "Anna A" in overdue
    assert "Open Street 1" in double
    assert not [secret for secret in SECRETS if secret in overdue + double]


def test_contact_persons_stand_beside_the_institution_s_phone(librarian_client, patron):
    patron.category.kind = "INSTITUTION"
    patron.category.save()
    ContactPerson.objects.create(patron=patron, name="Bo Berg", role="Head", phone="55667788", email="bo@day.example")

    facts = (
        librarian_client.get(f"/desk/patrons/{patron.pk}").content.decode().split("facts-across")[1].split("</dl>")[0]
    )

    assert [each in facts for each in ("Contact persons", "Bo Berg", "Head", "55667788", "bo@day.example")] == [
        True
    ] * 5
