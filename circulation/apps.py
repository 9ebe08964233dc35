"""Circulation rules, loans, holds, transits, fees and the nightly jobs."""

from django.apps import AppConfig


class CirculationConfig(AppConfig):
    """Names the app."""

    name = "circulation"
