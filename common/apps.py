"""The kernel: what every room may use and what uses no room."""

from django.apps import AppConfig


class CommonConfig(AppConfig):
    """Names the app; it has no tables."""

    name = "common"
