"""A patron with a card and a PIN, and browsers at the portal."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.hashers import make_password
from django.db import connection
from django.test import Client

from tenants.models import Municipality
from tests.factories import PatronFactory, RuleFactory

CARD, PIN = "2090000001", "4711"


class Browser(Client):
    """A browser on a municipality's host; after each answer the test goes on in that municipality."""

    def __init__(self, municipality: Municipality, host: str) -> None:
        super().__init__(headers={"host": host})
        self.municipality = municipality

    def request(self, **request: Any) -> Any:
        """Send a request."""
        try:
            return super().request(**request)
        finally:
            connection.set_tenant(self.municipality)


@pytest.fixture(scope="session")
def hashed_pin() -> str:
    """Return the PIN as it's kept; making it takes a while."""
    return make_password(PIN)


@pytest.fixture
def browser(alpha: Municipality, standing_clock: None, empty_cache: None) -> Client:
    """Return a browser on Alpha's host."""
    return Browser(alpha, "alpha.localhost")


@pytest.fixture
def browse(alpha: Municipality, standing_clock: None) -> Callable[[str], Client]:
    """Return a function that gives a browser on a host; the test goes on in Alpha."""
    return lambda host: Browser(alpha, host)


@pytest.fixture
def patron(desk_branch: Any, hashed_pin: str) -> Any:
    """Return Ingrid Solvang with a card and a PIN, where the usual rules hold."""
    RuleFactory()
    return PatronFactory(family_name="Solvang", card=CARD, pin=hashed_pin, home_branch=desk_branch)


@pytest.fixture
def at_home(browser: Client, patron: Any) -> Client:
    """Return the browser in which Ingrid has logged in."""
    browser.post("/log-in", {"card": CARD, "pin": PIN})
    return browser
