"""Names the app."""

from django.apps import AppConfig


class Config(AppConfig):
    """Names the app."""

    name = "web.schools"
    label = "web_schools"

    def ready(self) -> None:
        """Make the lists' tables known."""
        # Only now: the registry's labels need the settings.
        from web.schools import columns  # noqa: F401, PLC0415
