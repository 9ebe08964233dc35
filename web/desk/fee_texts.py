"""Fees as the desk lists them: what each is for, the rule behind it, and every movement of its ledger in words."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext, ngettext

from accounts.rules import Permission
from circulation.rules.resolution import Origin
from circulation.selectors.fees import FeeView, is_payment, rests_on_no_rule, to_take_back
from circulation.services.fees.payments import Method
from web.ui.money import amount_text
from web.words.ledger import cause_text, entry_name, fixed_text
from web.words.rule_rows import dimension_texts, origin_text


@dataclass(frozen=True)
class Movement:
    """One entry of a fee's ledger."""

    entry: Any
    text: str
    why: str
    # The name of the dialog that takes it back, if it can be.
    take_back: str = ""

    @property
    def needs(self) -> Permission:
        """What one may do who takes back what somebody else did: a fee by hand is given up with it."""
        return Permission.WAIVE_FEES if self.entry.kind == "CHARGE" else Permission.TAKE_PAYMENTS

    @property
    def is_payment(self) -> bool:
        """Whether it's a part of a payment, be it from the credit."""
        return is_payment(self.entry) or self.entry.kind == "CREDIT"

    @property
    def has_receipt(self) -> bool:
        """Whether it was paid at a desk or told by another system: its receipt can be printed again."""
        return (self.entry.key or "").startswith("payment:")


@dataclass(frozen=True)
class FeeLine:
    """A fee and its movements, the newest first, each with what's behind it.

    :ivar others: the titles that the fee is for beside the one in its description
    :ivar child: the name of the child whose fee it is, on her guardian's page
    """

    fee: Any
    movements: list[Movement]
    others: list[str]
    child: str = ""

    @property
    def waiver(self) -> str:
        """The name of the dialog that waives it."""
        return f"waiver-{self.fee.pk}"

    @property
    def write_off(self) -> str:
        """The name of the dialog that writes it off."""
        return f"writeoff-{self.fee.pk}"


def fee_lines(views: Iterable[FeeView], *, branches: Mapping[int, str], currency: str, patron_id: int) -> list[FeeLine]:
    """Return the fees in words.

    :param branches: names of branches by their numbers, for rules that a branch has set
    :param patron_id: on whose page they stand
    """
    return [
        FeeLine(
            fee=view.fee,
            movements=movements_of(view, branches=branches, currency=currency),
            others=[line["title"] for line in view.fee.covers if line["loan"] != view.fee.loan_id],
            child=view.fee.patron.display_name if view.fee.patron_id != patron_id else "",
        )
        for view in views
    ]


def rule_text(rule: Mapping[str, Any], branches: Mapping[int, str], currency: str) -> str:
    """Return the rule behind an entry in words: the step or the amount a day, the days, the calendar, whose rule."""
    parts = [
        _amount_text(rule, currency),
        _days_text(rule),
        _cap_text(rule),
        origin_text(rule.get("origin") or {}, branches),
    ]
    return " · ".join(filter(None, parts))


def _amount_text(rule: Mapping[str, Any], currency: str) -> str:
    child = rule.get("ladder") == "child"
    if rule.get("per_day"):
        values = {"amount": _money(rule["per_day"], currency), "periods": rule["periods"], "days": rule["period_days"]}
        text = ngettext(
            "%(periods)s × %(amount)s, for each day late",
            "%(periods)s × %(amount)s, for each %(days)s days late",
            rule["period_days"],
        )
        return text % values
    if rule.get("per_hour"):
        values = {
            "amount": _money(rule["per_hour"], currency),
            "periods": rule["periods"],
            "hours": rule["period_hours"],
        }
        text = ngettext(
            "%(periods)s × %(amount)s, for each hour late",
            "%(periods)s × %(amount)s, for each %(hours)s hours late",
            rule["period_hours"],
        )
        return text % values
    if not rule.get("step"):
        return fixed_text(rule, currency)
    late = rule.get("days_late", 0)
    values = {"step": rule["step"], "day": rule.get("from_day", ""), "days": late}
    if child:
        text = ngettext(
            "Step %(step)s, from day %(day)s on, child: %(days)s day late",
            "Step %(step)s, from day %(day)s on, child: %(days)s days late",
            late,
        )
    else:
        text = ngettext(
            "Step %(step)s, from day %(day)s on, adult: %(days)s day late",
            "Step %(step)s, from day %(day)s on, adult: %(days)s days late",
            late,
        )
    return text % values


def _days_text(rule: Mapping[str, Any]) -> str:
    if rule.get("per_hour"):
        return ", ".join(_hours_texts(rule))
    parts = []
    if "days_late" in rule and (rule.get("per_day") or not rule.get("step")):
        late = rule["days_late"]
        parts.append(ngettext("%(count)s day late", "%(count)s days late", late) % {"count": late})
    if rule.get("calendar") == "EVERY_DAY":
        parts.append(gettext("every day counts"))
    if rule.get("calendar") == "OPEN_DAYS":
        parts.append(
            gettext("open days only, %(closed)s closed ones left out") % {"closed": rule.get("closed_days", 0)}
        )
    if rule.get("grace_days"):
        free = rule["grace_days"]
        parts.append(ngettext("%(days)s day free", "%(days)s days free", free) % {"days": free})
    if rule.get("items"):
        parts.append(gettext("one fee for %(items)s items") % {"items": rule["items"]})
    return ", ".join(parts)


def _money(text: str, currency: str) -> str:
    return amount_text(Decimal(text), currency)


def _hours_texts(rule: Mapping[str, Any]) -> Iterator[str]:
    late = rule.get("hours_late", 0)
    yield ngettext("%(count)s hour late", "%(count)s hours late", late) % {"count": late}
    if rule.get("calendar") == "OPENING_HOURS":
        yield gettext("opening hours only")
    if rule.get("calendar") == "EVERY_HOUR":
        yield gettext("every hour counts")
    if rule.get("grace_hours"):
        free = rule["grace_hours"]
        yield ngettext("%(hours)s hour free", "%(hours)s hours free", free) % {"hours": free}


def _cap_text(rule: Mapping[str, Any]) -> str:
    if rule.get("patron_cap"):
        return gettext("cut to the highest that a patron may owe for being late")
    if rule.get("cap") and rule.get("step_total") and Decimal(rule["step_total"]) > Decimal(rule["cap"]):
        return gettext("cut to the highest fee for the item")
    return ""


def row_text(origin: Origin, *, branches: Mapping[int, str], names: Mapping[str, str]) -> str:
    """Return which row of rules it is: whose, for whom, what and when.

    :param branches: names of branches by their numbers
    :param names: of patron categories and item types by their codes
    """
    whose = capfirst(origin_text(origin.as_facts(), branches))
    return ": ".join(filter(None, (whose, ", ".join(dimension_texts(origin, names)))))


def movements_of(view: FeeView, *, branches: Mapping[int, str], currency: str) -> list[Movement]:
    """Return a fee's ledger in words, the newest first: each entry with the rule, days and calendar behind it.

    :param branches: names of branches by their numbers
    """
    entries, can_be = view.entries, to_take_back(view.entries, view.undone)
    return [_movement_of(entry, entries, branches, currency, entry.pk in can_be) for entry in reversed(entries)]


def _movement_of(
    entry: Any, entries: Sequence[Any], branches: Mapping[int, str], currency: str, can_be_taken_back: bool
) -> Movement:
    method = str(Method(entry.method).label) if entry.method in Method.values else ""
    by_hand = gettext("by hand, not by a rule") if rests_on_no_rule(entry) else ""
    cause, rule = cause_text(entry, entries, currency), rule_text(entry.rule, branches, currency)
    texts = (method, cause, rule, entry.reason, by_hand, entry.actor.name if entry.actor else "")
    dialog = f"takeback-{entry.pk}" if can_be_taken_back else ""
    return Movement(entry, entry_name(entry), " · ".join(filter(None, texts)), dialog)
