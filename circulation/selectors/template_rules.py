"""Reads the circulation rules of a consortium's template."""

from circulation.rules.resolution import Level, Origin, RuleRow
from circulation.rules.values import REGISTER, read_value
from tenants.models import TemplateRule


def template_rules(template_id: int) -> list[RuleRow]:
    """Return the rows of a template with their values as Python has them, open rows first."""
    rows = TemplateRule.objects.filter(template_id=template_id).order_by("patron_category", "item_type")
    return [
        RuleRow(
            Origin(
                Level.TEMPLATE, row.pk, patron_category=row.patron_category or None, item_type=row.item_type or None
            ),
            {name: read_value(name, value) for name, value in row.values.items() if name in REGISTER},
        )
        for row in rows
    ]
