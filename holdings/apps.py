"""Branches with their hours, item types and items."""

from django.apps import AppConfig


class HoldingsConfig(AppConfig):
    """Names the app, and tells the room below what a new municipality starts with."""

    name = "holdings"

    def ready(self) -> None:
        """Register the first rows, the measure, what merged records ask for, and who keeps the items of deliveries."""
        from holdings.provisioning import make_first_branch, make_item_types  # models exist only now
        from holdings.services import imported_items, record_merging
        from tenants import measures, provisioning_steps

        provisioning_steps.register("item_types", make_item_types)
        provisioning_steps.register("first_branch", make_first_branch)
        measures.register("items", "holdings_item")
        record_merging.register()
        imported_items.register()
