"""The administrator connects her municipality's provider, and the consortium what its members follow."""

import pytest

from accounts.models import AuditEntry, StaffIdentity
from common.encryption import decrypt
from tenants.models import IdentityProvider, Municipality
from tenants.selectors import identity_provider
from tests.factories import NOW, StaffAccountFactory
from tests.fixtures.identity_providers import local_provider, odd_provider
from tests.web.console.pages import sent_forms

STAFF, UNILOGIN = "/console/sign-on/staff", "/console/sign-on/unilogin"
FILLED = {
    "used": "own",
    "name": "Alpha ID",
    "issuer": "https://id.alpha.example/realms/staff",
    "client_id": "libsys",
    "client_secret": "hush-hush",
    "subject_claim": "sub",
    "factor_claim": "amr",
    "factor_values": "mfa otp",
}


def values_of(client, path=STAFF):
    return sent_forms(client.get(path))[0].values


def save(client, path=STAFF, **fields):
    return client.post(path, values_of(client, path) | FILLED | fields)


def test_keeps_the_secret_encrypted_and_shows_it_nowhere(admin_client, alpha):
    assert save(admin_client).status_code == 302

    kept = IdentityProvider.objects.get()
    assert (kept.municipality, kept.kind, kept.is_on, kept.factor_values) == (alpha, "STAFF", True, ["mfa", "otp"])
    assert (decrypt(kept.client_secret), "hush" in kept.client_secret) == ("hush-hush", False)
    assert "hush" not in admin_client.get(STAFF).content.decode()
    entry = AuditEntry.objects.get(action="tenants.change_identity_provider")
    assert (entry.facts["new_secret"], "hush" in str(entry.facts), kept.client_secret in str(entry.facts)) == (
        True,
        False,
        False,
    )


def test_an_empty_secret_keeps_the_one_that_s_there(admin_client):
    save(admin_client)

    assert save(admin_client, client_secret="", name="New").status_code == 302

    kept = IdentityProvider.objects.get()
    assert (kept.name, decrypt(kept.client_secret)) == ("New", "hush-hush")


def test_the_secret_never_goes_to_another_address(admin_client):
    save(admin_client)

    answer = save(admin_client, client_secret="", issuer="https://evil.example")

    assert answer.status_code == 422
    assert "enter the secret that belongs to it" in answer.content.decode()
    assert IdentityProvider.objects.get().issuer == FILLED["issuer"]


@pytest.mark.parametrize("missing", ["issuer", "client_id", "subject_claim", "factor_claim", "factor_values"])
def test_isn_t_in_use_while_something_is_missing(admin_client, missing):
    assert save(admin_client, **{missing: ""}).status_code == 422
    assert not IdentityProvider.objects.exists()


@pytest.mark.parametrize(
    "issuer", ["http://id.alpha.example", "id.alpha.example", "https://a@b.example", "javascript:x"]
)
def test_refuses_an_address_that_others_can_listen_to(admin_client, issuer):
    assert save(admin_client, issuer=issuer).status_code == 422


@pytest.mark.parametrize("numbers", ["10100x!", "1234567890123", "<b>"])
def test_refuses_what_can_t_be_an_institution(admin_client, numbers):
    assert save(admin_client, UNILOGIN, institutions=numbers).status_code == 422


def test_unilogin_begins_with_what_it_usually_says(admin_client):
    values = values_of(admin_client, UNILOGIN)

    names = ("subject_claim", "acr_values", "factor_claim", "factor_values")
    assert [values[name] for name in names] == ["uniid", "To_Faktor", "unilogin_loa", "ToFaktor"]
    assert "name" not in values


def test_tries_the_provider_and_says_what_it_found(admin_client, settings, empty_cache):
    settings.REMOTE_PRIVATE_HOSTS = frozenset({"localhost"})
    with local_provider() as provider:
        save(admin_client, issuer=provider.issuer)
        answer = admin_client.post(f"{STAFF}/try")

    text = answer.content.decode()
    assert "all that's needed is there" in text
    assert f"{provider.issuer}/oauth2/authorize" in text
    assert "http://alpha.localhost/account/sign-on/staff/back" in text


@pytest.mark.parametrize(
    ("path", "status", "body", "says"),
    [
        ("/.well-known/openid-configuration", 404, b"", "It refused to answer. (HTTP 404)"),
        ("/.well-known/openid-configuration", 200, b"<html>", "It doesn&#x27;t say enough of itself"),
        ("/.well-known/openid-configuration", 200, b'{"issuer": "https://b.example"}', "https://b.example"),
        ("/keys", 200, b"{}", "“keys”"),
    ],
)
def test_says_what_is_wrong_with_a_provider(admin_client, settings, empty_cache, path, status, body, says):
    settings.REMOTE_PRIVATE_HOSTS = frozenset({"127.0.0.1"})
    with odd_provider() as odd:
        odd.answers[path] = (status, body)
        save(admin_client, issuer=odd.issuer)
        answer = admin_client.post(f"{STAFF}/try")

    assert (answer.status_code, says in answer.content.decode()) == (200, True)


def test_never_asks_our_own_machines(admin_client, empty_cache):
    save(admin_client, issuer="https://127.0.0.1:1")

    answer = admin_client.post(f"{STAFF}/try")

    assert "isn&#x27;t on the public network" in answer.content.decode()


def test_a_municipality_follows_the_consortium_with_its_own_institutions(admin_client, alpha, beta):
    consortium = Municipality.objects.get(schema_name="public")
    shared = IdentityProvider.objects.create(
        municipality=consortium, kind="UNILOGIN", is_on=True, issuer="https://uni.example", client_id="all"
    )
    assert (
        save(admin_client, UNILOGIN, used="shared", issuer="", client_id="", institutions="101001").status_code == 302
    )

    found = identity_provider(alpha, "UNILOGIN")

    assert (found.pk, found.institutions) == (shared.pk, ["101001"])
    assert identity_provider(beta, "UNILOGIN") is None
    assert identity_provider(alpha, "STAFF") is None


def test_staff_never_follow_the_consortium(admin_client):
    assert save(admin_client, used="shared").status_code == 422


def test_the_consortium_s_own_page_has_no_one_to_follow(operator_client):
    [form] = [each for each in sent_forms(operator_client.get("/sign-on/unilogin")) if each.typed]

    assert operator_client.post("/sign-on/unilogin", form.values | FILLED | {"used": "shared"}).status_code == 422
    assert operator_client.post("/sign-on/unilogin", form.values | FILLED).status_code == 302
    assert IdentityProvider.objects.get().municipality.is_consortium


def test_saves_for_its_own_municipality_only(admin_client, alpha, beta):
    other = IdentityProvider.objects.create(municipality=beta, kind="STAFF", issuer="https://b.example", client_id="b")

    save(admin_client)

    other.refresh_from_db()
    assert (other.issuer, other.client_id, other.is_on) == ("https://b.example", "b", False)
    assert IdentityProvider.objects.filter(municipality=alpha).count() == 1
    assert "b.example" not in admin_client.get(STAFF).content.decode()


def test_takes_a_connection_away(admin_client):
    account, other = StaffAccountFactory(), StaffAccountFactory()
    kept = StaffIdentity.objects.create(account=other, issuer="https://id.example", subject="b", linked_at=NOW)
    gone = StaffIdentity.objects.create(account=account, issuer="https://id.example", subject="a", linked_at=NOW)

    assert admin_client.post(f"/console/staff/{account.pk}/unlink/{kept.pk}").status_code == 404
    assert admin_client.post(f"/console/staff/{account.pk}/unlink/{gone.pk}").status_code == 302

    assert StaffIdentity.objects.get() == kept
    assert AuditEntry.objects.filter(action="accounts.unlink_identity").count() == 1
