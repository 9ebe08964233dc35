"""Probes come by address, and want to know before anything else whether the process can serve."""

import pytest
from django.db import OperationalError, connection
from django.test import Client
from redis.exceptions import ConnectionError as NoBroker

HOSTS = ["alpha.localhost", "localhost", "127.0.0.1", "10.0.0.7:8000", "nobody.example", ""]


def probe(path, host="127.0.0.1"):
    return Client(raise_request_exception=False).get(path, headers={"host": host})


@pytest.fixture
def no_database(monkeypatch):
    """Let every question to the database fail, as when its server is gone."""

    def fail(*_arguments, **_keywords):
        raise OperationalError("connection refused")

    with monkeypatch.context() as patched:
        patched.setattr(connection, "cursor", fail)
        yield


@pytest.fixture
def no_broker(monkeypatch):
    """Let every question to the broker fail."""

    def fail(*_arguments, **_keywords):
        raise NoBroker("connection refused")

    monkeypatch.setattr("libsys.health.cache", type("Gone", (), {"get": staticmethod(fail)}))


@pytest.mark.parametrize("host", HOSTS)
def test_is_alive_and_ready_on_every_host(db, host):
    alive, ready = probe("/healthz", host), probe("/readyz", host)

    assert (alive.status_code, alive.json()) == (200, {"status": "alive"})
    assert (ready.status_code, ready.json()) == (
        200,
        {"status": "ready", "checks": {"database": True, "broker": True}},
    )


def test_is_alive_but_not_ready_without_a_database(alpha, no_database):
    ready = probe("/readyz")

    assert probe("/healthz").status_code == 200
    assert (ready.status_code, ready.json()["checks"]) == (503, {"database": False, "broker": True})


def test_is_alive_but_not_ready_without_a_broker(db, no_broker):
    ready = probe("/readyz")

    assert probe("/healthz").status_code == 200
    assert (ready.status_code, ready.json()["checks"]) == (503, {"database": True, "broker": False})


def test_a_probe_is_never_kept_by_a_cache(db):
    assert probe("/healthz").headers["Cache-Control"] == "no-store"
    assert probe("/readyz").headers["Cache-Control"] == "no-store"
