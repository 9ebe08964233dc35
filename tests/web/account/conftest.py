"""Browsers that nobody is logged in at, on each host."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client

from common.encryption import encrypt
from tenants.models import IdentityProvider, Municipality


class Browser(Client):
    """A browser on a municipality's host; after each answer the test goes on in that municipality."""

    def __init__(self, municipality: Municipality, host: str) -> None:
        super().__init__(headers={"host": host})
        self.municipality = municipality

    def request(self, **request):
        """Send a request."""
        try:
            return super().request(**request)
        finally:
            connection.set_tenant(self.municipality)


@pytest.fixture
def browser(alpha: Municipality, standing_clock: None) -> Client:
    """Return a browser on Alpha's host."""
    return Browser(alpha, "alpha.localhost")


@pytest.fixture
def browse(alpha: Municipality, standing_clock: None) -> Callable[[str], Client]:
    """Return a function that gives a browser on a host; the test goes on in Alpha."""
    return lambda host: Browser(alpha, host)


@pytest.fixture
def staff_login(alpha, provider):
    """Return Alpha's settings of it."""
    return IdentityProvider.objects.create(
        municipality=alpha,
        kind="STAFF",
        is_on=True,
        name="Alpha ID",
        issuer=provider.issuer,
        client_id="libsys-alpha",
        client_secret=encrypt("hush").decode(),
        factor_claim="acr",
        factor_values=["two"],
    )
