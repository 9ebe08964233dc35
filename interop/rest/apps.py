"""Names the app."""

from django.apps import AppConfig


class Config(AppConfig):
    """Names the app."""

    name = "interop.rest"
    label = "interop_rest"
