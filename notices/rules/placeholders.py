"""What a message's text may hold in braces, and how it's filled. Pure: no database, no clock."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from notices.models import NoticeKind

_PLACEHOLDER = re.compile(r"\{([^{}\n]*)\}")
_WITH_FULL_STOP = re.compile(_PLACEHOLDER.pattern + r"(\.(?!\.))?")
_BRACE = re.compile(r"[{}][^{}\n]{0,20}")
_MANY_BLANK_LINES = re.compile(r"\n{3,}")

# What each stands for, as the editor of a text reads it.
COMMON: dict[str, Any] = {
    "addressee": _("whom the message is written to: the patron, or a child's guardian"),
    "patron": _("the name on the card"),
    "library": _("the branch's name"),
    "library_address": _("the branch's address"),
    "library_phone": _("the branch's phone number"),
    "library_email": _("the branch's e-mail address"),
    "municipality": _("the municipality's name"),
    "date": _("the day on which the message is written"),
    "my_page": _("the address of the library's own pages"),
}
_LOANS: dict[str, Any] = {
    "items": _("the list of loans, one on each line"),
    "count": _("how many loans the message is about"),
}
_HOLD: dict[str, Any] = {"title": _("the title on hold")}
_LATE: dict[str, Any] = {**_LOANS, "fees": _("the overdue fees for these loans so far")}
_CLAIM: dict[str, Any] = {**_LOANS, "total": _("what's still to be paid")}

SPECIAL: dict[str, dict[str, Any]] = {
    NoticeKind.COURTESY: _LOANS,
    NoticeKind.RENEWED: _LOANS,
    NoticeKind.NOT_RENEWED: _LOANS,
    NoticeKind.OVERDUE_1: _LATE,
    NoticeKind.OVERDUE_2: _LATE,
    NoticeKind.OVERDUE_3: _LATE,
    NoticeKind.RECALL: _LOANS,
    NoticeKind.RECALL_OVER: _LOANS,
    NoticeKind.INVOICE: {
        **_LOANS,
        "replacement": _("what it costs to replace the items"),
        "processing": _("the processing fees"),
        "fees": _("the overdue fees for these loans so far"),
        "total": _("the sum of all three"),
    },
    NoticeKind.INVOICE_REMINDER: _CLAIM,
    NoticeKind.DEBT_COLLECTION: _CLAIM,
    NoticeKind.HOLD_READY: {
        **_HOLD,
        "shelf_number": _("the number on the hold shelf"),
        "pickup_until": _("the last day on which it can be collected"),
    },
    NoticeKind.HOLD_EXPIRED: _HOLD,
    NoticeKind.HOLD_INTEREST_ENDS: {**_HOLD, "interest_until": _("the hold's last day")},
    NoticeKind.HOLD_CANCELLED: _HOLD,
    NoticeKind.MEMBERSHIP_ENDS: {"ends_on": _("the card's last day")},
    NoticeKind.RECEIPT: {**_LOANS, "payments": _("what was paid in this visit")},
    NoticeKind.NEW_TITLES: {
        "search": _("what the patron calls the search"),
        "items": _("the first of the titles, one on each line"),
        "total": _("how many new titles there are"),
    },
    NoticeKind.DIGEST: {
        "messages": _("the messages, one below the other"),
        "count": _("how many messages there are"),
    },
}


def placeholders_of(kind: str) -> dict[str, Any]:
    """Return the placeholders of a kind of message, each with what it stands for."""
    return {**SPECIAL[NoticeKind(kind)], **COMMON}


def unknown_placeholders(kind: str, *texts: str) -> list[str]:
    """Return the names in braces that this kind of message doesn't know, each once, in the order they stand.

    A brace without its other half comes last, with what follows it: it would be read by whoever gets the message.
    """
    known = placeholders_of(kind)
    found = [name for text in texts for name in _PLACEHOLDER.findall(text) if name not in known]
    halves = [half for text in texts for half in _BRACE.findall(_PLACEHOLDER.sub("", text))]
    return list(dict.fromkeys([*found, *halves]))


def fill(text: str, values: Mapping[str, str | Callable[[], str]]) -> str:
    """Return the text with each placeholder replaced; a value that's itself in braces is never filled again.

    A value that ends with a full stop, as an amount in “kr.” does, takes that of its sentence along.

    :param values: texts, or functions that are called only if the text needs them
    :raises KeyError: if a placeholder has no value
    """

    def value_of(match: re.Match[str]) -> str:
        value = values[match[1]]
        said = value() if callable(value) else value
        return said if said.endswith(".") else said + (match[2] or "")

    return _WITH_FULL_STOP.sub(value_of, text)


def one_line(text: str) -> str:
    """Return a subject as mail allows it: on one line, at most 200 characters."""
    return " ".join(text.split())[:200]


def fill_body(text: str, values: Mapping[str, str | Callable[[], str]]) -> str:
    """Return the body filled, without the lines that empty values leave and never with two blank lines in a row.

    :raises KeyError: if a placeholder has no value
    """
    lines = []
    for line in text.replace("\r\n", "\n").split("\n"):
        filled = fill(line, values).rstrip()
        if filled or not line.strip():
            lines.append(filled)
    return _MANY_BLANK_LINES.sub("\n\n", "\n".join(lines)).strip() + "\n"
