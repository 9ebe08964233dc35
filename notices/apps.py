"""Templates of letters and messages, and the outbox."""

from django.apps import AppConfig


class NoticesConfig(AppConfig):
    """Names the app."""

    name = "notices"
