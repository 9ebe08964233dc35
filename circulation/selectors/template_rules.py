"""Reads the circulation rules of a consortium's template."""

from django.db.models import F

from circulation.rules.resolution import Level, Origin, RuleRow
from circulation.rules.values import REGISTER, read_value
from tenants.models import TemplateChange, TemplateRule


def template_rules(template_id: int) -> list[RuleRow]:
    """Return the rows of a template with their values as Python has them, open rows first."""
    rows = TemplateRule.objects.filter(template_id=template_id)
    ordered = rows.order_by("patron_category", "item_type", "residence", F("valid_from").asc(nulls_first=True))
    return [
        RuleRow(
            template_origin(row),
            {name: read_value(name, value) for name, value in row.values.items() if name in REGISTER},
        )
        for row in ordered
    ]


def template_origin(row: TemplateRule) -> Origin:
    """Return for whom, what and when a row of a template holds."""
    return Origin(
        Level.TEMPLATE,
        row.pk,
        patron_category=row.patron_category or None,
        item_type=row.item_type or None,
        residence=row.residence or None,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
    )


def template_changes(template_id: int, *, limit: int = 100) -> list[TemplateChange]:
    """Return the newest changes of a template's values, with their rows and what took them back."""
    changes = TemplateChange.objects.filter(rule__template_id=template_id)
    return list(changes.select_related("rule", "undone_by").order_by("-pk")[:limit])


def get_template_change(template_id: int, pk: int) -> TemplateChange | None:
    """Return one change of a template, or None."""
    return TemplateChange.objects.filter(rule__template_id=template_id, pk=pk).first()
