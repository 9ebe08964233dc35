"""Names the app, and switches off what Django would fill for permissions that we don't use."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class Config(AppConfig):
    """The project's own app: it has no tables."""

    name = "libsys"
    label = "libsys"

    def ready(self) -> None:
        """Keep Django from writing a permission per model and schema: our permissions stand in `accounts.rules`."""
        post_migrate.disconnect(dispatch_uid="django.contrib.auth.management.create_permissions")
        from django.contrib.contenttypes.management import create_contenttypes  # needs the apps to be loaded

        post_migrate.disconnect(create_contenttypes)
        from libsys import celery  # noqa: F401 - whoever sends a task, web or command, sends it to our broker
