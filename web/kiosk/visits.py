"""The self-check machine: who's there, what she borrows, and what receipt she takes home."""

from typing import Any

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from circulation.errors import CheckOutRefused
from circulation.selectors.panels import patron_panel
from circulation.selectors.visits import loans_since, takes_receipt
from circulation.services.check_out import check_out
from circulation.services.receipts import email_receipt
from common import audit
from common.barcodes import clean_barcode
from holdings.selectors import get_item_by_barcode
from patrons.errors import PatronLogInRefused
from patrons.selectors import get_patron_by_card, working_card
from patrons.services.log_in import prove_patron
from staffing.selectors import kiosk_by_token
from web.account.access import open_to_all
from web.account.throttle import count_failure, seconds_to_wait
from web.kiosk.answers import answer, posted_scan
from web.kiosk.device import (
    COOKIE,
    COOKIE_SECONDS,
    IDLE_SECONDS,
    begin,
    end,
    kiosk_only,
    patron_of,
    since_of,
    with_patron,
)
from web.ui.requests import PageRequest
from web.words.for_patrons import patron_texts


@open_to_all
@require_safe
def open_kiosk(request: PageRequest, token: str) -> HttpResponse:
    """Make this browser the machine that the secret link belongs to."""
    if kiosk_by_token(token) is None:
        raise Http404
    opened = redirect("kiosk:start")
    opened.set_cookie(
        COOKIE,
        token,
        max_age=COOKIE_SECONDS,
        path="/kiosk/",
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Strict",
    )
    return opened


@kiosk_only
@require_safe
def start(request: PageRequest, kiosk: Any) -> HttpResponse:
    """Ask for a card."""
    if patron_of(request, kiosk) is not None:
        return redirect("kiosk:visit")
    return _start(request, kiosk)


@kiosk_only
@require_POST
def log_in(request: PageRequest, kiosk: Any) -> HttpResponse:
    """Begin a visit by card, and by PIN where the machine asks for it."""
    card = clean_barcode(request.POST.get("scan", "").replace("\x00", "")[:40])
    if not card:
        return _start(request, kiosk, problem=gettext("Scan your library card."))
    if kiosk.asks_pin and "pin" not in request.POST:
        return _start(request, kiosk, card=card)
    if seconds_to_wait(request, "patron", card):
        return _start(request, kiosk, problem=gettext("Too many wrong tries. Ask the staff."), status=429)
    patron = _patron(kiosk, card, request.POST.get("pin", "").replace("\x00", "")[:20])
    if patron is None:
        count_failure(request, "patron", card)
        text = (
            gettext("Card number and PIN don't belong together.")
            if kiosk.asks_pin
            else gettext("We don't know this card.")
        )
        return _start(request, kiosk, problem=text + " " + gettext("Try again, or ask the staff."))
    begin(request, kiosk, patron, since=timezone.now().isoformat())
    return redirect("kiosk:visit")


@with_patron
@require_safe
def visit(request: PageRequest, kiosk: Any, patron: Any) -> HttpResponse:
    """Show the scan box, what's ready for her, and what she has borrowed this time."""
    panel = patron_panel(patron_id=patron.pk, branch=kiosk.branch, now=timezone.now())
    context = {
        "kiosk": kiosk,
        "patron": patron,
        "panel": panel,
        "takes_receipt": takes_receipt(patron),
        "idle_seconds": IDLE_SECONDS,
        "fields": {},
    }
    return render(request, "kiosk/visit.html", context)


@with_patron
@require_POST
def lend(request: PageRequest, kiosk: Any, patron: Any) -> HttpResponse:
    """Lend what was scanned; nothing is overridden at a machine."""
    scan = posted_scan(request)
    item = get_item_by_barcode(scan.barcode)
    if item is None:
        return answer(request, scan, problems=[_not_an_item(scan.barcode)], kind="stop", status=404)
    try:
        with audit.along_with(kiosk_id=kiosk.pk):
            result = check_out(
                item=item, patron=patron, branch=kiosk.branch, staff=None, now=timezone.now(), scan_id=scan.id
            )
    except CheckOutRefused as refused:
        texts = patron_texts(refused.reasons, currency=request.tenant.currency)
        return answer(request, scan, title=item.record.title, problems=texts, kind="stop", status=409)
    word = gettext("Yours") if not result.was_renewal else gettext("Renewed")
    return answer(request, scan, title=item.record.title, word=word, due=result.loan, kind="ok", counts=result.changed)


@with_patron
@require_POST
def finish(request: PageRequest, kiosk: Any, patron: Any) -> HttpResponse:
    """End the visit, with a receipt on paper or by e-mail if she wants one."""
    now, wanted = timezone.now(), request.POST.get("receipt")
    since = parse_datetime(since_of(request)) or now
    loans = loans_since(patron, since=since)
    wants_paper, by_email = wanted == "paper" and bool(loans), False
    if wanted == "email":
        with audit.along_with(kiosk_id=kiosk.pk):
            by_email = email_receipt(patron=patron, branch=kiosk.branch, since=since, staff=None, now=now)
    context = {
        "kiosk": kiosk,
        "loans": loans,
        "card": working_card(patron),
        "now": now,
        "print_now": wants_paper,
        "by_email": by_email,
    }
    template = "kiosk/receipt.html" if wants_paper else "kiosk/done.html"
    return end(request, render(request, template, context))


@kiosk_only
@require_POST
def leave(request: PageRequest, kiosk: Any) -> HttpResponse:
    """End the visit: she has pressed it, or nobody has touched the screen for a while."""
    return end(request, redirect("kiosk:start"))


def _not_an_item(barcode: str) -> str:
    """Say what's wrong with a scan; a card is the next person's, who'd go on to borrow in this one's name."""
    if get_patron_by_card(barcode) is not None:
        return gettext("This is a library card. Finish this visit first, then scan it again.")
    return gettext("We don't know this barcode.")


def _patron(kiosk: Any, card: str, pin: str) -> Any:
    if not kiosk.asks_pin:
        return get_patron_by_card(card)
    try:
        return prove_patron(card_number=card, pin=pin)
    except PatronLogInRefused:
        return None


def _start(request: PageRequest, kiosk: Any, *, card: str = "", problem: str = "", status: int = 422) -> HttpResponse:
    context = {"kiosk": kiosk, "card": card, "problem": problem, "digits": "123456789", "idle_seconds": IDLE_SECONDS}
    return render(request, "kiosk/start.html", context, status=status if problem else 200)
