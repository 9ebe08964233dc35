"""The columns of her lists: chosen in a menu beside each list, and kept with her account."""

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from accounts.services.list_columns import leave_out_columns
from web.account.access import staff_only
from web.account.requests import StaffRequest
from web.ui.columns import TABLES


@staff_only()
@require_POST
def columns(request: StaffRequest, table: str) -> HttpResponse:
    """Show a list with the ticked columns from now on, or with all of them, and go back to it."""
    found = TABLES.get(table)
    if found is None:
        raise Http404
    left_out = [] if "all" in request.POST else found.left_out_by(request.POST.getlist("column"))
    leave_out_columns(account=request.staff.account, table=table, columns=left_out)
    back = request.POST.get("next", "")
    is_safe = url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()})
    return HttpResponseRedirect(back if is_safe else reverse("account:overview"))
