"""What every page needs: whose page it is, who is here, and the key table."""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext

from web.ui.keys import keys_of


def page(request: HttpRequest) -> dict[str, Any]:
    """Return the municipality, the member of staff and her keys for the base templates."""
    tenant, staff = getattr(request, "tenant", None), getattr(request, "staff", None)
    if tenant is None:
        return {}
    brand = gettext("Consortium") if tenant.is_consortium else tenant.name
    context: dict[str, Any] = {"tenant": tenant, "brand_name": brand, "currency": tenant.currency}
    if staff:
        context |= {
            "staff": staff,
            "staff_name": staff.account.name,
            "branch_name": staff.branch.name if staff.branch else "",
            "keys": keys_of(staff.keys),
            "lock_minutes": staff.lock_minutes,
        }
    return context
