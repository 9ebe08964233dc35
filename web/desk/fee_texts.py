"""Fees as the desk lists them: what each is for, the rule behind it, and every movement of its ledger in words."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext

from circulation.selectors.fees import FeeView


@dataclass(frozen=True)
class Movement:
    """One entry of a fee's ledger."""

    entry: Any
    text: str
    why: str


@dataclass(frozen=True)
class FeeLine:
    """A fee with the rule behind it and its movements, the newest first."""

    fee: Any
    rule: str
    movements: list[Movement]

    @property
    def waiver(self) -> str:
        """The name of the dialog that waives it."""
        return f"waiver-{self.fee.pk}"


def fee_lines(views: Iterable[FeeView], *, branches: Mapping[int, str]) -> list[FeeLine]:
    """Return the fees in words.

    :param branches: names of branches by their numbers, for rules that a branch has set
    """
    return [
        FeeLine(
            fee=view.fee,
            rule=_rule_text(view.rule, branches),
            movements=[_movement(entry) for entry in reversed(view.entries)],
        )
        for view in views
    ]


def _rule_text(rule: Mapping[str, Any], branches: Mapping[int, str]) -> str:
    if not rule.get("step"):
        return ""
    values = {"step": rule["step"], "day": rule.get("from_day", ""), "days": rule.get("days_late", "")}
    child = rule.get("ladder") == "child"
    text = (
        gettext("Step %(step)s, from day %(day)s on, child: %(days)s days late")
        if child
        else gettext("Step %(step)s, from day %(day)s on, adult: %(days)s days late")
    )
    return " · ".join(filter(None, (text % values, _origin_text(rule.get("origin") or {}, branches))))


def _origin_text(origin: Mapping[str, Any], branches: Mapping[int, str]) -> str:
    level = origin.get("level")
    if level == "BRANCH":
        return gettext("rule of %(branch)s") % {"branch": branches.get(origin.get("place_id") or 0, "")}
    if level == "BRANCH_GROUP":
        return gettext("rule of the branch group")
    if level == "MUNICIPALITY":
        return gettext("the municipality's rule")
    return gettext("rule of the consortium's template") if level == "TEMPLATE" else ""


def _movement(entry: Any) -> Movement:
    why = " · ".join(filter(None, (entry.reason, entry.actor.name if entry.actor else "")))
    return Movement(entry, entry.get_kind_display(), why)
