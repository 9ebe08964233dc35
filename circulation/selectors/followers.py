"""Reads what the municipalities that follow a template have decided themselves, all of them in few statements."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection
from psycopg import sql

from circulation.rules.changed_rules import Known
from circulation.rules.resolution import Level, Origin, RuleRow
from circulation.rules.values import REGISTER, read_value
from tenants.models import Municipality

_RULES = """SELECT {name}, r.id, r.branch_id, r.branch_group_id, c.code, t.code, r.residence, r.valid_from,
        r.valid_until, r.values
    FROM {rules} r LEFT JOIN {categories} c ON c.id = r.patron_category_id
        LEFT JOIN {types} t ON t.id = r.item_type_id"""
_THINGS = """SELECT {name}, 'branch', id, group_id, name FROM {branches}
    UNION ALL SELECT {name}, 'category', id, NULL, code FROM {categories}
    UNION ALL SELECT {name}, 'type', id, NULL, code FROM {types}"""


@dataclass(frozen=True)
class Follower:
    """A municipality that follows a template, with what it decides itself.

    :ivar rows: its own rows
    :ivar branch_names: by the branches' ids
    """

    municipality: Municipality
    rows: tuple[RuleRow, ...]
    known: Known
    branch_names: dict[int, str]

    def own_values(self, name: str) -> int:
        """Return in how many rows it has set a value itself; there it goes on as it is."""
        return sum(name in row.values for row in self.rows)


def followers_of(template_id: int) -> list[Follower]:
    """Return who follows a template, by name; not yet who is only being set up. Three statements."""
    members = Municipality.objects.filter(template_id=template_id).exclude(schema_name="public")
    found = list(members.exclude(state=Municipality.State.BEING_PROVISIONED).order_by("name"))
    schemas = [each.schema_name for each in found]
    rows: dict[str, list[RuleRow]] = {schema: [] for schema in schemas}
    for schema, *columns in _of_each(schemas, _RULES):
        rows[schema].append(_own_row(*columns))
    things: dict[str, dict[str, list[Any]]] = {schema: {"branch": [], "category": [], "type": []} for schema in schemas}
    for schema, kind, *columns in _of_each(schemas, _THINGS):
        things[schema][kind].append(columns)
    return [_follower(each, rows[each.schema_name], things[each.schema_name]) for each in found]


def _follower(municipality: Municipality, rows: list[RuleRow], things: dict[str, list[Any]]) -> Follower:
    known = Known(
        branches={pk: group_id for pk, group_id, _name in things["branch"]},
        patron_categories={code for _pk, _group_id, code in things["category"]},
        item_types={code for _pk, _group_id, code in things["type"]},
    )
    return Follower(municipality, tuple(rows), known, {pk: name for pk, _group_id, name in things["branch"]})


def _of_each(schemas: Sequence[str], query: str) -> Sequence[tuple[Any, ...]]:
    if not schemas:
        return []
    parts = [
        sql.SQL(query).format(
            name=sql.Literal(schema),
            rules=sql.Identifier(schema, "circulation_circulationrule"),
            branches=sql.Identifier(schema, "holdings_branch"),
            categories=sql.Identifier(schema, "patrons_patroncategory"),
            types=sql.Identifier(schema, "holdings_itemtype"),
        )
        for schema in schemas
    ]
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL(" UNION ALL ").join(parts))
        return cursor.fetchall()


def _own_row(
    pk: int,
    branch_id: int | None,
    group_id: int | None,
    category: str | None,
    item_type: str | None,
    residence: str,
    valid_from: date | None,
    valid_until: date | None,
    values: str,
) -> RuleRow:
    level = Level.MUNICIPALITY
    if branch_id or group_id:
        level = Level.BRANCH if branch_id else Level.BRANCH_GROUP
    origin = Origin(level, pk, branch_id or group_id, category, item_type, residence or None, valid_from, valid_until)
    stored: dict[str, Any] = json.loads(values)
    return RuleRow(origin, {name: read_value(name, value) for name, value in stored.items() if name in REGISTER})
