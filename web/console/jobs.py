"""Jobs: the last run of each for each municipality, its counts and failures, and the way to start one by hand."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext, ngettext, pgettext
from django.views.decorators.http import require_POST, require_safe

from accounts.rules import Permission
from catalogue.search import index_state
from circulation.errors import JobRefused
from circulation.rules.nights import UNDO_WINDOW, Job, undo_window
from circulation.services.nightly import JOB_NAMES, start_job, take_job_back, try_now
from circulation.services.nightly.rehearsal import MOST_SHOWN
from tenants.selectors import all_municipalities, current_municipality, get_municipality, newest_job_runs
from web.account.access import staff_only
from web.account.requests import StaffRequest
from web.console.areas import consortium_areas, municipality_areas
from web.console.audit_log import audit_rows
from web.console.words import count_texts, counts_text, job_name
from web.ui.kept_filters import keeps_filters
from web.ui.sorting import keeps_order, ordered
from web.words.messages import NOTICE_KINDS

_KINDS = {"DONE": "ok", "RUNNING": "wait", "WAITING": "wait", "FAILED": "stop"}


@staff_only(Permission.OPERATE_CONSORTIUM)
@require_safe
@keeps_filters("jobs", "find", "state")
@keeps_order("all-jobs")
def of_all(request: StaffRequest) -> HttpResponse:
    """Show the jobs of all municipalities, failures first, or of those that are looked for."""
    find, state = _filter(request.GET)
    runs = newest_job_runs()
    rows = [row for each in all_municipalities() if _fits(each, find) for row in job_rows(each, runs)]
    rows = [row for row in rows if state in ("", row["kind"])]
    rows.sort(key=lambda row: (row["kind"] != "stop", row["municipality"].name, row["name"]))
    rows = list(ordered(request, "all-jobs", rows))
    context = {"areas": consortium_areas("jobs"), "rows": rows, "of_all": True, "find": find, "state": state}
    context |= {"table": "all-jobs", "index": index_state()}
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
    """Show what a job would do for one municipality, in numbers; a second form starts it."""
    municipality = _member_or_404(pk, job)
    if "confirmed" in request.POST:
        _start(request, job, municipality)
    elif answer := _preview(request, job, municipality, consortium_areas("jobs")):
        return answer
    return redirect(_back(request))


@staff_only(Permission.OPERATE_CONSORTIUM)
@require_POST
def take_back_for(request: StaffRequest, pk: int, job: str) -> HttpResponse:
    """Take back a job of one municipality that waits for its time."""
    _take_back(request, job, _member_or_404(pk, job))
    return redirect(_back(request))


def _member_or_404(pk: int, job: str) -> Any:
    municipality = get_municipality(pk)
    if municipality is None or job not in JOB_NAMES:
        raise Http404
    return municipality


def _back(request: StaffRequest) -> str:
    """The same rows as before: whoever repairs several goes on where she was."""
    find, state = _filter(request.POST)
    asked = urlencode({name: value for name, value in (("find", find), ("state", state)) if value})
    return reverse("console:jobs") + (f"?{asked}" if asked else "")


def _filter(values: Any) -> tuple[str, str]:
    find, state = values.get("find", "").replace("\x00", "").strip()[:60], values.get("state", "")
    return find, state if state in {*_KINDS.values(), "none"} else ""


def _fits(municipality: Any, find: str) -> bool:
    return find.casefold() in municipality.name.casefold()


@staff_only(Permission.ADMINISTER)
@require_safe
@keeps_order("jobs")
def of_one(request: StaffRequest) -> HttpResponse:
    """Show the municipality's own jobs."""
    rows = ordered(request, "jobs", job_rows(current_municipality(), newest_job_runs()))
    context = {"areas": municipality_areas(request, "jobs"), "rows": rows, "of_all": False, "table": "jobs"}
    return render(request, "console/jobs.html", context)


@staff_only(Permission.ADMINISTER)
@require_POST
def run_own(request: StaffRequest, job: str) -> HttpResponse:
    """Show what one of the municipality's jobs would do, and to whom; a second form starts it."""
    if job not in JOB_NAMES:
        raise Http404
    if "confirmed" in request.POST:
        _start(request, job, current_municipality())
    elif answer := _preview(request, job, current_municipality(), municipality_areas(request, "jobs"), lists=True):
        return answer
    return redirect("console:jobs")


@staff_only(Permission.ADMINISTER)
@require_POST
def take_back_own(request: StaffRequest, job: str) -> HttpResponse:
    """Take back one of the municipality's jobs that waits for its time."""
    if job not in JOB_NAMES:
        raise Http404
    _take_back(request, job, current_municipality())
    return redirect("console:jobs")


def job_rows(municipality: Any, runs: list[Any]) -> list[dict[str, Any]]:
    """Return a row for each job of a municipality, with its newest run if it has ever run."""
    newest = {run.job: run for run in runs if run.municipality_id == municipality.pk}
    return [_row(municipality, job, newest.get(job)) for job in JOB_NAMES]


def _preview(
    request: StaffRequest, job: str, municipality: Any, areas: Any, *, lists: bool = False
) -> HttpResponse | None:
    """Return the page of what a job would do; None, with a message, when it can't be tried.

    :param lists: whether to whom; the consortium sees numbers only
    """
    values = {"job": job_name(job), "name": municipality.name}
    try:
        found = try_now(job, municipality=municipality, actor=request.staff.account)
    except JobRefused:
        messages.error(request, gettext("%(name)s isn't in service, so its jobs wait.") % values)
        return None
    if found is None:
        messages.error(request, gettext("%(job)s is running for %(name)s just now.") % values)
        return None
    find, state = _filter(request.POST)
    context = {
        "areas": areas,
        "job": values["job"],
        "municipality": municipality,
        "found": found,
        "lists": lists,
        "counts": [*count_texts(found.counts), *((NOTICE_KINDS.get(kind, kind), n) for kind, n in found.kinds.items())],
        "messages_to_be": [{"kind": NOTICE_KINDS.get(each.kind, each.kind), "each": each} for each in found.messages],
        "entries": audit_rows(found.entries) if lists else [],
        "waits": bool(undo_window(Job(job))),
        "minutes": UNDO_WINDOW.seconds // 60,
        "currency": municipality.currency,
        "most": MOST_SHOWN,
        "find": find,
        "state": state,
    }
    return render(request, "console/job_preview.html", context)


def _start(request: StaffRequest, job: str, municipality: Any) -> None:
    values = {"job": job_name(job), "name": municipality.name}
    try:
        until = start_job(job, municipality=municipality, actor=request.staff.account)
    except JobRefused:
        messages.error(request, gettext("%(name)s isn't in service, so its jobs wait.") % values)
        return
    if until:
        minutes = UNDO_WINDOW.seconds // 60
        text = ngettext(
            "It begins in %(minutes)s minute, and can be taken back until then.",
            "It begins in %(minutes)s minutes, and can be taken back until then.",
            minutes,
        )
        messages.success(request, f"{values['job']}, {values['name']}: {text % {'minutes': minutes}}")
    else:
        messages.success(request, gettext("%(job)s has been started for %(name)s.") % values)


def _take_back(request: StaffRequest, job: str, municipality: Any) -> None:
    values = {"job": job_name(job), "name": municipality.name}
    if take_job_back(job, municipality=municipality, actor=request.staff.account):
        messages.success(request, gettext("%(job)s is taken back for %(name)s; nothing has been done.") % values)
    else:
        messages.error(request, gettext("%(job)s has begun for %(name)s already.") % values)


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
        "waits": run is not None and run.state == "WAITING",
    }
