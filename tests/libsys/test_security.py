"""What browsers are told on every page, what cookies carry, and what production insists on."""

import os
import subprocess
import sys

import pytest
from cryptography.fernet import Fernet
from django.conf import settings
from django.contrib.auth.hashers import Argon2PasswordHasher, make_password
from django.core.checks import run_checks
from django.test import Client
from django.utils.module_loading import import_string

from libsys import settings as installations_settings
from patrons.models import Patron
from patrons.services.log_in import prove_patron
from patrons.services.register import set_pin
from tenants.models import Municipality
from tests.factories import PatronFactory, StaffAccountFactory
from tests.isolation.visits import browser
from tests.libsys.security_headers import lacking_headers
from web.account.sessions import PATRON_COOKIE, STAFF_COOKIE

PRODUCTION = {
    "LIBSYS_MODE": "production",
    "LIBSYS_SECRET_KEY": "kX2vQ9pLr7sWm3tZy8uBn4cVd6fGh1jKa5eTx0wRiOqPzMlNbS",
    "LIBSYS_FIELD_KEYS": Fernet.generate_key().decode(),
    "LIBSYS_BASE_DOMAIN": "library.example",
}


def in_production(code: str, **changes: str) -> subprocess.CompletedProcess[str]:
    """Run Python with production's settings; nothing connects to anything."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("LIBSYS_")}
    environment = {**kept, **PRODUCTION, **changes, "DJANGO_SETTINGS_MODULE": "libsys.settings"}
    command = [sys.executable, "-W", "error::DeprecationWarning", *code.split(" ", 1 if code.startswith("-c") else -1)]
    return subprocess.run(command, cwd=settings.ROOT, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("host", "path", "status"),
    [
        ("alpha.localhost", "/nothing-here", 404),
        ("alpha.localhost", "/console/nothing-here", 404),
        ("alpha.localhost", "/api/v1/nothing", 404),
        ("alpha.localhost", "/hours?x=%00", 400),
        ("nobody.localhost", "/", 404),
        ("beta.localhost", "/", 503),
    ],
)
def test_error_pages_carry_them(alpha, beta, host, path, status):
    if status == 503:
        Municipality.objects.filter(pk=beta.pk).update(state=Municipality.State.SUSPENDED)
    response = browser(host).get(path)

    assert response.status_code == status
    assert lacking_headers(response.headers) == []


def test_session_cookies_are_kept_from_scripts_and_from_other_sites(alpha, client_of_alpha):
    StaffAccountFactory(username="lis", password="a long word of mine")
    PatronFactory(card="2011", pin=make_password("4711"))

    client_of_alpha.post("/account/log-in", {"username": "lis", "password": "a long word of mine"})
    client_of_alpha.post("/log-in", {"card": "2011", "pin": "4711"})

    for name in (STAFF_COOKIE, PATRON_COOKIE):
        cookie = client_of_alpha.cookies[name]
        assert (cookie["httponly"], cookie["samesite"], cookie["domain"], cookie["path"]) == (True, "Lax", "", "/")


def test_the_other_cookies_stay_on_the_site(client_of_alpha):
    client_of_alpha.get("/log-in")
    client_of_alpha.post("/language", {"language": "fi"})

    assert client_of_alpha.cookies["csrftoken"]["samesite"] == "Lax"
    assert client_of_alpha.cookies["language"]["samesite"] == "Lax"
    assert client_of_alpha.cookies["language"]["httponly"] is True


def test_a_form_without_its_token_is_refused_in_words_and_changes_nothing(alpha):
    client = Client(enforce_csrf_checks=True, headers={"host": "alpha.localhost"})

    for token in (None, "", "wrong", "x" * 5000, "\x00", "æøå"):
        response = client.post("/log-in", {"card": "1", **({"csrfmiddlewaretoken": token} if token else {})})

        assert response.status_code in (400, 403), token
        assert PATRON_COOKIE not in response.cookies
        assert "<h1" in response.content.decode()


def test_a_form_from_another_site_is_refused(alpha):
    client = Client(enforce_csrf_checks=True, headers={"host": "alpha.localhost"})
    client.get("/log-in")

    response = client.post(
        "/log-in",
        {"card": "1", "pin": "1", "csrfmiddlewaretoken": client.cookies["csrftoken"].value},
        headers={"origin": "https://beta.localhost"},
    )

    assert response.status_code == 403


@pytest.mark.parametrize("area", ["/log-in", "/account/log-in"])
@pytest.mark.parametrize(
    "target", ["//evil.example", "https://evil.example/", "javascript:alert(1)", "/\\evil.example"]
)
def test_log_in_leads_to_no_other_site(alpha, client_of_alpha, area, target):
    StaffAccountFactory(username="lis", password="a long word of mine")
    PatronFactory(card="2011", pin=make_password("4711"))
    sent = {"username": "lis", "password": "a long word of mine", "card": "2011", "pin": "4711"}

    response = client_of_alpha.post(f"{area}?next={target}", sent)

    assert response.status_code == 302
    assert response.headers["Location"].startswith("/")
    assert "evil" not in response.headers["Location"]


def test_logging_in_gives_the_session_a_new_key(alpha, client_of_alpha):
    StaffAccountFactory(username="lis", password="a long word of mine")
    client_of_alpha.cookies[STAFF_COOKIE] = fixed = "a" * 32

    client_of_alpha.post("/account/log-in", {"username": "lis", "password": "a long word of mine"})

    assert client_of_alpha.cookies[STAFF_COOKIE].value not in ("", fixed)


def test_pins_are_stored_as_slow_hashes(alpha):
    patron = PatronFactory(card="2011")
    set_pin(patron=patron, pin="90210", staff=None)

    stored = Patron.objects.get(pk=patron.pk).pin
    assert stored.startswith("argon2$")
    assert "90210" not in stored
    assert prove_patron(card_number="2011", pin="90210") == patron


def test_an_installation_hashes_with_argon2_at_its_full_strength():
    """Tests hash quickly (`tests/fixtures/hashing.py`); what stands in the settings doesn't."""
    hasher = import_string(installations_settings.PASSWORD_HASHERS[0])()

    assert type(hasher) is Argon2PasswordHasher
    assert (hasher.memory_cost, hasher.time_cost, hasher.parallelism) == (102400, 2, 8)


def test_this_installation_passes_its_own_checks(db):
    assert [found for found in run_checks() if not found.is_silenced()] == []


def test_production_passes_djangos_checks_for_deployment():
    run = in_production("manage.py check --deploy --fail-level INFO")

    assert run.returncode == 0, run.stderr
    assert "no issues" in run.stdout


def test_production_sends_cookies_over_https_only_and_nothing_of_development():
    code = (
        "-c import json, libsys.settings as s; print(json.dumps([s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, "
        "s.LANGUAGE_COOKIE_SECURE, s.SECURE_SSL_REDIRECT, s.SECURE_HSTS_SECONDS >= 31536000, s.DEBUG, "
        "'django_linear_migrations' in s.INSTALLED_APPS, s.WHITENOISE_USE_FINDERS, s.PUBLIC_SCHEME]))"
    )

    run = in_production(code)

    assert run.stdout.strip() == '[true, true, true, true, true, false, false, false, "https"]', run.stderr


def test_production_does_not_start_on_a_setting_of_nobodys():
    run = in_production("manage.py check", LIBSYS_DEBUG="1")

    assert run.returncode != 0
    assert "LIBSYS_DEBUG: nobody knows this variable" in run.stderr
