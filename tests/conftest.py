"""A real PostgreSQL with the shared schema and two municipalities, Alpha and Beta, that every test starts from."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.cache import caches
from django.core.management import call_command
from django.db import connection
from django.test import Client

from tenants.models import Domain, Municipality
from tenants.selectors import forget_hosts

# A Thursday, in winter time.
NOW = datetime(2026, 11, 19, 10, 30, tzinfo=UTC)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """Add the municipalities to the test database, once; `--reuse-db` finds them again."""
    with django_db_blocker.unblock():
        connection.set_schema_to_public()
        _member("public", "Consortium", "localhost")
        _member("alpha", "Alpha", "alpha.localhost")
        _member("beta", "Beta", "beta.localhost")


def _member(schema: str, name: str, host: str) -> None:
    if Municipality.objects.filter(schema_name=schema).exists():
        return
    municipality = Municipality.objects.create(
        schema_name=schema, name=name, country="DK", state=Municipality.State.IN_SERVICE, language="en"
    )
    Domain.objects.create(tenant=municipality, domain=host, is_primary=True)
    if schema != "public":
        with connection.cursor() as cursor:
            cursor.execute(f'CREATE SCHEMA "{schema}"')
        call_command("migrate_schemas", schema_name=schema, verbosity=0)


@pytest.fixture(autouse=True)
def _own_cache(worker_id: str, settings: Any) -> Iterator[None]:
    """Keep parallel workers' caches apart, and each test's from the next."""
    cache = caches["default"]
    cache.key_prefix = f":test:{settings.DATABASES['default']['TEST']['NAME']}:{worker_id}"
    forget_hosts()
    yield


@pytest.fixture
def alpha(db: None) -> Iterator[Municipality]:
    """Run the test in Alpha."""
    municipality = Municipality.objects.get(schema_name="alpha")
    connection.set_tenant(municipality)
    yield municipality
    connection.set_schema_to_public()


@pytest.fixture
def beta(db: None) -> Municipality:
    """Return the neighbour, whose things nobody of Alpha may see."""
    return Municipality.objects.get(schema_name="beta")


@pytest.fixture
def now() -> datetime:
    """Return the moment at which tests happen."""
    return NOW


@pytest.fixture
def client_of_alpha(alpha: Municipality) -> Client:
    """Return a browser on Alpha's host."""
    return Client(headers={"host": "alpha.localhost"})
