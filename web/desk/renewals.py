"""Renews a patron's loans from her page: one, in spite of reasons too, or all."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_POST

from accounts.rules import Permission
from circulation.errors import Override, RenewalRefused
from circulation.selectors.loans import get_open_loan
from circulation.services.renew import renew_all, renew_loan
from web.account.access import staff_only
from web.account.requests import DeskRequest
from web.desk.answers import words
from web.desk.just_renewed import keep_renewed
from web.desk.patron_page import loan_row, page, patron_or_404
from web.desk.scan_inputs import LONGEST_ID
from web.ui.due import due_day


@staff_only(Permission.CIRCULATE, needs_branch=True)
@require_POST
def renew(request: DeskRequest, pk: int) -> HttpResponse:
    """Renew one loan; codes and a reason override what stands against it."""
    loan = get_open_loan(pk)
    if loan is None:
        raise Http404
    codes, form_id = request.POST.getlist("code")[:30], request.POST.get("form_id", "").replace("\x00", "")
    reason = request.POST.get("reason", "").replace("\x00", "")[:200]
    try:
        result = renew_loan(
            loan=loan,
            staff=request.staff.account,
            now=timezone.now(),
            override=Override(codes, reason) if codes else None,
            scan_id=f"{form_id[:LONGEST_ID]}:{'o' if codes else ''}{pk}"[:64] if form_id else None,
        )
    except RenewalRefused as refused:
        return _not_renewed(request, loan, words(request, refused))
    return _renewed(request, loan, result)


@staff_only(Permission.CIRCULATE, needs_branch=True)
@require_POST
def renew_every(request: DeskRequest, pk: int) -> HttpResponse:
    """Renew all of a patron's loans that can be, each to take back in its row; the others say why not in theirs."""
    patron = patron_or_404(pk)
    answers = renew_all(patron=patron, staff=request.staff.account, now=timezone.now())
    entries = {answer.loan.pk: answer.result.entry_id for answer in answers if answer.result}
    keep_renewed(request, pk, {loan: entry for loan, entry in entries.items() if entry is not None})
    done = len(entries)
    text = ngettext("%(count)d loan has been renewed.", "%(count)d loans have been renewed.", done)
    if done:
        messages.success(request, text % {"count": done})
    if refused := len(answers) - done:
        text = ngettext(
            "%(count)d couldn't be; its row says why.", "%(count)d couldn't be; their rows say why.", refused
        )
        messages.warning(request, text % {"count": refused})
    return redirect(reverse("desk:patron", args=[pk]) + "#loans")


def _renewed(request: DeskRequest, loan: Any, result: Any) -> HttpResponse:
    if not request.htmx:
        values = {"title": loan.item.record.title, "day": due_day(result.loan)}
        messages.success(request, gettext("%(title)s is due %(day)s now.") % values)
        return redirect(reverse("desk:patron", args=[loan.patron_id]) + "#loans")
    context = {"loan": result.loan, "result": result, "today": timezone.localdate()}
    answer = render(request, "desk/_renewed_loan.html", context)
    answer.headers["X-Scan-Kind"] = "ok"
    return answer


def _not_renewed(request: DeskRequest, loan: Any, reasons: list[Any]) -> HttpResponse:
    if not request.htmx:
        told = [f"{loan.item.record.title}: {reason.text} {reason.about}" for reason in reasons]
        return page(request, patron_or_404(loan.patron_id), status=409, problems=told)
    can_override = bool(reasons) and all(reason.may_override for reason in reasons if reason.kind == "stop")
    context = {
        "loans": [loan_row(loan, reasons, can_renew=False, can_override=can_override)],
        "today": timezone.localdate(),
        "was_refused": True,
        "form_id": request.POST.get("form_id", ""),
    }
    answer = render(request, "desk/_loan_rows.html", context, status=409)
    answer.headers["X-Scan-Kind"] = "stop"
    return answer
