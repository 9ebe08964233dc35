"""Takes charges back in bulk, when a rule was wrong for some days: first what it would do, then all of it at once."""

from collections import Counter
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_http_methods

from accounts.rules import Permission
from circulation.errors import FeeRefused
from circulation.selectors.reversals import Preview, Wanted, preview, rules_behind
from circulation.selectors.rule_books import rule_book
from circulation.services.fees.reversal import reverse_charges
from holdings.selectors import branch_names
from web.account.access import staff_only
from web.account.requests import DeskRequest
from web.desk.answers import words
from web.desk.areas import desk_areas, money_choices
from web.desk.fee_texts import row_text
from web.desk.forms_money import ReversalForm
from web.ui.named import named

_MOST_SHOWN = 100


@staff_only(Permission.WAIVE_FEES, needs_branch=True)
@require_http_methods(["GET", "HEAD", "POST"])
def reversal(request: DeskRequest) -> HttpResponse:
    """Ask which charges, show what taking them back would do, and do what was shown."""
    asked = request.POST if request.method == "POST" else request.GET
    form = ReversalForm(asked if "since" in asked else None, branches=branch_names())
    if not form.is_bound:
        return _page(request, form)
    if not form.is_valid() or not form.offer_rules(_rules(_wanted(form))):
        return _page(request, form, status=422)
    wanted = _wanted(form)
    if request.method != "POST":
        return _page(request, form, preview(wanted))
    try:
        done = reverse_charges(
            wanted=wanted,
            digest=request.POST.get("digest", ""),
            reason="".join(each for each in request.POST.get("reason", "") if each.isprintable()),
            staff=request.staff.account,
            now=timezone.now(),
        )
    except FeeRefused as refused:
        problems = [" ".join(filter(None, (reason.text, reason.next_step))) for reason in words(request, refused)]
        return _page(request, form, preview(wanted), status=409, problems=problems)
    fees = len(done.lines)
    text = ngettext("%(count)d fee is taken back.", "%(count)d fees are taken back.", fees) % {"count": fees}
    messages.success(request, text)
    return redirect("desk:fee_reversal")


def _wanted(form: ReversalForm) -> Wanted:
    values = form.cleaned_data
    return Wanted(
        since=values["since"],
        until=values["until"],
        kind=values["kind"],
        branch_id=int(values["branch"]) if values["branch"] else None,
        rule=values["rule"],
    )


def _rules(wanted: Wanted) -> dict[str, str]:
    """Return the rules behind the charges in words; where two have the same, each with its number."""
    origins, book, branches = rules_behind(wanted), rule_book(), branch_names()
    names = {each.code: named(each) for each in (*book.categories.values(), *book.item_types.values())}
    texts = {key: row_text(origin, branches=branches, names=names) for key, origin in origins.items()}
    times = Counter(texts.values())
    return {key: f"{text} ({origins[key].row_id})" if times[text] > 1 else text for key, text in texts.items()}


def _page(
    request: DeskRequest,
    form: ReversalForm,
    found: Preview | None = None,
    *,
    status: int = 200,
    problems: list[str] | None = None,
) -> HttpResponse:
    context: dict[str, Any] = {
        "areas": desk_areas(request, "money"),
        "choices": money_choices(request, "fee_reversal"),
        "form": form,
        "found": found,
        "shown": found.lines[:_MOST_SHOWN] if found else (),
        "hidden": max(0, len(found.lines) - _MOST_SHOWN) if found else 0,
        "problems": problems or [],
        "reason": request.POST.get("reason", "").replace("\x00", "")[:200],
        # As they were written, for the form that does it.
        "asked": [(field.name, field.value() or "") for field in form] if form.is_bound else [],
        "submit": gettext("Show what it would do"),
    }
    return render(request, "desk/fee_reversal.html", context, status=status)
