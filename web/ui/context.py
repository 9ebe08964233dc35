"""What every page needs: whose page it is, who is here, and the key table."""

from typing import Any

from django.http import HttpRequest

from web.ui.keys import key_table


def page(request: HttpRequest) -> dict[str, Any]:
    """Return the municipality, the member of staff and her keys for the base templates."""
    staff = getattr(request, "staff", None)
    return {"tenant": getattr(request, "tenant", None), "staff": staff, "keys": key_table(staff.keys if staff else {})}
