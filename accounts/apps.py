"""Staff accounts, their sessions, and the audit log."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Names the app and registers it as the keeper of audit entries."""

    name = "accounts"

    def ready(self) -> None:
        """Register the recorder."""
        from accounts.services.audit import write_entry  # models exist only now
        from common.audit import register_recorder

        register_recorder(write_entry)
