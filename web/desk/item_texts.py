"""Items in words: the sign of a state, why a change is refused, and what was done to one."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from circulation.services.undo import UNDOABLE_FOR
from common.errors import Reason, Refused
from holdings import errors
from holdings.selectors import item_statuses
from web.desk.forms_items import ItemForm
from web.desk.texts import barcode_problem
from web.words.about_items import ITEM_ACTIONS

_KINDS = {
    "AVAILABLE": "ok",
    "ON_LOAN": "wait",
    "ON_HOLD_SHELF": "wait",
    "IN_TRANSIT": "wait",
    "ON_ORDER": "wait",
    "IN_PROCESS": "notice",
    "MISSING": "stop",
    "LOST": "stop",
}
_TEXTS: Mapping[str, tuple[str, Callable[[Mapping[str, Any]], str]]] = {
    errors.BARCODE_MISSING: ("barcode", lambda facts: gettext("A barcode is needed.")),
    errors.BARCODE_MALFORMED: ("barcode", lambda facts: barcode_problem(facts.get("scheme", ""))),
    errors.BARCODE_TAKEN: ("barcode", lambda facts: gettext("Another item has this barcode.")),
    errors.RECORD_DELETED: ("", lambda facts: gettext("The title has been deleted from the catalogue.")),
    errors.LOCATION_ELSEWHERE: ("location", lambda facts: gettext("This room belongs to another branch.")),
    errors.LOCATION_GONE: ("location", lambda facts: gettext("This room isn't there any more.")),
    errors.PRICE_NOT_VALID: ("price", lambda facts: gettext("This isn't a price.")),
    errors.ITEM_IN_CIRCULATION: (
        "status",
        lambda facts: gettext("It's on loan, on the hold shelf or in transit. Check it in first."),
    ),
    errors.STATUS_NOT_FOR_STAFF: ("status", lambda facts: gettext("This comes by check-out and check-in only.")),
    errors.ITEM_GONE: ("", lambda facts: gettext("The item isn't there any more.")),
}
_ACTIONS = {
    "circulation.check_out": _("Checked out"),
    "circulation.check_in": _("Checked in"),
    "circulation.renew": _("Renewed"),
    "circulation.undo": _("Undone"),
    "circulation.invoice": _("Invoiced"),
    "circulation.recall": _("Called a loan back"),
    "circulation.keep_recall": _("Kept a loan called back for the next who waits"),
    "circulation.take_back_recall": _("Took a recall back"),
    "circulation.not_on_shelf": _("Didn't find an item on its shelf"),
    "circulation.start_fetching": _("Began to fetch an item"),
    "circulation.stop_fetching": _("Left an item to be fetched by others"),
    **ITEM_ACTIONS,
    "holdings.add_item": _("Added"),
    "holdings.change_item": _("Changed"),
}
# Numbers and codes that no screen shows.
_WITHOUT_VALUES = frozenset(("location", "item_type", "fills_own_branch_only"))


# An inventory's scan, or a count of what's in a bundle, leaves what was done before as undoable as it was.
_ONLY_LOOKS = ("circulation.see_item", "circulation.count_bundle")
_SCANS = ("circulation.check_out", "circulation.check_in", "circulation.renew")


def status_kind(item: Any) -> str:
    """Return the kind of sign that goes with an item's status."""
    return _KINDS.get(item.status, "none")


def add_to_form(form: forms.Form, refused: Refused) -> None:
    """Put each reason beside its field, or above the form when it has no such field."""
    for reason in refused.reasons:
        field, tell = _TEXTS.get(reason.code, ("", lambda facts: gettext("It isn't possible.")))
        form.add_error(field if field in form.fields else None, tell(reason.facts))


def item_reason(reason: Reason) -> str:
    """Return why an item can't be what's wished, in a sentence; empty for reasons that circulation has words for."""
    known = _TEXTS.get(reason.code)
    return known[1](reason.facts) if known else ""


def history(entries: Iterable[Any]) -> list[dict[str, Any]]:
    """Return what was done to an item, in words; never to whom it was lent."""
    return [
        {
            "at": entry.at,
            "text": _ACTIONS.get(entry.action, entry.action),
            "who": entry.actor.name if entry.actor else "",
            "about": _about(entry),
        }
        for entry in entries
    ]


def undoable(entries: Sequence[Any], *, reader_id: int, now: datetime) -> Any:
    """Return the newest entry about an item, if it can be taken back from its page.

    That's what was said of it there, and the reader's own scan: to undo another's check-in would tell who had it.

    :param reader_id: of the staff account that reads the page
    """
    newest = next((entry for entry in entries if entry.action not in _ONLY_LOOKS), None)
    if newest is None or "before" not in newest.facts:
        return None
    is_own_scan = newest.action in _SCANS and newest.actor_id == reader_id and now - newest.at <= UNDOABLE_FOR
    return newest if is_own_scan or newest.action in (*ITEM_ACTIONS, "circulation.not_on_shelf") else None


def _about(entry: Any) -> str:
    """Return what an entry says about the item itself: facts about whoever borrowed it stay in the log."""
    facts = entry.facts
    if text := facts.get("reason") or facts.get("note"):
        if isinstance(text, str):
            return text
    if facts.get("override_reason"):
        return gettext("Overridden: %(reason)s") % {"reason": facts["override_reason"]}
    return ", ".join(_changes(facts)) if entry.action == "holdings.change_item" else ""


def _changes(facts: Mapping[str, Any]) -> Iterable[str]:
    """Yield what was changed on the item's form under the form's own labels, with its values where they're words."""
    statuses = dict(item_statuses())
    for name, field in ItemForm.base_fields.items():
        pair = facts.get("location_id" if name == "location" else name)
        if not isinstance(pair, list) or len(pair) != 2:
            continue
        if name in _WITHOUT_VALUES:
            yield str(field.label)
        else:
            before, after = (statuses.get(value, value) if name == "status" else value for value in pair)
            yield f"{field.label}: {'–' if before in ('', None) else before} → {'–' if after in ('', None) else after}"
