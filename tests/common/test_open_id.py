"""The flow against a provider whose answers are wrong in one way each."""

import base64
import json
import time
import uuid
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.cache import caches
from joserfc.jwk import OctKey

from common.open_id.claims import proven_email, says_one_of, subject_of, words_of
from common.open_id.errors import Fault, SignOnFailed
from common.open_id.flow import Registration, come_back, is_ours, set_out, way_out
from common.open_id.provider import provider_of
from tests.fixtures.identity_providers import OTHER_KEY, odd_provider


@pytest.fixture
def own_cache():
    """Give the test a part of the cache that's its own: a port may be another provider's in the next test."""
    caches["default"].key_prefix += f":{uuid.uuid4().hex}"


@pytest.fixture
def odd(settings, own_cache):
    settings.REMOTE_PRIVATE_HOSTS = frozenset({"127.0.0.1"})
    with odd_provider() as provider:
        provider.now = int(time.time())
        yield provider


@pytest.fixture
def registration(odd):
    return Registration(odd.issuer, "libsys", "hush", "https://alpha.example/back")


@pytest.fixture
def tried(odd, registration):
    """Return a function that goes there and back."""

    def go(*, code="c-1", needs=("sub",), **more):
        _address, attempt = set_out(registration)
        odd.nonce = attempt.nonce
        return come_back(registration, attempt, code=code, needs=needs, **more)

    return go


def fault_of(go, **more):
    with pytest.raises(SignOnFailed) as failed:
        go(**more)
    return failed.value.codes


def test_sends_her_there_with_state_nonce_and_a_hashed_verifier(odd, registration):
    address, attempt = set_out(registration, acr_values="two")

    asked = {name: value for name, [value] in parse_qs(urlsplit(address).query).items()}
    assert address.startswith(f"{odd.issuer}/authorize?")
    assert (asked["response_type"], asked["client_id"], asked["redirect_uri"]) == ("code", "libsys", registration.back)
    assert (asked["state"], asked["nonce"], asked["acr_values"]) == (attempt.state, attempt.nonce, "two")
    assert asked["code_challenge_method"] == "S256"
    assert attempt.verifier not in address
    assert "hush" not in address


def test_comes_back_with_what_the_signed_token_says(odd, tried):
    claims = tried()

    [form] = [form for path, _headers, form in odd.asked if path == "/token"]
    assert claims["sub"] == "ann"
    assert (form["grant_type"], form["code"]) == (["authorization_code"], ["c-1"])
    assert len(form["code_verifier"][0]) >= 43
    assert "client_secret" not in form
    assert not [path for path, _headers, _form in odd.asked if path == "/userinfo"]


def test_asks_for_what_the_token_lacks(odd, tried):
    assert tried(needs=["sub", "email"])["email"] == "ann@post.example"


def test_what_is_told_of_somebody_else_doesn_t_count(odd, tried):
    odd.answers["/userinfo"] = (200, b'{"sub": "bob", "email": "ann@post.example"}')

    assert fault_of(tried, needs=["email"]) == [Fault.BAD_TOKEN]


def test_takes_a_new_key_that_the_provider_signs_with_since(odd, tried):
    tried()
    odd.shows, odd.signs_with, odd.header = [OTHER_KEY], OTHER_KEY, {"alg": "RS256", "kid": "two"}

    assert tried()["sub"] == "ann"


@pytest.mark.parametrize(
    ("claims", "fault"),
    [
        ({"nonce": "another"}, Fault.BAD_TOKEN),
        ({"nonce": None}, Fault.BAD_TOKEN),
        ({"iss": "https://other.example"}, Fault.BAD_TOKEN),
        ({"aud": "another"}, Fault.BAD_TOKEN),
        ({"aud": ["libsys", "another"]}, Fault.BAD_TOKEN),
        ({"azp": "another"}, Fault.BAD_TOKEN),
        ({"sub": None}, Fault.BAD_TOKEN),
        ({"exp": None}, Fault.BAD_TOKEN),
        ({"exp": "soon"}, Fault.BAD_TOKEN),
        ({"exp": 1000}, Fault.TOKEN_EXPIRED),
    ],
)
def test_takes_no_token_that_says_otherwise(odd, tried, claims, fault):
    odd.claims = claims

    assert fault_of(tried) == [fault]


def test_takes_no_token_that_another_key_has_signed(odd, tried):
    odd.signs_with = OTHER_KEY

    assert fault_of(tried) == [Fault.BAD_TOKEN]


def test_takes_no_token_signed_with_what_both_know(odd, tried):
    odd.header, odd.signs_with = {"alg": "HS256", "kid": "one"}, OctKey.import_key("hush" * 10)

    assert fault_of(tried) == [Fault.BAD_TOKEN]


def test_takes_no_token_without_a_signature(odd, tried):
    def part(value):
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

    claims = {"iss": odd.issuer, "sub": "ann", "aud": "libsys", "exp": odd.now + 300, "iat": odd.now}
    token = f"{part({'alg': 'none'})}.{part(claims)}."
    odd.answers["/token"] = (200, json.dumps({"access_token": "open", "id_token": token}).encode())

    assert fault_of(tried) == [Fault.BAD_TOKEN]


@pytest.mark.parametrize(
    ("path", "answer", "fault"),
    [
        ("/token", (400, b'{"error": "invalid_grant"}'), Fault.CODE_REFUSED),
        ("/token", (401, b""), Fault.CODE_REFUSED),
        ("/token", (200, b'{"error": "invalid_grant"}'), Fault.CODE_REFUSED),
        ("/token", (500, b""), Fault.NO_ANSWER),
        ("/token", (302, b"/elsewhere"), Fault.NO_ANSWER),
        ("/token", (200, b"<html>"), Fault.NOT_A_PROVIDER),
        ("/token", (200, b"[" * 100_000), Fault.NOT_A_PROVIDER),
        ("/token", (200, b"x" * 400_000), Fault.NO_ANSWER),
        ("/token", (200, b"{}"), Fault.BAD_TOKEN),
        ("/token", (200, b'{"id_token": 7}'), Fault.BAD_TOKEN),
        ("/token", (200, b'{"id_token": "a.b.c"}'), Fault.BAD_TOKEN),
        ("/keys", (200, b'{"keys": []}'), Fault.NOT_A_PROVIDER),
        ("/keys", (200, b'{"keys": 7}'), Fault.NOT_A_PROVIDER),
        ("/keys", (200, b'{"keys": [{"kty": "RSA", "kid": "one", "n": "!", "e": 7}]}'), Fault.BAD_TOKEN),
    ],
)
def test_a_bad_answer_is_a_refusal(odd, tried, path, answer, fault):
    odd.answers[path] = answer

    assert fault_of(tried) == [fault]


def test_the_token_s_address_never_hears_a_redirected_secret(odd, tried):
    odd.answers["/token"] = (302, b"/elsewhere")

    fault_of(tried)

    assert "/elsewhere" not in [path for path, _headers, _form in odd.asked]


@pytest.mark.parametrize(
    ("document", "fault"),
    [
        ({"issuer": "https://other.example"}, Fault.OTHER_ISSUER),
        ({"issuer": None}, Fault.NOT_A_PROVIDER),
        ({"token_endpoint": None}, Fault.NOT_A_PROVIDER),
        ({"token_endpoint": "http://plain.example/token"}, Fault.NOT_A_PROVIDER),
        ({"authorization_endpoint": "javascript:alert(1)"}, Fault.NOT_A_PROVIDER),
        ({"jwks_uri": 7}, Fault.NOT_A_PROVIDER),
        ({"id_token_signing_alg_values_supported": ["HS256", "none"]}, Fault.NOT_A_PROVIDER),
    ],
)
def test_a_provider_that_doesn_t_say_enough_is_refused(odd, registration, document, fault):
    odd.document = document

    assert fault_of(lambda: set_out(registration)) == [fault]


def test_an_answer_in_another_s_name_is_refused(odd, tried):
    assert fault_of(tried, issuer="https://other.example") == [Fault.OTHER_ISSUER]


@pytest.mark.parametrize("code", ["", "x" * 5000])
def test_what_can_t_be_a_code_is_refused_before_anybody_is_asked(odd, tried, code):
    assert fault_of(tried, code=code) == [Fault.CODE_REFUSED]
    assert "/token" not in [path for path, _headers, _form in odd.asked]


def test_never_asks_a_machine_of_our_own(settings, own_cache):
    settings.REMOTE_PRIVATE_HOSTS = frozenset()

    with pytest.raises(SignOnFailed) as failed:
        provider_of("https://127.0.0.1:1")

    assert failed.value.reasons[0].facts["trouble"] == "PRIVATE_ADDRESS"


def test_asks_a_silent_provider_once_and_not_for_everybody(odd, registration):
    odd.answers["/.well-known/openid-configuration"] = (503, b"")

    faults = [fault_of(lambda: set_out(registration)) for _ in range(3)]

    assert faults == [[Fault.NO_ANSWER]] * 3
    assert len(odd.asked) == 1
    del odd.answers["/.well-known/openid-configuration"]
    assert provider_of(odd.issuer, anew=True).issuer == odd.issuer


def test_another_browser_s_answer_isn_t_ours(odd, registration):
    _address, attempt = set_out(registration)

    assert is_ours(attempt, attempt.state)
    assert not is_ours(attempt, "")
    assert not is_ours(attempt, "ø" + attempt.state)


def test_the_way_out_names_us_and_no_person(odd, registration):
    asked = parse_qs(urlsplit(way_out(registration, to="https://alpha.example/")).query)

    assert asked == {"client_id": ["libsys"], "post_logout_redirect_uri": ["https://alpha.example/"]}


def test_there_s_no_way_out_where_the_provider_has_none_or_is_silent(odd, registration):
    odd.document = {"end_session_endpoint": None}

    assert way_out(registration, to="https://alpha.example/") == ""
    assert way_out(Registration("https://127.0.0.1:1", "libsys", "", ""), to="/") == ""


@pytest.mark.parametrize("value", [None, "", 7, ["ann"], "x" * 300, "a\nb", "a\x00b"])
def test_what_can_t_name_a_person_is_nothing(value):
    assert subject_of({"sub": value}, "sub") == ""


def test_a_claim_s_words_come_as_a_list_or_as_one_text():
    assert words_of("101001, 101002") == words_of(["101001", 101002]) == ["101001", "101002"]
    assert words_of({"a": 1}) == words_of(None) == words_of(True) == []
    assert says_one_of({"amr": ["pwd", "mfa"]}, "amr", ["mfa"])
    assert not says_one_of({"amr": ["pwd"]}, "amr", ["mfa"])


@pytest.mark.parametrize("verified", [None, False, "true", 1])
def test_an_address_that_isn_t_proven_is_nothing(verified):
    assert proven_email({"email": "ann@post.example", "email_verified": verified}) == ""
    assert proven_email({"email": "ann@post.example", "email_verified": True}) == "ann@post.example"
