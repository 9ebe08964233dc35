"""What each entry of a fee's ledger is called, and what it rests on where that's no rule: a find, an undoing."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from circulation.selectors.fees import CREDIT_UNDONE, NEVER_DUE, REFUND_UNDONE, TAKEN_BACK
from web.ui.days import short_day
from web.ui.money import amount_text

_Rule = Mapping[str, Any]
# By what their keys begin with.
_TAKES_BACK = {
    TAKEN_BACK: _("payment taken back"),
    REFUND_UNDONE: _("refund taken back"),
    CREDIT_UNDONE: _("payment from the credit taken back"),
    NEVER_DUE: _("never due"),
}


def entry_name(entry: Any) -> str:
    """Return what an entry is called; one that takes another back says so."""
    kind = (entry.key or "").partition(":")[0]
    if kind in _TAKES_BACK:
        return str(_TAKES_BACK[kind])
    if "undone" in entry.rule and entry.kind in ("WAIVER", "WRITE_OFF"):
        return gettext("waiver undone") if entry.kind == "WAIVER" else gettext("write-off undone")
    return str(entry.get_kind_display())


def cause_text(entry: Any, entries: Sequence[Any], currency: str) -> str:
    """Return what an entry rests on beside a rule; nothing for a charge or a payment.

    :param entries: of the same fee, among which it may take others back
    """
    rule: _Rule = entry.rule
    texts = [*_right(rule, currency), *_happened(entry), *_of_credit(entry, currency)]
    if charges := rule.get("reversed"):
        days = {short_day(each.at): each for each in entries if each.pk in charges}
        texts.append(gettext("takes back what was charged on %(days)s") % {"days": ", ".join(days)})
    return " · ".join(texts)


def fixed_text(rule: _Rule, currency: str) -> str:
    """Return the rule behind a charge that doesn't grow: for a lost item, a hold, a card, what's missing of an item."""
    if rule.get("claims") == "PRICE":
        return gettext("The item's price")
    if rule.get("claims") or rule.get("value"):
        return gettext("The rule's amount")
    if rule.get("parts"):
        values = {"parts": rule["parts"], "amount": amount_text(Decimal(rule["each"]), currency)}
        return gettext("%(parts)s × %(amount)s for missing parts") % values
    return ""


def _right(rule: _Rule, currency: str) -> Iterator[str]:
    if "right" not in rule:
        return
    values = {"amount": amount_text(Decimal(rule["right"]), currency), "day": short_day(date.fromisoformat(rule["on"]))}
    yield gettext("%(amount)s was right on %(day)s") % values
    if overpaid := Decimal(rule.get("overpaid", 0)):
        yield gettext("%(amount)s paid too much") % {"amount": amount_text(overpaid, currency)}


def _happened(entry: Any) -> Iterator[str]:
    rule: _Rule = entry.rule
    if rule.get("found"):
        yield gettext("the item was found")
    if rule.get("report_undone"):
        yield gettext("the report was undone")
    if rule.get("restored"):
        yield gettext("the claim for the item has ended")
    if rule.get("lost"):
        yield gettext("the claim for the item stands in its place")
    if rule.get("reopened") or (rule.get("credit") or {}).get("reopened"):
        yield gettext("the return or renewal was undone")
    if rule.get("undone") and entry.kind == "CORRECTION":
        yield gettext("the count was undone")


def _of_credit(entry: Any, currency: str) -> Iterator[str]:
    credit = entry.rule.get("credit") or {}
    if "on" in credit:
        yield gettext("%(amount)s paid too much") % {"amount": amount_text(abs(entry.amount), currency)}
    if credit.get("reversal"):
        yield gettext("charges taken back")
    if credit.get("never_due"):
        yield gettext("never due")
    if credit.get("used"):
        yield gettext("paid from the credit")
