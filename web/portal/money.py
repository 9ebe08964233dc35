"""A patron's money page: what she owes and why, her children's fees, what was settled and how, her credit."""

from collections.abc import Collection, Iterator, Sequence
from decimal import Decimal
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_safe

from circulation.selectors.fees import credit_of, fees_of, owed_by, rests_on_no_rule
from circulation.services.fees.payments import Method
from patrons.selectors.desk_page import wards_shown_to
from web.portal.sessions import patron_only, portal_context
from web.ui.money import amount_text
from web.ui.requests import PageRequest
from web.words.ledger import cause_text, entry_name, fixed_text

_MOST_SETTLED = 50


@patron_only
@require_safe
def money(request: PageRequest, patron: Any) -> HttpResponse:
    """Show every fee with the rule behind it and what has become of it."""
    currency = request.tenant.currency
    views = fees_of(patron, also_settled=True)
    told = {patron.pk, *(child.pk for child in wards_shown_to(patron, day=timezone.localdate()))}
    lines = [_line_for(patron, view, currency, told) for view in views]
    context = portal_context(request, "me", patron) | {
        "open": [line for line in lines if line["fee"].balance],
        "settled": [line for line in lines if not line["fee"].balance][:_MOST_SETTLED],
        "owed": owed_by(patron.pk),
        "credit": credit_of(patron.pk),
    }
    return render(request, "portal/money.html", context)


def _line_for(patron: Any, view: Any, currency: str, told: Collection[int]) -> dict[str, Any]:
    """Return a fee as the one sees it who pays it: what a child had only where its loans are shown to her.

    :param told: the numbers of those whose loans she sees, her own with them
    """
    line = fee_line(view, currency)
    # The rule stands behind each entry here.
    line["why"] = _settled_text(view, currency)
    if view.fee.patron_id != patron.pk:
        line["child"] = view.fee.patron.display_name
    if view.fee.patron_id not in told:
        line |= {"title": "", "others": "", "why": ""}
        for move in line["moves"]:
            move["why"] = ""
    return line


def fee_line(view: Any, currency: str) -> dict[str, Any]:
    """Return a fee with the rule that made it in a sentence, and what was paid or given up of it."""
    others = [line["title"] for line in view.fee.covers if line["loan"] != view.fee.loan_id]
    return {
        "fee": view.fee,
        "why": " ".join(filter(None, (_rule_text(view.rule, currency), _settled_text(view, currency)))),
        "title": view.fee.description,
        "others": ", ".join(others),
        "child": "",
        "moves": [_move(entry, view.entries, currency) for entry in view.entries],
    }


def _rule_text(rule: Any, currency: str) -> str:
    if rule.get("per_day"):
        period = rule["period_days"]
        each = ngettext("%(amount)s for each day", "%(amount)s for each %(days)d days", period)
        values = {"amount": amount_text(Decimal(rule["per_day"]), currency), "days": period}
        return ", ".join(filter(None, (each % values, *_days_texts(rule)))) + "."
    if rule.get("per_hour"):
        return _hours_text(rule, currency)
    if rule.get("claims"):
        return gettext("For an item that hasn't come back.")
    if rule.get("from_day"):
        amount = amount_text(Decimal(rule["step_total"]), currency)
        says = gettext("The rule says %(amount)s from day %(day)s on.") % {"day": rule["from_day"], "amount": amount}
        return " ".join(filter(None, (says, ", ".join(_days_texts(rule)))))
    return fixed_text(rule, currency) or ", ".join(_days_texts(rule))


def _days_texts(rule: Any) -> Iterator[str]:
    if "days_late" in rule:
        yield ngettext("%(days)d day late", "%(days)d days late", rule["days_late"]) % {"days": rule["days_late"]}
    if rule.get("calendar") == "OPEN_DAYS":
        yield gettext("days on which we're closed don't count")
    if rule.get("calendar") == "EVERY_DAY":
        yield gettext("every day counts")


def _hours_text(rule: Any, currency: str) -> str:
    hours, period = rule.get("hours_late", 0), rule["period_hours"]
    each = ngettext("%(amount)s for each hour", "%(amount)s for each %(hours)d hours", period)
    values = {"amount": amount_text(Decimal(rule["per_hour"]), currency), "hours": period}
    late = ngettext("%(count)s hour late", "%(count)s hours late", hours) % {"count": hours}
    closed = gettext("hours when we're closed don't count")
    counted = closed if rule.get("calendar") == "OPENING_HOURS" else gettext("every hour counts")
    return ", ".join((each % values, late, counted)) + "."


def _settled_text(view: Any, currency: str) -> str:
    if not view.paid and not view.waived:
        return ""
    less = amount_text(view.paid + view.waived, currency)
    return gettext("%(amount)s of it is settled.") % {"amount": less}


def _move(entry: Any, entries: Sequence[Any], currency: str) -> dict[str, Any]:
    method = str(Method(entry.method).label) if entry.method in Method.values else ""
    by_hand = gettext("by hand, not by a rule") if rests_on_no_rule(entry) else ""
    why = (cause_text(entry, entries, currency), _rule_text(entry.rule, currency), by_hand)
    return {"entry": entry, "text": entry_name(entry), "method": method, "why": " · ".join(filter(None, why))}
