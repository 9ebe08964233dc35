"""What staff say of an item on its page: lost, damaged, withdrawn, claimed, its parts counted, its bundle changed."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext, pgettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from accounts.rules import Permission
from accounts.selectors import get_entry
from circulation.errors import ReportRefused
from circulation.selectors.loans import open_loan_of
from circulation.services.bundles import count_bundle, note_parts, put_into_bundle, take_out_of_bundle
from circulation.services.claims import claim_never_had, claim_returned, give_up_claim, take_back_claim
from circulation.services.report_item import (
    cancel_transit,
    report_damaged,
    report_lost,
    report_missing,
    report_repaired,
    withdraw_item,
)
from circulation.services.results import ReportResult
from holdings.selectors import contents_of, get_item_by_barcode
from web.account.access import staff_only
from web.account.requests import DeskRequest
from web.desk.answers import answer_scan, notice_words, words
from web.desk.scan_inputs import number_in

Report = Callable[[Any, str, Any, datetime], ReportResult]

_REPORTS: Mapping[str, tuple[str | Promise, Report]] = {
    "lost": (_("Marked as lost."), lambda item, note, who, now: report_lost(item=item, staff=who, now=now)),
    "missing": (_("Marked as missing."), lambda item, note, who, now: report_missing(item=item, staff=who, now=now)),
    "damaged": (
        _("Marked as damaged."),
        lambda item, note, who, now: report_damaged(item=item, note=note, staff=who, now=now),
    ),
    "repaired": (_("Marked as repaired."), lambda item, note, who, now: report_repaired(item=item, staff=who, now=now)),
    "withdraw": (
        _("Withdrawn."),
        lambda item, note, who, now: withdraw_item(item=item, reason=note, staff=who, now=now),
    ),
    "returned": (
        _("The patron says that it was returned."),
        lambda item, note, who, now: claim_returned(loan=_loan(item), staff=who, now=now),
    ),
    "never-had": (
        _("The patron says that they never had it."),
        lambda item, note, who, now: claim_never_had(loan=_loan(item), staff=who, now=now),
    ),
    "give-up": (
        _("The loan is over; the item is missing."),
        lambda item, note, who, now: give_up_claim(loan=_loan(item), reason=note, staff=who, now=now),
    ),
    "take-back": (
        _("The loan goes on."),
        lambda item, note, who, now: take_back_claim(loan=_loan(item), reason=note, staff=who, now=now),
    ),
    "cancel-transit": (
        _("The transit is cancelled. It counts as being where it was sent from, until it's scanned elsewhere."),
        lambda item, note, who, now: cancel_transit(item=item, staff=who, now=now),
    ),
    "out-of-bundle": (
        _("Taken out of its bundle."),
        lambda item, note, who, now: take_out_of_bundle(item=item, staff=who, now=now),
    ),
    "into-bundle": (
        _("Put into the bundle."),
        lambda item, note, who, now: put_into_bundle(item=_scanned(note), bundle=item, staff=who, now=now),
    ),
}
# These change what the collection is, not only where something is.
_FOR_KEEPERS = {"withdraw", "out-of-bundle", "into-bundle"}


@staff_only(Permission.CIRCULATE, needs_branch=True)
@require_POST
def report(request: DeskRequest, barcode: str) -> HttpResponse:
    """Note what has become of the item, and go back to its page, where it can be undone, or to the list at work."""
    item, what = _item_or_404(barcode), request.POST.get("what", "")
    staff = request.staff
    if what not in _REPORTS:
        raise Http404
    if what in _FOR_KEEPERS and not staff.may(Permission.EDIT_ITEMS):
        raise PermissionDenied
    said, act = _REPORTS[what]
    from_list = request.POST.get("back") == "transits"
    # On the list the message has to say which of its items it's about.
    about = f"{item.record.title}:" if from_list else ""
    try:
        result = act(item, request.POST.get("note", "").replace("\x00", "")[:400], staff.account, timezone.now())
    except ReportRefused as refused:
        for reason in words(request, refused):
            messages.error(request, " ".join(filter(None, (about, reason.text, reason.about, reason.next_step))))
    else:
        messages.success(request, f"{about} {said}".strip())
        for notice in notice_words(request, result.notices):
            messages.warning(request, f"{about} {notice.text}".strip())
    if from_list:
        return redirect(f"{reverse('desk:transits')}?late=1")
    return redirect("desk:item", barcode=item.barcode)


@staff_only(Permission.CIRCULATE, needs_branch=True)
@require_POST
def parts(request: DeskRequest, barcode: str) -> HttpResponse:
    """Note how many parts are missing; counted after a check-in, who had them pays if a rule says so."""
    item = _item_or_404(barcode)
    staff = request.staff
    entry_id, missing = number_in(request.POST, "entry"), number_in(request.POST, "missing")
    context: dict[str, Any] = {"item": item}
    try:
        result = note_parts(
            item=item,
            missing=-1 if missing is None else min(missing, 32_000),
            branch=staff.branch,
            staff=staff.account,
            now=timezone.now(),
            returned_by=get_entry(entry_id) if entry_id else None,
        )
    except ReportRefused as refused:
        context["reasons"] = words(request, refused)
        return answer_scan(request, "desk/_parts_counted.html", context, kind="stop", status=409, back_to=_page(item))
    context["result"] = result
    kind = "notice" if result.item.parts_missing else "ok"
    return answer_scan(request, "desk/_parts_counted.html", context, kind=kind, back_to=_page(item))


@staff_only(Permission.CIRCULATE, needs_branch=True)
@require_POST
def contents(request: DeskRequest, barcode: str) -> HttpResponse:
    """Note what of a bundle's contents is there and what's missing, and go back to its page."""
    bundle, staff = _item_or_404(barcode), request.staff
    inside = contents_of(bundle.pk)
    ticked, listed, gone = (request.POST.getlist(name) for name in ("seen", "listed", "gone"))
    shown = {item.pk: item.barcode not in gone for item in inside if item.barcode in listed}
    # What a colleague has put in since the page was read isn't on it, and is there.
    seen = {item.pk for item in inside if item.barcode in ticked or (listed and item.barcode not in listed)}
    try:
        by: dict[str, Any] = {"branch": staff.branch, "staff": staff.account, "now": timezone.now()}
        missing = count_bundle(bundle=bundle, seen=seen, shown=shown, **by)
    except ReportRefused as refused:
        for reason in words(request, refused):
            messages.error(request, " ".join(filter(None, (reason.text, reason.next_step))))
    else:
        _say_count(request, len(inside), missing)
    return redirect("desk:item", barcode=bundle.barcode)


def _say_count(request: DeskRequest, parts: int, missing: list[ReportResult]) -> None:
    if not missing:
        messages.success(request, gettext("All parts are there"))
        return
    text = ngettext("%(count)s of %(parts)s is missing", "%(count)s of %(parts)s are missing", len(missing))
    gone = ", ".join(f"{each.item.record.title} ({each.item.barcode})" for each in missing)
    messages.warning(request, f"{text % {'count': len(missing), 'parts': parts}}: {gone}")


def buttons(item: Any, loan: Any, *, may_edit: bool) -> dict[str, list[dict[str, Any]]]:
    """Return what can be said of the item now: at once, or with words in a dialog."""
    at_once, asked = [], []
    if item.status != "WITHDRAWN":
        if item.status != "LOST":
            at_once.append({"what": "lost", "text": pgettext("item", "Lost")})
        if loan is None and item.status != "MISSING":
            at_once.append({"what": "missing", "text": pgettext("item", "Missing")})
        if item.is_damaged:
            at_once.append({"what": "repaired", "text": gettext("Repaired")})
        else:
            asked.append(_asked("damaged", gettext("Damaged"), gettext("What's the matter with it?")))
        if loan is None and may_edit:
            asked.append(_asked("withdraw", gettext("Withdraw"), gettext("Why?")))
    if loan is not None and not loan.claim:
        at_once.append({"what": "returned", "text": gettext("Patron: returned")})
        at_once.append({"what": "never-had", "text": gettext("Patron: never had")})
    elif loan is not None:
        asked.append(_asked("give-up", gettext("Looked for in vain"), gettext("Where did you look?")))
        asked.append(_asked("take-back", gettext("Not returned after all"), gettext("Why?")))
    return {"at_once": at_once, "asked": asked}


def _asked(what: str, text: str, label: str) -> dict[str, Any]:
    return {"what": what, "text": text, "label": label, "id": f"report-{what}"}


def _item_or_404(barcode: str) -> Any:
    found = get_item_by_barcode(barcode[:100])
    if found is None:
        raise Http404
    return found


def _scanned(barcode: str) -> Any:
    return _item_or_404(barcode)


def _loan(item: Any) -> Any:
    loan = open_loan_of(item.pk)
    if loan is None:
        raise Http404
    return loan


def _page(item: Any) -> str:
    return reverse("desk:item", args=[item.barcode])
