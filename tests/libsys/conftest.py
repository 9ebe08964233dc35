"""The full municipalities of the isolation tests, for whoever looks at all pages here."""

from tests.isolation.conftest import messages_sent, towns, towns_of_module

__all__ = ["messages_sent", "towns", "towns_of_module"]
