"""A real PostgreSQL with the shared schema and two municipalities, Alpha and Beta, that every test starts from.

- `alpha` runs the test in Alpha, inside a transaction that's rolled back; `beta` is the neighbour.
- `committed_municipality` is for tests that need real commits, for instance several threads: a municipality called
  Gamma (gamma.localhost), provisioned for this test alone and removed after it, with every row that the test added to
  a shared table. Don't ask for `db`, `alpha` or `transactional_db` beside it. Each thread
  chooses the municipality itself and gives its connection back:

      def lend():
          connection.set_tenant(committed_municipality)
          try:
              check_out(...)
          finally:
              connection.close()

A database kept by `--reuse-db` is made anew by itself when migrations have changed.
"""

import gc
import math
from collections.abc import Iterator
from contextlib import nullcontext, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings as django_settings
from django.core.cache import caches
from django.db import connection
from django.test import Client
from django.test.utils import setup_databases, teardown_databases
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from whitenoise.middleware import WhiteNoiseMiddleware

from tenants import selectors
from tenants.choice import choose_none
from tenants.models import Municipality
from tenants.selectors import forget_hosts
from tests.fixtures.databases import forget_model, made_once
from tests.fixtures.municipalities import is_outdated, municipality_with_commits, prepare_database
from tests.fixtures.scheduling import DemoOnOneWorker

# What's tried doesn't depend on the run, nor the verdict on how busy the machine is. Who looks for new input to fail on
# asks for it: pytest --hypothesis-profile=default.
hypothesis_settings.register_profile(
    "steady", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
hypothesis_settings.load_profile("steady")

# A Thursday, in winter time.
NOW = datetime(2026, 11, 19, 10, 30, tzinfo=UTC)

# At once, since there are modules that hash a PIN while they're imported.
django_settings.PASSWORD_HASHERS = ["tests.fixtures.hashing.QuickArgon2", *django_settings.PASSWORD_HASHERS[1:]]


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> DemoOnOneWorker:
    """Keep everything that needs the running demo on one of the parallel workers."""
    return DemoOnOneWorker(config, log)


def pytest_collection_finish() -> None:
    """Look for garbage seldom, and only among what tests make: what thousands of them are themselves stays."""
    gc.collect()
    gc.freeze()
    # A twelfth of a run went by with looking.
    gc.set_threshold(100_000, 20, 100)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Drop what parallel workers copied their databases from."""
    if session.config.getoption("numprocesses", None):
        # Tests that need no database run without a server too.
        with suppress(psycopg.OperationalError):
            forget_model()


@pytest.fixture(scope="session")
def django_db_createdb(django_db_createdb: bool, django_db_modify_db_settings: None) -> bool:
    """Make the test database anew when the kept one has another shape than today's models."""
    return django_db_createdb or is_outdated(django_settings.DATABASES["default"])


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None,
    django_db_keepdb: bool,
    django_db_createdb: bool,
    django_db_blocker: Any,
    worker_id: str,
    _folder: Path,
) -> Iterator[None]:
    """Make the test database and add the municipalities to it, once; `--reuse-db` finds both again.

    pytest-django makes no database when none of the tests chosen asks for `db`, and those of `committed_municipality`
    would write to the installation's own.
    """
    # Fifty desks at once share eight connections; on a busy machine the last one waits longer than a desk would.
    django_settings.DATABASES["default"]["OPTIONS"]["pool"]["timeout"] = 300
    is_shared = worker_id != "master" and not django_db_keepdb
    with django_db_blocker.unblock(), made_once(_folder.parents[1]) if is_shared else nullcontext():
        made = setup_databases(
            verbosity=0, interactive=False, aliases=["default"], keepdb=django_db_keepdb and not django_db_createdb
        )
        prepare_database(NOW)
    yield
    if not django_db_keepdb:
        with django_db_blocker.unblock():
            _end_other_sessions()
            teardown_databases(made, verbosity=0)


def _end_other_sessions() -> None:
    """End what a late thread of a server still holds: a database that's in use can't be dropped."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


@pytest.fixture(scope="session")
def _folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("home")
    (folder / "static").mkdir()
    return folder


@pytest.fixture(scope="session", autouse=True)
def _static_files() -> Iterator[None]:
    """Look for style sheets and scripts once, and not again for each browser that a test opens."""
    look, found = WhiteNoiseMiddleware.add_files_from_finders, {}

    def add_files(middleware: WhiteNoiseMiddleware) -> None:
        if not found:
            collected, middleware.files = middleware.files, found
            look(middleware)
            middleware.files = collected
        middleware.files.update(found)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(WhiteNoiseMiddleware, "add_files_from_finders", add_files)
        yield


@pytest.fixture(autouse=True)
def _own_place(worker_id: str, settings: Any, _folder: Path) -> None:
    """Keep parallel workers' caches and files apart, the installation's folders clean; begin in no municipality."""
    choose_none()
    settings.STATIC_ROOT, settings.MEDIA_ROOT = _folder / "static", _folder / "files"
    settings.SEARCH_INDEX = _folder / "search-index"
    cache = caches["default"]
    cache.key_prefix = f":test:{settings.DATABASES['default']['TEST']['NAME']}:{worker_id}"
    forget_hosts()


@pytest.fixture(autouse=True)
def _remembered_hosts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep a host's municipality in mind for the whole test: a slow machine reads it again, and the counts differ."""
    monkeypatch.setattr(selectors, "_REMEMBERED_SECONDS", math.inf)


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
def committed_municipality(django_db_setup: None, django_db_blocker: Any) -> Iterator[Municipality]:
    """Run the test in Gamma, where every transaction really ends; see above."""
    with django_db_blocker.unblock(), municipality_with_commits("Gamma", NOW) as municipality:
        yield municipality


@pytest.fixture
def now() -> datetime:
    """Return the moment at which tests happen."""
    return NOW


@pytest.fixture
def client_of_alpha(alpha: Municipality) -> Client:
    """Return a browser on Alpha's host."""
    return Client(headers={"host": "alpha.localhost"})
