"""The start of a municipality's console: what needs the administrator first; and the audit log."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.rules import Permission
from accounts.selectors import newest_of, staff_accounts
from holdings.selectors import all_branches, week_of
from notices.selectors import counts_by_state
from tenants.selectors import current_municipality, newest_job_runs
from web.account.access import staff_only
from web.account.requests import StaffRequest
from web.console.areas import municipality_areas
from web.console.audit_log import KEPT, audit_context, audit_rows
from web.console.audit_words import CHANGED, CHANGES
from web.console.jobs import job_rows
from web.ui.kept_filters import keeps_filters

_NEWEST = 8


@staff_only(Permission.ADMINISTER)
@require_safe
def start(request: StaffRequest) -> HttpResponse:
    """Show failed jobs, messages that didn't arrive, and branches that nobody can lend at."""
    municipality = current_municipality()
    rows = job_rows(municipality, newest_job_runs())
    notices = counts_by_state()
    context = {
        "areas": municipality_areas(request, "start"),
        "municipality": municipality,
        "jobs": rows,
        "newest": audit_rows(newest_of(actions=CHANGES, subject_types=CHANGED, limit=_NEWEST)),
        "failed_jobs": [row for row in rows if row["kind"] == "stop"],
        "failed_notices": notices.get("FAILED", 0) + notices.get("UNCERTAIN", 0),
        "queued_notices": notices.get("QUEUED", 0),
        "never_open": _never_open(),
        "branches": len(all_branches()),
        "accounts": staff_accounts().filter(is_active=True).count(),
    }
    return render(request, "console/start.html", context)


@staff_only(Permission.ADMINISTER)
@require_safe
@keeps_filters("audit", *KEPT)
def audit(request: StaffRequest) -> HttpResponse:
    """Show what was done in the municipality, newest first."""
    context = audit_context(request) | {"areas": municipality_areas(request, "audit")}
    return render(request, "console/audit.html", context)


def _never_open() -> list[Any]:
    return [branch for branch in all_branches() if branch.is_open_for_business and not week_of(branch)]
