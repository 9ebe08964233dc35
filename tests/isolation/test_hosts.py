"""A host chooses its municipality and no other, whoever was here before."""

import threading

import pytest
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection
from django.test import Client

from holdings.models import Branch
from tenants.keys import cache_key, lock_numbers
from tenants.models import Municipality
from tenants.selectors import current_municipality, forget_hosts
from tests.fixtures.municipalities import bare_municipality, remove_municipality


@pytest.fixture(autouse=True)
def _pages(settings):
    settings.ROOT_URLCONF = settings.PUBLIC_SCHEMA_URLCONF = "tests.isolation.urls"


@pytest.fixture
def branches(alpha, beta):
    """Give each municipality a branch of its own name."""
    for municipality in (alpha, beta):
        connection.set_tenant(municipality)
        Branch.objects.create(code=f"of-{municipality.schema_name}", name="Main")
    connection.set_schema_to_public()


def get(host, path="/rows", client=None):
    return (client or Client()).get(path, headers={"host": host})


@pytest.mark.parametrize(
    "host",
    [
        "alpha.localhost",
        "ALPHA.localhost",
        "Alpha.LocalHost",
        "alpha.localhost:8000",
        "alpha.localhost.",
        "ALPHA.localhost.:81",
    ],
)
def test_a_host_is_known_in_capitals_with_port_and_with_a_dot(branches, host):
    assert get(host).json() == {"branches": ["of-alpha"]}


@pytest.mark.parametrize(
    "host",
    [
        "",
        "gamma.localhost",
        "public.localhost",
        "template.localhost",
        "template_municipality.localhost",
        "alpha",
        "alpha.localhost.evil.example",
        "evil.example/alpha.localhost",
        "alpha.localhost evil",
        "x.alpha.localhost",
        "..",
        ":8000",
        "[::1]",
        "127.0.0.1",
        "a" * 300,
        "alpha.localhost\x00",
        "' OR 1=1 --",
    ],
)
def test_an_unknown_host_gets_a_plain_404(branches, host):
    response = get(host)

    assert response.status_code == 404
    assert response.headers["Cache-Control"] == "no-store"
    assert "of-" not in response.content.decode()
    assert "sessionid" not in response.cookies


def test_other_headers_choose_nothing(branches):
    response = Client().get(
        "/rows", headers={"host": "alpha.localhost", "x-forwarded-host": "beta.localhost", "x-schema": "beta"}
    )

    assert response.json() == {"branches": ["of-alpha"]}


def test_a_suspended_municipality_gets_a_plain_page_on_every_path(branches, alpha):
    Municipality.objects.filter(pk=alpha.pk).update(state=Municipality.State.SUSPENDED, suspended_reason="Unpaid bill")
    forget_hosts()

    response = get("alpha.localhost")

    assert response.status_code == 503
    assert response.headers["Cache-Control"] == "no-store"
    assert "Unpaid bill" not in response.content.decode()
    assert get("alpha.localhost", "/desk/recall").status_code == 503
    assert get("beta.localhost").json() == {"branches": ["of-beta"]}


def test_a_municipality_that_is_being_provisioned_is_unknown(branches, alpha):
    Municipality.objects.filter(pk=alpha.pk).update(state=Municipality.State.BEING_PROVISIONED)
    forget_hosts()

    assert get("alpha.localhost").status_code == 404


def test_the_same_thread_serves_one_host_after_another(branches):
    hosts = ["alpha", "beta", "nobody", "beta", "alpha", "alpha"]

    answers = [get(f"{host}.localhost") for host in hosts]

    assert [answer.json()["branches"] for answer in answers if answer.status_code == 200] == [
        ["of-alpha"],
        ["of-beta"],
        ["of-beta"],
        ["of-alpha"],
        ["of-alpha"],
    ]


def test_nothing_is_chosen_after_a_request(branches):
    get("alpha.localhost")

    assert connection.schema_name == "public"
    with pytest.raises(LookupError):
        current_municipality()


def test_nothing_is_chosen_after_a_request_that_broke(branches):
    get("alpha.localhost", "/broken", Client(raise_request_exception=False))

    assert connection.schema_name == "public"
    assert get("beta.localhost").json() == {"branches": ["of-beta"]}


def test_one_municipalitys_session_is_worth_nothing_in_another(branches):
    browser = Client()
    get("alpha.localhost", "/desk/remember?word=secret", browser)
    assert get("alpha.localhost", "/desk/recall", browser).json() == {"word": "secret"}

    assert get("beta.localhost", "/desk/recall", browser).json() == {"word": None}
    assert get("localhost", "/desk/recall", browser).json() == {"word": None}


def test_the_same_cache_key_means_another_thing_in_each(alpha, beta):
    cache.set("key", "of alpha")

    connection.set_tenant(beta)

    assert cache.get("key") is None
    assert ":beta:" in cache_key("key", "", 1)


def test_the_same_lock_is_another_in_each(alpha, beta):
    of_alpha = lock_numbers("night")

    connection.set_tenant(beta)

    assert lock_numbers("night")[0] != of_alpha[0]
    assert all(-(2**31) <= number < 2**31 for number in (*of_alpha, *lock_numbers("night")))


def test_the_same_file_is_another_in_each(alpha, beta, settings):
    name = default_storage.save("logo.txt", ContentFile(b"alpha"))

    connection.set_tenant(beta)

    assert not default_storage.exists(name)
    assert (settings.MEDIA_ROOT / "alpha" / name).read_bytes() == b"alpha"
    with pytest.raises(Exception, match="outside|traversal"):
        default_storage.save("../alpha/logo.txt", ContentFile(b"beta"))


def test_threads_that_share_the_pool_never_see_anothers_rows(committed_municipality, now):
    """Each of eight threads asks both hosts in turn, far more often than there are connections."""
    connection.set_schema_to_public()
    remove_municipality("delta")
    members = {"gamma": committed_municipality, "delta": bare_municipality("Delta", now)}
    for name, municipality in members.items():
        connection.set_tenant(municipality)
        Branch.objects.create(code=f"of-{name}", name="Main")
    connection.set_schema_to_public()
    wrong, asked = [], []

    def ask(first):
        browser = Client()
        for number in range(30):
            name = ("gamma", "delta")[(first + number) % 2]
            answer = get(f"{name}.localhost", "/rows", browser)
            asked.append(name)
            if answer.status_code != 200 or answer.json() != {"branches": [f"of-{name}"]}:
                wrong.append((name, answer.status_code, answer.content[:200]))
            # As at the end of a real request; the test's client leaves it out.
            connection.close()

    threads = [threading.Thread(target=ask, args=[number]) for number in range(8)]
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert wrong == []
        assert len(asked) == 240
    finally:
        remove_municipality("delta")
