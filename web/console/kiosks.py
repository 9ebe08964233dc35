"""Self-check machines: where each stands, whether it asks for the PIN, and the secret link that opens it."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.rules import Permission
from holdings.selectors import branches_in_service
from staffing.selectors import get_kiosk, kiosks
from staffing.services import add_kiosk, change_kiosk, renew_kiosk_link
from web.account.access import staff_only
from web.account.requests import StaffRequest
from web.console.areas import municipality_areas
from web.ui.forms import posted


class KioskForm(forms.Form):
    """A new machine."""

    name = forms.CharField(label=_("Name"), max_length=60, help_text=_("Where it stands: “Entrance, left”."))
    branch = forms.TypedChoiceField(label=_("Branch"), coerce=int)
    asks_pin = forms.BooleanField(label=_("Asks for the PIN"), required=False, initial=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.branches = {each.pk: each for each in branches_in_service()}
        self.fields["branch"].choices = [(pk, each.name) for pk, each in self.branches.items()]  # type: ignore[attr-defined]


@staff_only(Permission.ADMINISTER)
@require_http_methods(["GET", "HEAD", "POST"])
def listed(request: StaffRequest) -> HttpResponse:
    """List the machines, and add one."""
    form = KioskForm(posted(request))
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        kiosk, token = add_kiosk(
            name=data["name"],
            branch=form.branches[data["branch"]],
            asks_pin=data["asks_pin"],
            actor=request.staff.account,
            now=timezone.now(),
        )
        return _link(request, kiosk, token)
    context = {
        "areas": municipality_areas(request, "branches"),
        "heading": gettext("Self-check machines"),
        "adding": gettext("Add a machine"),
        "form": form,
        "kiosks": kiosks(),
    }
    return render(request, "console/kiosks.html", context, status=422 if form.errors else 200)


@staff_only(Permission.ADMINISTER)
@require_POST
def change(request: StaffRequest, pk: int) -> HttpResponse:
    """Give a machine a new link, switch its PIN on or off, take it out of use or back into it."""
    kiosk, actor = get_kiosk(pk), request.staff.account
    if kiosk is None:
        raise Http404
    if "link" in request.POST:
        return _link(request, kiosk, renew_kiosk_link(kiosk=kiosk, actor=actor))
    asks_pin, ended = kiosk.asks_pin, kiosk.ended_at is not None
    # What the button said, not the opposite of what is: somebody else may have pressed hers meanwhile.
    if "pin" in request.POST:
        asks_pin = request.POST["pin"] == "1"
    if "use" in request.POST:
        ended = request.POST["use"] != "1"
    change_kiosk(kiosk=kiosk, asks_pin=asks_pin, ended=ended, actor=actor, now=timezone.now())
    messages.success(request, gettext("Saved."))
    return redirect("console:kiosks")


def _link(request: StaffRequest, kiosk: Any, token: str) -> HttpResponse:
    link = request.build_absolute_uri(reverse("kiosk:open", args=[token]))
    context = {"areas": municipality_areas(request, "branches"), "kiosk": kiosk, "link": link}
    return render(request, "console/kiosk_link.html", context)
