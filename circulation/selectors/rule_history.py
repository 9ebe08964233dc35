"""Reads what has been changed in circulation rules, the newest first."""

from circulation.models import RuleChange


def rule_changes(name: str = "", *, limit: int = 100) -> list[RuleChange]:
    """Return the newest changes of one value, or of all, with their rows and what took them back."""
    changes = RuleChange.objects.select_related(
        "rule__branch", "rule__branch_group", "rule__patron_category", "rule__item_type", "undone_by"
    ).order_by("-pk")
    return list((changes.filter(name=name) if name else changes)[:limit])


def get_rule_change(pk: int) -> RuleChange | None:
    """Return one change, or None."""
    return RuleChange.objects.filter(pk=pk).first()
