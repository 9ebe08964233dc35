"""An operator of the consortium in her browser."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client

from tenants.models import Municipality
from tests.factories import StaffAccountFactory
from web.account.sessions import STAFF_COOKIE


class OperatorClient(Client):
    """A browser on the consortium's host; after each answer the test goes on in the shared schema."""

    staff: Any = None

    def request(self, **request: Any) -> Any:
        """Send a request."""
        try:
            return super().request(**request)
        finally:
            connection.set_schema_to_public()


@pytest.fixture
def consortium(db: None) -> Iterator[None]:
    """Run the test in the shared schema."""
    connection.set_schema_to_public()
    yield
    connection.set_schema_to_public()


@pytest.fixture
def operator_client(consortium: None, standing_clock: None) -> Client:
    """Return an operator's browser; her account is `.staff`."""
    client = OperatorClient(headers={"host": "localhost"})
    client.staff = StaffAccountFactory(name="Olga Operator", operator=True)
    client.force_login(client.staff)
    client.cookies[STAFF_COOKIE] = client.cookies.pop(settings.SESSION_COOKIE_NAME).value
    return client


@pytest.fixture
def municipality(consortium: None) -> Municipality:
    """Return Alpha as the consortium sees it."""
    return Municipality.objects.get(schema_name="alpha")
