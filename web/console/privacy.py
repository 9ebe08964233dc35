"""What's kept how long, and who looked somebody up: look-ups by national identity number, looks at protected names."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from accounts.rules import Permission
from accounts.selectors import AUDIT_PAGE, audit_log
from patrons.rules.settings import LONGEST_DAYS, SECTION, read_settings
from patrons.selectors import patrons_by_ids
from tenants.selectors import stored_municipality
from tenants.services.settings import change_settings
from web.account.access import staff_only
from web.account.requests import StaffRequest
from web.console.areas import municipality_areas
from web.ui.forms import posted
from web.ui.kept_filters import keeps_filters
from web.ui.stale_forms import GuardedForm, edited_in_turn

KINDS = {
    "patrons.look_up_national_id": _("By national identity number"),
    "patrons.see_protected": _("Protected names and addresses"),
    "patrons.identify": _("Birth dates asked for"),
}
_LONGEST_NUMBER = 18


class PeriodsForm(GuardedForm):
    """The municipality's periods, in days."""

    trace_days = forms.IntegerField(
        label=_("Forget who had what after"),
        help_text=_("Days after a loan is over and settled: audit log, settled fees, ended holds, sent messages."),
        min_value=1,
        max_value=LONGEST_DAYS,
    )
    left_days = forms.IntegerField(
        label=_("Forget people who have left after"),
        help_text=_("Days after the membership ended, if nothing is on loan or owed."),
        min_value=1,
        max_value=LONGEST_DAYS,
    )
    warning_days = forms.IntegerField(
        label=_("Announce the end of a membership before"), help_text=_("Days; 0 is never."), min_value=0, max_value=365
    )


@staff_only(Permission.ADMINISTER)
@require_http_methods(["GET", "HEAD", "POST"])
@edited_in_turn("periods")
def privacy(request: StaffRequest) -> HttpResponse:
    """Show and change what's kept how long."""
    municipality = stored_municipality()
    form = PeriodsForm(posted(request), initial=read_settings(municipality.settings).as_values())
    if form.is_valid():
        staff = request.staff.account
        change_settings(municipality=municipality, section=SECTION, values=form.cleaned_data, actor=staff)
        messages.success(request, gettext("The periods are saved."))
        return redirect("console:privacy")
    context = {"areas": municipality_areas(request, "privacy"), "form": form}
    return render(request, "console/privacy.html", context, status=form.status)


@staff_only(Permission.ADMINISTER)
@require_http_methods(["GET", "HEAD"])
@keeps_filters("look-ups", "kind")
def look_ups(request: StaffRequest) -> HttpResponse:
    """List who looked whom up, newest first."""
    kind = request.GET.get("kind", "")
    kind = kind if kind in KINDS else "patrons.look_up_national_id"
    text = request.GET.get("before", "")
    before = int(text) if text.isascii() and text.isdecimal() and len(text) < _LONGEST_NUMBER else None
    entries = audit_log(before_id=before, action=kind)
    context = {
        "areas": municipality_areas(request, "privacy"),
        "rows": _rows(entries),
        "kind": kind,
        "kinds": list(KINDS.items()),
        "older": entries[-1].pk if len(entries) == AUDIT_PAGE else None,
    }
    return render(request, "console/look_ups.html", context)


def _rows(entries: list[Any]) -> list[dict[str, Any]]:
    patrons = {patron.pk: patron for patron in patrons_by_ids([each.subject_id for each in entries if each.subject_id])}
    return [{"entry": entry, "patron": patrons.get(entry.subject_id)} for entry in entries]
