"""The full municipalities of the isolation tests, for whoever looks at all pages here."""

import signal

import pytest

from tests.isolation.conftest import messages_sent, towns, towns_of_module

__all__ = ["messages_sent", "towns", "towns_of_module"]


@pytest.fixture(scope="session", autouse=True)
def hang_ups():
    """Hear when a terminal closes, though the tests themselves were told not to, as `nohup` does."""
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGHUP, before)
