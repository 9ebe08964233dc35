"""The operator's view of all municipalities: what needs her first, suspending and resuming, the audit log."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from accounts.rules import Permission
from tenants.errors import ChangeOfStateRefused
from tenants.selectors import address_on, get_municipality, health_of_municipalities, newest_job_runs
from tenants.services.suspend import resume, suspend
from web.account.access import staff_only
from web.account.requests import StaffRequest
from web.console.areas import consortium_areas
from web.console.audit_log import KEPT, audit_context
from web.console.words import change_of_state_text, job_name
from web.ui.kept_filters import keeps_filters
from web.ui.sorting import keeps_order, ordered

_URGENCY = {"stop": 0, "notice": 1, "wait": 2, "none": 3, "ok": 4}


@staff_only(Permission.OPERATE_CONSORTIUM)
@require_safe
@keeps_filters("municipalities", "find")
@keeps_order("municipalities")
def municipalities(request: StaffRequest) -> HttpResponse:
    """List all members, those that need somebody first."""
    return _page(request)


def _page(request: StaffRequest, *, status: int = 200) -> HttpResponse:
    find = request.GET.get("find", "").strip()[:60]
    runs = newest_job_runs()
    rows = [_row(health, runs) for health in health_of_municipalities(now=timezone.now())]
    counts = {kind: sum(1 for row in rows if row["kind"] == kind) for kind in _URGENCY}
    if find:
        rows = [row for row in rows if find.casefold() in f"{row['name']} {row['host']}".casefold()]
    rows.sort(key=lambda row: (_URGENCY[row["kind"]], row["name"]))
    rows = list(ordered(request, "municipalities", rows))
    context = {"areas": consortium_areas("municipalities"), "rows": rows, "counts": counts, "find": find}
    return render(request, "console/municipalities.html", context, status=status)


@staff_only(Permission.OPERATE_CONSORTIUM)
@require_POST
def suspend_one(request: StaffRequest, pk: int) -> HttpResponse:
    """Take a municipality out of service, with the reason that the console keeps."""
    municipality = _or_404(pk)
    staff, reason = request.staff.account, request.POST.get("reason", "")
    try:
        suspend(municipality=municipality, reason=reason, actor=staff, now=timezone.now())
    except ChangeOfStateRefused as refused:
        return _refused(request, refused)
    messages.success(request, gettext("%(name)s is suspended.") % {"name": municipality.name})
    return redirect("console:start")


@staff_only(Permission.OPERATE_CONSORTIUM)
@require_POST
def resume_one(request: StaffRequest, pk: int) -> HttpResponse:
    """Put a suspended municipality back into service."""
    municipality = _or_404(pk)
    try:
        resume(municipality=municipality, actor=request.staff.account, now=timezone.now())
    except ChangeOfStateRefused as refused:
        return _refused(request, refused)
    messages.success(request, gettext("%(name)s is in service again.") % {"name": municipality.name})
    return redirect("console:start")


def _refused(request: StaffRequest, refused: ChangeOfStateRefused) -> HttpResponse:
    messages.error(request, " ".join(change_of_state_text(each) for each in refused.reasons))
    return _page(request, status=422 if "REASON_MISSING" in refused.codes else 409)


@staff_only(Permission.OPERATE_CONSORTIUM)
@require_safe
@keeps_filters("audit", *KEPT)
def audit(request: StaffRequest) -> HttpResponse:
    """Show what was done at the consortium, newest first."""
    return render(request, "console/audit.html", audit_context(request) | {"areas": consortium_areas("audit")})


def _or_404(pk: int) -> Any:
    municipality = get_municipality(pk)
    if municipality is None:
        raise Http404
    return municipality


def _row(health: Any, runs: list[Any]) -> dict[str, Any]:
    municipality = health.municipality
    own = [run for run in runs if run.municipality_id == municipality.pk]
    failed = [job_name(run.job) for run in own if run.state == "FAILED"]
    last = max((run.started_at for run in own), default=None)
    kind, word, why = _state_of(municipality, failed)
    return {
        "pk": municipality.pk,
        "name": municipality.name,
        "host": health.host,
        "url": address_on(health.host),
        "country": municipality.get_country_display(),
        "population": municipality.population,
        "sizes": health.sizes,
        "errors": health.errors,
        "last": last,
        "kind": kind,
        "word": word,
        "why": why,
        "state": municipality.state,
    }


def _state_of(municipality: Any, failed: list[str]) -> tuple[str, str, str]:
    if municipality.state == "SUSPENDED":
        return "none", gettext("Suspended"), municipality.suspended_reason
    if municipality.state == "BEING_PROVISIONED":
        return "wait", gettext("Being set up"), ""
    if failed:
        return "stop", gettext("A job failed"), ", ".join(failed)
    return "ok", gettext("Well"), ""
