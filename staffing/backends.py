"""Which account a session belongs to: as Django finds it, with less work, for every request of a desk asks."""

from typing import Any

from django.contrib.auth.backends import ModelBackend

from accounts.models import StaffAccount
from staffing.selectors import account_at_desk


class StaffBackend(ModelBackend):
    """Django's passwords and accounts."""

    def get_user(self, user_id: Any) -> StaffAccount | None:
        """Return the account if it may still log in."""
        account = account_at_desk(user_id)
        return account if account is not None and self.user_can_authenticate(account) else None
