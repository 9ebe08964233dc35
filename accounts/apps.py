"""Staff accounts, their sessions, and the audit log."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Names the app, registers it as the keeper of audit entries, and invites a municipality's first administrator."""

    name = "accounts"

    def ready(self) -> None:
        """Register the recorder and the step."""
        from accounts.provisioning import invite_first_admin  # models exist only now
        from accounts.services.audit import write_each, write_entry
        from common.audit import register_recorder
        from tenants import provisioning_steps

        register_recorder(write_entry, write_each)
        provisioning_steps.register("first_admin", invite_first_admin)
