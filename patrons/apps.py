"""Patrons, their cards, categories, guardians and blocks."""

from django.apps import AppConfig


class PatronsConfig(AppConfig):
    """Names the app."""

    name = "patrons"
