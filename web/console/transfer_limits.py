"""Where items aren't sent for holds: from one branch to another, of one item type or of all."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.rules import Permission
from circulation.errors import TransferLimitRefused
from circulation.selectors.transits import transfer_limits
from circulation.services.transfer_limits import add_transfer_limit, remove_transfer_limit
from holdings.selectors import all_branches, item_types
from web.account.access import staff_only
from web.account.requests import StaffRequest
from web.console.areas import municipality_areas
from web.ui.forms import posted
from web.ui.named import named
from web.ui.sorting import keeps_order, ordered
from web.words.for_staff import reason_texts


class TransferLimitForm(forms.Form):
    """From where, to where, and what isn't sent."""

    from_branch = forms.ChoiceField(label=_("Lies at"))
    to_branch = forms.ChoiceField(label=_("Isn't sent to"))
    item_type = forms.ChoiceField(label=_("Item type"), required=False)
    both_ways = forms.BooleanField(label=_("Nor the other way"), required=False)

    def __init__(self, *arguments: Any, **values: Any) -> None:
        super().__init__(*arguments, **values)
        self._branches = {str(each.pk): each for each in all_branches()}
        self._types = {str(each.pk): each for each in item_types()}
        for name in ("from_branch", "to_branch"):
            self._offer(name, _("Choose a branch"), self._branches)
        self._offer("item_type", _("Any item"), self._types)

    def _offer(self, name: str, none: Any, offered: dict[str, Any]) -> None:
        self.fields[name].choices = [("", none), *((pk, named(each)) for pk, each in offered.items())]  # type: ignore[attr-defined]

    def values(self) -> dict[str, Any]:
        """Return what was chosen, as the service takes it."""
        chosen = self.cleaned_data
        return {
            "from_branch": self._branches[chosen["from_branch"]],
            "to_branch": self._branches[chosen["to_branch"]],
            "item_type": self._types.get(chosen["item_type"]),
            "both_ways": chosen["both_ways"],
        }


@staff_only(Permission.ADMINISTER)
@require_http_methods(["GET", "HEAD", "POST"])
@keeps_order("transfer-limits")
def listed(request: StaffRequest) -> HttpResponse:
    """List the ways, and add one."""
    form = TransferLimitForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            add_transfer_limit(**form.values(), actor=request.staff.account)
        except TransferLimitRefused as refused:
            for told in reason_texts(refused.reasons, permissions=frozenset(), currency=""):
                form.add_error("to_branch", told.text)
        else:
            messages.success(request, gettext("Saved."))
            return redirect("console:transfer_limits")
    context = {
        "areas": municipality_areas(request, "branches"),
        "heading": gettext("Not sent for holds"),
        "adding": gettext("Add to the list"),
        "form": form,
        "limits": ordered(request, "transfer-limits", transfer_limits()),
    }
    return render(request, "console/transfer_limits.html", context, status=422 if form.errors else 200)


@staff_only(Permission.ADMINISTER)
@require_POST
def remove(request: StaffRequest, pk: int) -> HttpResponse:
    """Let items be sent this way again."""
    if not remove_transfer_limit(limit_id=pk, actor=request.staff.account):
        raise Http404
    messages.success(request, gettext("Saved."))
    return redirect("console:transfer_limits")
