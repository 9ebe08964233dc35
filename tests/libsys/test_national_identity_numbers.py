"""A national identity number stands nowhere that anybody could read it."""

from django.db import connection

from patrons.models import Patron
from tests.isolation.visits import browser, cookies_of


def test_a_national_identity_number_is_stored_encrypted_and_stands_in_no_address(towns):
    alpha, _beta, _consortium = towns
    number = alpha.things["national_id"]
    connection.set_tenant(alpha.municipality)
    patron = Patron.objects.get(pk=alpha.things["patron"])

    assert number.encode() not in bytes(patron.national_id_encrypted)
    assert number.encode() not in bytes(patron.national_id_hash)
    with connection.cursor() as cursor:
        cursor.execute("SELECT p::text FROM patrons_patron p WHERE id = %s", [patron.pk])
        assert number not in cursor.fetchone()[0]
    client = browser("alpha.localhost", **cookies_of(alpha, "SUPERVISOR"))
    found = client.post("/desk/patrons/by-national-id", {"national_id": number})
    assert found.status_code == 302
    assert found.headers["Location"] == f"/desk/patrons/{patron.pk}"
    assert client.get("/desk/patrons/by-national-id", {"national_id": number}).status_code == 405
