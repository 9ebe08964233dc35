"""Scans at the self-check machine, and the rows that answer them."""

import uuid
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from common.barcodes import clean_barcode
from web.ui.requests import PageRequest

_LONGEST = 100


@dataclass(frozen=True)
class Scan:
    """One scan as the browser sent it; the same id again is the same scan."""

    text: str
    id: str
    number: str

    @property
    def barcode(self) -> str:
        """The text as barcodes are stored."""
        return clean_barcode(self.text)


def posted_scan(request: PageRequest) -> Scan:
    """Return the scan of a request."""
    values = request.POST
    number = values.get("scan_number", "")[:6]
    return Scan(
        text=values.get("scan", "").replace("\x00", "").strip()[:_LONGEST],
        id=values.get("scan_id", "").replace("\x00", "")[:50] or uuid.uuid4().hex,
        number=number if number.isdecimal() else "",
    )


def answer(
    request: PageRequest,
    scan: Scan,
    *,
    kind: str,
    title: str = "",
    word: str = "",
    about: str = "",
    due: Any = None,
    problems: list[str] | None = None,
    status: int = 200,
    back_to: str = "kiosk:visit",
    counts: bool = True,
) -> HttpResponse:
    """Return the row of a scan; a browser without script sees it as a message on the page.

    :param kind: the sound: ok, hold, transit or stop
    :param due: the loan whose due date it shows
    :param counts: False when the scan changed nothing
    """
    if not request.headers.get("X-Scan"):
        text = " ".join([title or scan.text, *(problems or [word])])
        (messages.error if problems else messages.success)(request, text)
        return redirect(back_to)
    context = {
        "scan": scan,
        "title": title or scan.text,
        "word": word,
        "about": about,
        "due": due,
        "problems": problems or [],
        "counts": counts,
    }
    response = render(request, "kiosk/_row.html", context, status=status)
    response.headers["X-Scan-Kind"] = kind
    return response
