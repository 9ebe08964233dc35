"""Orders of copies in the words of the desk: what was done to one, and why something can't be done."""

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from common.errors import Reason
from holdings import errors

# What was done to an order, for its history and the audit log.
ORDER_ACTIONS = {
    "holdings.cancel_copies": _("Cancelled copies on order"),
    "holdings.change_order": _("Changed an order"),
    "holdings.claim_order": _("Claimed a late order"),
    "holdings.order_copies": _("Ordered copies"),
    "holdings.order_more_copies": _("Ordered more copies"),
}

# The field of the form that a reason is about, and the reason in words.
_TEXTS: Mapping[str, tuple[str, Callable[[Mapping[str, Any]], str]]] = {
    errors.ORDER_GONE: ("", lambda facts: gettext("The order isn't there any more.")),
    errors.SUPPLIER_MISSING: ("supplier", lambda facts: gettext("From whom was it ordered?")),
    errors.ORDERED_FAR_AWAY: ("ordered_on", lambda facts: gettext("This day is too far away. Is its year right?")),
    errors.EXPECTED_FAR_AWAY: ("expected_on", lambda facts: gettext("This day is too far away. Is its year right?")),
    errors.EXPECTED_BEFORE_ORDERED: ("expected_on", lambda facts: gettext("It can't come before it was ordered.")),
    errors.NO_COPIES: ("", lambda facts: gettext("Say how many copies, for one branch at least.")),
    errors.TOO_MANY_COPIES: (
        "",
        lambda facts: (
            ngettext(
                "At most %(most)s copy can be ordered at once. Make a second order of the rest.",
                "At most %(most)s copies can be ordered at once. Make a second order of the rest.",
                facts["most"],
            )
            % {"most": facts["most"]}
        ),
    ),
    errors.ORDER_WITHOUT_TITLE: (
        "",
        lambda facts: gettext("All copies of this order were cancelled. Make a new order on the title's page."),
    ),
    errors.NOTHING_ON_ORDER: ("", lambda facts: gettext("None of these copies is on order any more.")),
    errors.COPY_NOT_ON_ORDER: (
        "",
        lambda facts: (
            gettext("%(barcode)s isn't on order any more.") % {"barcode": facts["barcode"]}
            if facts.get("barcode")
            else gettext("This copy was cancelled meanwhile.")
        ),
    ),
    errors.COPY_IN_USE: (
        "",
        lambda facts: (
            gettext("A hold, or something else, names item %(barcode)s. Move or cancel the hold first.")
            % {"barcode": facts["barcode"]}
        ),
    ),
}


def order_reason(reason: Reason) -> tuple[str, str]:
    """Return the field that a reason is about, empty for none, and the reason in a sentence; empty if it's unknown."""
    known = _TEXTS.get(reason.code)
    return (known[0], known[1](reason.facts)) if known else ("", "")
