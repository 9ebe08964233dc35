"""Keeps which columns of a list an account wants to see."""

from collections.abc import Collection

from django.db import transaction

from accounts.models import StaffAccount
from common.audit import record


@transaction.atomic
def leave_out_columns(*, account: StaffAccount, table: str, columns: Collection[str]) -> None:
    """Leave these columns of a list out from now on, on every screen of this account; none shows all of them.

    :param table: the list's name, which the screen has checked, as it has the columns' names
    """
    # Locked, for a second window may choose for another list at the same moment.
    account = StaffAccount.objects.select_for_update(of=("self",)).get(pk=account.pk)
    kept = {name: names for name, names in account.list_columns.items() if name != table}
    account.list_columns = {**kept, table: sorted(columns)} if columns else kept
    account.save(update_fields=["list_columns"])
    record(action="accounts.leave_out_columns", actor=account, subject=account, facts={"list": table})
