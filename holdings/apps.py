"""Branches with their hours, item types and items."""

from django.apps import AppConfig


class HoldingsConfig(AppConfig):
    """Names the app."""

    name = "holdings"
