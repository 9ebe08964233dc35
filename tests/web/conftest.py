"""Staff and their browsers, for every screen of the staff: each is logged in on Alpha's host and works at one branch.

Time stands still at `now` for whoever asks for one of these clients.
"""

import uuid
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.core.cache import caches
from django.db import connection
from django.test import Client

from staffing.models import DeskHabits
from tenants.models import Municipality
from tests.factories import BranchFactory, StaffAccountFactory
from tests.fixtures.identity_providers import LocalProvider, local_provider
from web.account.sessions import STAFF_COOKIE


class StaffClient(Client):
    """A browser of a member of staff; after each answer the test goes on in the municipality, where requests leave it.

    :ivar staff: the account that is logged in
    """

    def __init__(self, municipality: Municipality, staff: Any) -> None:
        super().__init__(headers={"host": f"{municipality.schema_name}.localhost"})
        self.municipality, self.staff = municipality, staff
        self.force_login(staff)
        self.cookies[STAFF_COOKIE] = self.cookies.pop(settings.SESSION_COOKIE_NAME).value

    def request(self, **request: Any) -> Any:
        """Send a request."""
        try:
            return super().request(**request)
        finally:
            connection.set_tenant(self.municipality)


@pytest.fixture
def empty_cache() -> None:
    """Give the test a part of the cache that's its own; emptying all of it would hit the tests that run beside it."""
    caches["default"].key_prefix += f":{uuid.uuid4().hex}"


@pytest.fixture
def standing_clock(now: datetime) -> Iterator[None]:
    """Let every view and service see the same moment."""
    with time_machine.travel(now, tick=False):
        yield


@pytest.fixture
def desk_branch(alpha: Municipality) -> Any:
    """Return the branch that the staff of these tests work at."""
    return BranchFactory(code="main", name="Main Library")


@pytest.fixture
def school_branch(alpha: Municipality) -> Any:
    """Return the school library that the school librarian works at."""
    return BranchFactory(code="school", name="Hill School", school=True)


@pytest.fixture
def logged_in(alpha: Municipality, standing_clock: None) -> Callable[..., Client]:
    """Return a function that gives a browser in which an account is logged in, at a branch if there's one."""

    def log_in(account: Any, branch: Any = None) -> Client:
        if branch is not None:
            DeskHabits.objects.update_or_create(account=account, defaults={"branch": branch})
        return StaffClient(alpha, account)

    return log_in


@pytest.fixture
def librarian_client(logged_in: Callable[..., Client], desk_branch: Any) -> Client:
    """Return a librarian's browser; her account is `.staff`."""
    return logged_in(StaffAccountFactory(name="Lis Librarian"), desk_branch)


@pytest.fixture
def supervisor_client(logged_in: Callable[..., Client], desk_branch: Any) -> Client:
    """Return a supervisor's browser: she waives fees and lifts blocks."""
    return logged_in(StaffAccountFactory(name="Sus Supervisor", supervisor=True), desk_branch)


@pytest.fixture
def school_client(logged_in: Callable[..., Client], school_branch: Any) -> Client:
    """Return a school librarian's browser."""
    return logged_in(StaffAccountFactory(name="Skule Schooler", school_librarian=True), school_branch)


@pytest.fixture
def admin_client(logged_in: Callable[..., Client]) -> Client:
    """Return an IT administrator's browser, who works at no branch."""
    return logged_in(StaffAccountFactory(name="Ida Admin", it_admin=True))


@pytest.fixture(scope="session")
def _local_provider() -> Iterator[LocalProvider]:
    """Run a provider on this machine."""
    with local_provider() as provider:
        yield provider


@pytest.fixture
def provider(_local_provider: LocalProvider, settings: Any, empty_cache: None) -> LocalProvider:
    """Return a provider where people log in, as if it stood on the public network."""
    settings.REMOTE_PRIVATE_HOSTS = frozenset({"localhost"})
    return _local_provider
