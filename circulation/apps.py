"""Circulation rules, loans, holds, transits, fees and the nightly jobs."""

from django.apps import AppConfig


class CirculationConfig(AppConfig):
    """Names the app and says how its messages are checked before they go out."""

    name = "circulation"

    def ready(self) -> None:
        """Register the checks, what happens when patrons or records are merged, and how items of deliveries arrive."""
        # Models exist only now.
        from circulation.services import (
            arrivals,
            child_debts,
            notice_amounts,
            notice_checks,
            other_editions,
            patrons_leaving,
            record_merging,
        )

        notice_checks.register()
        notice_amounts.register()
        child_debts.register()
        patrons_leaving.register()
        record_merging.register()
        other_editions.register()
        arrivals.register()
