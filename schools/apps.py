"""Schools' classes and pupils, and lending to them."""

from django.apps import AppConfig


class SchoolsConfig(AppConfig):
    """Names the app."""

    name = "schools"
