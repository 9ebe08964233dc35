"""Patrons, their cards, categories, guardians and blocks."""

from django.apps import AppConfig


class PatronsConfig(AppConfig):
    """Names the app, and tells the room below what a new municipality starts with."""

    name = "patrons"

    def ready(self) -> None:
        """Register the first rows, the measure, and what own lists need when records merge."""
        # Models exist only now.
        from patrons.provisioning import make_patron_categories
        from patrons.services import shelf_merging
        from tenants import measures, provisioning_steps

        provisioning_steps.register("patron_categories", make_patron_categories)
        measures.register("patrons", "patrons_patron")
        shelf_merging.register()
