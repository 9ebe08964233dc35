"""Circulation rules, loans, holds, transits, fees and the nightly jobs."""

from django.apps import AppConfig


class CirculationConfig(AppConfig):
    """Names the app and says how its messages are checked before they go out."""

    name = "circulation"

    def ready(self) -> None:
        """Register the checks, and what happens when two patrons or two records are merged."""
        from circulation.services import notice_checks, patrons_leaving, record_merging  # models exist only now

        notice_checks.register()
        patrons_leaving.register()
        record_merging.register()
