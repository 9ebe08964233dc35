"""Whose rules loans and holds follow, whose residents are partners', and when an item on its way is late."""

import re
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from accounts.rules import Permission
from circulation.rules.whose_rules import MOST_TRANSIT_DAYS, SECTION, Choices, WhoseRules, choices_from
from tenants.selectors import stored_municipality
from tenants.services.settings import change_settings
from web.account.access import staff_only
from web.account.requests import StaffRequest
from web.console.areas import municipality_areas
from web.ui.forms import posted
from web.ui.stale_forms import GuardedForm, edited_in_turn

_MOST_PARTNERS = 200
LOANS = [
    (WhoseRules.DESK.value, _("the branch that lends")),
    (WhoseRules.ITEM_HOME.value, _("the item's home branch")),
    (WhoseRules.PATRON_HOME.value, _("the patron's home branch")),
]
HOLDS = [(WhoseRules.DESK.value, _("the pick-up branch")), *LOANS[1:]]


class RuleSettingsForm(GuardedForm):
    """What the municipality has chosen."""

    rules_of_loans = forms.ChoiceField(
        label=_("Loans follow the rules and the calendar of"),
        choices=LOANS,
        help_text=_("A loan that has been made keeps the branch that it was made by."),
    )
    rules_of_holds = forms.ChoiceField(label=_("Holds follow the rules of"), choices=HOLDS)
    municipality_code = forms.RegexField(
        label=_("Our municipality's number"), regex=r"^[0-9A-Za-z]*$", max_length=10, required=False
    )
    partner_codes = forms.CharField(
        label=_("Partners' numbers"),
        required=False,
        max_length=2000,
        help_text=_("Whose residents are partners' residents to the rules; with spaces between them."),
    )
    transit_days = forms.IntegerField(
        label=_("Late on its way after, in days"),
        min_value=1,
        max_value=MOST_TRANSIT_DAYS,
        required=False,
        help_text=_("Empty is the usual: three days."),
    )

    def clean_partner_codes(self) -> str:
        """Return the numbers in order, each once."""
        codes = list(dict.fromkeys(self.cleaned_data["partner_codes"].replace(",", " ").split()))
        if len(codes) > _MOST_PARTNERS or any(not re.fullmatch(r"[0-9A-Za-z]{1,10}", code) for code in codes):
            raise forms.ValidationError(gettext("Write numbers such as 147 461 of at most ten characters."))
        return " ".join(sorted(codes))


def stored_choices(chosen: Choices) -> dict[str, Any]:
    """Return what a municipality has chosen as the form reads it."""
    return {
        "rules_of_loans": chosen.loans.value,
        "rules_of_holds": chosen.holds.value,
        "municipality_code": chosen.own_code,
        "partner_codes": " ".join(sorted(chosen.partner_codes)),
        "transit_days": chosen.transit_days,
    }


@staff_only(Permission.ADMINISTER)
@require_http_methods(["GET", "HEAD", "POST"])
@edited_in_turn("whose rules")
def rule_settings(request: StaffRequest) -> HttpResponse:
    """Show and change whose rules hold."""
    municipality = stored_municipality()
    chosen = choices_from(municipality.settings.get(SECTION, {}))
    form = RuleSettingsForm(posted(request), initial=stored_choices(chosen))
    if request.method == "POST" and form.is_valid():
        actor = request.staff.account
        values = {**form.cleaned_data, "partner_codes": form.cleaned_data["partner_codes"].split()}
        change_settings(municipality=municipality, section=SECTION, values=values, actor=actor)
        messages.success(request, gettext("The settings are changed; the next scan follows them."))
        return redirect("console:rules")
    context = {
        "areas": municipality_areas(request, "rules"),
        "form": form,
        "heading": gettext("Whose rules"),
    }
    return render(request, "console/form.html", context, status=form.status)
