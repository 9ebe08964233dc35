"""Fixtures of the cases."""

import pytest

from tests.circulation.cases.holds import branches_of


@pytest.fixture
def town(library, now):
    """Return three branches: Main and East in a group, West in another."""
    return branches_of(library, now)
