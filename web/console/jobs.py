"""Jobs: the last run of each for each municipality, its counts and failures, and the way to start one by hand."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext, pgettext
from django.views.decorators.http import require_POST, require_safe

from accounts.rules import Permission
from circulation.errors import JobRefused
from circulation.services.nightly import JOB_NAMES, start_job
from tenants.selectors import all_municipalities, current_municipality, get_municipality, newest_job_runs
from web.account.access import staff_only
from web.account.requests import StaffRequest
from web.console.areas import consortium_areas, municipality_areas
from web.console.words import counts_text, job_name
from web.ui.kept_filters import keeps_filters

_KINDS = {"DONE": "ok", "RUNNING": "wait", "FAILED": "stop"}


@staff_only(Permission.OPERATE_CONSORTIUM)
@require_safe
@keeps_filters("jobs", "find", "state")
def of_all(request: StaffRequest) -> HttpResponse:
    """Show the jobs of all municipalities, failures first, or of those that are looked for."""
    find, state = _filter(request.GET)
    runs = newest_job_runs()
    rows = [row for each in all_municipalities() if _fits(each, find) for row in job_rows(each, runs)]
    rows = [row for row in rows if state in ("", row["kind"])]
    rows.sort(key=lambda row: (row["kind"] != "stop", row["municipality"].name, row["name"]))
    context = {"areas": consortium_areas("jobs"), "rows": rows, "of_all": True, "find": find, "state": state}
    context["table"] = "all-jobs"
    context["states"] = [
        ("stop", gettext("failed")),
        ("wait", gettext("running")),
        ("ok", pgettext("state of a job", "done")),
        ("none", gettext("never run")),
    ]
    return render(request, "console/jobs.html", context)


@staff_only(Permission.OPERATE_CONSORTIUM)
@require_POST
def run_for(request: StaffRequest, pk: int, job: str) -> HttpResponse:
    """Start a job for one municipality by hand."""
    municipality = get_municipality(pk)
    if municipality is None or job not in JOB_NAMES:
        raise Http404
    _start(request, job, municipality)
    # The same rows as before: whoever repairs several goes on where she was.
    find, state = _filter(request.POST)
    asked = urlencode({name: value for name, value in (("find", find), ("state", state)) if value})
    return redirect(reverse("console:jobs") + (f"?{asked}" if asked else ""))


def _filter(values: Any) -> tuple[str, str]:
    find, state = values.get("find", "").replace("\x00", "").strip()[:60], values.get("state", "")
    return find, state if state in {*_KINDS.values(), "none"} else ""


def _fits(municipality: Any, find: str) -> bool:
    return find.casefold() in municipality.name.casefold()


@staff_only(Permission.ADMINISTER)
@require_safe
def of_one(request: StaffRequest) -> HttpResponse:
    """Show the municipality's own jobs."""
    rows = job_rows(current_municipality(), newest_job_runs())
    context = {"areas": municipality_areas(request, "jobs"), "rows": rows, "of_all": False, "table": "jobs"}
    return render(request, "console/jobs.html", context)


@staff_only(Permission.ADMINISTER)
@require_POST
def run_own(request: StaffRequest, job: str) -> HttpResponse:
    """Start one of the municipality's jobs by hand."""
    if job not in JOB_NAMES:
        raise Http404
    _start(request, job, current_municipality())
    return redirect("console:jobs")


def job_rows(municipality: Any, runs: list[Any]) -> list[dict[str, Any]]:
    """Return a row for each job of a municipality, with its newest run if it has ever run."""
    newest = {run.job: run for run in runs if run.municipality_id == municipality.pk}
    return [_row(municipality, job, newest.get(job)) for job in JOB_NAMES]


def _start(request: StaffRequest, job: str, municipality: Any) -> None:
    values = {"job": job_name(job), "name": municipality.name}
    try:
        start_job(job, municipality=municipality, actor=request.staff.account)
    except JobRefused:
        messages.error(request, gettext("%(name)s isn't in service, so its jobs wait.") % values)
    else:
        messages.success(request, gettext("%(job)s has been started for %(name)s.") % values)


def _row(municipality: Any, job: str, run: Any) -> dict[str, Any]:
    seconds = (run.finished_at - run.started_at).total_seconds() if run and run.finished_at else None
    return {
        "municipality": municipality,
        "job": job,
        "name": job_name(job),
        "run": run,
        "kind": _KINDS.get(run.state, "none") if run else "none",
        "word": run.get_state_display() if run else gettext("never run"),
        "seconds": seconds,
        "counts": counts_text(run.counts) if run else "",
        "can_run": municipality.state == "IN_SERVICE",
    }
