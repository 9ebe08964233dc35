import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from holdings.models import Branch
from libsys.unreadable_input import largest_body


def test_a_nul_byte_in_an_address_is_a_clear_400(client_of_alpha):
    response = client_of_alpha.get("/?q=a%00b")

    assert response.status_code == 400
    assert "This could not be read" in response.content.decode()


@pytest.mark.parametrize("fields", [{"card": "1\x002", "pin": "1"}, {"other": "\x00"}, {"na\x00me": "x"}])
def test_a_nul_byte_in_a_form_is_a_clear_400(client_of_alpha, fields):
    assert client_of_alpha.post("/log-in", fields).status_code == 400


def test_a_nul_byte_changes_nothing(admin_client):
    response = admin_client.post("/console/branches/add", {"code": "x", "name": "A\x00B", "kind": "PUBLIC"})

    assert response.status_code == 400
    assert not Branch.objects.exists()


def test_a_form_as_large_as_a_book_is_a_clear_413(client_of_alpha):
    response = client_of_alpha.post("/log-in", {"card": "x" * 3_000_000, "pin": "1"})

    assert response.status_code == 413
    assert "At most" in response.content.decode()


def test_only_an_upload_may_be_large(settings):
    assert largest_body("/console/import") == settings.MARC_UPLOAD_MAX_BYTES
    assert largest_body("/desk/check-out") == settings.DATA_UPLOAD_MAX_MEMORY_SIZE


def test_an_upload_may_be_large_for_staff_only(client_of_alpha, admin_client):
    large = {"file": SimpleUploadedFile("large.mrc", b"x" * 2_500_000)}

    assert client_of_alpha.post("/console/import", large).status_code == 413
    large["file"].seek(0)
    assert admin_client.post("/console/import", large).status_code == 302


def test_a_thousand_fields_too_many_are_a_400(client_of_alpha):
    response = client_of_alpha.post("/log-in", {f"field-{number}": "x" for number in range(1500)})

    assert response.status_code == 400


def test_a_stale_form_is_told_so(alpha):
    client = Client(headers={"host": "alpha.localhost"}, enforce_csrf_checks=True)

    assert client.post("/log-in", {"card": "1", "pin": "1"}).status_code == 403
