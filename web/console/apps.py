"""Names the app."""

from django.apps import AppConfig


class Config(AppConfig):
    """Names the app."""

    name = "web.console"
    label = "web_console"

    def ready(self) -> None:
        """Make the lists' tables known."""
        # Only now: the registry's labels need the settings.
        from web.console import columns, list_files  # noqa: F401, PLC0415
