"""Patrons, their cards, categories, guardians and blocks."""

from django.apps import AppConfig


class PatronsConfig(AppConfig):
    """Names the app, and tells the room below what a new municipality starts with."""

    name = "patrons"

    def ready(self) -> None:
        """Register the first rows and the measure."""
        from patrons.provisioning import make_patron_categories  # models exist only now
        from tenants import measures, provisioning_steps

        provisioning_steps.register("patron_categories", make_patron_categories)
        measures.register("patrons", "patrons_patron")
