"""Importing records has the same pages in a municipality's console and in the consortium's, which brings in for all."""

from functools import partial
from typing import Any, cast

from django.db import transaction

from accounts.rules import Permission
from catalogue.services.records import Author
from web.account.access import View, staff_only
from web.account.requests import StaffRequest


def importers_only(view: View) -> View:
    """Let only administrators open a municipality's page; `for_all` gives the consortium's."""
    guarded = staff_only(Permission.ADMINISTER)(view)
    guarded.for_all = staff_only(Permission.OPERATE_CONSORTIUM)(view)  # type: ignore[attr-defined]
    return guarded


def for_all(view: View) -> View:
    """Return the page as only the consortium's operators open it."""
    return cast(View, view.for_all)  # type: ignore[attr-defined]


def library_of(request: StaffRequest) -> Any:  # a municipality or None
    """Return whose console it is; None for the consortium's."""
    return None if request.tenant.is_consortium else request.tenant


def author_of(request: StaffRequest) -> Author:
    """Return who imports, and for whom."""
    return Author(request.staff.account, library_of(request))


def send(request: StaffRequest, own: Any, common: Any, **message: Any) -> None:
    """Send a worker, once the transaction commits, the task that works for whose console it is.

    :param own: the municipality's task
    :param common: the consortium's
    """
    library = library_of(request)
    message["actor_id"] = request.staff.account.pk
    if library is not None:
        message["schema_name"] = library.schema_name
    transaction.on_commit(partial((common if library is None else own).delay, **message))
