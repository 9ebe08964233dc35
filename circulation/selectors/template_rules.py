"""Reads the circulation rules of a consortium's template."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection
from django.db.models import F
from psycopg import sql

from circulation.rules.resolution import Level, Origin, RuleRow
from circulation.rules.values import REGISTER, read_value
from tenants.models import Municipality, TemplateRule


@dataclass(frozen=True)
class Follower:
    """A municipality that follows a template.

    :ivar own_values: in how many rows it has set the value itself; there it goes on as it is
    """

    municipality: Municipality
    own_values: int


def followers_of(template_id: int, name: str) -> list[Follower]:
    """Return who follows a template, by name, and how many own values each has for one rule. Two statements."""
    members = list(Municipality.objects.filter(template_id=template_id).exclude(schema_name="public").order_by("name"))
    counted = _own_values([member.schema_name for member in members], name)
    return [Follower(member, counted.get(member.schema_name, 0)) for member in members]


def _own_values(schema_names: Sequence[str], name: str) -> dict[str, int]:
    if not schema_names:
        return {}
    counts = [
        sql.SQL("SELECT {}, count(*) FROM {} WHERE jsonb_exists(values, {})").format(
            sql.Literal(schema), sql.Identifier(schema, "circulation_circulationrule"), sql.Literal(name)
        )
        for schema in schema_names
    ]
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL(" UNION ALL ").join(counts))
        return dict(cursor.fetchall())


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
