"""Changes circulation rules, one value at a time; the next scan on every node follows the new one."""

from typing import Any

from django.db import transaction

from accounts.models import StaffAccount
from circulation.models import CirculationRule
from circulation.rules.values import parse_values
from common.audit import record
from holdings.models import Branch, ItemType
from patrons.models import PatronCategory


@transaction.atomic
def set_value(
    *,
    name: str,
    value: Any,
    branch: Branch | None,
    patron_category: PatronCategory | None,
    item_type: ItemType | None,
    actor: StaffAccount,
) -> CirculationRule:
    """Set a value for a branch, patron category and item type, each None for any.

    :param value: in its JSON shape; None where the value may be unlimited or none
    :raises circulation.rules.values.InvalidValues: with everything that's wrong with it
    """
    stored = parse_values({name: value}, patron_category=patron_category, item_type=item_type)
    row, _made = CirculationRule.objects.select_for_update(of=("self",)).get_or_create(
        branch=branch,
        branch_group=None,
        patron_category=patron_category,
        item_type=item_type,
        residence="",
        valid_from=None,
    )
    before = {"value": row.values[name]} if name in row.values else {}
    row.values = {**row.values, **stored}
    row.changed_by = actor.name
    row.save()
    record(
        action="circulation.set_rule",
        actor=actor,
        subject=row,
        facts={"name": name, "before": before, "value": stored[name]},
    )
    return row


@transaction.atomic
def reset_value(
    *,
    name: str,
    branch: Branch | None,
    patron_category: PatronCategory | None,
    item_type: ItemType | None,
    actor: StaffAccount,
) -> bool:
    """Take an own value away, so that the inherited one holds again; returns whether there was one."""
    row = (
        CirculationRule.objects.select_for_update(of=("self",))
        .filter(
            branch=branch,
            branch_group=None,
            patron_category=patron_category,
            item_type=item_type,
            residence="",
            valid_from=None,
        )
        .first()
    )
    if row is None or name not in row.values:
        return False
    before = row.values.pop(name)
    row.changed_by = actor.name
    row.save()
    record(action="circulation.reset_rule", actor=actor, subject=row, facts={"name": name, "before": before})
    return True
