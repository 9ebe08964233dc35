"""Names the app."""

from django.apps import AppConfig


class Config(AppConfig):
    """Names the app."""

    name = "web.desk"
    label = "web_desk"

    def ready(self) -> None:
        """Make the lists' tables and files known."""
        # Only now: the registry's labels need the settings.
        from web.desk import columns, list_files  # noqa: F401, PLC0415
