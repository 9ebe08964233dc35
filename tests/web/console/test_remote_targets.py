"""Naming other catalogues: a municipality's for itself, the consortium's for all."""

import pytest
from django.urls import reverse

from accounts.models import AuditEntry
from catalogue.models import RemoteTarget
from tenants.models import Municipality

FORM = {
    "name": "National",
    "address": "https://national.example/sru",
    "version": "1.2",
    "record_schema": "marcxml",
    "isbn_index": "bath.isbn",
    "title_index": "dc.title",
}


def add(client, **others):
    return client.post(reverse("console:remote_targets"), FORM | others)


def test_is_named_listed_and_taken_away_with_a_trace(admin_client, alpha):
    assert add(admin_client).status_code == 302
    target = RemoteTarget.objects.get()
    assert (target.municipality, target.title_index, target.author_index) == (alpha, "dc.title", "")
    assert "National" in admin_client.get(reverse("console:remote_targets")).content.decode()

    assert admin_client.post(reverse("console:remove_remote_target", args=[target.pk])).status_code == 302
    assert not RemoteTarget.objects.exists()
    assert list(AuditEntry.objects.order_by("pk").values_list("action", "facts__name")) == [
        ("catalogue.add_remote_target", "National"),
        ("catalogue.remove_remote_target", "National"),
    ]


@pytest.mark.parametrize(
    "wrong",
    [
        {"address": "ftp://national.example/"},
        {"address": "https://me:secret@national.example/"},
        {"isbn_index": 'bath.isbn="1" or x'},
        {"title_index": "a b"},
        {"author_index": '"'},
        {"version": "2.0"},
        {"name": ""},
    ],
)
def test_what_cannot_be_asked_is_refused_beside_its_field(admin_client, alpha, wrong):
    refused = add(admin_client, **wrong)

    assert refused.status_code == 422
    assert set(refused.context["form"].errors) == set(wrong)
    assert not RemoteTarget.objects.exists()


def test_those_of_the_consortium_are_seen_and_stay(admin_client, alpha, beta):
    shared = RemoteTarget.objects.create(municipality=Municipality.objects.get(schema_name="public"), **FORM)
    other = RemoteTarget.objects.create(municipality=beta, **FORM | {"name": "Beta's"})
    page = admin_client.get(reverse("console:remote_targets"))

    assert [(row["target"].pk, row["is_own"]) for row in page.context["targets"]] == [(shared.pk, False)]
    for target in (shared, other):
        assert admin_client.post(reverse("console:remove_remote_target", args=[target.pk])).status_code == 404
    assert RemoteTarget.objects.count() == 2


def test_the_consortium_names_them_for_all(operator_client):
    address = reverse("console:remote_targets", urlconf="libsys.urls_consortium")
    assert operator_client.post(address, FORM).status_code == 302

    assert RemoteTarget.objects.get().municipality.is_consortium
    assert [row["is_own"] for row in operator_client.get(address).context["targets"]] == [True]
