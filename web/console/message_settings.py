"""How messages go out: channels, quiet hours, several in one, senders, and where envelopes have their window."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.rules import Permission
from holdings.selectors import branches_in_service, get_branch
from notices.errors import SettingsRefused
from notices.gateways import is_for_trying_out
from notices.rules.settings import LONGEST_MARGIN, SHORTEST_MARGIN
from notices.selectors import branch_values, message_settings
from notices.services.print_runs import window_test_pdf
from notices.services.settings import change_branch_messages, change_message_settings
from web.account.access import staff_only
from web.account.requests import StaffRequest
from web.console.areas import municipality_areas
from web.console.refusals import add_refusals
from web.ui.forms import posted
from web.ui.stale_forms import GuardedForm, edited_in_turn
from web.words.messages import CHANNELS

_FORM = ["GET", "HEAD", "POST"]
_TIME = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
_YES_NO = (("yes", _("yes")), ("no", _("no")))


class OwnForm(GuardedForm):
    """The municipality's settings."""

    channels = forms.MultipleChoiceField(
        label=_("Channels in use"), choices=list(CHANNELS.items()), widget=forms.CheckboxSelectMultiple
    )
    falls_back = forms.BooleanField(
        label=_("Take the next channel where one has no address"),
        help_text=_("Who is exempt from digital post gets a letter."),
        required=False,
    )
    digest = forms.BooleanField(
        label=_("Send all that's due to somebody as one message"),
        help_text=_("Invoices and what follows them always go alone."),
        required=False,
    )
    quiet_from = forms.TimeField(label=_("Nothing is sent from"), widget=_TIME, required=False)
    quiet_until = forms.TimeField(
        label=_("until"), widget=_TIME, required=False, help_text=_("In the branch's time zone.")
    )
    quiet_channels = forms.MultipleChoiceField(
        label=_("Quiet hours are for"),
        choices=[(code, name) for code, name in CHANNELS.items() if code != "LETTER"],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    sms_sender = forms.CharField(
        label=_("Sender of text messages"),
        max_length=11,
        required=False,
        help_text=_("Empty for the gateway's number."),
    )
    reply_to = forms.EmailField(
        label=_("Answers go to"), required=False, help_text=_("For branches without an e-mail address.")
    )
    window_left = forms.IntegerField(
        label=_("Address in the window: millimetres from the left"),
        min_value=SHORTEST_MARGIN,
        max_value=LONGEST_MARGIN,
    )
    window_top = forms.IntegerField(
        label=_("Address in the window: millimetres from the top"),
        min_value=SHORTEST_MARGIN,
        max_value=LONGEST_MARGIN,
    )


class BranchForm(GuardedForm):
    """What a branch decides for itself."""

    digest = forms.ChoiceField(
        label=_("Send all that's due to somebody as one message"),
        choices=[("", _("as the municipality")), *_YES_NO],
        required=False,
    )
    has_hours = forms.BooleanField(label=_("Quiet hours of its own"), required=False)
    quiet_from = forms.TimeField(label=_("Nothing is sent from"), widget=_TIME, required=False)
    quiet_until = forms.TimeField(
        label=_("until"), widget=_TIME, required=False, help_text=_("In the branch's time zone.")
    )
    sms_sender = forms.CharField(
        label=_("Sender of text messages"),
        max_length=11,
        required=False,
        help_text=_("Empty to follow the municipality."),
    )

    def own_values(self) -> dict[str, Any]:
        """Return what differs."""
        data = self.cleaned_data
        values: dict[str, Any] = {"digest": data["digest"] == "yes"} if data["digest"] else {}
        if data["has_hours"]:
            values |= {"quiet_from": data["quiet_from"], "quiet_until": data["quiet_until"]}
        return values | ({"sms_sender": data["sms_sender"]} if data["sms_sender"] else {})


@staff_only(Permission.ADMINISTER)
@require_http_methods(_FORM)
@edited_in_turn("messages")
def own(request: StaffRequest) -> HttpResponse:
    """Change the municipality's settings."""
    known = message_settings(stored=True)
    initial = {name: getattr(known, name) for name in OwnForm.base_fields}
    form = OwnForm(posted(request), initial=initial)
    if request.method == "POST" and form.is_valid():
        values = {name: tuple(value) if isinstance(value, list) else value for name, value in form.cleaned_data.items()}
        try:
            change_message_settings(values=values, staff=request.staff.account)
        except SettingsRefused as refused:
            add_refusals(form, refused)
        else:
            messages.success(request, gettext("Saved. The next message goes out like this."))
            return redirect("console:message_settings")
    return _page(request, form, None)


@staff_only(Permission.ADMINISTER)
@require_http_methods(_FORM)
@edited_in_turn("messages of a branch")
def of_branch(request: StaffRequest, pk: int) -> HttpResponse:
    """Change what a branch decides for itself."""
    branch = get_branch(pk)
    if branch is None:
        raise Http404
    known, values = message_settings(branch, stored=True), branch_values(branch)
    initial = {
        "digest": {True: "yes", False: "no"}.get(values.get("digest"), ""),
        "has_hours": "quiet_from" in values,
        "quiet_from": known.quiet_from,
        "quiet_until": known.quiet_until,
        "sms_sender": values.get("sms_sender", ""),
    }
    form = BranchForm(posted(request), initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            change_branch_messages(branch=branch, values=form.own_values(), staff=request.staff.account)
        except SettingsRefused as refused:
            add_refusals(form, refused)
        else:
            messages.success(request, gettext("Saved. The next message goes out like this."))
            return redirect("console:branch_messages", pk=pk)
    return _page(request, form, branch)


@staff_only(Permission.ADMINISTER)
@require_safe
def window_test(request: StaffRequest) -> HttpResponse:
    """Print a letter to nobody, to lay into an envelope."""
    return HttpResponse(window_test_pdf(), content_type="application/pdf")


def _page(request: StaffRequest, form: Any, branch: Any) -> HttpResponse:
    places = [(None, gettext("Municipality")), *((each, each.name) for each in branches_in_service())]
    context = {
        "areas": municipality_areas(request, "notices"),
        "form": form,
        "branch": branch,
        "choices": [
            {
                "text": text,
                "url": reverse("console:branch_messages", args=[each.pk])
                if each
                else reverse("console:message_settings"),
                "current": each == branch,
            }
            for each, text in places
        ],
        "trying_out": [name for code, name in CHANNELS.items() if is_for_trying_out(code)],
    }
    return render(request, "console/message_settings.html", context, status=form.status)
