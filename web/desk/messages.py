"""Messages that didn't go out and letters to print: staff work through both."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.rules import Permission
from notices.errors import NoticeRefused
from notices.rules.channels import may_take
from notices.selectors import (
    count_letters,
    count_problems,
    get_notice,
    get_print_run,
    message_settings,
    print_runs,
    problem_notices,
)
from notices.services.choices import choose_channels
from notices.services.print_runs import came_back, letters_of, make_print_run, run_pdf
from notices.services.problems import send_again, set_aside
from web.account.access import staff_only
from web.account.requests import DeskRequest
from web.desk.areas import desk_areas
from web.desk.patron_page import patron_or_404
from web.ui.forms import posted
from web.ui.kept_filters import keeps_filters
from web.ui.list_files import is_asked, list_file
from web.ui.sorting import keeps_order, ordered
from web.words.messages import CHANNELS, ChoicesForm, problem_text, refusal_text

_SHOWN = 50


@staff_only(Permission.CIRCULATE, needs_branch=True)
@require_safe
@keeps_filters("messages", "all")
@keeps_order("problem-messages")
def problems(request: DeskRequest) -> Any:
    """List what staff must decide on, and the letters that wait for the printer."""
    everywhere = request.GET.get("all") == "1"
    branch = None if everywhere else request.staff.branch
    in_use = message_settings().channels
    limit = None if is_asked(request, "problem-messages") else _SHOWN
    found = problem_notices(
        branch=branch, limit=limit, in_order=lambda rows: ordered(request, "problem-messages", rows)
    )
    if file := list_file(request, "problem-messages", found):
        return file
    context = {
        "areas": desk_areas(request, ""),
        "everywhere": everywhere,
        "rows": [_row(notice, in_use) for notice in found],
        "count": count_problems(branch),
        "letters": count_letters(branch),
        "runs": print_runs(branch),
        "views": [
            {"text": request.staff.branch.name, "url": "?all=", "current": not everywhere},
            {"text": gettext("All branches"), "url": "?all=1", "current": everywhere},
        ],
    }
    return render(request, "desk/messages.html", context)


@staff_only(Permission.CIRCULATE, needs_branch=True)
@require_POST
def again(request: DeskRequest, pk: int) -> HttpResponse:
    """Try a message again, or another way."""
    channel = request.POST.get("channel", "")
    channel = channel if channel in CHANNELS else ""
    done = (
        gettext("The letter waits for the printer.") if channel == "LETTER" else gettext("The message is queued again.")
    )
    return _decide(request, pk, lambda **who: send_again(channel=channel, **who), done)


@staff_only(Permission.CIRCULATE, needs_branch=True)
@require_POST
def aside(request: DeskRequest, pk: int) -> HttpResponse:
    """Leave a message unsent."""
    return _decide(request, pk, set_aside, gettext("The message is set aside."))


@staff_only(Permission.CIRCULATE, needs_branch=True)
@require_POST
def returned(request: DeskRequest, pk: int) -> HttpResponse:
    """Take note that a letter came back by post."""
    return _decide(request, pk, came_back, gettext("Noted. Decide now what becomes of it."))


@staff_only(Permission.CIRCULATE, needs_branch=True)
@require_POST
def print_letters(request: DeskRequest) -> HttpResponse:
    """Make the letters that wait into one file."""
    everywhere = request.POST.get("all") == "1"
    branch = None if everywhere else request.staff.branch
    try:
        run = make_print_run(branch=branch, staff=request.staff.account, now=timezone.now())
    except NoticeRefused as refused:
        messages.error(request, " ".join(refusal_text(code) for code in refused.codes))
        return redirect("desk:messages")
    return redirect("desk:print_run", pk=run.pk)


@staff_only(Permission.CIRCULATE, needs_branch=True)
@require_safe
def print_run(request: DeskRequest, pk: int) -> Any:
    """Show what's in a run of letters."""
    run = _run_or_404(pk)
    letters = letters_of(run)
    if file := list_file(request, "letters", letters, called=f"letters-{run.pk}"):
        return file
    context = {"areas": desk_areas(request, ""), "run": run, "letters": letters}
    return render(request, "desk/print_run.html", context)


@staff_only(Permission.CIRCULATE, needs_branch=True)
@require_safe
def print_file(request: DeskRequest, pk: int) -> HttpResponse:
    """Give the run's file, also once more."""
    run = _run_or_404(pk)
    response = HttpResponse(run_pdf(run), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="letters-{run.pk}.pdf"'
    response["Cache-Control"] = "no-store"
    return response


@staff_only(Permission.EDIT_PATRONS, needs_branch=True)
@require_http_methods(["GET", "HEAD", "POST"])
def choices(request: DeskRequest, pk: int) -> HttpResponse:
    """Set by which channel each kind of message goes to a patron."""
    patron = patron_or_404(pk)
    form = ChoicesForm(posted(request), patron=patron, in_use=message_settings().channels, is_staff=True)
    if request.method == "POST" and form.is_valid():
        try:
            choose_channels(
                patron=patron,
                channel=form.cleaned_data["channel"],
                by_kind=form.by_kind(),
                is_exempt_from_digital_post=form.cleaned_data.get("is_exempt"),
                staff=request.staff.account,
            )
        except NoticeRefused as refused:
            form.add_error(None, " ".join(dict.fromkeys(refusal_text(code) for code in refused.codes)))
        else:
            messages.success(request, gettext("Saved."))
            return redirect("desk:patron", pk=pk)
    context = {"areas": desk_areas(request, "patrons"), "form": form, "patron": patron}
    return render(request, "desk/patron_messages.html", context, status=422 if form.errors else 200)


def _decide(request: DeskRequest, pk: int, service: Callable[..., Any], done: str) -> HttpResponse:
    notice = get_notice(pk)
    if notice is None:
        raise Http404
    try:
        service(notice=notice, staff=request.staff.account, now=timezone.now())
    except NoticeRefused as refused:
        messages.error(request, " ".join(refusal_text(code) for code in refused.codes))
    else:
        messages.success(request, done)
    return redirect("desk:messages")


def _row(notice: Any, in_use: tuple[str, ...]) -> dict[str, Any]:
    others = [code for code in CHANNELS if code in in_use or code == "LETTER"]
    return {
        "notice": notice,
        "kind": "notice" if notice.state == "UNCERTAIN" else "stop",
        "why": problem_text(notice.problem),
        "ways": [
            {"code": code, "text": CHANNELS[code]}
            for code in others
            if code != notice.channel and may_take(notice.kind, code)
        ],
    }


def _run_or_404(pk: int) -> Any:
    run = get_print_run(pk)
    if run is None:
        raise Http404
    return run
