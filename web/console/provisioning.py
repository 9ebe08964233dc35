"""Puts a municipality into service: the form, the live steps, and the result with the first invitation."""

from datetime import timedelta
from typing import Any

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.rules import Permission
from tenants.errors import ProvisioningRefused
from tenants.selectors import address_of, countries, policy_templates, provisioning_run
from tenants.services.provisioning_runs import invitation_of, start_provisioning
from web.account.access import staff_only
from web.account.requests import StaffRequest
from web.console.areas import consortium_areas
from web.console.words import provisioning_problem, step_name
from web.ui.forms import posted

# A worker takes a run within a second; after this nobody is likely to.
_PATIENCE = timedelta(seconds=30)


class ProvisioningForm(forms.Form):
    """What a new municipality needs."""

    name = forms.CharField(label=_("Name"), max_length=100, widget=forms.TextInput(attrs={"autofocus": True}))
    host = forms.CharField(
        label=_("Host name"), max_length=60, help_text=_("The first part of its address, for instance “aarhus”.")
    )
    country = forms.ChoiceField(label=_("Country"))
    template = forms.ChoiceField(label=_("Template"), help_text=_("Categories, types and rules that it starts with."))
    population = forms.IntegerField(label=_("Population"), min_value=1, max_value=50_000_000)
    email = forms.EmailField(
        label=_("First administrator's e-mail"), required=False, help_text=_("They get the invitation from you.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names, templates = dict(countries()), policy_templates()
        # Without a template a country can't be served yet, and under its country's name a template isn't mistaken.
        served = list(dict.fromkeys(each.country for each in templates))
        self.fields["country"].choices = [(code, names[code]) for code in served]  # type: ignore[attr-defined]
        self.fields["template"].choices = [  # type: ignore[attr-defined]
            (names[code], [(each.code, each.name) for each in templates if each.country == code]) for code in served
        ]


@staff_only(Permission.OPERATE_CONSORTIUM)
@require_http_methods(["GET", "HEAD", "POST"])
def form(request: StaffRequest) -> HttpResponse:
    """Take the wishes and start; all that's wrong with them stands beside the fields."""
    filled = ProvisioningForm(posted(request))
    if request.method == "POST" and filled.is_valid():
        wishes = filled.cleaned_data
        try:
            run = start_provisioning(
                name=wishes["name"],
                host_label=wishes["host"],
                country=wishes["country"],
                template_code=wishes["template"],
                population=wishes["population"],
                first_admin_email=wishes["email"],
                actor=request.staff.account,
                now=timezone.now(),
            )
        except ProvisioningRefused as refused:
            for reason in refused.reasons:
                field, sentence = provisioning_problem(reason.code, dict(reason.facts))
                filled.add_error(field or None, sentence)
        else:
            return redirect("console:provisioning", pk=run.pk)
    context = {"areas": consortium_areas("municipalities"), "form": filled}
    return render(request, "console/provision.html", context, status=422 if filled.errors else 200)


@staff_only(Permission.OPERATE_CONSORTIUM)
@require_safe
def progress(request: StaffRequest, pk: int) -> HttpResponse:
    """Show how far a run is; the page asks for its steps until it's over."""
    context = _run_context(pk) | {"areas": consortium_areas("municipalities")}
    return render(request, "console/provisioning.html", context)


@staff_only(Permission.OPERATE_CONSORTIUM)
@require_safe
def steps(request: StaffRequest, pk: int) -> HttpResponse:
    """Return the steps alone, for the page that waits."""
    return render(request, "console/_provisioning_steps.html", _run_context(pk))


def _run_context(pk: int) -> dict[str, Any]:
    run = provisioning_run(pk)
    if run is None:
        raise Http404
    kinds = {"DONE": "ok", "RUNNING": "wait", "FAILED": "stop"}
    listed = [{**step, "name": step_name(step["step"]), "kind": kinds.get(step["state"], "none")} for step in run.steps]
    done = run.municipality is not None and run.state == "DONE"
    invitation = invitation_of(run) if done else ""
    waits = run.state == "QUEUED" and timezone.now() - run.started_at > _PATIENCE
    return {
        "run": run,
        "nobody_answers": waits,
        "steps": listed,
        "is_over": run.state in ("DONE", "FAILED"),
        "problems": [provisioning_problem(each["code"], each["facts"])[1] for each in run.problems],
        "address": address_of(run.municipality) if done else "",
        "invitation": address_of(run.municipality, f"/account/invitation/{invitation}") if invitation else "",
        "seconds": (run.finished_at - run.started_at).total_seconds() if run.finished_at else None,
    }
